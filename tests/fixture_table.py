"""The recorded payloads against what becomes of them: `python -m tests.fixture_table` (or `make fixtures`).

Reads ../shared/fixtures in place and ends with 1 where any record gave no entry.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.shared_data import FIXTURES
from unifi_scanner.logs.archives import Stream, parts_of
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.import_files import entries_in, records_of
from unifi_scanner.models.enums import Origin

_INDEXED = re.compile(r"^\| (\S+\.\w+) \| \d+ \| (\S+) \|", re.MULTILINE)
_UNKNOWN = ("unknown",)
_UNREADABLE = ("unreadable",)
_NO_EVENTS = ("state.", "client.known", "client.state")


class Row(msgspec.Struct, frozen=True):
    """What became of one file: how many records, entries, and of those no events, unknown, unreadable; and records lost."""

    file: str
    kind: str
    records: int
    entries: int
    no_events: int
    unknown: int
    unreadable: int
    lost: int


def kinds_of_files() -> dict[str, str]:
    """Return which kind of payload each recorded file holds, by the index that comes with them."""
    return dict(_INDEXED.findall((FIXTURES / "README.md").read_text(encoding="utf-8")))


def rows() -> Iterator[Row]:
    """Yield a row for every recorded file."""
    kinds = kinds_of_files()
    for path in sorted(FIXTURES.rglob("*.*")):
        if path.name != "README.md":
            name = path.relative_to(FIXTURES).as_posix()
            yield row_of(path, name, kinds.get(name, "-"))


def row_of(path: Path, name: str, kind: str) -> Row:
    """Return what becomes of one file."""
    with path.open("rb") as file:
        streams = [part for part in parts_of(file, name, path.stat().st_size) if isinstance(part, Stream)]
        indexes = {record.index for stream in streams for record in records_of(stream)}
    # the files are read as what they are: event rows were answered by REST, frames came by the socket
    context = Context(origin=Origin.REST if kind in ("event", "rest", "device") else None)
    placed = list(entries_in(path, context))
    told = [place.entry.kind for place in placed]
    return Row(
        file=name,
        kind=kind,
        records=len(indexes),
        entries=len(placed),
        no_events=sum(kind.startswith(_NO_EVENTS) for kind in told),
        unknown=sum(kind in _UNKNOWN for kind in told),
        unreadable=sum(kind in _UNREADABLE for kind in told),
        lost=len(indexes - {place.index for place in placed}),
    )


HEADS = ("fixture file", "kind", "records", "entries", "no event", "unknown", "unreadable", "lost")


def main() -> int:
    """Print the table; return 1 where a record was lost."""
    if not FIXTURES.is_dir():
        sys.stdout.write("The recorded payloads (../shared/fixtures) are not here.\n")
        return 0
    table = [HEADS, *(tuple(map(str, msgspec.structs.astuple(row))) for row in rows())]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADS))]
    for line in table:
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    lost = sum(row.lost for row in rows())
    sys.stdout.write(f"{'No record was' if not lost else f'{lost} records were'} lost.\n")
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
