"""Report -> every word of it, ready to be laid out: all media tell the same facts. Pure."""

from __future__ import annotations

import msgspec

from unifi_scanner.models.enums import Status, Voice
from unifi_scanner.models.report import Report
from unifi_scanner.models.wire_time import EPOCH
from unifi_scanner.reports.account import Account, account_of, with_strips
from unifi_scanner.reports.appendix import ALONE_UPTO, Group, every_finding, groups_of
from unifi_scanner.reports.canvas import Figure
from unifi_scanner.reports.changed import Measure, Movement, measures_of, movements_of
from unifi_scanner.reports.checks import Checked, checks_of
from unifi_scanner.reports.figures import figures_of
from unifi_scanner.reports.glance import Fact, facts_of
from unifi_scanner.reports.plain import plain_line
from unifi_scanner.reports.prose import Clock, counted, listed
from unifi_scanner.reports.sections import SectionView, section_views
from unifi_scanner.reports.service import Row, service_rows
from unifi_scanner.reports.stories import Story, left_out, stories_of
from unifi_scanner.reports.things import Telling, tell
from unifi_scanner.reports.verdict import NAMELESS, headline, lede
from unifi_scanner.reports.wording import STATUS_WORDS, Mark, needs_someone


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All a renderer shows, inert and in order."""

    site: str
    headline: str
    mark: Mark
    word: str
    verdict: str
    lede: str
    period: str
    zone: str
    facts: tuple[Fact, ...]
    service: tuple[Row, ...]
    needs: tuple[Telling, ...]
    needs_intro: str
    openings: tuple[str, ...]  # what would let us see what we could not
    stories: tuple[Story, ...]
    stories_left: str
    others: tuple[Telling, ...]
    crowds: tuple[Group, ...]
    movements: tuple[Movement, ...]
    measures: tuple[Measure, ...]
    figures: tuple[Figure, ...]
    figures_intro: str
    days: tuple[str, ...]
    checked: Checked
    sections: tuple[SectionView, ...]
    account: Account
    findings: tuple[Group, ...]
    finding_count: int
    entries: str
    made: str
    voice: Voice


def view_of(report: Report, voice: Voice = Voice.HOME) -> View:
    """Return `report` in words; the same report gives the same words."""
    clock = Clock(zone=report.period.zone, year=report.generated_at.year)
    others, crowds = _others(report, clock, voice)
    every = every_finding(report)
    account = with_strips(account_of(report.coverage, clock), report)
    left = left_out(report)
    days = report.pictures.days
    return View(
        site=plain_line(report.title, 60) or NAMELESS,
        headline=headline(report),
        mark=Mark(report.verdict.status.value),
        word=STATUS_WORDS[report.verdict.status],
        verdict=plain_line(report.verdict.sentence),
        lede=lede(report),
        period=clock.period(report.period.start, report.period.end),
        zone=clock.name(report.period.start, report.period.end, report.generated_at),
        facts=facts_of(report),
        service=service_rows(report) if voice is Voice.MSP else (),
        needs=tuple(tell(thing, clock, voice) for thing in report.needs_you),
        needs_intro=_needs_intro(report),
        openings=_openings(account) if report.verdict.status is Status.BLIND else (),
        stories=stories_of(report, clock),
        stories_left=f"{counted(left, 'more story', 'more stories')}; the JSON file has all." if left else "",
        others=others,
        crowds=crowds,
        movements=movements_of(report),
        measures=measures_of(report),
        figures=figures_of(report, clock),
        figures_intro=f"Only the last {counted(len(days), 'day')} are drawn." if report.pictures.cut else "",
        days=tuple(clock.short_day(day.start, numbered=len(days) > 7) for day in days),
        checked=checks_of(report),
        sections=section_views(report.sections),
        account=account,
        findings=groups_of(every, clock),
        finding_count=len(every),
        entries=counted(report.entry_count, "entry", "entries"),
        made=_made(report, clock.zone),
        voice=voice,
    )


def _openings(account: Account) -> tuple[str, ...]:
    blind = (line for line in account.sources if line.mark is Mark.BLIND and line.reason)
    by_reason: dict[str, list[str]] = {}
    for line in blind:
        by_reason.setdefault(line.reason, []).append(line.name)
    return tuple(f"{listed(names)}: {reason}" for reason, names in by_reason.items())


def _others(report: Report, clock: Clock, voice: Voice) -> tuple[tuple[Telling, ...], tuple[Group, ...]]:
    told = [finding for finding in report.findings if not finding.incident]
    amount: dict[str, int] = {}
    for finding in told:
        amount[finding.rule] = amount.get(finding.rule, 0) + 1
    alone = [finding for finding in told if amount[finding.rule] <= ALONE_UPTO]
    crowd = [finding for finding in told if amount[finding.rule] > ALONE_UPTO]
    return tuple(tell(finding, clock, voice) for finding in alone), groups_of(crowd, clock)


def _made(report: Report, zone: str) -> str:
    counted_entries = f"from {counted(report.entry_count, 'entry', 'entries')}"
    if report.generated_at == EPOCH:  # files that tell no time make a report that has none
        return counted_entries
    return f"on {Clock(zone=zone).moment(report.generated_at)} {counted_entries}"


def _needs_intro(report: Report) -> str:
    waiting = sum(needs_someone(f) for f in report.rest)
    if waiting:
        return f"These come first. {counted(waiting, 'more thing')} to look at: see what happened."
    if report.needs_you:
        return ""
    return "Nothing." if report.verdict.status is Status.FINE else "Nothing in what we could see."
