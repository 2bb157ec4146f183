"""Reading entries back in time order, a page at a time, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store.connection import Database
from unifi_scanner.store.raws import Raws
from unifi_scanner.store.rows import NO_RECORD, NO_TIME_US, Same, entry_of, to_us

PAGE = 250  # rows; more of them at once would not stay near the processor until they are looked at
MOST_SAME = 10_000  # texts that entries share while they are read
_LATEST_US = 2**62

# `+shard`: walk the arrivals, which are few, not the whole index of times
_SPAN = "SELECT min(ts), max(ts) FROM entries WHERE +shard = ? AND seq > ? AND seq <= ?"
_SAME_TIME = """
    SELECT seq, ts, id, origins, body, {raw} FROM entries
    WHERE shard = ? AND ts = ? AND seq > ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?
"""
_LATER = """
    SELECT seq, ts, id, origins, body, {raw} FROM entries
    WHERE shard = ? AND ts > ? AND ts <= ? AND seq > ? AND seq <= ? ORDER BY ts, seq LIMIT ?
"""
_RAW = {True: "raw", False: f"x'{NO_RECORD.hex()}'"}


class Period(NamedTuple):
    """Which entries: by number in their shard, time (microseconds, both ends within) and arrival."""

    shard: int
    first_us: int
    last_us: int
    after_seq: int
    upto_seq: int
    with_raw: bool


def period_of(
    shard: int,
    since: datetime | None,
    until: datetime | None,
    *,
    after_seq: int,
    upto_seq: int,
    with_raw: bool,
) -> Period:
    """Return the period from `since`, up to but not with `until`."""
    first = NO_TIME_US if since is None else to_us(since)
    last = _LATEST_US if until is None else to_us(until) - 1
    return Period(shard, first, last, after_seq, upto_seq, with_raw)


def read(db: Database, period: Period) -> Iterator[LogEntry]:
    """Yield the entries of `period` in time order; no transaction stays open between pages."""
    period, same = _narrowed(db, period), Same()
    moment, seq, raws = period.first_us - 1, 0, Raws(db.rows)
    while page := _page(db, period, moment, seq):
        if len(same) > MOST_SAME:
            same.clear()
        for seq, moment, id_, origins, body, raw in page:
            record = raw or raws.of(seq)
            if record is not None:
                yield entry_of(id_, moment, origins, body, record, same)


def _page(db: Database, period: Period, moment: int, seq: int) -> list[Any]:
    """Return the next rows after the one of `moment` and `seq`."""
    shard, _, last, after, upto, with_raw = period
    raw = _RAW[with_raw]
    page = db.rows(_SAME_TIME.format(raw=raw), (shard, moment, seq, after, upto, PAGE)) if seq else []
    if len(page) < PAGE:
        page += db.rows(_LATER.format(raw=raw), (shard, moment, last, after, upto, PAGE - len(page)))
    return page


def _narrowed(db: Database, period: Period) -> Period:
    """Return the period cut to the times of its arrivals, so that a few new ones are found quickly.

    One that has a beginning is not cut: to walk all its arrivals would cost more.
    """
    if not period.after_seq or period.first_us != NO_TIME_US:
        return period
    arrivals = (period.shard, period.after_seq, period.upto_seq)
    first, last = db.rows(_SPAN, arrivals)[0]
    if first is None:
        return period._replace(last_us=period.first_us - 1)
    return period._replace(first_us=max(first, period.first_us), last_us=min(last, period.last_us))
