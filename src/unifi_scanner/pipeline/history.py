"""Reading history: what to ask of whom, and what came of it. Asks the network, never the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from unifi_scanner.errors import CollectionError, ControllerError, ControllerSilent
from unifi_scanner.logs.base import Collected, Collector
from unifi_scanner.logs.collector import LogCollector

log = structlog.get_logger(__name__)


class Reading(msgspec.Struct, frozen=True):
    """One source to be read from a moment on.

    `known_upto` is the newest thing it told before, `read_at` when it last answered; None where it never did.
    """

    source: Collector
    since: datetime
    known_upto: datetime | None = None
    read_at: datetime | None = None
    looks_back: bool = False  # further than where it was last read

    @property
    def name(self) -> str:
        """Return the source's name."""
        return self.source.source


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a round of reading that began then gave; `trouble` is why it gave nothing at all."""

    plan: Sequence[Reading]
    begun: datetime
    collected: Collected = Collected()
    trouble: CollectionError | ControllerError | None = None


def read_history(plan: Sequence[Reading], now: datetime) -> Found:
    """Read every source of the plan."""
    line = _Line()
    chain = LogCollector([_From(reading, line) for reading in plan])
    try:
        collected = chain.hear()
    except (CollectionError, ControllerError) as exc:  # a sign-in refused while running, too
        return Found(plan=plan, begun=now, trouble=exc)
    return Found(plan=plan, begun=now, collected=collected)


def told_anew(found: Found, since: datetime) -> list[str]:
    """Return the sources that told something they did not have when they were last read, which was not before `since`."""
    readings = {reading.name: reading for reading in found.plan}
    return [
        heard.source
        for heard in found.collected.heard
        if heard.newest is not None
        and (reading := readings.get(heard.source)) is not None
        and reading.read_at is not None
        and reading.read_at >= since
        and (reading.known_upto is None or heard.newest > reading.known_upto)
    ]


class _Line:
    """The one line to the controller that all of a round's questions share."""

    silence: CollectionError | None = None


class _From:
    """A source that starts where it was last read, and is not asked where nobody answers any more."""

    def __init__(self, reading: Reading, line: _Line) -> None:
        self.source = reading.name
        self._reading = reading
        self._line = line

    def collect(self, since: datetime | None) -> Collected:
        if self._line.silence is not None:
            raise self._line.silence  # waiting for each source in turn would take minutes
        start = self._reading.since
        try:
            return self._reading.source.collect(start if since is None else max(start, since))
        except CollectionError as exc:
            if isinstance(exc.cause, ControllerSilent):
                self._line.silence = exc
            raise
