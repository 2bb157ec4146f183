"""When a wire record says it happened (docs/protocol.md 0.6, B.5, D.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS = 253_402_300_799_000  # the end of year 9999, the last a datetime can hold
FIRST_SECONDS, FIRST_MS = 10**9, 10**11  # between them a number can only be seconds: as ms it is January 1970
_NUMBER = re.compile(r"^\d{1,15}$")


def from_ms(value: float) -> datetime | None:
    """Return the moment `value` milliseconds after 1970, or None where no calendar has it."""
    if not 0 < value <= LATEST_MS:
        return None
    return EPOCH + timedelta(milliseconds=value)


def from_number(value: Any) -> datetime | None:
    """Return the moment a wire number means: milliseconds, or seconds where only that is plausible."""
    if isinstance(value, str) and _NUMBER.match(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return from_ms(value * 1000 if FIRST_SECONDS <= value < FIRST_MS else value)


def from_iso(value: Any) -> datetime | None:
    """Return the moment of an ISO 8601 text; UTC where it names no zone, as UniFi means it."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def event_time(item: Mapping[str, Any]) -> datetime | None:
    """Return when `item` happened by its own account, or None where it does not say."""
    return (
        from_number(item.get("time"))
        or from_iso(item.get("datetime"))
        or from_number(item.get("timestamp"))
        or from_iso(item.get("timestamp"))
    )
