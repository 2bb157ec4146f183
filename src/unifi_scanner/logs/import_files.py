"""Files of any source's payloads -> records: a JSON value, JSON lines, or log lines, told by their shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from unifi_scanner.errors import InputError
from unifi_scanner.logs.normalise import Context, entries_of
from unifi_scanner.logs.shapes import Shape, shape_of
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.log_entry import LogEntry

MAX_LINE = 64 * 1024 * 1024


class Record(msgspec.Struct, frozen=True):
    """One record of a file: where it stood, and its JSON value or its text."""

    index: int
    value: Any = None
    text: str | None = None


def entries_in(path: Path, context: Context) -> Iterator[tuple[int, LogEntry]]:
    """Yield (record index, entry) for everything in the file, in its order; raises InputError."""
    for record in read_records(path):
        if record.text is None:
            for entry in entries_of(record.value, context):
                yield record.index, entry
        else:
            yield record.index, entry_of_line(record.text, context)


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a file: the elements of one JSON value, or one record a line."""
    text = _text(path)
    stripped = text.strip()
    if not stripped:
        return
    single = _single_value(stripped)
    if single is not None:
        yield from (Record(i, value) for i, value in enumerate(single))
        return
    lines = (line for line in text.split("\n") if line.strip())
    yield from (_line_record(i, line.rstrip("\r")) for i, line in enumerate(lines))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as exc:
        raise InputError(
            f"The file {path} cannot be read: {exc.strerror or exc}.", hint="Check its name and its rights."
        ) from exc


def _single_value(text: str) -> list[Any] | None:
    """Return the records of a text that is one JSON value, or None where it is not."""
    if text[0] not in "[{":
        return None
    value = _parse(text)
    if value is _NOT_JSON:
        return None
    shape = shape_of(value)
    if shape is Shape.LIST:
        return list(value)
    if shape in (Shape.ANSWER, Shape.PAGE) and isinstance(value.get("data"), list) and value["data"]:
        return list(value["data"])
    return [value]


_NOT_JSON = object()


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _line_record(index: int, line: str) -> Record:
    if line.lstrip()[:1] not in ("{", "["):
        return Record(index, text=line)
    value = _parse(line)
    return Record(index, text=line) if value is _NOT_JSON else Record(index, value)
