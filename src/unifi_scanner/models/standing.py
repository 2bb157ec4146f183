"""Standing: how a site stood when it was last reported on, in a few numbers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from unifi_scanner.models.enums import Severity, Status
from unifi_scanner.models.report import Report


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the latest report said of a site, for programs that show or watch it."""

    status: Status
    sentence: str
    at: datetime  # when the report was made
    open_incidents: int = 0
    findings: Mapping[Severity, int] = {}
    last_incident: str = ""
    last_incident_at: datetime | None = None


def standing_of(report: Report) -> Standing:
    """Return how things stand by a report; what an incident tells is not counted as a finding of its own again."""
    told = [thing for thing in (*report.needs_you, *report.findings) if not getattr(thing, "incident", "")]
    things = {thing.id: thing for thing in (*told, *report.incidents)}
    newest = max(report.incidents, key=lambda incident: (incident.last_seen, incident.id), default=None)
    return Standing(
        status=report.verdict.status,
        sentence=report.verdict.sentence,
        at=report.generated_at,
        open_incidents=sum(not incident.resolved for incident in report.incidents),
        findings={each: sum(t.severity is each for t in things.values()) for each in Severity},
        last_incident=newest.title if newest else "",
        last_incident_at=newest.last_seen if newest else None,
    )
