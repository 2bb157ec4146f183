"""Coverage -> when nobody looked at each area that is drawn. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from unifi_scanner.models.coverage import Coverage, SourceCoverage
from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.pictures import DRAWN_AREAS, Span
from unifi_scanner.models.report import Period

ANSWERED = (SourceState.OK, SourceState.QUIET)


def unseen_spans(coverage: Coverage, period: Period, days: Sequence[Span]) -> dict[str, tuple[Span, ...]]:
    """Return for each drawn area when nobody looked, within `days`; an area nobody told of is wholly unseen."""
    return {area: tuple(_merged(_of_area(area, coverage, period, days))) for area in DRAWN_AREAS}


def told_areas(coverage: Coverage, known: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the areas that a source answers for, or of which some entry told."""
    return tuple(area for area in DRAWN_AREAS if known.get(area) or _watching(area, coverage))


def _watching(area: str, coverage: Coverage) -> list[SourceCoverage]:
    return [row for row in coverage.sources if row.area == area and row.state in ANSWERED]


def _of_area(area: str, coverage: Coverage, period: Period, days: Sequence[Span]) -> Iterable[Span]:
    first, last = days[0].start, days[-1].end or days[0].start
    watching = _watching(area, coverage)
    until = min(period.end or last, last)  # what is yet to come is neither seen nor missed
    if not watching or area in coverage.blind:
        yield Span(start=first, end=until)
        return
    begins = min((seen for row in watching if (seen := row.seen_from) is not None), default=period.start)
    if begins is not None and begins > first:
        yield Span(start=first, end=min(begins, until))
    sources = {row.source for row in watching}
    for gap in coverage.gaps:
        if gap.source in sources and not (gap.closed or gap.partly):
            yield from _cut(gap.start, gap.end or until, first, last)


def _cut(start: datetime, end: datetime, first: datetime, last: datetime) -> Iterable[Span]:
    begins, ends = max(start, first), min(end, last)
    if begins < ends:
        yield Span(start=begins, end=ends)


def _merged(spans: Iterable[Span]) -> list[Span]:
    whole: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        last = whole[-1] if whole else None
        if last is None or last.end is None or span.end is None or span.start > last.end:
            whole.append(span)
        else:
            whole[-1] = Span(start=last.start, end=max(last.end, span.end))
    return whole
