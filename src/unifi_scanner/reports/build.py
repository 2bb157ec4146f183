"""Findings and coverage -> Report: what needs you first, then the rest, under one verdict. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.finding import Finding, Incident
from unifi_scanner.models.pictures import Pictures
from unifi_scanner.models.report import Change, Period, Report, Thing, Trend
from unifi_scanner.models.section import Section
from unifi_scanner.reports.verdict import Case, judge
from unifi_scanner.reports.wording import is_urgent, needs_someone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_PICTURES = Pictures()
MOST_NEEDS = 3  # a fourth thing that needs you goes to "What happened", unless it can't wait


def build_report(
    findings: Sequence[Finding],
    coverage: Coverage,
    *,
    period: Period,
    title: str,
    entry_count: int,
    generated_at: datetime,
    incidents: Sequence[Incident] = (),
    pictures: Pictures = NO_PICTURES,
    changes: Sequence[Change] = (),
    trends: Sequence[Trend] = (),
    sections: Sequence[Section] = (),
) -> Report:
    """Return the report on `findings`, ranked, with a verdict that never promises more than `coverage` allows.

    An incident leads the report in place of the findings it tells.
    """
    ranked = sorted(findings, key=_rank)
    told = {incident.id for incident in incidents}
    things: list[Thing] = sorted([*incidents, *(f for f in ranked if f.incident not in told)], key=_rank)
    needs = sorted((f for f in things if needs_someone(f)), key=lambda f: not is_urgent(f))
    most = max(MOST_NEEDS, sum(map(is_urgent, needs)))
    needs_you, chosen = tuple(needs[:most]), {id(f) for f in needs[:most]}
    case = Case(
        needs_you=needs_you,
        coverage=coverage,
        period=period,
        entry_count=entry_count,
    )
    return Report(
        title=title,
        verdict=judge(case),
        period=period,
        needs_you=needs_you,
        findings=tuple(f for f in ranked if id(f) not in chosen),
        incidents=tuple(sorted(incidents, key=_incident_rank)),
        changes=tuple(changes),
        trends=tuple(trends),
        coverage=coverage,
        pictures=pictures,
        sections=tuple(sections),
        entry_count=entry_count,
        generated_at=generated_at,
    )


def _rank(finding: Thing) -> tuple[int, bool, float, str]:
    return (-finding.severity.rank, finding.resolved, -_seconds(finding.last_seen), finding.id)


def _incident_rank(incident: Incident) -> tuple[bool, int, float, str]:
    return (incident.resolved, -incident.severity.rank, -_seconds(incident.last_seen), incident.id)


def _seconds(moment: datetime) -> float:
    return (moment - EPOCH).total_seconds()
