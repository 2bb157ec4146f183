"""Records as received: beside their entry where few come at once, in compressed blocks where many do.

Many records of one time say nearly the same, so a block is a tenth of its records; written once, in one piece.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store.rows import encoded

DAMAGED = b'{"unreadable":"this record was damaged in the data file"}'
BLOCK_BYTES = 64 * 1024  # of records, before they are compressed
_WORTH_A_BLOCK = 8 * 1024  # less stays beside its entry
_LEVEL = 1
_KEPT = 8  # blocks at hand while reading: sources that write at the same time alternate
_SEPARATOR = b"\n"  # JSON has none

_encode_lines = msgspec.json.Encoder().encode_lines

_LAST = "SELECT last_insert_rowid()"
_INSERT = "INSERT INTO raw_blocks (last_seq, first_seq, records) VALUES (?, ?, ?)"
_FIND = "SELECT first_seq, last_seq, records FROM raw_blocks WHERE last_seq >= ? ORDER BY last_seq LIMIT 1"
_REMOVE = """
    DELETE FROM raw_blocks
    WHERE last_seq >= (SELECT min(seq) FROM doomed) AND first_seq <= (SELECT max(seq) FROM doomed)
      AND NOT EXISTS (SELECT 1 FROM entries WHERE seq BETWEEN first_seq AND last_seq)
"""


class _Block(NamedTuple):
    """Records of entries that follow each other."""

    first_seq: int
    records: list[bytes]

    def has(self, seq: int) -> bool:
        return 0 <= seq - self.first_seq < len(self.records)


Ask = Callable[[str, Sequence[Any]], list[Any]]


class Raws:
    """Reads records out of their blocks; `ask` returns the rows of a query."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._blocks: list[_Block] = []  # the latest use last

    def of(self, seq: int) -> bytes | None:
        """Return the record of the entry numbered `seq`, or None where it was pruned together with the entry."""
        block = next((block for block in self._blocks if block.has(seq)), None) or self._load(seq)
        return None if block is None else block.records[seq - block.first_seq]

    def _load(self, seq: int) -> _Block | None:
        for first, last, packed in self._ask(_FIND, (seq,)):
            if first <= seq:
                block = _Block(first, _unpacked(packed, last - first + 1))
                self._blocks = [*self._blocks[1 - _KEPT :], block]
                return block
        return None


def _unpacked(block: bytes, count: int) -> list[bytes]:
    try:
        return zlib.decompress(block).split(_SEPARATOR)
    except zlib.error:  # the entries are sound, and so is the file by SQLite's own account
        return [DAMAGED] * count


def lines_of(entries: Sequence[LogEntry]) -> bytes:
    """Return the records of entries, each a line."""
    records = [entry.raw_data for entry in entries]
    try:
        return _encode_lines(records)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return b"".join(encoded(record) + _SEPARATOR for record in records)


def are_worth_blocks(lines: bytes) -> bool:
    """Return whether records that come together are kept in blocks."""
    return len(lines) >= _WORTH_A_BLOCK


def keep_in_blocks(connection: sqlite3.Connection, lines: bytes) -> None:
    """Keep the records of the entries that were inserted just now, the last of them last."""
    first = connection.execute(_LAST).fetchone()[0] - lines.count(_SEPARATOR) + 1
    for start, end in _cut(lines):
        count = lines.count(_SEPARATOR, start, end) + 1
        block = zlib.compress(memoryview(lines)[start:end], _LEVEL)
        connection.execute(_INSERT, (first + count - 1, first, block))
        first += count


def _cut(lines: bytes) -> Iterator[tuple[int, int]]:
    """Yield where stretches of whole lines begin and end, without the separator after them."""
    start = 0
    while start < len(lines):
        end = lines.find(_SEPARATOR, min(start + BLOCK_BYTES, len(lines) - 1))
        yield start, end
        start = end + 1


def remove_empty_blocks(connection: sqlite3.Connection) -> None:
    """Remove the blocks that lost the last of their entries, which the table `doomed` names."""
    connection.execute(_REMOVE)
