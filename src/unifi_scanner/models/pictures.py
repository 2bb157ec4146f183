"""Pictures: what a report draws, as series by day and hour, and what of it nobody saw. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

DRAWN_AREAS = ("internet", "wireless", "security", "devices")


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time; `end` is None while it goes on, and equals `start` for a moment."""

    start: datetime
    end: datetime | None = None


class Outage(Span, frozen=True, kw_only=True):
    """An Internet line was down; `bridged` when the backup line took over meanwhile."""

    bridged: bool = False


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One UniFi device and when it was off; a restart is a moment."""

    id: str
    name: str
    off: tuple[Span, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One access point: how often devices joined it, and how much went wrong there, day by day."""

    id: str
    name: str
    joins: int
    troubles: tuple[int, ...]


class Blocked(msgspec.Struct, frozen=True, kw_only=True):
    """Attacks of one day: stopped from outside, stopped from inside, and those no record says were stopped."""

    outside: int = 0
    inside: int = 0
    not_stopped: int = 0


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a report draws; days are local, each from its midnight to the next.

    `clients` counts by the hour from the first midnight, None where nothing told of clients yet. `usual_blocked` is from
    how many to how many blocked attacks such a day usually has, None where that is not known. `unseen` has the spans of each
    area in which nobody looked; `told` the areas of which at least one entry or source told.
    """

    days: tuple[Span, ...] = ()
    outages: tuple[Outage, ...] = ()
    devices: tuple[Lane, ...] = ()
    places: tuple[Place, ...] = ()
    clients: tuple[int | None, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    usual_blocked: tuple[tuple[float, float] | None, ...] = ()
    unseen: Mapping[str, tuple[Span, ...]] = {}
    told: tuple[str, ...] = ()
    cut: bool = False  # the period is longer than what is drawn: these are its last days
