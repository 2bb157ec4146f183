"""What changed since the last report, and how this one stands to the usual. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from unifi_scanner.models.enums import Novelty
from unifi_scanner.models.report import Change, Report, Trend
from unifi_scanner.reports import drawing
from unifi_scanner.reports.drawing import Strip
from unifi_scanner.reports.plain import MAX_TITLE, plain_line
from unifi_scanner.reports.prose import counted, number
from unifi_scanner.reports.things import mark_of
from unifi_scanner.reports.wording import Mark

MOST_CHANGES = 12  # of one kind
HEADINGS: Mapping[Novelty, str] = {
    Novelty.NEW: "New",
    Novelty.CONTINUING: "Still going on",
    Novelty.OVER: "Over",
}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is new, goes on or is over; `see` is the number of the thing that says what to do."""

    title: str
    mark: Mark
    see: int = 0


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """All changes of one kind."""

    novelty: str
    heading: str
    items: tuple[Item, ...]
    more: str = ""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One amount beside what is usual here."""

    name: str
    amount: str
    usual: str
    says: str
    unusual: bool
    strip: Strip | None
    sentence: str


def movements_of(report: Report) -> tuple[Movement, ...]:
    """Return what is new, what goes on and what is over, in this order."""
    things = (*report.needs_you, *report.findings, *report.incidents)
    marks = {thing.id: mark_of(thing) for thing in things}
    numbers = {thing.id: place for place, thing in enumerate(report.needs_you, start=1)}
    return tuple(
        movement
        for novelty, heading in HEADINGS.items()
        if (movement := _movement(novelty, heading, report.changes, marks, numbers)).items
    )


def _movement(
    novelty: Novelty,
    heading: str,
    changes: tuple[Change, ...],
    marks: Mapping[str, Mark],
    numbers: Mapping[str, int],
) -> Movement:
    here = [change for change in changes if change.novelty is novelty]
    plain = Mark.FINE if novelty is Novelty.OVER else Mark.NOTE
    items = tuple(
        Item(
            title=plain_line(change.title, MAX_TITLE),
            mark=plain if novelty is Novelty.OVER else marks.get(change.id, plain),
            see=numbers.get(change.id, 0),
        )
        for change in here[:MOST_CHANGES]
    )
    left = len(here) - len(items)
    return Movement(
        novelty=novelty.value,
        heading=heading,
        items=items,
        more=f"{counted(left, 'more')[:-1] if left != 1 else '1 more'}." if left > 0 else "",
    )


def measures_of(report: Report) -> tuple[Measure, ...]:
    """Return the trends, what is unusual first."""
    ordered = sorted(report.trends, key=lambda trend: not trend.is_unusual)
    return tuple(_measure(trend) for trend in ordered)


def _measure(trend: Trend) -> Measure:
    return Measure(
        name=plain_line(trend.what, 80),
        amount=number(trend.amount),
        usual=f"usual {_range(trend.usual)}" if trend.usual else "usual not known yet",
        says=_says(trend),
        unusual=trend.is_unusual,
        strip=_strip(trend),
        sentence=plain_line(trend.sentence),
    )


def _says(trend: Trend) -> str:
    if trend.usual is None:
        return "too early"
    if not trend.is_unusual:
        return "as usual"
    low, high = trend.usual
    if trend.amount > high:
        return "much more" if trend.amount > 3 * max(high, 1) else "more"
    return "less" if trend.amount < low else "unusual"


def _range(usual: tuple[float, float]) -> str:
    low, high = (number(round(edge)) for edge in usual)
    return low if low == high else f"{low}\u2013{high}"


def _strip(trend: Trend) -> Strip | None:
    if trend.usual is None:
        return None
    low, high = trend.usual
    top = max(high, trend.amount, 1) * 1.15
    at = min(trend.amount / top * 100, 98.5)
    band = drawing.rect("g-band", (low / top * 100, max((high - low) / top * 100, 2)), 3, 8)
    dot = drawing.rect("g-bad" if trend.is_unusual else "g-bar", (max(at - 1.5, 0), 4), 2, 10)
    line = '<line class="g-grid" x1="0" x2="100%" y1="7" y2="7"/>'
    return Strip(body=f"{line}{band}{dot}", height=14)
