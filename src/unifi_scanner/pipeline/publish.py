"""Right of the seam: what is on disk and not told yet becomes a report, and is marked once told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from unifi_scanner.delivery import Channel, Dispatch, Message, compose
from unifi_scanner.detection import Rule
from unifi_scanner.detection.glossary import glossary
from unifi_scanner.ledger import ControllerFacts, Counts, coverage_from
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import Voice
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Period, Report
from unifi_scanner.models.section import Section
from unifi_scanner.models.standing import standing_of
from unifi_scanner.pipeline.books import books_of, recall_topology, remember_standing
from unifi_scanner.pipeline.judging import Tally, ending_rules, judge
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
        self.sections: Sequence[Section] = ()  # what other services told, for the next report

    def report(self, *, since: datetime | None, now: datetime) -> Report:
        """Return the report on what the store holds from `since` on, with no upper bound."""
        entries = self.store.entries(self.shard, since=since)
        before = last_told(self.store, self.shard) if since is not None else NEVER
        return self._judge(entries, start=since, now=now, before=before, known_until=since)

    def close_period(self, now: datetime) -> Dispatch | None:
        """Tell everything not told yet and return how it went; the period closes when one channel took it."""
        message = self.queue_period(now)
        return self.retry(now).get(message.message_id)

    def queue_period(self, now: datetime) -> Message:
        """Queue the report on everything not told yet, in place of one that nobody has seen, and return it."""
        while True:
            waiting = self._untold()
            on_its_way = [one for one in waiting if one.is_sent]
            told = max([self.store.told_upto(self.shard), *(one.upto_seq for one in on_its_way)])
            start = max((one.at for one in on_its_way), default=self.last_close())
            upto = self.store.last_seq(self.shard)
            entries = self.store.entries(self.shard, after_seq=told, upto_seq=upto)
            before = last_told(self.store, self.shard)
            report = self._judge(entries, start=start, now=now, before=before)
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

    def _judge(
        self,
        entries: Iterable[LogEntry],
        *,
        start: datetime | None,
        now: datetime,
        before: LastTold,
        known_until: datetime | None = None,
    ) -> Report:
        return judge(
            entries,
            self.rules,
            cover=lambda tally: self._cover(tally, start, now),
            period=lambda tally: Period(start=start or tally.first, end=now, zone=self.facts.zone),
            title=self.facts.title,
            generated_at=lambda _tally: now,
            topology=recall_topology(self.store, self.shard),
            known=open_entries(self.store, self.shard, before, until=known_until),
            before=before,
            past=past_of(self.store, self.shard, start, now),
            sections=self.sections,
        )
