"""The only wall clock: everything else is handed the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Return the present moment in milliseconds since 1970, the unit of UniFi's own times."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds of a clock that never jumps, for measuring spans."""
    return time.monotonic()
