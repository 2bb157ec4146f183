"""The console's alert collection through its own database shell: the query, and its answer as rows. Pure.

docs/protocol.md G: MongoDB on 127.0.0.1:27117 without sign-in, `ace.alert` is the system-log store. How each shell prints
its numbers and ids is not recorded anywhere we know [?], so every spelling is read.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

import msgspec

ADDRESS = "127.0.0.1:27117/ace"
QUERY_MS = 20_000
MAX_DEPTH = 30


class AlertPage(msgspec.Struct, frozen=True):
    """One answer: its rows, and the lines that looked like rows and could not be read."""

    rows: tuple[Mapping[str, Any], ...]
    unreadable: tuple[str, ...]


def alerts_command(since_ms: int, limit: int) -> str:
    """Return the read-only query for alerts since a moment (ms since 1970), oldest first, one JSON object a line."""
    query = (
        f'db.alert.find({{time: {{$gte: NumberLong("{since_ms:d}")}}}}).sort({{time: 1, _id: 1}})'
        f".limit({limit:d}).maxTimeMS({QUERY_MS})"
        ".forEach(function (row) { print(JSON.stringify(row)); })"
    )
    shell = '"$(command -v mongosh || command -v mongo || echo no-database-shell)"'
    return f"{shell} --quiet --norc {ADDRESS} --eval {shlex.quote(query)}"


def parse_alerts(text: str) -> AlertPage:
    """Return the rows in a shell's answer; lines that are no JSON object are the shell's chatter."""
    rows: list[Mapping[str, Any]] = []
    unreadable: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        if not bare.startswith("{"):
            continue
        try:
            row = plain(json.loads(bare))
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, Mapping):
            rows.append(row)
        else:
            unreadable.append(bare)
    return AlertPage(tuple(rows), tuple(unreadable))


def plain(value: Any, depth: int = 0) -> Any:
    """Return a JSON value without the shells' wrappers: `{"$oid": …}`, `{"$numberLong": …}` and their like."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    unwrapped = _unwrapped(value)
    if unwrapped is not None:
        return plain(unwrapped, depth + 1)
    return {name: plain(item, depth + 1) for name, item in value.items()}


def _unwrapped(value: Mapping[str, Any]) -> Any:
    match value:
        case {"$oid": str(text)} if len(value) == 1:
            return text
        case {"$numberLong": str(text) | int(text)} | {"$numberInt": str(text) | int(text)} if (
            len(value) == 1
        ):
            return _whole(text)
        case {"$date": inner} if len(value) == 1:
            return inner
        case {"low": int(low), "high": int(high), "unsigned": bool()} if len(value) == 3:
            return (high << 32) + (low & 0xFFFFFFFF)
    return None


def _whole(text: str | int) -> str | int:
    bare = str(text)
    return int(bare) if bare.lstrip("-").isascii() and bare.lstrip("-").isdigit() and len(bare) < 20 else text
