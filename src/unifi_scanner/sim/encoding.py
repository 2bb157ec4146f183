"""JSON as a controller writes it: a name that is no text goes out as the escape of what it is. Pure."""

from __future__ import annotations

import json
from typing import Any

import msgspec


def json_bytes(value: Any) -> bytes:
    """Return `value` as JSON, half a surrogate pair included."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, default=str).encode()
