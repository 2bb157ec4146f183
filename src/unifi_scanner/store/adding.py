"""Keeping entries: each event once, whichever way and however often it is heard."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import Told, fold, merge, unite
from unifi_scanner.models.same_event import is_by_name, match_key, name_key, ways, widest_window
from unifi_scanner.store.base import Added
from unifi_scanner.store.judged import void_from
from unifi_scanner.store.rows import (
    Row,
    bits_of,
    body_of,
    entry_of,
    plain,
    rollup_key,
    row_of,
    to_us,
)

CHUNK = 1000  # entries looked up and written at a time
APART = timedelta(minutes=10)  # a batch is searched in one stretch unless it leaves gaps longer than this
_LOOK_UP = 500  # values in one IN (...); padded, so that SQLite compiles two statements in all
_FEW = 20

_INSERT = """
    INSERT INTO entries (shard, id, ts, origins, match_key, body, raw) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_BY_ID = """
    SELECT id, seq, origins, id FROM entries WHERE shard = ? AND id IN ({marks})
    UNION ALL
    SELECT a.id, e.seq, e.origins, e.id FROM aliases a JOIN entries e ON e.seq = a.seq
    WHERE a.shard = ? AND a.id IN ({marks})
"""
_CANDIDATES = """
    SELECT seq, match_key, id, ts, origins, body, raw FROM entries
    WHERE shard = ? AND ts BETWEEN ? AND ? AND origins & ? = 0 AND match_key IS NOT NULL
"""
_ENTRY = "SELECT id, ts, origins, body, raw FROM entries WHERE seq = ?"
_UPDATE = "UPDATE entries SET origins = ?, match_key = ?, body = ? WHERE seq = ?"
_ALIAS = """
    INSERT INTO aliases (shard, id, seq) SELECT shard, ?, seq FROM entries WHERE shard = ? AND id = ?
    ON CONFLICT DO NOTHING
"""
_ROLL_UP = """
    INSERT INTO rollups (shard, hour, kind, subject, count) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (shard, hour, kind, subject) DO UPDATE SET count = rollups.count + excluded.count
"""
_CLEAR = "DELETE FROM rollups WHERE shard = ? AND hour = ? AND kind = ? AND subject = ? AND count <= 0"
# whoever holds the write transaction has written the last row
_LAST_SEQ = "UPDATE shards SET last_seq = (SELECT max(seq) FROM entries) WHERE number = ?"


_TWO_WAYS = frozenset({Origin.IPS})
_TS = attrgetter("ts")


class _Known(NamedTuple):
    seq: int
    origins: int
    id: str


def add_entries(connection: sqlite3.Connection, shard: int, entries: Sequence[LogEntry]) -> Added:
    """Keep `entries` within the open transaction and tell what became of them."""
    new = merged = known = 0
    for start in range(0, len(entries), CHUNK):
        added = _Chunk(connection, shard).add(entries[start : start + CHUNK])
        new, merged, known = new + added.new, merged + added.merged, known + added.known
    if new:
        connection.execute(_LAST_SEQ, (shard,))
    return Added(new, merged, known)


class _Chunk:
    """One stretch of a batch on its way to disk."""

    def __init__(self, connection: sqlite3.Connection, shard: int) -> None:
        self._connection = connection
        self._shard = shard
        self._first_us: int | None = None  # the earliest moment of which something changed

    def add(self, batch: Sequence[LogEntry]) -> Added:
        entries = _once(batch)
        known = self._known([plain(entry.id) for entry in entries])
        fresh = [entry for entry in entries if plain(entry.id) not in known] if known else entries
        if known:
            self._hear_again(entries, known)
        new, merged = self._place(fresh)
        if self._first_us is not None:
            void_from(self._connection, self._shard, self._first_us)
        return Added(new, merged, len(batch) - new - merged)

    def _known(self, ids: Sequence[str]) -> dict[str, _Known]:
        found: dict[str, _Known] = {}
        for some in _padded(ids):
            sql = _BY_ID.format(marks=",".join("?" * len(some)))
            rows = self._connection.execute(sql, (self._shard, *some, self._shard, *some))
            found.update((heard_as, _Known(*rest)) for heard_as, *rest in rows)
        return found

    def _hear_again(self, entries: Iterable[LogEntry], known: dict[str, _Known]) -> None:
        for entry in entries:
            place = known.get(plain(entry.id))
            if place is not None and bits_of(entry.origins) & ~place.origins:
                before = self._load(place.seq)
                after = merge(before, entry)
                self._rewrite(place.seq, before, after)

    def _load(self, seq: int) -> LogEntry:
        return entry_of(*self._connection.execute(_ENTRY, (seq,)).fetchone())

    def _rewrite(self, seq: int, before: LogEntry, after: LogEntry) -> None:
        values = (bits_of(after.origins), plain(match_key(after)) or None, body_of(after), seq)
        self._connection.execute(_UPDATE, values)
        self._recount(before, after)
        self._note_change(to_us(before.timestamp))

    def _note_change(self, moment_us: int) -> None:
        if self._first_us is None or moment_us < self._first_us:
            self._first_us = moment_us

    def _place(self, fresh: Sequence[LogEntry]) -> tuple[int, int]:
        """Insert what is new, merge what was heard in another way; return how many of each."""
        rows = [row_of(entry, self._shard) for entry in fresh]
        candidates = self._candidates(fresh, rows)
        if not candidates and _is_one_source(fresh):
            self._insert(fresh, rows)
            return len(rows), 0
        told = fold([entry for _, entry in candidates.values()], fresh)
        self._update([t for t in told if t.aliases and t.entry.id in candidates], candidates)
        new = [t for t in told if t.entry.id not in candidates]
        self._insert([t.entry for t in new], [row_of(t.entry, self._shard) for t in new])
        self._alias(told)
        return len(new), len(fresh) - len(new)

    def _candidates(self, fresh: Sequence[LogEntry], rows: Sequence[Row]) -> dict[str, tuple[int, LogEntry]]:
        """Return stored entries near in time, of the same key, that some other source told."""
        wanted: _Wanted | None = None  # made when there is anything to compare with
        # `ips` and flows share an origin and tell each other's events
        common = _common_bits(rows) & ~bits_of(_TWO_WAYS)
        found: dict[str, tuple[int, LogEntry]] = {}
        for first, last in _stretches(sorted(row.ts for row in rows if row.match_key), widest_window(fresh)):
            for seq, key, *rest in self._connection.execute(_CANDIDATES, (self._shard, first, last, common)):
                if wanted is None:
                    wanted = _Wanted(fresh, rows)
                if key in wanted:
                    entry = entry_of(*rest)
                    found[entry.id] = (seq, entry)
        return found

    def _update(self, merged: Iterable[Told], candidates: dict[str, tuple[int, LogEntry]]) -> None:
        for told in merged:
            seq, before = candidates[told.entry.id]
            self._rewrite(seq, before, told.entry)

    def _recount(self, before: LogEntry, after: LogEntry) -> None:
        """Count a merged entry under what it is known as now."""
        was, now = (rollup_key(entry, to_us(entry.timestamp)) for entry in (before, after))
        if was != now:
            self._connection.executemany(_ROLL_UP, ((self._shard, *was, -1), (self._shard, *now, 1)))
            self._connection.execute(_CLEAR, (self._shard, *was))

    def _alias(self, told: Iterable[Told]) -> None:
        aliases = [(plain(alias), self._shard, plain(entry.id)) for entry, heard in told for alias in heard]
        self._connection.executemany(_ALIAS, aliases)

    def _insert(self, entries: Sequence[LogEntry], rows: Sequence[Row]) -> None:
        if not rows:
            return
        self._connection.executemany(_INSERT, rows)
        self._note_change(min(map(_TS, rows)))
        counts = Counter(map(rollup_key, entries, map(_TS, rows)))
        self._connection.executemany(_ROLL_UP, ((self._shard, *key, count) for key, count in counts.items()))


def _once(batch: Sequence[LogEntry]) -> Sequence[LogEntry]:
    return batch if len({entry.id for entry in batch}) == len(batch) else unite(batch)


def _padded(ids: Sequence[str]) -> Iterator[list[str]]:
    size = _LOOK_UP if len(ids) > _FEW else _FEW
    for start in range(0, len(ids), size):
        some = list(ids[start : start + size])
        yield some + some[:1] * (size - len(some))


def _common_bits(rows: Iterable[Row]) -> int:
    common = ~0
    for row in rows:
        common &= row.origins
    return common


def _is_one_source(entries: Sequence[LogEntry]) -> bool:
    if len(entries) < 2:
        return True
    origins = {entry.origins for entry in entries}
    if len(origins) == 1 and _TWO_WAYS.isdisjoint(*origins):
        return origins != {frozenset()}  # the usual batch: all heard in one way
    return bool(frozenset.intersection(*{ways(entry) for entry in entries}))


class _Wanted:
    """The keys under which counterparts of new entries may be stored."""

    def __init__(self, fresh: Sequence[LogEntry], rows: Iterable[Row]) -> None:
        self._keys = {row.match_key for row in rows if row.match_key}
        self._fresh = fresh
        # said by name only: anyone's MAC may be behind it
        self._things = {key.partition(" ")[0] for key in self._keys if is_by_name(key)}

    def __contains__(self, key: str) -> bool:
        return key in self._keys or key.partition(" ")[0] in self._things or self._is_named(key)

    @cached_property
    def _names(self) -> set[str]:
        return {key for entry in self._fresh if (key := name_key(entry))}

    def _is_named(self, key: str) -> bool:
        return is_by_name(key) and any(key.startswith(name[:-1]) for name in self._names)


def _stretches(times: Sequence[int], window: timedelta) -> Iterator[tuple[int, int]]:
    """Yield the spans of time in which a match can lie: one, unless the batch leaves long gaps."""
    margin, apart = window // timedelta(microseconds=1), APART // timedelta(microseconds=1)
    first = last = None
    for moment in times:
        if first is None or last is None:
            first = moment
        elif moment - last > apart:
            yield first - margin, last + margin
            first = moment
        last = moment
    if first is not None and last is not None:
        yield first - margin, last + margin
