"""Keeping entries: each event once, whichever way and however often it is heard."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import Told, fold, merge, unite
from unifi_scanner.models.same_event import is_by_name, match_key, name_key, ways, widest_window
from unifi_scanner.store.base import Added
from unifi_scanner.store.judged import void_from
from unifi_scanner.store.raws import Raws, are_worth_blocks, keep_in_blocks, records_in, stretches_of
from unifi_scanner.store.rows import (
    NO_RECORD,
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

_AT_ONCE = 50  # rows in one statement
_ROW = "(?, ?, ?, ?, ?, ?, ?)"
_INSERT = f"INTO entries (shard, id, ts, origins, match_key, body, raw) VALUES {_ROW}"
_INSERT_MANY = _INSERT + f", {_ROW}" * (_AT_ONCE - 1)
# the transaction is rolled back as a whole: a statement need not remember how to undo its part
_SURELY, _IF_UNHEARD = "INSERT OR FAIL ", "INSERT OR IGNORE "
_LAST_GIVEN = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entries'"
_TAKE_BACK = "DELETE FROM entries WHERE seq > ?"
_HAS_ALIASES = "SELECT 1 FROM aliases WHERE shard = ? LIMIT 1"
_ALIASED = "SELECT 1 FROM aliases WHERE shard = ? AND id IN ({marks})"
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
_ENTRY = "SELECT seq, id, ts, origins, body, raw FROM entries WHERE seq = ?"
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
        self._raws = Raws(lambda sql, params: connection.execute(sql, params).fetchall())
        self._first_us: int | None = None  # the earliest moment of which something changed

    def add(self, batch: Sequence[LogEntry]) -> Added:
        entries = _once(batch)
        new, merged = (len(entries), 0) if self._add_unheard(entries) else self._add_each(entries)
        if self._first_us is not None:
            void_from(self._connection, self._shard, self._first_us)
        return Added(new, merged, len(batch) - new - merged)

    def _add_each(self, entries: Sequence[LogEntry]) -> tuple[int, int]:
        known = self._known([plain(entry.id) for entry in entries])
        fresh = [entry for entry in entries if plain(entry.id) not in known] if known else entries
        if known:
            self._hear_again(entries, known)
        return self._place(fresh)

    def _add_unheard(self, entries: Sequence[LogEntry]) -> bool:
        """Insert entries if all are new, without looking for each; otherwise return False and change nothing."""
        if len(entries) < _AT_ONCE or not _is_one_source(entries):
            return False
        if self._known([plain(entry.id) for entry in entries[:: len(entries) // _FEW + 1]]):
            return False
        rows = [row_of(entry, self._shard, with_raw=False) for entry in entries]
        if self._are_aliased(rows) or self._candidates(entries, rows):
            return False
        return self._insert(entries, rows, _IF_UNHEARD)

    def _are_aliased(self, rows: Iterable[Row]) -> bool:
        if self._connection.execute(_HAS_ALIASES, (self._shard,)).fetchone() is None:
            return False
        queries = (
            (_ALIASED.format(marks=",".join("?" * len(some))), (self._shard, *some))
            for some in _padded([row.id for row in rows])
        )
        return any(self._connection.execute(*query).fetchone() for query in queries)

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
        return self._entry(*self._connection.execute(_ENTRY, (seq,)).fetchone())

    def _entry(self, seq: int, id_: str, ts: int, *row: Any) -> LogEntry:
        origins, body, raw = row
        return entry_of(id_, ts, origins, body, raw or self._raws.of(seq) or NO_RECORD)

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
        rows = [row_of(entry, self._shard, with_raw=False) for entry in fresh]
        candidates = self._candidates(fresh, rows)
        if not candidates and _is_one_source(fresh):
            self._insert(fresh, rows)
            return len(rows), 0
        told = fold([entry for _, entry in candidates.values()], fresh)
        self._update([t for t in told if t.aliases and t.entry.id in candidates], candidates)
        new = [t for t in told if t.entry.id not in candidates]
        self._insert([t.entry for t in new], [row_of(t.entry, self._shard, with_raw=False) for t in new])
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
                    entry = self._entry(seq, *rest)
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

    def _insert(self, entries: Sequence[LogEntry], rows: Sequence[Row], how: str = _SURELY) -> bool:
        """Insert and count entries; return False and change nothing where one was there already."""
        if not rows:
            return True
        stretches = stretches_of(entries)
        in_blocks = are_worth_blocks(stretches)
        if not in_blocks:
            rows = [row._replace(raw=raw) for row, raw in zip(rows, records_in(stretches), strict=True)]
        last = self._connection.execute(_LAST_GIVEN).fetchone()
        if self._write(rows, how) < len(rows):
            self._connection.execute(_TAKE_BACK, last)
            return False
        if in_blocks:
            keep_in_blocks(self._connection, stretches)
        self._note_change(min(map(_TS, rows)))
        counts = Counter(map(rollup_key, entries, map(_TS, rows)))
        self._connection.executemany(_ROLL_UP, ((self._shard, *key, count) for key, count in counts.items()))
        return True

    def _write(self, rows: Sequence[Row], how: str) -> int:
        """Return how many rows were inserted."""
        whole, count = len(rows) // _AT_ONCE * _AT_ONCE, 0
        for start in range(0, whole, _AT_ONCE):
            values = list(chain.from_iterable(rows[start : start + _AT_ONCE]))
            count += self._connection.execute(how + _INSERT_MANY, values).rowcount
        if whole < len(rows):
            count += self._connection.executemany(how + _INSERT, rows[whole:]).rowcount
        return count


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
