"""A buffered event as one line of bytes, and back. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from unifi_scanner.api.buffer import STATE_TYPES
from unifi_scanner.api.events import BufferedEvent


class _Line(msgspec.Struct, array_like=True):
    timestamp: datetime
    event_type: str
    data: dict[str, Any]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Line).decode


def write_heard(event: BufferedEvent) -> bytes | None:
    """Return an event as a line; None for mere state, which nobody would miss."""
    if event.event_type in STATE_TYPES:
        return None
    try:
        return _encode((event.timestamp, event.event_type, event.data))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return _encode((event.timestamp, event.event_type, {"unreadable": ascii(event.data)}))


def read_heard(line: bytes) -> BufferedEvent | None:
    """Return the event of a line; None for a line that was cut off while it was written."""
    try:
        told = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return BufferedEvent(told.timestamp, told.event_type, told.data)
