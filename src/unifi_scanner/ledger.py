"""What was seen and what was not: the store's notes -> Coverage. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from unifi_scanner.models.coverage import Coverage, Drop, Gap, SourceCoverage, blind_areas
from unifi_scanner.models.enums import SourceState

# which areas of the network a source tells about when it works (docs/protocol.md 0, B.9, E)
SOURCE_AREAS: Mapping[str, tuple[str, ...]] = {
    "websocket": ("wireless", "wired", "devices", "internet"),
    "rest": ("wireless", "wired", "devices", "internet", "admin"),
    "alarm": ("devices",),
    "ips": ("security",),
    "system_log": ("security", "internet", "devices", "wireless", "wired", "admin"),
}
FROZEN_EVENTS, EMPTY_IPS = (10, 0), (9, 3, 45)
SSH_OFF = "Reading the console's log files over SSH is not set up."


class ControllerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the controller a report speaks of."""

    title: str
    zone: str = "UTC"
    version: str | None = None
    websocket_enabled: bool = True
    listening: bool = True  # False for a one-off report, which never opens the stream


class SourceNote(Protocol):
    """What the store remembers of one source."""

    @property
    def source(self) -> str: ...
    @property
    def state(self) -> SourceState: ...
    @property
    def reason(self) -> str: ...
    @property
    def first_seen(self) -> datetime | None: ...
    @property
    def last_seen(self) -> datetime | None: ...
    @property
    def entries(self) -> int: ...


def version_of(text: str | None) -> tuple[int, ...]:
    """Return a version as numbers, for comparing; empty where there is none."""
    return tuple(int(part) for part in re.findall(r"\d+", text or "")[:3])


def coverage_from(
    notes: Sequence[SourceNote],
    facts: ControllerFacts,
    *,
    gaps: Sequence[Gap] = (),
    drops: Sequence[Drop] = (),
    failures: Sequence[str] = (),
    entries: int = 0,
    unknown: Mapping[str, int] | None = None,
    unreadable: int = 0,
    without_time: int = 0,
) -> Coverage:
    """Return the whole account of what could be seen; a source nobody heard from is never left out."""
    known = {note.source: note for note in notes}
    rows = [row for source in SOURCE_AREAS for row in _rows(source, known.get(source), facts)]
    rows.append(SourceCoverage(source="ssh", area="system", state=SourceState.OFF, reason=SSH_OFF))
    return Coverage(
        sources=tuple(rows),
        gaps=tuple(gaps),
        drops=tuple(drops),
        blind=blind_areas(tuple(rows)),
        failures=tuple(failures),
        entries_read=entries + sum(drop.count for drop in drops),
        entries_kept=entries,
        unknown_codes=dict(sorted((unknown or {}).items())),
        unreadable=unreadable,
        without_time=without_time,
    )


def _rows(source: str, note: SourceNote | None, facts: ControllerFacts) -> list[SourceCoverage]:
    state, reason = _judge(source, note, facts)
    return [
        SourceCoverage(
            source=source,
            area=area,
            state=state,
            reason=reason,
            since=note.first_seen if note else None,
            until=note.last_seen if note else None,
            entries=note.entries if note else 0,
        )
        for area in SOURCE_AREAS[source]
    ]


def _judge(source: str, note: SourceNote | None, facts: ControllerFacts) -> tuple[SourceState, str]:
    if source == "websocket" and not facts.websocket_enabled:
        return SourceState.OFF, "Listening live is switched off in the settings."
    if note is None:
        if source == "websocket" and not facts.listening:
            return SourceState.OFF, "Only the running service listens live; this report was made without it."
        return SourceState.FAILED, "It was never heard from."
    if note.state not in (SourceState.OK, SourceState.QUIET):
        return note.state, note.reason
    return _distrust(source, note, version_of(facts.version))


def _distrust(source: str, note: SourceNote, version: tuple[int, ...]) -> tuple[SourceState, str]:
    # an old endpoint that answers with nothing new is not good news (docs/protocol.md 0)
    if source == "rest" and version >= FROZEN_EVENTS:
        return SourceState.BLIND, "UniFi Network 10 answers here, but no longer writes new events to it."
    if source == "ips" and version >= EMPTY_IPS and not note.entries:
        return (
            SourceState.BLIND,
            "Since UniFi Network 9.3.45 this list stays empty; threats are in the system log.",
        )
    return (SourceState.OK if note.entries or source == "websocket" else SourceState.QUIET), note.reason
