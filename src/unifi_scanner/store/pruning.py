"""Forgetting: what is too old, then what is too much, oldest first and untold entries last."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from unifi_scanner.store.base import Pruned
from unifi_scanner.store.connection import Database
from unifi_scanner.store.judged import void_doomed
from unifi_scanner.store.raws import remove_empty_blocks
from unifi_scanner.store.rows import NO_TIME_US, to_us

SHARE = 20  # of all entries, one in so many goes at a time while the file is too big
UNTOLD = "entries that had to make room before a report told them"
_ROOMY = 0.95  # room is made down to this part of the limit, so that it is not made again at once

# a shard that never told anything has no reports, so nothing of it is "untold"
_UNTOLD = "told_upto > 0 AND e.seq > told_upto"
_TOO_OLD = "SELECT seq FROM entries WHERE ts < ? AND ts > ?"
# without a time of its own, an entry is as old as what arrived with it
_TIMELESS = """
    SELECT seq FROM entries WHERE ts = ? AND seq < (SELECT min(seq) FROM entries WHERE ts > ?)
"""
_OLDEST = f"""
    SELECT e.seq FROM entries e JOIN shards ON number = e.shard ORDER BY {_UNTOLD}, e.ts, e.seq LIMIT ?
"""  # noqa: S608 - made of constants
_COUNT_UNTOLD = f"""
    SELECT e.shard, count(*) FROM entries e JOIN shards ON number = e.shard
    WHERE e.seq IN (SELECT seq FROM doomed) AND {_UNTOLD} GROUP BY e.shard
"""  # noqa: S608 - made of constants
_NOTE_DROP = """
    INSERT INTO drops (shard, at, what, count) VALUES (?, ?, ?, ?)
    ON CONFLICT (shard, at, what) DO UPDATE SET count = drops.count + excluded.count
"""


class _Removed(NamedTuple):
    entries: int = 0
    untold: int = 0


def prune(db: Database, *, max_age: timedelta, max_bytes: int, now: datetime) -> Pruned:
    """Remove what is too old or too much and give the room back; what no report told is noted as dropped."""
    aged = _remove_aged(db, to_us(now - max_age), now)
    crowded = _Removed()
    for removed in _remove_crowded(db, max_bytes, now):
        crowded = _Removed(crowded.entries + removed.entries, crowded.untold + removed.untold)
    if aged.entries or crowded.entries:
        db.give_back_room()
    why = " and ".join(w for w, r in (("too old", aged), ("too much", crowded)) if r.entries)
    return Pruned(aged.entries + crowded.entries, why, aged.untold + crowded.untold)


def _remove_aged(db: Database, before_us: int, now: datetime) -> _Removed:
    with db.writing() as connection:
        removed = _remove(connection, _TOO_OLD, (before_us, NO_TIME_US), now)
        timeless = (
            _remove(connection, _TIMELESS, (NO_TIME_US, NO_TIME_US), now) if removed.entries else _Removed()
        )
        connection.execute("DELETE FROM rollups WHERE hour < ?", (before_us,))
        connection.execute("DELETE FROM drops WHERE at < ?", (before_us,))
        connection.execute("DELETE FROM gaps WHERE ends < ?", (before_us,))
        connection.execute("DELETE FROM told WHERE at < ?", (before_us,))
        connection.execute("DELETE FROM changes WHERE at < ?", (before_us,))
        connection.execute("DELETE FROM judged WHERE until < ?", (before_us,))
    return _Removed(removed.entries + timeless.entries, removed.untold + timeless.untold)


def _remove_crowded(db: Database, max_bytes: int, now: datetime) -> Iterator[_Removed]:
    if used_bytes(db) <= max_bytes:
        return
    while used_bytes(db) > max_bytes * _ROOMY:
        share = max(1, int(db.value("SELECT count(*) FROM entries")) // SHARE)
        with db.writing() as connection:
            removed = _remove(connection, _OLDEST, (share,), now)
        if not removed.entries:
            return
        yield removed


def used_bytes(db: Database) -> int:
    """Return how much of the data file is in use."""
    pages, free, size = (db.value(f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size"))
    return int((pages - free) * size)


def _remove(connection: sqlite3.Connection, which: str, params: tuple[int, ...], now: datetime) -> _Removed:
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS doomed (seq INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM doomed")
    connection.execute(f"INSERT INTO doomed {which}", params)
    untold = connection.execute(_COUNT_UNTOLD).fetchall()
    for shard, count in untold:
        connection.execute(_NOTE_DROP, (shard, to_us(now), UNTOLD, count))
    void_doomed(connection)
    connection.execute("DELETE FROM aliases WHERE seq IN (SELECT seq FROM doomed)")
    removed = connection.execute("DELETE FROM entries WHERE seq IN (SELECT seq FROM doomed)").rowcount
    remove_empty_blocks(connection)
    return _Removed(removed, sum(count for _, count in untold))
