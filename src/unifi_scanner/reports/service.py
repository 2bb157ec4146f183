"""The same facts as numbers a client is billed and judged by: for the voice `msp`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from unifi_scanner.models.report import Report
from unifi_scanner.reports.account import working_sources
from unifi_scanner.reports.canvas import is_measured, seconds_watched, uptime_words
from unifi_scanner.reports.pages import seconds_off
from unifi_scanner.reports.prose import counted, duration, number
from unifi_scanner.reports.wording import needs_someone

Row = tuple[str, str, str]  # what, how much, on what base


def service_rows(report: Report) -> tuple[Row, ...]:
    """Return what was measured, each with its base; what was not measured says so."""
    return tuple(_rows(report))


def _rows(report: Report) -> Iterator[Row]:
    yield _availability(report)
    closed = [i for i in report.incidents if i.ended is not None]
    total = len(report.incidents)
    yield "Incidents", number(total), f"{number(len(closed))} closed, {number(total - len(closed))} open"
    if closed:
        lasted = sum(((i.ended or i.first_seen) - i.first_seen for i in closed), timedelta())
        yield (
            "Mean time to recovery",
            duration(lasted / len(closed)),
            f"over {counted(len(closed), 'closed incident')}",
        )
    things = (*report.needs_you, *report.rest)
    waiting = sum(needs_someone(thing) and not thing.resolved for thing in things)
    yield "Open actions", number(waiting), f"of {counted(len(things), 'thing told', 'things told')}"
    if "security" in report.pictures.told:
        stopped = sum(day.outside + day.inside for day in report.pictures.blocked)
        yield "Attacks stopped", number(stopped), f"as the gateway recorded them{_last_days(report)}"
    answered, asked = working_sources(report.coverage)
    yield (
        "Sources that answered",
        f"{answered} of {asked}" if asked else "none asked",
        "see what we could and could not see",
    )


def _availability(report: Report) -> Row:
    pictures = report.pictures
    name = "Internet availability"
    if not pictures.days or "internet" not in pictures.told:
        return name, "not measured", "no source told of the Internet line"
    last = pictures.days[-1]
    until = min(report.period.end or last.start, last.end or last.start)
    watched = seconds_watched(pictures, "internet", until)
    down = seconds_off([o for o in pictures.outages if not o.bridged], until)
    if not is_measured(pictures, "internet", until):
        told = (
            f"outages told: {duration(timedelta(seconds=down))} in all"
            if down
            else "nobody watched it all the time"
        )
        return name, "not measured", told
    base = f"of the {counted(round(watched / 3600), 'hour')} watched{_last_days(report)}"
    return (
        name,
        uptime_words(down, watched),
        f"{base}; down {duration(timedelta(seconds=down))}" if down else base,
    )


def _last_days(report: Report) -> str:
    days = report.pictures.days
    return f", in the last {counted(len(days), 'day')}" if report.pictures.cut else ""
