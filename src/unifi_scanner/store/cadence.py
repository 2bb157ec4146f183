"""Learning how often each source speaks of each part of the network."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from unifi_scanner.models.enums import LogSource, Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store.rows import to_us

_NOTE = """
    INSERT INTO cadence (shard, source, area, first, last) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (shard, source, area) DO UPDATE SET
      first = min(cadence.first, ?4),
      longest = max(cadence.longest, ?4 - cadence.last),
      last = max(cadence.last, ?5)
"""


def note_cadence(connection: sqlite3.Connection, shard: int, entries: Sequence[LogEntry]) -> None:
    """Note when each source just told of each part of the network."""
    spans: dict[tuple[frozenset[Origin], LogSource], list[LogEntry]] = {}
    for entry in entries:
        if entry.has_time and not entry.metadata.get("heard"):
            span = spans.get((entry.origins, entry.source))
            if span is None:
                spans[entry.origins, entry.source] = [entry, entry]
            elif entry.timestamp > span[1].timestamp:
                span[1] = entry
            elif entry.timestamp < span[0].timestamp:
                span[0] = entry
    rows = [
        (shard, origin.value, area.category, to_us(first.timestamp), to_us(last.timestamp))
        for (origins, area), (first, last) in spans.items()
        for origin in origins
    ]
    connection.executemany(_NOTE, sorted(rows))
