"""The whole report in one sentence, and how it may be said. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import SourceState, Status
from unifi_scanner.models.report import Period, Report, Thing, Verdict
from unifi_scanner.reports.glimpse import minutes_down
from unifi_scanner.reports.plain import MAX_TITLE, plain_line
from unifi_scanner.reports.prose import counted, listed, number, small_number
from unifi_scanner.reports.wording import NEEDS_FROM, area_word, is_urgent, needs_someone, source_word

FILE_SOURCES = {"import", "file", "files"}
ANSWERED = {SourceState.OK, SourceState.QUIET}
ARTICLES = {"A", "An", "The", "Some", "Someone", "Several", "Your", "One"}
NAMELESS = "Your network"
SHORT_GAP = timedelta(minutes=15)  # a longer one could hide anything


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All a verdict is given on."""

    needs_you: tuple[Thing, ...]
    coverage: Coverage
    period: Period
    entry_count: int


def judge(case: Case) -> Verdict:
    """Return the verdict: findings first, then what could not be seen, and only then an all-clear."""
    if case.needs_you:
        urgent = any(is_urgent(f) for f in case.needs_you)
        sentence = f"{_needs_sentence(case)}{_blind_suffix(case)}"
        return Verdict(status=Status.URGENT if urgent else Status.ATTENTION, sentence=sentence)
    missing = unseen(case)
    if missing:
        return Verdict(status=Status.BLIND, sentence=f"This isn't an all-clear: {missing}.")
    return Verdict(status=Status.FINE, sentence=_fine_sentence(case))


def unseen(case: Case) -> str:
    """Return in words why no verdict can be given, empty where one can."""
    coverage, entry_count = case.coverage, case.entry_count
    asked = [s for s in coverage.sources if s.state is not SourceState.OFF]
    if asked and not any(s.state in ANSWERED for s in asked):
        return "no source answered, so we can say nothing about your network"
    if coverage.blind:
        return f"we couldn't check {blind_words(coverage)}"
    silent = _silent_sources(coverage)
    if silent:
        return f"{listed(silent)} did not answer, and may have had something to tell"
    if _unseen_for_long(coverage, case.period.end):
        return "for part of the time we could see nothing, and nothing filled that in later"
    if not entry_count and not asked:
        return "there was nothing to read, so we can say nothing about your network"
    if entry_count and coverage.unreadable >= entry_count:
        return f"we couldn't read any of the {counted(entry_count, 'record')} we got"
    return ""


def _silent_sources(coverage: Coverage) -> list[str]:
    # what the live stream misses, history may tell as well; then nobody is the worse for it
    made_up = any(gap.source == "websocket" and gap.end is None and gap.closed for gap in coverage.gaps)
    failed = [
        s.source
        for s in coverage.sources
        if s.state is SourceState.FAILED and not (s.source == "websocket" and made_up)
    ]
    return [f"“{source_word(source)}”" for source in dict.fromkeys(failed)]


def _unseen_for_long(coverage: Coverage, until: datetime | None) -> bool:
    spans = ((gap.start, gap.end or until) for gap in coverage.gaps if not (gap.closed or gap.partly))
    return any(end is not None and end - start > SHORT_GAP for start, end in spans)


def blind_words(coverage: Coverage) -> str:
    """Return the areas nothing can be said of, as one phrase."""
    return listed([area_word(area) for area in coverage.blind], "or")


def is_from_files(coverage: Coverage) -> bool:
    """Return whether the report speaks of files only, so that no source was asked."""
    return all(s.source in FILE_SOURCES or s.state is SourceState.OFF for s in coverage.sources)


def doubts(coverage: Coverage) -> list[str]:
    """Return in words what keeps a report without findings from being a real all-clear."""
    open_gaps = sum(not gap.closed for gap in coverage.gaps)
    dropped = sum(drop.count for drop in coverage.drops)
    muted = sum(silent.count for silent in coverage.muted if silent.severity.rank >= NEEDS_FROM)
    found = [
        (muted, f"your own rules keep {counted(muted, 'thing')} silent"),
        (open_gaps, f"{counted(open_gaps, 'gap')} could not be filled"),
        (dropped, f"{counted(dropped, 'event')} could not be kept"),
        (coverage.unreadable, f"{counted(coverage.unreadable, 'record')} could not be read"),
    ]
    return [words for amount, words in found if amount]


def headline(report: Report) -> str:
    """Return the report in a subject line's length, with whose network it is."""
    title = plain_line(report.title, 60) or NAMELESS
    return plain_line(f"{title}: {_short(report)}", MAX_TITLE)


def lede(report: Report) -> str:
    """Return the sentences that follow the verdict."""
    waiting = sum(needs_someone(thing) for thing in report.rest)
    notes = len(report.rest) - waiting
    told = _counted_things(waiting, "more {} to look at {} told below.") + _counted_things(
        notes, "{} {} worth knowing."
    )
    if report.verdict.status is Status.BLIND:
        told = [
            "In what we could see, nothing needs you.",
            'That is not the same as "nothing happened".',
            *told,
            "Why, and what would change it, stands under what we could and could not see.",
        ]
    return " ".join(told)


def _counted_things(amount: int, template: str) -> list[str]:
    if not amount:
        return []
    return [
        f"{small_number(amount).capitalize()} {template.format(*(('thing', 'is') if amount == 1 else ('things', 'are')))}"
    ]


def _needs_sentence(case: Case) -> str:
    total = len(case.needs_you)
    urgent = sum(is_urgent(f) for f in case.needs_you)
    who = f"{small_number(total).capitalize()} {'thing needs' if total == 1 else 'things need'} you"
    return f"{who}{_how_soon(total, urgent)} {_title_of(case.needs_you[0])}."


def _how_soon(total: int, urgent: int) -> str:
    if total == 1:
        return ", and it can't wait:" if urgent else ":"
    match urgent:
        case 0:
            return ". The first:"
        case 1:
            return ", and one can't wait:"
        case _ if urgent < total:
            return f", and {small_number(urgent)} can't wait. The first:"
        case _:
            return f", and {'neither' if total == 2 else 'none of them'} can wait. The first:"


def _title_of(thing: Thing) -> str:
    title = plain_line(thing.title, MAX_TITLE).rstrip(".")
    first, _, rest = title.partition(" ")
    return f"{first.lower()} {rest}" if first in ARTICLES and rest else title


def _blind_suffix(case: Case) -> str:
    missing = unseen(case)
    if case.coverage.blind:
        return f" We also couldn't check {blind_words(case.coverage)}, so there may be more."
    return f" But {missing}: there may be more." if missing else ""


def _fine_sentence(case: Case) -> str:
    unsure = listed(doubts(case.coverage))
    if is_from_files(case.coverage):
        shown = f"Nothing in {_these(case.entry_count)} needs you"
        return f"{shown}, but {unsure}." if unsure else f"{shown}. We judged only what is in your files."
    when = _when(case.period)
    if unsure:
        return f"Nothing needs you in what we saw{when}, but this isn't a full all-clear: {unsure}."
    states = {s.state for s in case.coverage.sources}
    saw = "could check every area" if SourceState.BLIND in states else "saw every source"
    return f"All fine{when}: we {saw}, so this is a real all-clear."


def _these(entries: int) -> str:
    return "this one entry" if entries == 1 else f"these {number(entries)} entries"


def _when(period: Period) -> str:
    if period.start is None or period.end is None:
        return ""
    span = period.end - period.start
    if timedelta(days=6) <= span <= timedelta(days=8):
        return " this week"
    return " in the last day" if timedelta(hours=20) <= span <= timedelta(hours=28) else ""


def _short(report: Report) -> str:
    needs, coverage = report.needs_you, report.coverage
    if needs:
        urgent = sum(is_urgent(f) for f in needs)
        count = f"{counted(len(needs), 'thing')} {'needs' if len(needs) == 1 else 'need'} you"
        blind = f", {blind_words(coverage)} not checked" if coverage.blind else ""
        down = minutes_down(report)
        if down:
            return f"{count}{f', {urgent} urgent' if urgent else ''}, Internet was down {down}{blind}"
        return f"{count}{f', {urgent} urgent' if urgent else ''}{blind}. {plain_line(needs[0].title, MAX_TITLE).rstrip('.')}"
    if report.verdict.status is Status.BLIND:
        missing = f", {blind_words(coverage)} not checked" if coverage.blind else ""
        return f"not an all-clear{missing}"
    certain = not doubts(coverage) and not is_from_files(coverage)
    return "all fine, nothing needs you" if certain else "nothing needs you in what we saw"
