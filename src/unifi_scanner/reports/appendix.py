"""The end of a report: every finding, grouped by its rule, so that ten thousand still make a page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from unifi_scanner.models.finding import Finding
from unifi_scanner.models.report import Report, Thing
from unifi_scanner.reports.plain import MAX_TITLE, plain_line
from unifi_scanner.reports.prose import Clock, counted, number
from unifi_scanner.reports.things import Telling, mark_of, tell
from unifi_scanner.reports.wording import Mark

ROWS_PER_RULE = 12
MOST_ROWS = 600
ALONE_UPTO = 3  # so many findings of one rule are told one by one; more are told together


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One finding in one row."""

    title: str
    mark: Mark
    when: str
    count: str
    sure: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """All findings of one rule; `lead` tells the gravest of them in full."""

    title: str
    total: int
    mark: Mark
    lines: tuple[Line, ...]
    more: str
    lead: Telling


def groups_of(things: Sequence[Thing], clock: Clock, *, rows: int = ROWS_PER_RULE) -> tuple[Group, ...]:
    """Return things by rule, in the order in which each rule comes first."""
    by_rule: dict[str, list[Thing]] = {}
    for thing in things:
        by_rule.setdefault(thing.rule, []).append(thing)
    room, groups = MOST_ROWS, []
    for here in by_rule.values():
        shown = here[: max(min(rows, room), 1)]
        room -= len(shown)
        groups.append(_group(here, shown, clock))
    return tuple(groups)


def every_finding(report: Report) -> list[Thing]:
    """Return all findings of a report, those that need someone first."""
    return [thing for thing in (*report.needs_you, *report.findings) if isinstance(thing, Finding)]


def _group(here: Sequence[Thing], shown: Sequence[Thing], clock: Clock) -> Group:
    left, first = len(here) - len(shown), plain_line(here[0].title, MAX_TITLE)
    return Group(
        title=first if len(here) == 1 else f"{first.rstrip('.')}, and {number(len(here) - 1)} more like it",
        total=len(here),
        mark=mark_of(here[0]),
        lines=tuple(_line(thing, clock) for thing in shown),
        more=f"{counted(left, 'more finding')} of this kind; the CSV and JSON files have all."
        if left > 0
        else "",
        lead=tell(here[0], clock),
    )


def _line(thing: Thing, clock: Clock) -> Line:
    return Line(
        title=plain_line(thing.title, MAX_TITLE),
        mark=mark_of(thing),
        when=clock.span(thing.first_seen, thing.last_seen),
        count=number(thing.count),
        sure=thing.confidence.value.capitalize(),
    )
