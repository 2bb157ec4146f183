"""Read what people mean by "since": 30m, 2h, 7d, or a date and time. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

AGO = re.compile(r"(\d{1,9})\s*([smhdw])", re.ASCII)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
HOW = "write 30m, 2h, 7d, or a date and time like 2026-01-31T08:00"


def parse_since(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment meant, in UTC; a time without an offset is in `zone`. ValueError says how to write it."""
    stripped = text.strip()
    ago = AGO.fullmatch(stripped.lower())
    try:
        moment = now - timedelta(**{UNITS[ago[2]]: int(ago[1])}) if ago else _moment(stripped, zone)
    except OverflowError as exc:
        raise ValueError(f"{text!r} is too long ago; {HOW}") from exc
    if moment > now:
        raise ValueError(f"{text!r} is in the future; {HOW}")
    return moment


def _moment(text: str, zone: tzinfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(f"{text!r} is not understood; {HOW}") from exc
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC)
