"""Frame text -> events (docs/protocol.md B.4, B.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from unifi_scanner.api.events import BufferedEvent
from unifi_scanner.errors import FrameError
from unifi_scanner.models.vocabulary import EVENT_FRAMES, dotted
from unifi_scanner.models.wire_json import decode_wire
from unifi_scanner.models.wire_time import event_time

# `meta` first or `meta` last, and its `message`: anchored, so that nothing inside `data` can pose as it
_HEAD = re.compile(rb'\s*\{\s*"meta"\s*:\s*\{[^{}"]*(?:"[^"\\{}]*"[^{}"]*)*?"message"\s*:\s*"([^"\\]*)"')
_TAIL = re.compile(
    rb',\s*"meta"\s*:\s*\{(?:[^{}"]|"[^"\\{}]*")*?"message"\s*:\s*"([^"\\]*)"(?:[^{}"]|"[^"\\{}]*")*\}\s*\}\s*$'
)
_TAIL_BYTES = 200
STATE_FRAMES = frozenset({"sta:sync", "client:sync"})
DOTTED_KIND = re.compile(r"^[a-z]+\.[a-z_]+$")


class Nothing(StrEnum):
    """Why a frame gave no event."""

    EMPTY = "empty"
    PING = "ping"
    BINARY = "binary"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


class _Meta(msgspec.Struct):
    message: str = ""


class _Head(msgspec.Struct):
    meta: _Meta = msgspec.field(default_factory=_Meta)


class _Frame(msgspec.Struct):
    meta: _Meta = msgspec.field(default_factory=_Meta)
    data: list[Any] | dict[str, Any] | None = None


_decode_head = msgspec.json.Decoder(_Head).decode
_decode_frame = msgspec.json.Decoder(_Frame).decode


def peek_kind(raw: bytes) -> str | None:
    """Return a frame's `meta.message` without decoding its body, or None where it has none.

    Raises FrameError for what is not a JSON object.
    """
    found = _HEAD.match(raw) or _TAIL.search(raw, max(0, len(raw) - _TAIL_BYTES))
    if found is not None:
        return found.group(1).decode("utf-8", "replace")
    try:
        return _decode_head(raw).meta.message or None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _repaired(raw).meta.message or None


def is_wanted(kind: str | None) -> bool:
    """Return whether frames of this kind carry anything for the buffer."""
    return kind is not None and (
        kind in EVENT_FRAMES or kind in STATE_FRAMES or DOTTED_KIND.match(kind) is not None
    )


def decode_events(raw: str | bytes, heard: datetime, *, any_kind: bool = False) -> list[BufferedEvent]:
    """Return every event of a frame, in order; raises FrameError for what cannot be read.

    `heard` stands in where the wire gives no time. With `any_kind` also the items of frames that carry no events.
    """
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    kind = peek_kind(data)
    if not any_kind and not is_wanted(kind):
        return []
    try:
        frame = _decode_frame(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        frame = _repaired(data)
    items = [frame.data] if isinstance(frame.data, dict) else frame.data or []
    return [_event(kind or "", item, heard) for item in items if item != {}]


def _repaired(raw: bytes) -> _Frame:
    """Return a frame in which a stranger's name, or a number, is not what JSON allows."""
    try:
        return msgspec.convert(decode_wire(raw), _Frame)
    except (ValueError, RecursionError) as exc:
        raise FrameError("A frame could not be read.") from exc


def _event(kind: str, item: Any, heard: datetime) -> BufferedEvent:
    if not isinstance(item, Mapping):
        return BufferedEvent(heard, "unreadable", {"unreadable": item})
    key = item.get("key")
    event_type = dotted(key) if isinstance(key, str) and key else kind
    timed = None if kind in STATE_FRAMES else event_time(item)
    return BufferedEvent(timed or heard, event_type, dict(item))
