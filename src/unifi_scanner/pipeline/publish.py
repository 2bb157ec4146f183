"""Right of the seam: what is on disk and not told yet becomes a report, and is marked once told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unifi_scanner.delivery import Channel, Dispatch, Message, compose
from unifi_scanner.detection import Rule
from unifi_scanner.detection.glossary import glossary
from unifi_scanner.ledger import ControllerFacts, Counts, coverage_from
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import Voice
from unifi_scanner.models.report import Period, Report
from unifi_scanner.models.section import Section
from unifi_scanner.models.standing import standing_of
from unifi_scanner.pipeline.ahead import AheadOfReport, Stretch
from unifi_scanner.pipeline.books import books_of, recall_topology, remember_standing
from unifi_scanner.pipeline.judging import Judging, Known, Tally, ending_rules
from unifi_scanner.pipeline.past import past_of
from unifi_scanner.pipeline.post import encode_message, last_close, retry_pending
from unifi_scanner.pipeline.told import NEVER, LastTold, last_told, note_telling, notes_of, open_entries
from unifi_scanner.reports import render_all
from unifi_scanner.store import EventStore, Outgoing, Pending, Shard


class Publish:
    """Right of the seam: what is on disk and not told yet becomes a report, and is marked once told."""

    def __init__(
        self,
        store: EventStore,
        shard: Shard,
        *,
        rules: Sequence[Rule],
        channels: Sequence[Channel],
        facts: ControllerFacts,
        voice: Voice = Voice.HOME,
    ) -> None:
        self.store = store
        self.shard = shard
        self.rules = rules
        self.channels = channels
        self.facts = facts
        self.voice = voice
        self.ahead = AheadOfReport(store, shard, rules)
        self.sections: Sequence[Section] = ()  # what other services told, for the next report

    def report(self, *, since: datetime | None, now: datetime) -> Report:
        """Return the report on what the store holds from `since` on, with no upper bound."""
        before = last_told(self.store, self.shard) if since is not None else NEVER
        judging = self._judging(since, now, before, known_until=since)
        judging.take(self.store.entries(self.shard, since=since))
        return self._told(judging, start=since, now=now, before=before)

    def close_period(self, now: datetime) -> Dispatch | None:
        """Tell everything not told yet and return how it went; the period closes when one channel took it."""
        message = self.queue_period(now)
        return self.retry(now).get(message.message_id)

    def queue_period(self, now: datetime) -> Message:
        """Queue the report on everything not told yet, in place of one that nobody has seen, and return it."""
        while True:
            waiting = self._untold()
            upto = self.store.last_seq(self.shard)
            report = self._report_untold(self._stretch(waiting), upto, now)
            message = compose(report, render_all(report, self.voice, glossary=glossary()))
            # nobody has seen them, and the new report tells all of it again; unless one is being sent since
            gone = [self.store.drop_pending(one.id) for one in waiting if not one.is_sent]
            if all(gone):
                break
        notes = notes_of(report, ending_rules(self.rules))
        telling = LastTold(report_id=message.message_id, upto_seq=upto, notes=notes)
        note_telling(self.store, self.shard, telling)
        remember_standing(self.store, self.shard, standing_of(report))
        self.store.post([self._outgoing(message, upto, now)], at=now)
        return message

    def judge_ahead(self, now: datetime) -> bool:
        """Judge some of what the next report will tell, where much of it waits; return whether that was done."""
        stretch = self.stretch()
        return self.ahead.go_on(stretch, lambda known: self._judging_of(stretch, known, now), now)

    def stretch(self) -> Stretch:
        """Return what the next report will tell."""
        return self._stretch(self._untold())

    def _stretch(self, waiting: Sequence[Pending]) -> Stretch:
        on_its_way = [one for one in waiting if one.is_sent]
        return Stretch(
            told=max([self.store.told_upto(self.shard), *(one.upto_seq for one in on_its_way)]),
            start=max((one.at for one in on_its_way), default=self.last_close()),
            before=last_told(self.store, self.shard),
        )

    def _report_untold(self, stretch: Stretch, upto: int, now: datetime) -> Report:
        ahead = self.ahead.known(stretch, upto)
        judging = self._judging_of(stretch, None if ahead is None else ahead.known, now)
        since = None if ahead is None else ahead.until
        judging.take(self.store.entries(self.shard, since=since, after_seq=stretch.told, upto_seq=upto))
        return self._told(judging, start=stretch.start, now=now, before=stretch.before)

    def _judging_of(self, stretch: Stretch, known: Known | None, now: datetime) -> Judging:
        return self._judging(stretch.start, now, stretch.before, known=known)

    def _outgoing(self, message: Message, upto: int, now: datetime) -> Outgoing:
        return Outgoing(
            id=message.message_id,
            kind="report",
            shard=self.shard,
            body=encode_message(message),
            channels=tuple(channel.name for channel in self.channels),
            at=now,
            upto_seq=upto,
        )

    def retry(self, now: datetime) -> dict[str, Dispatch]:
        """Send every message again that some channel has not taken yet; return how each went, by its id."""
        return retry_pending(self.store, self.channels, now)

    def _untold(self) -> list[Pending]:
        told = self.store.told_upto(self.shard)
        return [
            one
            for one in self.store.pending()
            if one.kind == "report" and one.shard == self.shard and one.upto_seq > told
        ]

    def _cover(self, tally: Tally, since: datetime | None, now: datetime) -> Coverage:
        counts = Counts(
            entries=tally.entries,
            unknown=tally.unknown,
            unreadable=tally.unreadable,
            without_time=tally.without_time,
        )
        return coverage_from(books_of(self.store, self.shard, since), self.facts, counts, now=now)

    def last_close(self) -> datetime | None:
        """Return when the last period that was told ended."""
        text = self.store.recall(last_close(self.shard))
        return None if text is None else datetime.fromisoformat(text)

    def _judging(
        self,
        start: datetime | None,
        now: datetime,
        before: LastTold,
        *,
        known: Known | None = None,
        known_until: datetime | None = None,
    ) -> Judging:
        judging = Judging(self.rules, past_of(self.store, self.shard, start, now), known)
        if known is None:
            judging.recall(open_entries(self.store, self.shard, before, until=known_until))
        return judging

    def _told(self, judging: Judging, *, start: datetime | None, now: datetime, before: LastTold) -> Report:
        return judging.report(
            cover=lambda tally: self._cover(tally, start, now),
            period=lambda tally: Period(start=start or tally.first, end=now, zone=self.facts.zone),
            title=self.facts.title,
            generated_at=lambda _tally: now,
            topology=recall_topology(self.store, self.shard),
            before=before,
            sections=self.sections,
        )
