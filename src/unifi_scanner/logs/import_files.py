"""Files of any source's payloads -> records -> entries, whatever they are packed in (docs/protocol.md G).

A JSON value, JSON lines or log lines, told apart by their shape; `.gz`, `.zip`, `.tar` and support bundles by
their first bytes. Log lines are read one by one, so that the size of a log does not matter.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from unifi_scanner.errors import InputError
from unifi_scanner.logs.archives import (
    LIMITS,
    MEBI,
    SNIFFED,
    UNREADABLE,
    LeftOut,
    Limits,
    Part,
    Stream,
    Trouble,
    parts_of,
    reason_of,
)
from unifi_scanner.logs.entry import Context, left_out_entry, unreadable_entry
from unifi_scanner.logs.normalise import entries_of
from unifi_scanner.logs.shapes import Shape, shape_of
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.wire_json import decode_wire
from unifi_scanner.models.wire_time import from_iso

PEEKED = SNIFFED
MAX_LINE = 16 * MEBI
MAX_JSON = 256 * MEBI
KEPT_OF_A_LONG_LINE = 64 * 1024
# a file holds no line from after it was last written; the year before that is told by the day and month
_HALF_A_YEAR = timedelta(days=181)
_WHOLE_DATE = re.compile(rb"\b20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d")
_JSON_START = re.compile(rb'\s*(?:\{\s*["}]|\[\s*[\[{\]"])')
_SHELL_WORDS = re.compile(
    r'\b(?:NumberLong|NumberInt)\("?(-?\d{1,19})"?\)|\b(?:ObjectId|ISODate)\(("[^"]{0,64}")\)'
)


class Record(msgspec.Struct, frozen=True):
    """One record: in which file or member it stood, as which, and its JSON value, its text, or why it has neither."""

    file: str
    index: int
    value: Any = None
    text: str | None = None
    trouble: str | None = None


class Placed(msgspec.Struct, frozen=True):
    """An entry and where in the input its record stood."""

    entry: LogEntry
    file: str
    index: int


def entries_in(path: Path, context: Context, *, limits: Limits = LIMITS) -> Iterator[Placed]:
    """Yield the entries of everything in the file, in its order; raises InputError where it cannot be opened."""
    with _opened(path) as file:
        told = path.stat()
        written = datetime.fromtimestamp(told.st_mtime, UTC)
        for part in parts_of(file, str(path), told.st_size, limits):
            yield from _entries_of_part(part, context, written)


def entries_of_text(text: str, context: Context) -> Iterator[LogEntry]:
    """Yield the entries of a text that was pasted: records as a file would hold them."""
    data: io.BufferedReader = io.BufferedReader(io.BytesIO(text.encode("utf-8", "replace")))
    for record in records_of(Stream("pasted", data)):
        yield from _entries_of_record(record, context)


def values_in(path: Path) -> list[Any]:
    """Return the JSON values in a file; raises InputError where it cannot be opened."""
    with _opened(path) as file:
        parts = parts_of(file, str(path), path.stat().st_size)
        found = [record for part in parts if isinstance(part, Stream) for record in records_of(part)]
        return [record.value for record in found if record.text is None and record.trouble is None]


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as exc:
        raise InputError(
            f"The file {path} cannot be read: {exc.strerror or exc}.", hint="Check its name and its rights."
        ) from exc


def _entries_of_part(part: Part, context: Context, written: datetime) -> Iterator[Placed]:
    match part:
        case LeftOut(name, count):
            files = "1 file" if count == 1 else f"{count:,} files"
            yield Placed(left_out_entry(name, files, context), name, 0)
        case Trouble(name, reason):
            yield Placed(unreadable_entry({"file": name}, context, reason=reason), name, 0)
        case Stream():
            near = context.near or reference_of(newest_date_in(part), written)
            told = msgspec.structs.replace(context, near=near)
            for record in records_of(part):
                for entry in _entries_of_record(record, told):
                    yield Placed(entry, record.file, record.index)


def _entries_of_record(record: Record, context: Context) -> Iterator[LogEntry]:
    if record.trouble is not None:
        raw = {"file": record.file, "record": record.index, "line": record.text or ""}
        yield unreadable_entry(raw, context, reason=record.trouble)
    elif record.text is None:
        yield from entries_of(record.value, context)
    else:
        yield entry_of_line(record.text, context)


def reference_of(newest: datetime | None, written: datetime) -> datetime:
    """Return the moment whose nearest year is that of a file's lines: none is later than the file was `written`."""
    if newest is None:
        return written - _HALF_A_YEAR
    # a clock that is set wrong, or a copy without its date, says nothing
    return newest if newest > written else min(newest, written - _HALF_A_YEAR)


def newest_date_in(stream: Stream) -> datetime | None:
    """Return the newest whole date at the beginning of a stream, without reading on."""
    try:
        found = _WHOLE_DATE.findall(stream.bytes.peek(PEEKED))
    except UNREADABLE:
        return None  # reading it will tell
    for text in sorted(found, reverse=True):
        moment = from_iso(text.decode())
        if moment is not None:
            return moment
    return None


def records_of(stream: Stream) -> Iterator[Record]:
    """Yield the records of a stream; where it cannot be read on, the last record says why."""
    index = 0
    try:
        for record in _records(stream.name, stream.bytes):
            index = record.index + 1
            yield record
    except UNREADABLE as exc:
        yield Record(stream.name, index, trouble=reason_of(exc))


def _records(name: str, stream: io.BufferedReader) -> Iterator[Record]:
    head = stream.peek(PEEKED).removeprefix(b"\xef\xbb\xbf")
    if not _JSON_START.match(head) or _has_json_line(head):
        yield from _line_records(name, stream)
        return
    data = stream.read(MAX_JSON + 1)
    if len(data) > MAX_JSON:
        yield Record(name, 0, trouble="it is one piece of data, and larger than we read")
        return
    values = _single_value(_decoded(data))
    if values is None:
        yield from _line_records(name, io.BytesIO(data))
    else:
        yield from (Record(name, index, value) for index, value in enumerate(values))


def _has_json_line(head: bytes) -> bool:
    """Return whether the first line is a value by itself, and others follow."""
    first, end, rest = head.lstrip().partition(b"\n")
    return bool(end and rest.strip()) and _parse(_decoded(first)) is not _NOT_JSON


def _single_value(text: str) -> list[Any] | None:
    """Return the records of a text that is one JSON value, or None where it is not."""
    value = _parse(text)
    if value is _NOT_JSON:
        return None
    shape = shape_of(value)
    if shape is Shape.LIST:
        return list(value)
    if shape in (Shape.ANSWER, Shape.PAGE) and isinstance(value.get("data"), list) and value["data"]:
        return list(value["data"])
    return [value]


def _line_records(name: str, stream: io.BufferedIOBase) -> Iterator[Record]:
    index = 0
    while data := stream.readline(MAX_LINE):
        too_long = len(data) >= MAX_LINE and not data.endswith(b"\n")
        if too_long:
            _skip_line(stream)
        text = _decoded(data[:KEPT_OF_A_LONG_LINE] if too_long else data).strip("\r\n")
        if not text.strip():
            continue
        if too_long:
            yield Record(name, index, text=text, trouble="it is a line longer than we read")
        else:
            yield _line_record(name, index, text)
        index += 1


def _skip_line(stream: io.BufferedIOBase) -> None:
    while (data := stream.readline(MEBI)) and not data.endswith(b"\n"):
        pass


def _decoded(data: bytes) -> str:
    return data.decode("utf-8-sig", errors="replace")


_NOT_JSON = object()


def _parse(text: str) -> Any:
    try:
        return decode_wire(text.encode("utf-8", "replace"))
    except ValueError:
        return _NOT_JSON if "(" not in text else _parse_shell(text)


def _parse_shell(text: str) -> Any:
    """Return what the database's own shell printed, where numbers and ids are calls: `NumberLong(1)` (G)."""
    plain = _SHELL_WORDS.sub(lambda match: match.group(1) or match.group(2), text)
    try:
        return decode_wire(plain.encode("utf-8", "replace")) if plain != text else _NOT_JSON
    except ValueError:
        return _NOT_JSON


def _line_record(name: str, index: int, line: str) -> Record:
    if line.lstrip()[:1] not in ("{", "["):
        return Record(name, index, text=line)
    value = _parse(line)
    return Record(name, index, text=line) if value is _NOT_JSON else Record(name, index, value)
