"""Records as received: beside their entry where few come at once, in compressed blocks where many do.

Many records of one time say nearly the same, so a block is a tenth of its records; written once, in one piece.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store.rows import encoded

DAMAGED = b'{"unreadable":"this record was damaged in the data file"}'
BLOCK_BYTES = 64 * 1024  # of records, before they are compressed
_MOST_IN_A_BLOCK = 100
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
        return zlib.decompress(block).split(_SEPARATOR)[:-1]
    except zlib.error:  # the entries are sound, and so is the file by SQLite's own account
        return [DAMAGED] * count


class Stretch(NamedTuple):
    """Records that become one block: how many, and each of them a line."""

    size: int
    lines: bytes


def stretches_of(entries: Sequence[LogEntry]) -> list[Stretch]:
    """Return the records of entries, in stretches of about a block."""
    stretches: list[Stretch] = []
    start, size = 0, _MOST_IN_A_BLOCK
    while start < len(entries):
        some = [entry.raw_data for entry in entries[start : start + size]]
        stretch = Stretch(len(some), _lines_of(some))
        stretches.append(stretch)
        start += size
        size = min(max(1, BLOCK_BYTES * stretch.size // len(stretch.lines)), _MOST_IN_A_BLOCK)
    return stretches


def _lines_of(records: Sequence[Mapping[str, Any]]) -> bytes:
    try:
        return _encode_lines(records)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return b"".join(encoded(record) + _SEPARATOR for record in records)


def records_in(stretches: Iterable[Stretch]) -> list[bytes]:
    """Return each record by itself."""
    return [record for stretch in stretches for record in stretch.lines.split(_SEPARATOR)[:-1]]


def are_worth_blocks(stretches: Iterable[Stretch]) -> bool:
    """Return whether records that come together are kept in blocks."""
    return sum(len(stretch.lines) for stretch in stretches) >= _WORTH_A_BLOCK


def keep_in_blocks(connection: sqlite3.Connection, stretches: Sequence[Stretch]) -> None:
    """Keep the records of the entries that were inserted just now, the last of them last."""
    first = connection.execute(_LAST).fetchone()[0] - sum(stretch.size for stretch in stretches) + 1
    for count, lines in stretches:
        connection.execute(_INSERT, (first + count - 1, first, zlib.compress(lines, _LEVEL)))
        first += count


def remove_empty_blocks(connection: sqlite3.Connection) -> None:
    """Remove the blocks that lost the last of their entries, which the table `doomed` names."""
    connection.execute(_REMOVE)
