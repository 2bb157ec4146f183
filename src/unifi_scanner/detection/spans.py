"""Spans of time, as a rule writes them (`10m`) and as a person reads them (`10 minutes`). Pure."""

from __future__ import annotations

import re
from datetime import timedelta

_WRITTEN = re.compile(r"^\s*(\d{1,6})\s*(s|m|h|d)\s*$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WORDS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def parse_span(text: object) -> timedelta:
    """Return the span of `30s`, `10m`, `24h` or `7d`; raises ValueError for anything else."""
    match = _WRITTEN.match(text) if isinstance(text, str) else None
    span = timedelta(**{_UNITS[match.group(2)]: int(match.group(1))}) if match else timedelta()
    if not span:
        raise ValueError(f'{text!r} is not a span of time; write it like "30s", "10m", "24h" or "7d"')
    return span


def whole_seconds(span: timedelta) -> int:
    """Return how long a span is, to the nearest second."""
    return round(abs(span).total_seconds())


def span_words(span: timedelta) -> str:
    """Return a span in at most two units, to the nearest second: 14 minutes, 2 hours 5 minutes, 3 days."""
    # sources tell one moment some milliseconds apart (docs/protocol.md E): no second may hang on which was heard
    left = whole_seconds(span)
    place = next((i for i, (size, _) in enumerate(_WORDS) if left >= size), None)
    if place is None:
        return "less than a second"
    parts = []
    for size, word in _WORDS[place : place + 2]:
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{amount} {word}{'' if amount == 1 else 's'}")
    return " ".join(parts)
