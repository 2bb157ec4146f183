"""The port of another service that tells a part of the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from unifi_scanner.models.coverage import SourceCoverage
from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.section import Section


class Integration(Protocol):
    """Another service, asked once for each report."""

    @property
    def name(self) -> str:
        """Return its short name, which is its source's name under coverage."""

    @property
    def title(self) -> str:
        """Return what people call it."""

    @property
    def areas(self) -> tuple[str, ...]:
        """Return the parts it tells about, as areas of the coverage."""

    def collect(self, since: datetime, now: datetime) -> Section:
        """Return what it tells of the time from `since` to `now`; raises IntegrationError where it cannot be asked.

        It ends within the time it was given when it was made, one way or the other.
        """


def failed_section(integration: Integration, reason: str) -> Section:
    """Return the section of a service that could not be asked, with a row for each of its parts."""
    return Section(
        id=integration.name,
        title=integration.title,
        state=SourceState.FAILED,
        sentences=(f"{integration.title} could not be asked this time, so this part is missing.",),
        sources=tuple(
            SourceCoverage(source=integration.name, area=area, state=SourceState.FAILED, reason=reason)
            for area in integration.areas
        ),
    )


def worst(states: Mapping[str, SourceState]) -> SourceState:
    """Return the worst of the states of a service's parts; OFF where it has none."""
    order = (SourceState.FAILED, SourceState.BLIND, SourceState.OK, SourceState.QUIET)
    return next((state for state in order if state in states.values()), SourceState.OFF)
