"""JSON as a controller sends it, strangers' names and all: repaired where the standard forbids it. Pure.

Whoever names a phone chooses bytes that end up in here. Half a surrogate pair, a byte that is no UTF-8 or a
number no computer holds must cost that one value, never the frame or the page around it.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

LONGEST_NUMBER = 300
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_decode = msgspec.json.Decoder().decode


def decode_wire(raw: bytes) -> Any:
    """Return the JSON value in `raw`, with what no program can hold replaced; raises ValueError."""
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_repaired(raw)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _decode_repaired(raw: bytes) -> Any:
    text = raw.decode("utf-8-sig", errors="replace")
    whole = _ESCAPE.sub(lambda m: r"\ufffd" if m.group(1) else m.group(), text)
    try:
        return json.loads(whole, parse_int=_whole, parse_float=_real, parse_constant=lambda _name: None)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits[:LONGEST_NUMBER]


def _real(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits[:LONGEST_NUMBER]
