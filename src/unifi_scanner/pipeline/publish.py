"""Right of the seam: what is on disk and not told yet becomes a report, and is marked once told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from unifi_scanner.delivery import Channel, Dispatch, Message, compose, dispatch
from unifi_scanner.detection import Rule
from unifi_scanner.errors import StoreError
from unifi_scanner.ledger import ControllerFacts, Counts, coverage_from
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Period, Report
from unifi_scanner.models.section import Section
from unifi_scanner.models.standing import standing_of
from unifi_scanner.pipeline.books import books_of, remember_standing
from unifi_scanner.pipeline.judging import Tally, judge
from unifi_scanner.reports import render_all
from unifi_scanner.store import EventStore, Pending, Shard


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
    ) -> None:
        self.store = store
        self.shard = shard
        self.rules = rules
        self.channels = channels
        self.facts = facts
        self.sections: Sequence[Section] = ()  # what other services told, for the next report

    def report(self, *, since: datetime | None, now: datetime) -> Report:
        """Return the report on what the store holds from `since` on, with no upper bound."""
        entries = self.store.entries(self.shard, since=since)
        return self._judge(entries, start=since, now=now)

    def close_period(self, now: datetime) -> Dispatch | None:
        """Tell everything not told yet and return how it went; the period closes when one channel took it."""
        told, upto = self.store.told_upto(self.shard), self.store.last_seq(self.shard)
        entries = self.store.entries(self.shard, after_seq=told, upto_seq=upto)
        report = self._judge(entries, start=self.last_close(), now=now)
        remember_standing(self.store, self.shard, standing_of(report))
        message = compose(report, render_all(report))
        self._drop_untold(told)
        self.store.save_pending(
            message.message_id,
            self.shard,
            upto,
            encode_message(message),
            [channel.name for channel in self.channels],
            now,
        )
        return self.retry(now).get(message.message_id)

    def retry(self, now: datetime) -> dict[str, Dispatch]:
        """Send every report again that some channel has not taken yet; return how each went, by its id."""
        return retry_pending(self.store, self.channels, now)

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
        text = self.store.recall(_last_told(self.shard))
        return None if text is None else datetime.fromisoformat(text)

    def _drop_untold(self, told: int) -> None:
        # nobody has seen it, and the new report tells all of it again
        for waiting in self.store.pending():
            if waiting.shard == self.shard and waiting.upto_seq > told:
                self.store.drop_pending(waiting.report_id)

    def _judge(self, entries: Iterable[LogEntry], *, start: datetime | None, now: datetime) -> Report:
        return judge(
            entries,
            self.rules,
            cover=lambda tally: self._cover(tally, start, now),
            period=lambda tally: Period(start=start or tally.first, end=now, zone=self.facts.zone),
            title=self.facts.title,
            generated_at=lambda _tally: now,
            sections=self.sections,
        )


def retry_pending(store: EventStore, channels: Sequence[Channel], now: datetime) -> dict[str, Dispatch]:
    """Send every report again that some channel has not taken yet; return how each went, by its id.

    A channel that fails is not tried with the next report too: its server may take half a minute to say no.
    """
    named = {channel.name: channel for channel in channels}
    outcomes: dict[str, Dispatch] = {}
    for waiting in store.pending():
        able = [named[name] for name in waiting.channels if name in named]
        outcome = outcomes[waiting.report_id] = dispatch(decode_message(waiting.body), able)
        for receipt in outcome.receipts:
            _settle(store, waiting, receipt.channel, now)
        for failure in outcome.failures:
            named.pop(failure.channel, None)
            said = str(failure).removeprefix(f"{failure.channel}: ")
            store.record_failure(failure.channel, said, now, shard=waiting.shard)
    return outcomes


def _settle(store: EventStore, waiting: Pending, channel: str, now: datetime) -> None:
    store.mark_told(waiting.shard, waiting.upto_seq, report_id=waiting.report_id, channel=channel, at=now)
    store.settle(waiting.report_id, channel, now)
    # the next period begins where this report ends, however late it was delivered
    store.remember(_last_told(waiting.shard), waiting.at.isoformat())


def _last_told(shard: Shard) -> str:
    return f"last_told:{shard.controller}:{shard.site}"


def encode_message(message: Message) -> bytes:
    """Return a message as bytes that survive a restart."""
    return msgspec.msgpack.encode(message)


def decode_message(body: bytes) -> Message:
    """Return the message of encode_message; raises StoreError when the bytes are not one."""
    try:
        return msgspec.msgpack.decode(body, type=Message)
    except msgspec.DecodeError as exc:
        raise StoreError("A waiting report in the data file cannot be read.") from exc
