"""Rule: what to look for, and how to tell it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from unifi_scanner.models.enums import Confidence, Severity


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Which matches belong together, and how many within which time make a finding; no `within`: each does.

    `distinct` counts different values of that field instead of entries.
    """

    by: tuple[str, ...] = ()
    at_least: int = 1
    within: timedelta | None = None
    distinct: str | None = None


class Precondition(msgspec.Struct, frozen=True, kw_only=True):
    """What must have happened to the same subject before (`after`), or must not (`unless`)."""

    kind: tuple[str, ...]
    by: tuple[str, ...]
    at_least: int
    within: timedelta


class Resolve(msgspec.Struct, frozen=True, kw_only=True):
    """What says that the trouble is over, and how grave it is then; `quick` was it over that fast every time."""

    kind: tuple[str, ...]
    severity: Severity
    quick_within: timedelta | None = None
    quick_severity: Severity | None = None


class Explain(msgspec.Struct, frozen=True, kw_only=True):
    """The words; placeholders and [optional parts] are those of models/phrasing.py."""

    what: str
    why: str
    do: tuple[str, ...] = ()
    confidence: Confidence = Confidence.CERTAINLY
    because: str = ""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """Wire records, and the exact `what` they must give; without `says` the rule must stay silent.

    The records happen `times` times, each `every` after the one before. `also` names the other rules that rightly fire on the same records.
    """

    note: str
    events: tuple[Mapping[str, Any], ...]
    times: int = 1
    every: timedelta = timedelta()
    says: str | None = None
    also: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One thing worth telling: `name` is the file's stem, `category` its folder."""

    name: str
    category: str
    path: str
    title: str
    severity: Severity
    kind: tuple[str, ...]
    explain: Explain
    where: Mapping[str, Any] = {}
    window: Window = Window()
    after: Precondition | None = None
    unless: Precondition | None = None
    resolve: Resolve | None = None
    examples: tuple[Example, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """Return every text that may hold placeholders."""
        explain = self.explain
        return (self.title, explain.what, explain.why, *explain.do, explain.because)
