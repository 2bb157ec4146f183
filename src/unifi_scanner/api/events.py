"""BufferedEvent: one event of the stream. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class BufferedEvent(msgspec.Struct, frozen=True):
    """One event of the stream: when it happened (aware UTC), its dotted type, and the wire item."""

    timestamp: datetime
    event_type: str
    data: dict[str, Any]
