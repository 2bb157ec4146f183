"""Reports to test with: a bad week, a quiet one and a half-blind one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from unifi_scanner.models.coverage import Coverage, Drop, Gap, SourceCoverage, blind_areas
from unifi_scanner.models.enums import Confidence, LogSource, Severity, SourceState
from unifi_scanner.models.finding import Evidence, Finding, Incident
from unifi_scanner.models.report import Period, Report
from unifi_scanner.reports import build_report

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
WEEK = Period(start=NOW - timedelta(days=7), end=NOW, zone="America/Chicago")
OK, QUIET, BLIND = SourceState.OK, SourceState.QUIET, SourceState.BLIND
FAILED, OFF = SourceState.FAILED, SourceState.OFF
AREAS = ("security", "internet", "devices", "wireless", "wired", "admin")


def finding(
    name: str,
    severity: Severity = Severity.MEDIUM,
    *,
    resolved: bool = False,
    hours_ago: float = 5,
    title: str = "",
    source: LogSource = LogSource.WIRELESS,
) -> Finding:
    """Return a finding called `name`."""
    last = NOW - timedelta(hours=hours_ago)
    first = last - timedelta(minutes=24)
    return Finding(
        id=name,
        rule=f"rule-{name}",
        severity=severity,
        title=title or f"{name} keeps losing its place",
        what=f"{name} went away 3 times in 24 minutes.",
        why="People near it had no network.",
        do=("Look at its plug.", f"UniFi Devices > {name} > Settings > Restart"),
        confidence=Confidence.PROBABLY,
        sure_because="Nobody asked for a restart.",
        first_seen=first,
        last_seen=last,
        count=3,
        subjects=(name,),
        evidence=(
            Evidence(entry_id=f"{name}-1", timestamp=first, sentence=f"{name} fell silent."),
            Evidence(entry_id=f"{name}-3", timestamp=last, sentence=f"{name} fell silent again."),
        ),
        source=source,
        resolved=resolved,
    )


def source(
    name: str, state: SourceState = OK, areas: tuple[str, ...] = AREAS, reason: str = ""
) -> tuple[SourceCoverage, ...]:
    """Return a source's rows, one for each area."""
    return tuple(
        SourceCoverage(
            source=name, area=area, state=state, reason=reason, since=WEEK.start, until=NOW, entries=9
        )
        for area in areas
    )


def seen(*rows: SourceCoverage, gaps: tuple[Gap, ...] = (), drops: tuple[Drop, ...] = ()) -> Coverage:
    """Return a coverage of these source rows."""
    return Coverage(
        sources=rows,
        blind=blind_areas(rows),
        gaps=gaps,
        drops=drops,
        entries_read=11_482,
        entries_kept=11_482,
    )


ALL_SEEN = seen(*source("websocket"), *source("system_log"))
SECURITY_BLIND = seen(
    *source("websocket", areas=AREAS[1:]),
    *source("ips", FAILED, ("security",), "Our account, unifi-scanner, may not read the blocked threats."),
)


def report(
    *findings: Finding,
    coverage: Coverage = ALL_SEEN,
    entries: int = 11_482,
    period: Period = WEEK,
    title: str = "Maple Street",
    incidents: tuple[Incident, ...] = (),
) -> Report:
    """Return the report on `findings`."""
    return build_report(
        findings,
        coverage,
        period=period,
        title=title,
        entry_count=entries,
        generated_at=NOW,
        incidents=incidents,
    )


def bad_week() -> Report:
    """Return a report with everything in it."""
    coverage = Coverage(
        sources=(
            *source("websocket", areas=AREAS[1:]),
            *source("rest", BLIND, AREAS[1:], "UniFi Network 10 answers here, but no longer writes new events to it."),
            *source("system_log", QUIET),
            *source("ips", FAILED, ("security",), "The console refused us."),
            *source("ssh", OFF, ("system",), "Reading the console's log files over SSH is not set up."),
        ),
        gaps=(
            Gap(source="websocket", start=NOW - timedelta(hours=30), end=NOW - timedelta(hours=28), reason="The console was being updated.", closed=True, closed_by="system_log"),
            Gap(source="websocket", start=NOW - timedelta(hours=3), end=None, reason="The connection was refused."),
        ),
        drops=(Drop(what="state reports, because the buffer was full", count=37),),
        failures=("The mail server did not answer.",),
        entries_read=11_519,
        entries_kept=11_482,
        unknown_codes={"EVT_XX_New": 2, "EVT_YY_New": 1},
        unreadable=2,
        without_time=4,
    )  # fmt: skip
    findings = (
        finding("Workshop PC", Severity.CRITICAL, title="Workshop PC may be infected. Take it off the network today.", source=LogSource.SECURITY),
        finding("Upstairs switch", Severity.HIGH, resolved=True, title="Upstairs switch keeps losing power. Check its plug.", source=LogSource.DEVICE),
        finding("Internet line", title="The Internet failed 3 times. Send your provider the list.", source=LogSource.INTERNET),
        finding("Workshop Wi-Fi", hours_ago=8, title="Wi-Fi in the workshop is weaker than usual."),
        finding("Reception", Severity.LOW, title="An update for Reception is ready.", source=LogSource.DEVICE),
        finding("Label printer", Severity.INFO, resolved=True, title="Label printer joined for the first time."),
    )  # fmt: skip
    return report(*findings, coverage=coverage, title="Acme HQ", incidents=(story("Upstairs switch"),))


def story(name: str) -> Incident:
    """Return a story whose cause is `name`."""
    return Incident(
        id=f"story-{name}",
        rule="power-story",
        severity=Severity.MEDIUM,
        title=f"{name} lost power, and took 3 access points with it",
        what="All of them were back after 29 minutes.",
        why="They get their power from it.",
        do=(),
        confidence=Confidence.CERTAINLY,
        first_seen=NOW - timedelta(hours=6),
        last_seen=NOW - timedelta(hours=5),
        count=8,
        subjects=(name,),
        evidence=(),
    )


def quiet_week() -> Report:
    """Return a report of a week in which nothing needed anyone."""
    return report(finding("Upstairs", Severity.INFO, title="An update for Upstairs is ready."))


def half_blind() -> Report:
    """Return a report that cannot speak of security."""
    return report(finding("Garage camera", Severity.LOW), coverage=SECURITY_BLIND)
