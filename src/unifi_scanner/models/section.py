"""Section: what another service tells, as one part of a report. Pure."""

from __future__ import annotations

import msgspec

from unifi_scanner.models.coverage import SourceCoverage
from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.finding import Finding


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number with its name, both as people read them."""

    name: str
    value: str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A short table; every row has as many cells as there are columns."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What one other service tells of a period.

    `findings` are told among the report's own; `sources` say how well each part of the service could be seen, and
    are told under coverage. `state` is the worst of them.
    """

    id: str
    title: str
    state: SourceState
    sentences: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()
    sources: tuple[SourceCoverage, ...] = ()
