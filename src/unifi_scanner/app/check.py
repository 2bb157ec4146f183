"""One line of `doctor`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from unifi_scanner.log import inert


class Check(msgspec.Struct, frozen=True):
    """One step of the set-up: its name, how it went, what to do about it, and the same for programs."""

    name: str
    result: str  # ok, note or failed
    said: str
    fix: str = ""
    exit_code: int = 0
    facts: Mapping[str, Any] = {}
    more: tuple[str, ...] = ()  # further lines of the same step


def line_of(check: Check) -> str:
    """Return a step as people read it."""
    mark = {"ok": "[ok]", "note": "[i] ", "failed": "[!!]"}[check.result]
    word = "Fix" if check.result == "failed" else "Tip"
    fix = (f"{word}: {check.fix}",) if check.fix else ()
    return "\n     ".join(map(inert, (f"{mark} {check.name}: {check.said}", *check.more, *fix)))
