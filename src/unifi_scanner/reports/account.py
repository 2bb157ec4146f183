"""Coverage in words: which sources were seen from when to when, and what is missing. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from unifi_scanner.models.coverage import Coverage, Gap, SourceCoverage
from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.pictures import Span
from unifi_scanner.models.report import Report
from unifi_scanner.reports import drawing
from unifi_scanner.reports.drawing import Strip
from unifi_scanner.reports.plain import plain_line
from unifi_scanner.reports.prose import Clock, counted, duration, is_known, listed, number
from unifi_scanner.reports.wording import STATE_WORDS, Mark, area_word, source_word

MOST_GAPS = 12
MOST_FAILURES = 8


class SourceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One source: what it tells about, how well it was seen, from when to when, and why not better."""

    mark: Mark
    name: str
    state: str
    tells: str
    seen: str
    reason: str
    source: str = ""
    strip: Strip | None = None


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence about what was seen or missed."""

    mark: Mark
    text: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The coverage part of a report, in words."""

    summary: str
    sources: tuple[SourceLine, ...]
    notes: tuple[Note, ...]
    counts: str


def account_of(coverage: Coverage, clock: Clock) -> Account:
    """Return the coverage in words, worst first."""
    lines = [_source_line(group, clock) for group in _grouped(coverage.sources)]
    order = (Mark.BLIND, Mark.FINE, Mark.NOTE)
    return Account(
        summary=_summary(coverage),
        sources=tuple(sorted(lines, key=lambda line: order.index(line.mark))),
        notes=tuple(_notes(coverage, clock)),
        counts=f"{counted(coverage.entries_read, 'entry', 'entries')} read, {number(coverage.entries_kept)} kept.",
    )


def with_strips(account: Account, report: Report) -> Account:
    """Return the account with a line for each source in use, from the first day drawn to the last."""
    days = report.pictures.days
    if not days:
        return account
    scale = drawing.scale_of(days)
    until = min(report.period.end or scale.end, scale.end)
    lines = (
        msgspec.structs.replace(line, strip=_strip(line, report.coverage, scale, until))
        if line.mark is not Mark.NOTE
        else line
        for line in account.sources
    )
    return msgspec.structs.replace(account, sources=tuple(lines))


def _strip(line: SourceLine, coverage: Coverage, scale: drawing.Scale, until: datetime) -> drawing.Strip:
    if line.mark is Mark.BLIND:
        return drawing.lane(scale, (), (Span(start=scale.start, end=until),), until)
    seen = [row.seen_from for row in coverage.sources if row.source == line.source]
    since = min((moment for moment in seen if moment is not None), default=scale.start)
    unseen = [Span(start=scale.start, end=min(since, scale.end))] if since > scale.start else []
    gaps = sorted((gap for gap in coverage.gaps if gap.source == line.source), key=lambda gap: gap.start)
    unseen += [
        Span(start=gap.start, end=gap.end or until) for gap in gaps if (gap.end or until) > scale.start
    ]
    return drawing.lane(scale, (), unseen, until)


def working_sources(coverage: Coverage) -> tuple[int, int]:
    """Return how many of the sources in use answered, and how many are in use."""
    asked = {s.source for s in coverage.sources if s.state is not SourceState.OFF}
    answered = {s.source for s in coverage.sources if s.state in (SourceState.OK, SourceState.QUIET)}
    return len(answered), len(asked)


def _summary(coverage: Coverage) -> str:
    answered, asked = working_sources(coverage)
    if not asked:
        return "This report speaks only of the entries it was given; no other source was asked."
    blind = (
        f" Nothing can be said of {listed([area_word(a) for a in coverage.blind], 'or')}."
        if coverage.blind
        else ""
    )
    return f"{answered} of {counted(asked, 'source')} {'works' if answered == 1 else 'work'}.{blind}"


def _grouped(sources: Sequence[SourceCoverage]) -> list[list[SourceCoverage]]:
    groups: dict[tuple[str, SourceState, str], list[SourceCoverage]] = {}
    for row in sources:
        groups.setdefault((row.source, row.state, row.reason), []).append(row)
    return list(groups.values())


def _source_line(rows: Sequence[SourceCoverage], clock: Clock) -> SourceLine:
    mark, state = STATE_WORDS[rows[0].state]
    since = [row.since for row in rows if row.since is not None and is_known(row.since)]
    until = [row.until for row in rows if row.until is not None and is_known(row.until)]
    return SourceLine(
        mark=mark,
        name=source_word(rows[0].source),
        state=state,
        tells=listed([area_word(row.area) for row in rows]),
        seen=_seen(min(since, default=None), max(until, default=None), clock) if mark is Mark.FINE else "",
        reason=plain_line(rows[0].reason),
        source=rows[0].source,
    )


def _seen(since: datetime | None, until: datetime | None, clock: Clock) -> str:
    return clock.span(since, until) if since or until else ""


def _notes(coverage: Coverage, clock: Clock) -> Iterator[Note]:
    gaps = sorted(coverage.gaps, key=lambda gap: (gap.closed, gap.start, gap.source))
    yield from (_gap_note(gap, clock) for gap in gaps[:MOST_GAPS])
    if len(gaps) > MOST_GAPS:
        left_open = sum(not gap.closed for gap in gaps[MOST_GAPS:])
        more = f"{counted(len(gaps) - MOST_GAPS, 'more gap')}, {number(left_open)} of them not filled in."
        yield Note(mark=Mark.BLIND if left_open else Mark.NOTE, text=more)
    for drop in coverage.drops:
        yield Note(
            mark=Mark.BLIND,
            text=f"Received but not kept: {counted(drop.count, 'event')} ({plain_line(drop.what)}).",
        )
    yield from (Note(mark=Mark.BLIND, text=_sentence(text)) for text in coverage.failures[-MOST_FAILURES:])
    if len(coverage.failures) > MOST_FAILURES:
        earlier = counted(len(coverage.failures) - MOST_FAILURES, "earlier failure")
        yield Note(mark=Mark.NOTE, text=f"{earlier} in the same period.")
    yield from (Note(mark=Mark.NOTE, text=_sentence(text)) for text in coverage.changes)
    yield from _puzzles(coverage)


def _puzzles(coverage: Coverage) -> Iterator[Note]:
    for muted in coverage.muted:
        silent = f"Kept silent by your own rules: {plain_line(muted.title).rstrip('.')}{_often(muted.count)}."
        yield Note(mark=Mark.NOTE, text=silent)
    unknown = sum(coverage.unknown_codes.values())
    if unknown:
        kinds = counted(len(coverage.unknown_codes), "kind")
        known = f"{counted(unknown, 'entry', 'entries')} of {kinds} we don't know yet. Kept; nothing judged by them."
        yield Note(mark=Mark.NOTE, text=known)
    if coverage.unreadable:
        broken = f"{counted(coverage.unreadable, 'record')} could not be read. Kept as they came."
        yield Note(mark=Mark.BLIND, text=broken)
    if coverage.without_time:
        timeless = counted(coverage.without_time, "entry", "entries")
        yield Note(mark=Mark.NOTE, text=f"{timeless} without a time: we can't say when they happened.")


def _often(count: int) -> str:
    return f", and {number(count - 1)} more of that kind" if count > 1 else ""


def _gap_note(gap: Gap, clock: Clock) -> Note:
    source, reason = source_word(gap.source), plain_line(gap.reason).rstrip(".")
    span = clock.span(gap.start, gap.end)
    long = f" for {duration(gap.end - gap.start)}" if gap.end else ""
    why = f"{long} ({reason})" if reason else long
    if gap.closed:
        by = f" from {source_word(gap.closed_by).lower()}" if gap.closed_by else ""
        return Note(mark=Mark.NOTE, text=f"{_capital(span)}: no {source.lower()}{why}. Filled in later{by}.")
    if gap.partly:
        by = source_word(gap.closed_by).lower()
        return Note(
            mark=Mark.NOTE,
            text=f"{_capital(span)}: no {source.lower()}{why}. Most was filled in from {by}, which does not tell everything.",
        )
    still = "" if gap.end else " It is still open."
    return Note(
        mark=Mark.BLIND, text=f"{_capital(span)}: no {source.lower()}{why}. Nothing filled this gap.{still}"
    )


def _sentence(text: str) -> str:
    line = plain_line(text)
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
