"""The whole line, stage by stage:

    collect → merge → store.add ║ durable seam ║ store.entries → detect → build → render → dispatch → mark

Left of the seam (`ingest`) runs every few seconds, right of it (`publish`) on the report schedule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from unifi_scanner.delivery import Channel, Dispatch, Message, compose, dispatch
from unifi_scanner.detection import Engine, Rule
from unifi_scanner.errors import CollectionError, StoreError
from unifi_scanner.ledger import ControllerFacts, coverage_from
from unifi_scanner.logs.base import Collected, Collector
from unifi_scanner.logs.collector import LogCollector
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import Origin, SourceState
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Period, Report
from unifi_scanner.models.wire_time import EPOCH
from unifi_scanner.reports import build_report, render_all
from unifi_scanner.store import EventStore, Shard

OVERLAP = timedelta(minutes=15)  # history is read again this far back: late rows, clock skew
log = structlog.get_logger(__name__)


class Tally(msgspec.Struct):
    """What passed by on the way to detection: counted, so that a report can say what it did not understand."""

    entries: int = 0
    unreadable: int = 0
    without_time: int = 0
    unknown: Counter[str] = msgspec.field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def watch(self, entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
        """Yield `entries` unchanged, counting them."""
        for entry in entries:
            self.entries += 1
            if entry.kind == UNKNOWN_KIND:
                self.unknown[entry.event_type] += 1
            elif entry.kind == UNREADABLE_KIND:
                self.unreadable += 1
            if entry.has_time:
                self.first = entry.timestamp if self.first is None else min(self.first, entry.timestamp)
                self.last = entry.timestamp if self.last is None else max(self.last, entry.timestamp)
            else:
                self.without_time += 1
            yield entry


def judge(
    entries: Iterable[LogEntry],
    rules: Sequence[Rule],
    *,
    cover: Callable[[Tally], Coverage],
    period: Callable[[Tally], Period],
    title: str,
    generated_at: Callable[[Tally], datetime],
) -> Report:
    """Return the report on `entries`: detect, then build, told together with what could not be seen."""
    tally = Tally()
    engine = Engine(rules)
    engine.feed(tally.watch(entries))
    return build_report(
        engine.findings(),
        cover(tally),
        period=period(tally),
        title=title,
        entry_count=tally.entries,
        generated_at=generated_at(tally),
    )


def is_event(entry: LogEntry) -> bool:
    """Return whether something happened; a client's state, told every few seconds, is not worth a row."""
    return entry.kind != "client.state" and not entry.kind.startswith("state.")


class Ingest:
    """Left of the seam: everything that was heard goes to the disk before anyone interprets it."""

    def __init__(
        self, store: EventStore, shard: Shard, *, live: Collector | None, history: Sequence[Collector]
    ) -> None:
        self.store = store
        self.shard = shard
        self.live = live
        self.history = history
        self._unstored: list[LogEntry] = []

    def drain(self) -> int:
        """Store what the stream heard since the last time and return how many entries were new.

        A disk that is full loses nothing: the entries wait here for the next call. Raises StoreError.
        """
        if self.live is not None:
            self._unstored.extend(entry for entry in self.live.collect(None).entries if is_event(entry))
        return self._store_waiting()

    def _store_waiting(self) -> int:
        if not self._unstored:
            return 0
        added = self.store.add(self.shard, self._unstored)
        self._unstored.clear()
        return added.new

    @property
    def waiting(self) -> int:
        """Return how many entries could not be written yet."""
        return len(self._unstored)

    def backfill(self, since: datetime, now: datetime) -> Collected:
        """Read every history source from where it was last read, no further back than `since`, and store it.

        Raises CollectionError when every source failed, StoreError when the disk refuses.
        """
        return self._read([self._start_of(source.source, since) for source in self.history], now)

    def _read(self, starts: Sequence[datetime], now: datetime) -> Collected:
        chain = LogCollector(
            [_From(source, start) for source, start in zip(self.history, starts, strict=True)]
        )
        try:
            collected = chain.gather()
        except CollectionError:
            for source, start in zip(self.history, starts, strict=True):
                self._note_failure(source.source, "It could not be read.", start, now)
            raise
        self.store.add(self.shard, collected.entries)
        self._remember(collected, now, reached=min(starts, default=now))
        return collected

    def look_back(self, since: datetime, now: datetime) -> Collected:
        """Read every history source back to `since`, wherever it was last read; stores like `backfill`."""
        # never later than the cursor: what lies between would be skipped for good
        return self._read([min(since, self._start_of(source.source, since)) for source in self.history], now)

    def _start_of(self, source: str, since: datetime) -> datetime:
        cursor = self.store.cursor(self.shard, source)
        return since if cursor is None else cursor - OVERLAP

    def _remember(self, collected: Collected, now: datetime, *, reached: datetime) -> None:
        for heard in collected.heard:
            state = SourceState.OK if heard.entries else SourceState.QUIET
            self.store.note_source(self.shard, heard.source, now, state, entries=heard.entries)
            self.store.close_gap(self.shard, heard.source, now)
            self.store.fill_gap(self.shard, heard.source, heard.source, now)
        for failure in collected.failures:
            if failure.gone:
                self.store.note_source(
                    self.shard, failure.source, now, SourceState.BLIND, reason=failure.reason
                )
            else:
                self._note_failure(failure.source, failure.reason, reached, now)
        self._advance(collected, now)

    def _note_failure(self, source: str, reason: str, start: datetime, now: datetime) -> None:
        self.store.note_source(self.shard, source, now, SourceState.FAILED, reason=reason)
        self.store.open_gap(self.shard, source, start, reason)

    def _advance(self, collected: Collected, now: datetime) -> None:
        answered = {heard.source for heard in collected.heard}
        failed = {failure.source for failure in collected.failures if not failure.gone}
        for source in self.history:
            parts = PARTS.get(source.source, (source.source,))
            if answered & set(parts) and not failed & set(parts):
                newest = [
                    e.timestamp
                    for e in collected.entries
                    if e.has_time and e.origins & ORIGINS[source.source]
                ]
                # a row dated in the future must not make us skip what happens until then
                self.store.set_cursor(self.shard, source.source, min(max(newest, default=now), now))


PARTS = {"rest": ("rest", "alarm", "ips")}
ORIGINS = {
    "rest": {Origin.REST, Origin.ALARM, Origin.IPS},
    "system_log": {Origin.SYSTEM_LOG},
    "ssh": {Origin.SSH},
}


class _From:
    """A source that starts where it was last read, whatever the chain asks."""

    def __init__(self, inner: Collector, start: datetime) -> None:
        self.inner = inner
        self.source = inner.source
        self.start = start

    def collect(self, since: datetime | None) -> Collected:
        return self.inner.collect(self.start if since is None else max(self.start, since))


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
        self.channels = {channel.name: channel for channel in channels}
        self.facts = facts

    def report(self, *, since: datetime | None, now: datetime) -> Report:
        """Return the report on what the store holds from `since` on, with no upper bound."""
        entries = self.store.entries(self.shard, since=since)
        return self._judge(entries, start=since, now=now)

    def close_period(self, now: datetime) -> Dispatch | None:
        """Tell everything not told yet and return how it went; the period closes when one channel took it."""
        told, upto = self.store.told_upto(self.shard), self.store.last_seq(self.shard)
        entries = self.store.entries(self.shard, after_seq=told, upto_seq=upto)
        report = self._judge(entries, start=self._last_close(), now=now)
        message = compose(report, render_all(report))
        self._drop_untold(told)
        self.store.save_pending(
            message.message_id, self.shard, upto, encode_message(message), list(self.channels), now
        )
        return self.retry(now).get(message.message_id)

    def retry(self, now: datetime) -> dict[str, Dispatch]:
        """Send every report again that some channel has not taken yet; return how each went, by its id."""
        outcomes: dict[str, Dispatch] = {}
        for waiting in self.store.pending():
            channels = [self.channels[name] for name in waiting.channels if name in self.channels]
            outcome = dispatch(decode_message(waiting.body), channels)
            outcomes[waiting.report_id] = outcome
            for receipt in outcome.receipts:
                self.store.mark_told(
                    waiting.shard,
                    waiting.upto_seq,
                    report_id=waiting.report_id,
                    channel=receipt.channel,
                    at=now,
                )
                self.store.settle(waiting.report_id, receipt.channel, now)
                self.store.remember(f"last_told:{self.shard.site}", now.isoformat())
            for failure in outcome.failures:
                said = str(failure).removeprefix(f"{failure.channel}: ")
                self.store.record_failure(failure.channel, said, now, shard=self.shard)
        return outcomes

    def _cover(self, tally: Tally, since: datetime | None) -> Coverage:
        return coverage_from(
            self.store.sources(self.shard),
            self.facts,
            gaps=self.store.gaps(self.shard, since=since),
            drops=self.store.drops(self.shard, since or EPOCH),
            failures=[
                f"{failure.where}: {failure.message}" for failure in self.store.failures(since or EPOCH)
            ],
            entries=tally.entries,
            unknown=tally.unknown,
            unreadable=tally.unreadable,
            without_time=tally.without_time,
        )

    def _last_close(self) -> datetime | None:
        text = self.store.recall(f"last_told:{self.shard.site}")
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
            cover=lambda tally: self._cover(tally, start),
            period=lambda tally: Period(start=start or tally.first, end=now, zone=self.facts.zone),
            title=self.facts.title,
            generated_at=lambda _tally: now,
        )


def encode_message(message: Message) -> bytes:
    """Return a message as bytes that survive a restart."""
    return msgspec.msgpack.encode(message)


def decode_message(body: bytes) -> Message:
    """Return the message of encode_message; raises StoreError when the bytes are not one."""
    try:
        return msgspec.msgpack.decode(body, type=Message)
    except msgspec.DecodeError as exc:
        raise StoreError("A waiting report in the data file cannot be read.") from exc
