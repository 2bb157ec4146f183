"""Left of the seam: everything that was heard goes to the disk before anyone interprets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from unifi_scanner.ledger import (
    can_fill,
    can_fill_partly,
    is_trusted,
    is_worth_asking,
    may_be_told_by,
)
from unifi_scanner.logs.base import Collected, Collector, Failure, Heard, KeepsPlace
from unifi_scanner.models.capability import Capabilities
from unifi_scanner.models.enums import Origin, SourceState
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.pipeline.history import Found, Reading, read_history
from unifi_scanner.pipeline.past import remember_health
from unifi_scanner.store import EventStore, Shard
from unifi_scanner.store.base import HowRead

OVERLAP = timedelta(minutes=15)  # history is read again this far back: late rows, clock skew
SETTLED = timedelta(minutes=1)  # by then history has what the stream told
FRESH = timedelta(hours=1)  # nothing so young is forgotten already
AGED_OUT = timedelta(days=30)  # what is older may be gone for its age, which is no loss: it was read long ago
FORGOT = "The controller did not keep what happened then."
PUT_AWAY_BY_HAND = frozenset({"alarm"})
_BESIDE_THE_STREAM = {"rest": Origin.REST, "system_log": Origin.SYSTEM_LOG}


class LiveCollector(Collector, Protocol):
    """A source without a past; `forget_stored` lets go of everything collected so far, once it is stored."""

    @property
    def forget_stored(self) -> Callable[[], None]: ...


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
        self.settled = SETTLED
        self._unstored: list[LogEntry] = []
        self._heard: Counter[str] = Counter()

    def drain(self) -> int:
        """Store what the live sources heard since the last time and return how many entries were new.

        A disk that is full loses nothing: the entries wait here for the next call. Raises StoreError.
        """
        for source in self.live:
            collected = source.collect(None)
            events = [entry for entry in collected.entries if is_event(entry)]
            states = len(collected.entries) - len(events)
            self._heard[source.source] += sum(heard.entries for heard in collected.heard) - states
            self._unstored.extend(events)
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

    def take_heard(self, source: str) -> int:
        """Return how much a live source told since this was last asked."""
        return self._heard.pop(source, 0)

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
        # never later than the cursor: what lies between would be skipped for good; and a row dated in the
        # future must not make us skip what happens until then
        start = min(cursor.upto, answered or cursor.upto) - OVERLAP
        known = cursor.upto if cursor.upto > cursor.since else None
        looks_back = at_least and since < start
        return Reading(source, since if looks_back else start, known, answered, looks_back)

    def take(self, found: Found) -> int:
        """Store what reading gave, note how each source fared, and return how many entries were new.

        Raises StoreError when the disk refuses; nothing is noted as read then.
        """
        now = found.begun  # what happened while it was read may be missing from it
        if found.trouble is not None:
            for reading in found.plan:
                self._note_failure(Failure(source=reading.name, reason=str(found.trouble)), reading, now)
            return 0
        added = self.store.add(self.shard, [e for e in found.collected.entries if is_event(e)])
        if found.collected.samples is not None:
            remember_health(self.store, self.shard, found.collected.samples)
        for reading in found.plan:
            if isinstance(reading.source, KeepsPlace):
                reading.source.stored()
        readings = {reading.name: reading for reading in found.plan}
        failed = {one.source: one for one in found.collected.failures if not one.gone}
        for heard in found.collected.heard:
            self._note_heard(heard, readings[whole_of(heard.source)], now, whole=heard.source not in failed)
        for failure in found.collected.failures:
            self._note_failure(failure, readings[whole_of(failure.source)], now)
        return added.new

    def backfill(self, since: datetime, now: datetime) -> Collected:
        """Read and store everything at once; raises CollectionError or ControllerError when every source failed."""
        return self._read_now(self.plan(since), now)

    def look_back(self, since: datetime, now: datetime) -> Collected:
        """Read every history source back to `since`, wherever it was last read; stores like `backfill`."""
        return self._read_now(self.plan(since, at_least=True), now)

    def _read_now(self, plan: Sequence[Reading], now: datetime) -> Collected:
        found = read_history(plan, now)
        self.take(found)
        if found.trouble is not None:
            raise found.trouble
        return found.collected

    def _note_heard(self, heard: Heard, reading: Reading, now: datetime, *, whole: bool) -> None:
        name = heard.source
        missed = self._missed_by(heard, reading, now)
        if missed:
            self._note_failure(Failure(source=name, reason=silence_words(missed)), reading, now)
            return
        state = SourceState.OK if heard.entries else SourceState.QUIET
        self.store.note_source(self.shard, name, now, state, entries=heard.entries)
        if not whole:
            return  # what was not read is read the next time, from the same point
        oldest, has_hole = reading.since, has_forgotten(heard, reading, now)
        if has_hole:
            oldest = heard.oldest or now
            self._note_hole(name, reading.read_at or reading.since, oldest)
        # only what the controller told moves the point to read from: our clock may be wrong
        newest = heard.newest or reading.known_upto or oldest
        self.store.note_read(self.shard, name, oldest, newest, self._how_read(reading, has_hole=has_hole))
        self.store.close_gap(self.shard, name, now)
        self._fill_gaps(name, now)

    def _how_read(self, reading: Reading, *, has_hole: bool) -> HowRead:
        if has_hole:
            return "anew"
        gaps = self.store.gaps(self.shard, since=reading.since) if reading.looks_back else ()
        holes = [gap for gap in gaps if gap.source == reading.name and not gap.closed]
        return "back" if reading.looks_back and not holes else "on"

    def _missed_by(self, heard: Heard, reading: Reading, now: datetime) -> int:
        """Return how much a source which answers with nothing ought to have told (docs/protocol.md 0).

        That is what the stream told in the meantime, and what the source itself told just now.
        """
        origin = _BESIDE_THE_STREAM.get(heard.source)
        if heard.entries or origin is None or not self._trusts(heard.source):
            return 0
        if reading.known_upto is not None and now - reading.known_upto <= FRESH:
            return 1
        kinds = self.store.count_kinds(
            self.shard, by=Origin.WEBSOCKET, not_by=origin, since=reading.since, until=now - self.settled
        )
        return sum(count for kind, count in kinds.items() if may_be_told_by(heard.source, kind))

    def _trusts(self, source: str) -> bool:
        return is_trusted(source, self.version, self.capabilities)

    def _note_hole(self, source: str, start: datetime, end: datetime) -> None:
        gaps = self.store.gaps(self.shard)
        if not any(gap.source == source and gap.end is None for gap in gaps):
            self.store.open_gap(self.shard, source, start, FORGOT)
            self.store.close_gap(self.shard, source, end)

    def _fill_gaps(self, by: str, now: datetime) -> None:
        cursor = self.store.cursor(self.shard, by)
        if cursor is None or not self._trusts(by):
            return
        gaps = self.store.gaps(self.shard)
        for source in {gap.source for gap in gaps if not gap.closed and gap.closed_by != by}:
            whole = can_fill(by, source)
            if whole or can_fill_partly(by, source):
                self.store.fill_gap(self.shard, source, by, since=cursor.since, upto=now, whole=whole)

    def _note_failure(self, failure: Failure, reading: Reading, now: datetime) -> None:
        if failure.gone:
            # it will never answer again: a blind spot, which is more than a gap
            self.store.note_source(self.shard, failure.source, now, SourceState.BLIND, reason=failure.reason)
            self.store.close_gap(self.shard, failure.source, now)
            return
        self.store.note_source(self.shard, failure.source, now, SourceState.FAILED, reason=failure.reason)
        start = failure.since or reading.read_at or reading.since
        self.store.open_gap(self.shard, failure.source, start, failure.reason)


def has_forgotten(heard: Heard, reading: Reading, now: datetime) -> bool:
    """Return whether a source no longer has what it told before, so that what came after may be gone as well.

    A row that vanished for its age, between two readings close to each other, says nothing of the time between them.
    """
    known, read_at = reading.known_upto, reading.read_at
    if known is None or read_at is None or heard.source in PUT_AWAY_BY_HAND:
        return False
    if heard.oldest is not None and heard.oldest <= known:
        return False
    age, away = now - known, now - read_at
    return age <= FRESH or (age <= AGED_OUT and 2 * away >= age)


def whole_of(source: str) -> str:
    """Return the source that a part belongs to: `ssh /var/log/messages` is a part of `ssh`."""
    return source.partition(" ")[0]


def silence_words(missed: int) -> str:
    """Return why an empty answer is not believed."""
    things = "one thing" if missed == 1 else f"{missed} things"
    return f"It answered with nothing, although {things} we know of belong into it."


def is_event(entry: LogEntry) -> bool:
    """Return whether something happened; a state, told every few seconds, is not worth a row."""
    return entry.kind != "client.state" and not entry.kind.startswith("state.")


__all__ = ["Ingest", "LiveCollector", "is_event"]
