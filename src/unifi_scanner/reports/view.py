"""Report -> every word of it, ready to be laid out: all media tell the same facts. Pure."""

from __future__ import annotations

import msgspec

from unifi_scanner.models.enums import Confidence, Status
from unifi_scanner.models.finding import Evidence
from unifi_scanner.models.report import Report, Thing
from unifi_scanner.models.wire_time import EPOCH
from unifi_scanner.reports.account import Account, account_of
from unifi_scanner.reports.glance import MARK_WORDS, Fact, facts_of
from unifi_scanner.reports.plain import MAX_TITLE, plain_line
from unifi_scanner.reports.prose import Clock, counted, number, times
from unifi_scanner.reports.sections import SectionView, section_views
from unifi_scanner.reports.verdict import NAMELESS, headline, lede
from unifi_scanner.reports.wording import STATUS_WORDS, SURENESS, Mark, is_urgent, needs_someone


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One entry behind a statement."""

    when: str
    sentence: str


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One finding or story in words."""

    mark: Mark
    word: str
    title: str
    when: str
    what: str
    why: str
    do: tuple[str, ...]
    sure: tuple[int, str]  # how many of three dots, and the word
    because: str
    proofs: tuple[Proof, ...]
    proof_title: str

    @property
    def needed(self) -> bool:
        """Return whether someone has to do something."""
        return self.mark in (Mark.URGENT, Mark.ATTENTION)


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
    needs: tuple[Telling, ...]
    needs_intro: str
    stories: tuple[Telling, ...]
    others: tuple[Telling, ...]
    sections: tuple[SectionView, ...]
    account: Account
    made: str


def view_of(report: Report) -> View:
    """Return `report` in words; the same report gives the same words."""
    clock = Clock(zone=report.period.zone, year=report.generated_at.year)
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
        needs=tuple(_telling(f, clock) for f in report.needs_you),
        needs_intro=_needs_intro(report),
        stories=tuple(_telling(i, clock) for i in report.incidents),
        others=tuple(_telling(f, clock) for f in report.findings if not f.incident),
        sections=section_views(report.sections),
        account=account_of(report.coverage, clock),
        made=_made(report, clock.zone),
    )


def _made(report: Report, zone: str) -> str:
    counted_entries = f"from {counted(report.entry_count, 'entry', 'entries')}"
    if report.generated_at == EPOCH:  # files that tell no time make a report that has none
        return counted_entries
    return f"on {Clock(zone=zone).moment(report.generated_at)} {counted_entries}"


def _needs_intro(report: Report) -> str:
    waiting = sum(needs_someone(f) for f in report.findings)
    if waiting:
        return f"These come first. {counted(waiting, 'more thing')} to look at: see what happened."
    if report.needs_you:
        return ""
    return "Nothing." if report.verdict.status is Status.FINE else "Nothing in what we could see."


def _telling(told: Thing, clock: Clock) -> Telling:
    mark = _mark(told)
    return Telling(
        mark=mark,
        word="Over" if mark is Mark.FINE else MARK_WORDS[mark],
        title=plain_line(told.title, MAX_TITLE),
        when=_when(told, clock),
        what=plain_line(told.what),
        why=plain_line(told.why),
        do=tuple(step for step in map(plain_line, told.do) if step),
        sure=SURENESS[told.confidence],
        because=_because(told.confidence, told.sure_because),
        proofs=tuple(_proof(e, clock) for e in told.evidence),
        proof_title=_proof_title(len(told.evidence), told.count),
    )


def _mark(thing: Thing) -> Mark:
    if is_urgent(thing):
        return Mark.URGENT
    if needs_someone(thing):
        return Mark.ATTENTION
    return Mark.FINE if thing.resolved else Mark.NOTE


def _when(told: Thing, clock: Clock) -> str:
    often = f"{times(told.count)}, " if told.count > 1 else ""
    return f"{often}{clock.span(told.first_seen, told.last_seen)}{', over' if told.resolved else ''}"


def _because(confidence: Confidence, reason: str) -> str:
    if reason:
        return plain_line(reason)
    return "The records say so directly." if confidence is Confidence.CERTAINLY else ""


def _proof(evidence: Evidence, clock: Clock) -> Proof:
    return Proof(when=clock.moment(evidence.timestamp, seconds=True), sentence=plain_line(evidence.sentence))


def _proof_title(shown: int, count: int) -> str:
    if count > shown:
        return f"See {number(shown)} of the {counted(count, 'entry', 'entries')} behind this"
    return f"See the {counted(shown, 'entry', 'entries') if shown != 1 else 'entry'} behind this"
