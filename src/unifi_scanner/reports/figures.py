"""Pictures -> figures: each with a finding for a title, a drawing, and the same numbers in words and in a table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.pictures import Lane, Outage, Place, Span
from unifi_scanner.models.report import Report
from unifi_scanner.reports import drawing
from unifi_scanner.reports.canvas import (
    CALM,
    Canvas,
    Figure,
    Row,
    dated,
    is_calm,
    is_measured,
    key_of,
    lasted,
    more_words,
    uptime_words,
)
from unifi_scanner.reports.counts import draw_clients, draw_threats
from unifi_scanner.reports.pages import seconds_off
from unifi_scanner.reports.plain import plain_line
from unifi_scanner.reports.prose import Clock, counted, listed, minutes, number, small_number, times
from unifi_scanner.reports.wording import Mark

MOST_LANES = 14
LANE_CELLS = 35
MOST_PLACES = 12
NOBODY_SAYS = (
    "No source we could ask tells of this, so there is nothing to draw. That is not the same as “none”."
)


def figures_of(report: Report, clock: Clock) -> tuple[Figure, ...]:
    """Return all figures, always in the same places; none for a report that speaks of no time."""
    pictures = report.pictures
    if not pictures.days:
        return ()
    until = min(
        report.period.end or pictures.days[-1].start, pictures.days[-1].end or pictures.days[-1].start
    )
    canvas = Canvas(
        since=_since(report), pictures=pictures, coverage=report.coverage, clock=clock, until=until
    )
    return tuple(_drawn(canvas, area, name, draw) for area, name, draw in FIGURES)


def _since(report: Report) -> datetime:
    first = report.pictures.days[0].start
    return max(report.period.start or first, first)


def _drawn(canvas: Canvas, area: str, name: str, draw: Callable[[Canvas], Figure]) -> Figure:
    if canvas.is_told(area):
        figure = draw(canvas)
        if figure.rows:
            return figure
    return Figure(
        id=f"pic-{area if name != CLIENTS else 'clients'}",
        title=f"{name}: no picture yet",
        empty=_what_opens(canvas.coverage, area),
    )


def _what_opens(coverage: Coverage, area: str) -> str:
    silent = (SourceState.FAILED, SourceState.BLIND, SourceState.OFF)
    here = [row for row in coverage.sources if row.area == area]
    if any(row.state not in silent for row in here):
        return "Nothing told of this yet. The picture opens with the first entry."
    reasons = [plain_line(row.reason) for row in here if row.state in silent and row.reason]
    if not reasons:
        return NOBODY_SAYS
    return f"{reasons[0]} That is not the same as “none”. Once it answers, this picture opens."


def _internet(canvas: Canvas) -> Figure:
    pictures, clock = canvas.pictures, canvas.clock
    cut = [outage for outage in pictures.outages if not outage.bridged]
    rows = []
    for day, name in zip(pictures.days, dated(canvas), strict=True):
        here = [o for o in pictures.outages if drawing.scale_of([day]).shows(o)]
        within = _within(canvas.unseen("internet"), day)
        line = drawing.cells(drawing.scale_of([day]), 24, here, within, canvas.until)
        strip = drawing.hours(day, here, within, canvas.until)
        rows.append(
            Row(name=name, says="; ".join(_outage(o, canvas) for o in here[:3]), strip=strip, cells=line)
        )
    return Figure(
        id="pic-internet",
        title=_internet_title(canvas, cut),
        caption="Each row is a day, each block an hour. A tall mark is a time without Internet.",
        form="hours",
        rows=tuple(rows),
        whole=drawing.lane(canvas.scale, cut, canvas.unseen("internet"), canvas.until),
        axis=drawing.clock_axis(),
        key=key_of(canvas, "internet", ("g-soft", "up"), ("g-bad", "down")),
        head=("When", "How long", "What"),
        table=tuple(
            (
                clock.span(o.start, o.end),
                lasted(o),
                "backup line took over" if o.bridged else "no Internet",
            )
            for o in pictures.outages
        ),
    )


def _internet_title(canvas: Canvas, cut: Sequence[Outage]) -> str:
    if any(outage.end is None for outage in cut):
        began = next(outage.start for outage in cut if outage.end is None)
        return f"The Internet has been down since {canvas.clock.moment(began)}"
    down = seconds_off(cut, canvas.until)
    watched = canvas.seconds_watched("internet")
    if cut and not is_measured(canvas.pictures, "internet", canvas.until):
        return f"The Internet failed {times(len(cut))}, for {minutes(down)} in all"
    if not watched:
        return "The Internet line"
    if not cut:
        bridged = len(canvas.pictures.outages)
        return (
            f"The Internet was up all the {_spell(watched)} we watched"
            if not bridged
            else (f"The Internet stayed up: the backup line took over {times(bridged)}")
        )
    return f"The Internet was up {uptime_words(down, watched)} of the {_spell(watched)} we watched"


def _spell(seconds: float) -> str:
    return (
        counted(round(seconds / 3600), "hour") if seconds >= 7_200 else counted(round(seconds / 60), "minute")
    )


def _outage(outage: Outage, canvas: Canvas) -> str:
    start = canvas.clock.hour(outage.start)
    if outage.end is None:
        return f"down since {start}"
    words = f"down {minutes((outage.end - outage.start).total_seconds())} from {start}"
    return f"{words}, on the backup line" if outage.bridged else words


def _wifi(canvas: Canvas) -> Figure:
    pictures = canvas.pictures
    top = max((max(p.troubles, default=0) for p in pictures.places), default=0)
    off = {lane.id: lane.off for lane in pictures.devices}
    shown = pictures.places[:MOST_PLACES]
    rows = tuple(
        Row(
            name=plain_line(place.name, 40),
            says=_place_words(place),
            mark=Mark.FINE if is_calm(place) else Mark.ATTENTION,
            strip=drawing.small_bars(
                place.troubles,
                max(top, CALM * 2),
                canvas.scale,
                off.get(place.id, ()),
                canvas.unseen("wireless"),
            ),
        )
        for place in shown
    )
    return Figure(
        id="pic-wireless",
        title=_wifi_title(pictures.places, canvas.so_far("wireless")),
        caption="Problems per day at each access point, most first: devices that could not join, left at once, "
        f"or had a poor link. Up to {small_number(CALM)} a day is calm.",
        form="multi",
        rows=rows,
        axis=drawing.axis([name[:1] if len(pictures.days) <= 7 else name for name in canvas.day_names()]),
        key=key_of(canvas, "wireless", ("g-bar", "problems"), ("g-off", "switched off")),
        head=("Access point", *dated(canvas), "Joins"),
        table=tuple(
            (plain_line(p.name, 40), *map(number, p.troubles), number(p.joins)) for p in pictures.places
        ),
        more=more_words(len(pictures.places) - len(shown), "access point"),
    )


def _place_words(place: Place) -> str:
    total = sum(place.troubles)
    if not total:
        return "no problem"
    return f"{counted(total, 'problem')}, {'calm' if is_calm(place) else f'up to {number(max(place.troubles))} a day'}"


def _wifi_title(places: Sequence[Place], so_far: str) -> str:
    calm, total = sum(map(is_calm, places)), len(places)
    if calm == total:
        return f"Wi-Fi was calm{so_far or (' everywhere' if total != 1 else '')}"
    worst = plain_line(places[0].name, 40)
    if not calm:
        return f"Wi-Fi had trouble, most at {worst}"
    return f"Wi-Fi was calm in {calm} of {counted(total, 'place')}; {worst} had most trouble"


def _devices(canvas: Canvas) -> Figure:
    lanes = canvas.pictures.devices
    shown = lanes[:MOST_LANES]
    rows = tuple(
        Row(
            name=plain_line(lane.name, 40),
            says=_lane_words(lane),
            strip=drawing.lane(canvas.scale, lane.off, canvas.unseen("devices"), canvas.until),
            cells=drawing.cells(canvas.scale, LANE_CELLS, lane.off, canvas.unseen("devices"), canvas.until),
        )
        for lane in shown
    )
    return Figure(
        id="pic-devices",
        title=_device_title(lanes, canvas.so_far("devices")),
        caption="Each line is a device that records tell of. A tall mark is a time it was off, or a restart.",
        form="lanes",
        rows=rows,
        axis=drawing.axis(canvas.day_names()),
        key=key_of(canvas, "devices", ("g-soft", "on"), ("g-off", "off or restarted")),
        head=("Device", "When it was off", "How long"),
        table=tuple(
            (
                plain_line(lane.name, 40),
                canvas.clock.span(span.start, span.end),
                _lasted_or_restart(span),
            )
            for lane in lanes
            for span in lane.off[:20]
        ),
        more=more_words(len(lanes) - len(shown), "device"),
    )


def _lasted_or_restart(span: Span) -> str:
    return "restarted" if span.start == span.end else lasted(span)


def _lane_words(lane: Lane) -> str:
    if not lane.off:
        return "on"
    if lane.off[-1].end is None:
        return "off now"
    restarts = sum(span.start == span.end for span in lane.off)
    stays = len(lane.off) - restarts
    down = seconds_off(lane.off, lane.off[-1].start)
    told = [f"off {minutes(down)}{f', {times(stays)}' if stays > 1 else ''}"] if stays else []
    return listed([*told, *([f"restarted {times(restarts)}"] if restarts else [])])


def _device_title(lanes: Sequence[Lane], so_far: str) -> str:
    off_now = [plain_line(lane.name, 40) for lane in lanes if lane.off and lane.off[-1].end is None]
    stayed, total = sum(not lane.off for lane in lanes), len(lanes)
    if off_now:
        rest = f" and {counted(len(off_now) - 1, 'more device')}" if len(off_now) > 1 else ""
        return f"{off_now[0]}{rest} {'are' if rest else 'is'} off now"
    if stayed == total:
        who = f"All {counted(total, 'device')} stayed" if total > 1 else "The one device told of stayed"
        return f"{who} on{so_far}"
    if not stayed and total > 1:
        return f"{counted(total, 'device')} went off or restarted{so_far}"
    return f"{small_number(total - stayed).capitalize()} of {counted(total, 'device')} went off or restarted{so_far}"


def _within(spans: Sequence[Span], day: Span) -> tuple[Span, ...]:
    ends = day.end or day.start
    return tuple(s for s in spans if s.start < ends and (s.end is None or s.end > day.start))


CLIENTS = "Devices connected"
FIGURES: tuple[tuple[str, str, Callable[[Canvas], Figure]], ...] = (
    ("internet", "Internet", _internet),
    ("wireless", "Wi-Fi, place by place", _wifi),
    ("wireless", CLIENTS, draw_clients),
    ("security", "Attacks stopped", draw_threats),
    ("devices", "UniFi devices", _devices),
)
