"""Left of the seam: everything that was heard goes to the disk before anyone interprets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from unifi_scanner.ledger import can_fill, is_trusted, is_worth_asking
from unifi_scanner.logs.base import Collected, Collector, Failure, Heard
from unifi_scanner.models.capability import Capabilities
from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.pipeline.history import Found, Reading, read_history
from unifi_scanner.store import EventStore, Shard

OVERLAP = timedelta(minutes=15)  # history is read again this far back: late rows, clock skew
LONG_AGO = timedelta(hours=1)  # a source not read for this long may have forgotten something
FORGOT = "The controller did not keep what happened then."
LIVE = "websocket"


class LiveCollector(Collector, Protocol):
    """A source without a past; `forget_stored` lets go of everything collected so far, once it is stored."""

    forget_stored: Callable[[], None]


class Ingest:
    """One site's way to the disk. All of it runs on one thread; only `read_history` may run on another."""

    def __init__(
        self,
        store: EventStore,
        shard: Shard,
        *,
        live: Sequence[LiveCollector] = (),
        history: Sequence[Collector] = (),
        version: str | None = None,
    ) -> None:
        self.store = store
        self.shard = shard
        self.live = live
        self.history = history
        self.version = version
        self.capabilities: Capabilities | None = None
        self._unstored: list[LogEntry] = []

    def drain(self) -> int:
        """Store what the live sources heard since the last time and return how many entries were new.

        A disk that is full loses nothing: the entries wait here for the next call. Raises StoreError.
        """
        for source in self.live:
            self._unstored.extend(entry for entry in source.collect(None).entries if is_event(entry))
        new = self._store_waiting()
        for source in self.live:
            source.forget_stored()
        return new

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

    def plan(self, since: datetime, *, at_least: bool = False) -> list[Reading]:
        """Return what to read: every history source from where it was last read, or from `since` on.

        With `at_least`, from `since` also where it was read before.
        """
        answered = {note.source: note.last_seen for note in self.store.sources(self.shard)}
        return [
            self._reading(source, since, answered.get(source.source), at_least=at_least)
            for source in self.history
            if self.capabilities is None or is_worth_asking(source.source, self.capabilities)
        ]

    def _reading(
        self, source: Collector, since: datetime, answered: datetime | None, *, at_least: bool
    ) -> Reading:
        cursor = self.store.cursor(self.shard, source.source)
        if cursor is None:
            return Reading(source, since)
        # never later than the cursor: what lies between would be skipped for good
        start = cursor.upto - OVERLAP
        known = cursor.upto if cursor.upto > cursor.since else None
        return Reading(source, min(since, start) if at_least else start, known, answered)

    def take(self, found: Found, now: datetime) -> int:
        """Store what reading gave, note how each source fared, and return how many entries were new.

        Raises StoreError when the disk refuses; nothing is noted as read then.
        """
        if found.trouble is not None:
            for reading in found.plan:
                self._note_failure(Failure(source=reading.name, reason=str(found.trouble)), reading, now)
            return 0
        added = self.store.add(self.shard, [e for e in found.collected.entries if is_event(e)])
        readings = {reading.name: reading for reading in found.plan}
        failed = {one.source: one for one in found.collected.failures if not one.gone}
        for heard in found.collected.heard:
            self._note_heard(heard, readings[heard.source], found, now, whole=heard.source not in failed)
        for failure in found.collected.failures:
            self._note_failure(failure, readings[failure.source], now)
        return added.new

    def backfill(self, since: datetime, now: datetime) -> Collected:
        """Read and store everything at once; raises CollectionError or ControllerError when every source failed."""
        return self._read_now(self.plan(since), now)

    def look_back(self, since: datetime, now: datetime) -> Collected:
        """Read every history source back to `since`, wherever it was last read; stores like `backfill`."""
        return self._read_now(self.plan(since, at_least=True), now)

    def _read_now(self, plan: Sequence[Reading], now: datetime) -> Collected:
        found = read_history(plan, long_ago=now - LONG_AGO)
        self.take(found, now)
        if found.trouble is not None:
            raise found.trouble
        return found.collected

    def _note_heard(
        self, heard: Heard, reading: Reading, found: Found, now: datetime, *, whole: bool
    ) -> None:
        state = SourceState.OK if heard.entries else SourceState.QUIET
        name = heard.source
        self.store.note_source(self.shard, name, now, state, entries=heard.entries)
        if not whole:
            return  # what was not read is read the next time, from the same point
        oldest, has_hole = reading.since, name in found.forgot
        if has_hole:
            oldest = heard.oldest or now
            self._note_hole(name, reading.read_at or reading.since, oldest)
        # only what the controller told moves the point to read from: our clock may be wrong
        newest = heard.newest or reading.known_upto or oldest
        self.store.note_read(self.shard, name, oldest, min(newest, now), hole_before=has_hole)
        self.store.close_gap(self.shard, name, now)
        self._fill_gaps(name, now)

    def _note_hole(self, source: str, start: datetime, end: datetime) -> None:
        gaps = self.store.gaps(self.shard)
        if not any(gap.source == source and gap.end is None for gap in gaps):
            self.store.open_gap(self.shard, source, start, FORGOT)
            self.store.close_gap(self.shard, source, end)

    def _fill_gaps(self, by: str, now: datetime) -> None:
        cursor = self.store.cursor(self.shard, by)
        if cursor is None or not is_trusted(by, self.version, self.capabilities):
            return
        for source in {gap.source for gap in self.store.gaps(self.shard) if not gap.closed}:
            if source == by or can_fill(by, source):
                self.store.fill_gap(self.shard, source, by, since=cursor.since, upto=now)

    def _note_failure(self, failure: Failure, reading: Reading, now: datetime) -> None:
        if failure.gone:
            # it will never answer again: a blind spot, which is more than a gap
            self.store.note_source(self.shard, failure.source, now, SourceState.BLIND, reason=failure.reason)
            self.store.close_gap(self.shard, failure.source, now)
            return
        self.store.note_source(self.shard, failure.source, now, SourceState.FAILED, reason=failure.reason)
        start = failure.since or reading.read_at or reading.since
        self.store.open_gap(self.shard, failure.source, start, failure.reason)


def is_event(entry: LogEntry) -> bool:
    """Return whether something happened; a state, told every few seconds, is not worth a row."""
    return entry.kind != "client.state" and not entry.kind.startswith("state.")


__all__ = ["Ingest", "LiveCollector", "is_event"]
