"""Numbers -> the geometry of small SVG pictures: percent wide, so that they fit any column. Pure.

Nothing a stranger wrote is ever drawn: what comes out holds numbers, days of the week and names of classes only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from unifi_scanner.models.pictures import Blocked, Span

LANE_HEIGHT = 22
PLOT_HEIGHT = 150
BARS_HEIGHT = 132
PLACE_HEIGHT = 46
LEAST_WIDTH = 0.55  # percent: what is short is still seen


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """The inside of one drawing and its height in pixels."""

    body: str
    height: int

    @property
    def svg(self) -> str:
        """Return the drawing for a page, hidden from readers: the same stands beside it in words."""
        return f'<svg class="draw" width="100%" height="{self.height}" aria-hidden="true" focusable="false">{self.body}</svg>'


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """Places moments between a left and a right edge, in percent."""

    start: datetime
    end: datetime

    def at(self, moment: datetime) -> float:
        """Return how far along `moment` is, 0 to 100."""
        whole = (self.end - self.start).total_seconds() or 1.0
        return min(max((moment - self.start).total_seconds() / whole, 0.0), 1.0) * 100

    def box(self, span: Span, until: datetime) -> tuple[float, float]:
        """Return left edge and width of a span; a short one is widened until it can be seen."""
        left, right = self.at(span.start), self.at(min(span.end or until, self.end))
        width = max(right - left, LEAST_WIDTH)
        return min(left, 100 - width), width

    def shows(self, span: Span) -> bool:
        """Return whether any of it lies here."""
        return span.start < self.end and (span.end is None or span.end >= self.start)


def scale_of(days: Sequence[Span]) -> Scale:
    """Return the scale of whole days."""
    return Scale(start=days[0].start, end=days[-1].end or days[-1].start)


def rect(kind: str, box: tuple[float, float], top: float, height: float) -> str:
    """Return one rectangle of a class, `box` in percent, the rest in pixels."""
    return f'<rect class="{kind}" x="{_num(box[0])}%" y="{_num(top)}" width="{_num(box[1])}%" height="{_num(height)}"/>'


def word(text: str, x: float, y: float, kind: str = "", anchor: str = "middle") -> str:
    """Return a few characters of our own at a place."""
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{_num(x)}%" y="{_num(y)}" text-anchor="{anchor}">{text}</text>'


def lane(scale: Scale, off: Iterable[Span], unseen: Sequence[Span], until: datetime) -> Strip:
    """Return one line through the time: on, off, and not seen."""
    parts = [rect("g-soft", box, 9, 4) for box in _seen_boxes(scale, unseen, until)]
    parts += [rect("g-unseen", scale.box(span, until), 6, 10) for span in unseen if scale.shows(span)]
    parts += [rect("g-off", scale.box(span, until), 2, 18) for span in off if scale.shows(span)]
    return Strip(body="".join(parts), height=LANE_HEIGHT)


def cells(scale: Scale, count: int, off: Sequence[Span], unseen: Sequence[Span], until: datetime) -> str:
    """Return one line through the time in `count` characters: on ─, off █, not seen ░, yet to come blank."""
    step = (scale.end - scale.start) / count
    edges = [(scale.start + step * place, scale.start + step * (place + 1)) for place in range(count)]
    return "".join(_cell(start, end, off, unseen, until) for start, end in edges)


def _cell(
    start: datetime, end: datetime, off: Sequence[Span], unseen: Sequence[Span], until: datetime
) -> str:
    def lies_in(spans: Sequence[Span]) -> bool:
        return any(span.start < end and (span.end is None or span.end >= start) for span in spans)

    if start >= until:
        return " "
    if lies_in(off):
        return "█"
    middle = start + (end - start) / 2
    return (
        "░"
        if any(span.start <= middle and (span.end is None or span.end > middle) for span in unseen)
        else "─"
    )


def hours(day: Span, outages: Sequence[Span], unseen: Sequence[Span], until: datetime) -> Strip:
    """Return one day in 24 blocks; an outage stands out of them."""
    scale = scale_of([day])
    strip = lane(scale, (), unseen, until)
    marks = [rect("g-bad", scale.box(span, until), 2, 18) for span in outages if scale.shows(span)]
    return Strip(body=f'{strip.body}<use href="#hours"/>{"".join(marks)}', height=LANE_HEIGHT)


def story(scale: Scale, span: Span, beats: Sequence[datetime], until: datetime) -> Strip:
    """Return when one story happened: its whole length, and its moments."""
    parts = ['<use href="#days"/>', rect("g-off", scale.box(span, until), 6, 10)]
    parts += [rect("g-bad", scale.box(Span(start=at, end=at), until), 3, 16) for at in beats[:60]]
    return Strip(body="".join(parts), height=LANE_HEIGHT)


def plot(counts: Sequence[int | None], top: int, scale: Scale, unseen: Sequence[Span]) -> Strip:
    """Return a line by the hour from 0 to `top`, broken where nothing is known."""
    until = scale.end
    parts = [rect("g-unseen", scale.box(span, until), 8, PLOT_HEIGHT - 8) for span in unseen]
    for share in (0.0, 0.5, 1.0):
        y = PLOT_HEIGHT - 1 - share * (PLOT_HEIGHT - 22)
        parts.append(f'<line class="g-grid" x1="0" x2="100%" y1="{_num(y)}" y2="{_num(y)}"/>')
        parts.append(word(str(round(top * share)), 0, y - 4, "g-halo", "start"))
    line = _path(counts, top)
    inner = f'<path class="g-line" d="{line}"/>' if line else ""
    view = f"0 0 {max(len(counts), 1)} {PLOT_HEIGHT}"
    parts.insert(
        len(unseen),
        f'<use href="#days"/><svg viewBox="{view}" preserveAspectRatio="none" width="100%" height="{PLOT_HEIGHT}">{inner}</svg>',
    )
    return Strip(body="".join(parts), height=PLOT_HEIGHT)


def _path(counts: Sequence[int | None], top: int) -> str:
    parts, drawing = [], False
    for place, count in enumerate(counts):
        if count is None:
            drawing = False
            continue
        y = PLOT_HEIGHT - 1 - count / max(top, 1) * (PLOT_HEIGHT - 22)
        parts.append(f"{'L' if drawing else 'M'}{place + 0.5:g} {_num(y)}")
        drawing = True
    return "".join(parts)


def stacked(
    amounts: Sequence[Blocked], unseen: Sequence[bool], usual: Sequence[tuple[float, float] | None] = ()
) -> Strip:
    """Return a bar for each day: from outside, and on it what came from inside; behind it, what is usual on such a day."""
    highest = max((high for _, high in filter(None, usual)), default=0)
    top = max(highest, *(day.outside + day.inside for day in amounts), 0) or 1
    step, room = 100 / max(len(amounts), 1), BARS_HEIGHT - 22
    parts = [_band(place * step, step, room / top, edges) for place, edges in enumerate(usual) if edges]
    for place, day in enumerate(amounts):
        left, base = (place + 0.18) * step, BARS_HEIGHT - 1.0
        if unseen[place]:
            parts.append(rect("g-unseen", (left, step * 0.64), 20, room))
        for kind, amount in (("g-bar", day.outside), ("g-off", day.inside)):
            height = amount / top * room
            base -= height
            if amount:
                parts.append(rect(kind, (left, step * 0.64), base, max(height, 1)))
        if len(amounts) <= 10 and not (unseen[place] and not day.outside + day.inside):
            parts.append(word(str(day.outside + day.inside), (place + 0.5) * step, base - 5))
    base_line = f'<line class="g-axis" x1="0" x2="100%" y1="{BARS_HEIGHT - 0.5}" y2="{BARS_HEIGHT - 0.5}"/>'
    return Strip(body="".join(parts) + base_line, height=BARS_HEIGHT)


def _band(left: float, width: float, per_one: float, edges: tuple[float, float]) -> str:
    low, high = edges
    height = max((high - low) * per_one, 3)
    return rect("g-band", (left, width), BARS_HEIGHT - 1 - low * per_one - height, height)


def small_bars(
    amounts: Sequence[int], top: int, scale: Scale, off: Sequence[Span], unseen: Sequence[Span]
) -> Strip:
    """Return one place's days as small bars, with when it was off and when nobody looked."""
    step, base = 100 / max(len(amounts), 1), PLACE_HEIGHT - 1
    parts = [rect("g-unseen", scale.box(span, scale.end), 4, base - 4) for span in unseen]
    for place, amount in enumerate(amounts):
        if amount:
            height = max(amount / max(top, 1) * (base - 6), 2)
            parts.append(rect("g-bar", ((place + 0.2) * step, step * 0.6), base - height, height))
    parts += [rect("g-off", scale.box(span, scale.end), 3, base - 3) for span in off if scale.shows(span)]
    parts.append(f'<line class="g-axis" x1="0" x2="100%" y1="{base + 0.5}" y2="{base + 0.5}"/>')
    return Strip(body="".join(parts), height=PLACE_HEIGHT)


def axis(labels: Sequence[str]) -> Strip:
    """Return the labels of equal steps, each under its middle; of many only some."""
    every = max(1, -(-len(labels) // 8))
    step = 100 / max(len(labels), 1)
    shown = (word(text, (i + 0.5) * step, 13) for i, text in enumerate(labels) if i % every == 0)
    return Strip(body="".join(shown), height=18)


def clock_axis() -> Strip:
    """Return the labels of a day's hours."""
    ends = {0: "start", 24: "end"}
    return Strip(
        body="".join(
            word(f"{h:02}:00", h / 24 * 100, 13, "", ends.get(h, "middle")) for h in (0, 6, 12, 18, 24)
        ),
        height=18,
    )


def shared_shapes(day_count: int) -> str:
    """Return the definitions that the drawings share: hatching, hours, days."""
    hour_lines = "".join(_upright("g-cut", h / 24 * 100) for h in range(1, 24))
    day_lines = (
        "".join(_upright("g-grid", d / day_count * 100) for d in range(1, day_count)) if day_count else ""
    )
    return (
        '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path class="g-hatch" d="M0 0V6"/></pattern>'
        f'<g id="hours">{hour_lines}</g><g id="days">{day_lines}</g>'
    )


def _upright(kind: str, x: float) -> str:
    return f'<line class="{kind}" x1="{_num(x)}%" x2="{_num(x)}%" y1="0" y2="100%"/>'


def _seen_boxes(scale: Scale, unseen: Sequence[Span], until: datetime) -> Iterable[tuple[float, float]]:
    left, right = 0.0, scale.at(until)
    for span in unseen:
        if not scale.shows(span):
            continue
        begins = min(scale.at(span.start), right)
        if begins > left:
            yield left, begins - left
        left = max(left, scale.at(span.end or until))
    if left < right:
        yield left, right - left


def _num(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
