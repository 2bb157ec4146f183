"""What the data file says of itself in numbers, read on a connection of its own that writes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec

from unifi_scanner.errors import StoreError
from unifi_scanner.store.base import Shard
from unifi_scanner.store.connection import in_plain_words

WAIT_S = 2.0  # for another process; whoever asks can ask again
MICRO = 1_000_000
_SOURCES = "SELECT controller, site, source, state, entries, last_seen FROM sources JOIN shards ON number = shard ORDER BY 1, 2, 3"
_EVENTS = (
    "SELECT controller, site, source, max(last) FROM cadence JOIN shards ON number = shard GROUP BY 1, 2, 3"
)
_GAPS = """
    SELECT controller, site, source, count(*) FROM gaps JOIN shards ON shards.number = gaps.shard
    WHERE ends IS NULL AND filled_by = '' GROUP BY 1, 2, 3
"""
_DROPS = "SELECT controller, site, what, sum(count) FROM drops JOIN shards ON number = shard GROUP BY 1, 2, 3"
_WAITING = """
    SELECT count(DISTINCT message) FILTER (WHERE kind = 'report'), count(DISTINCT message)
    FROM deliveries JOIN outbox ON id = message WHERE ended IS NULL
"""
_FACTS = "SELECT name, value FROM facts WHERE name LIKE 'standing:%'"


class SourceGauge(msgspec.Struct, frozen=True, kw_only=True):
    """One source of one site; times in seconds since 1970, None where there was none."""

    shard: Shard
    source: str
    state: str
    entries: int
    last_answer: float | None
    last_event: float | None


class Gauges(msgspec.Struct, frozen=True, kw_only=True):
    """All numbers of a data file. `standings` holds what is kept of each site's last report, by the name of the fact."""

    shards: tuple[Shard, ...]
    sources: tuple[SourceGauge, ...]
    gaps_open: Mapping[tuple[Shard, str], int]
    dropped: Mapping[tuple[Shard, str], int]
    reports_waiting: int
    messages_waiting: int  # reports too
    last_told: float | None
    size_bytes: int
    standings: Mapping[str, str]


def read_gauges(path: Path) -> Gauges:
    """Return the numbers of the data file at `path`; raises StoreError."""
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=WAIT_S)
        try:
            return _read(connection, path)
        finally:
            connection.close()
    except sqlite3.Error as exc:
        raise in_plain_words(exc, path) from exc
    except OSError as exc:
        raise StoreError(f"The data file {path} cannot be read ({exc.strerror}).") from exc


def _read(connection: sqlite3.Connection, path: Path) -> Gauges:
    ask = connection.execute
    ask("BEGIN")  # one moment for all of them
    newest = {(Shard(c, s), source): _seconds(last) for c, s, source, last in ask(_EVENTS)}
    reports, messages = ask(_WAITING).fetchone()
    return Gauges(
        shards=tuple(Shard(*row) for row in ask("SELECT controller, site FROM shards ORDER BY 1, 2")),
        sources=tuple(
            SourceGauge(
                shard=Shard(controller, site),
                source=source,
                state=state,
                entries=entries,
                last_answer=_seconds(seen),
                last_event=newest.get((Shard(controller, site), source)),
            )
            for controller, site, source, state, entries, seen in ask(_SOURCES)
        ),
        gaps_open={(Shard(c, s), source): count for c, s, source, count in ask(_GAPS)},
        dropped={(Shard(c, s), what): count for c, s, what, count in ask(_DROPS)},
        reports_waiting=reports,
        messages_waiting=messages,
        last_told=_seconds(ask("SELECT max(at) FROM told").fetchone()[0]),
        size_bytes=_size(path),
        standings=dict(ask(_FACTS).fetchall()),
    )


def _seconds(us: int | None) -> float | None:
    return None if us is None else us / MICRO


def _size(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
