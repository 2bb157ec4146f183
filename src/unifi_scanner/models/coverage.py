"""Coverage: what was seen, what was not, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from unifi_scanner.models.enums import Severity, SourceState

AREAS = ("security", "internet", "devices", "wireless", "wired", "admin")


class Cadence(msgspec.Struct, frozen=True, kw_only=True):
    """When a source told of one part of the network first and last, and its longest silence in between."""

    source: str
    area: str
    first: datetime
    last: datetime
    longest_silence: timedelta


class SourceCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """How well one source told us about one area of the network."""

    source: str
    area: str
    state: SourceState
    reason: str = ""  # one plain sentence: why it is in this state, and what would change it
    since: datetime | None = None
    until: datetime | None = None
    last_event: datetime | None = None  # when the newest thing it told of this area happened
    entries: int = 0
    read_from: datetime | None = (
        None  # from when on its history was read without a hole, which may be before `since`
    )

    @property
    def seen_from(self) -> datetime | None:
        """Return from when on it can have told us anything."""
        known = [moment for moment in (self.since, self.read_from) if moment is not None]
        return min(known, default=None)


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A span in which a source was not heard; `closed` when another source filled it in.

    `partly`: `closed_by` filled in most of it, but does not tell everything the source tells.
    """

    source: str
    start: datetime
    end: datetime | None
    reason: str
    closed: bool = False
    closed_by: str = ""
    partly: bool = False


class Drop(msgspec.Struct, frozen=True, kw_only=True):
    """Something we received and did not keep, counted."""

    what: str
    count: int


class Muted(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of one rule that the user's own rules keep silent, and how grave the gravest of them is."""

    title: str
    count: int
    severity: Severity


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """The whole account of what a report could and could not see."""

    sources: tuple[SourceCoverage, ...] = ()
    gaps: tuple[Gap, ...] = ()
    drops: tuple[Drop, ...] = ()
    blind: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()  # plain sentences, newest last
    changes: tuple[str, ...] = ()  # what the controller began or stopped to answer, in plain sentences
    entries_read: int = 0
    entries_kept: int = 0
    unknown_codes: Mapping[str, int] = {}
    unreadable: int = 0
    without_time: int = 0
    muted: tuple[Muted, ...] = ()


def blind_areas(sources: tuple[SourceCoverage, ...]) -> tuple[str, ...]:
    """Return the areas that some source ought to tell about and none does, in a fixed order."""
    seen = {s.area for s in sources if s.state in (SourceState.OK, SourceState.QUIET)}
    asked = {s.area for s in sources if s.state is not SourceState.OFF}
    extra = sorted(asked - set(AREAS))
    return tuple(area for area in (*AREAS, *extra) if area in asked and area not in seen)
