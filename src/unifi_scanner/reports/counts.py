"""Two figures with a bar or a point for each day or hour: devices connected, and attacks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from unifi_scanner.models.pictures import Span
from unifi_scanner.reports import drawing
from unifi_scanner.reports.canvas import Canvas, Figure, Row, dated, key_of
from unifi_scanner.reports.prose import counted, number


def draw_clients(canvas: Canvas) -> Figure:
    """Return how many devices were connected, hour by hour."""
    counts = canvas.pictures.clients
    known = [(count, place) for place, count in enumerate(counts) if count is not None]
    if not known:
        return Figure(id="pic-clients", title="")
    most, at = max(known, key=lambda pair: (pair[0], -pair[1]))
    top = _round_up(most)
    days = canvas.pictures.days
    strip = drawing.plot(counts, top, canvas.scale, canvas.unseen("wireless"))
    return Figure(
        id="pic-clients",
        title=f"At most {counted(most, 'device')} at once, on {canvas.clock.day(_hour_start(canvas, at))}",
        caption="Devices connected, the most in each hour. Counted from joins and leaves, so what never moved is not in it.",
        form="plot",
        rows=(Row(name="Devices connected", strip=strip),),
        whole=strip,
        scale=f"The lines stand for 0, {number(round(top / 2))} and {number(top)} devices.",
        axis=drawing.axis(canvas.day_names()),
        key=key_of(canvas, "wireless"),
        is_by_day=True,
        head=("Day", "Most at once", "Fewest"),
        table=tuple(
            (name, *_extremes(_day_counts(counts, place, days))) for place, name in enumerate(dated(canvas))
        ),
    )


def _hour_start(canvas: Canvas, place: int) -> datetime:
    return canvas.pictures.days[0].start + timedelta(hours=place)


def _day_counts(counts: Sequence[int | None], place: int, days: Sequence[Span]) -> list[int]:
    first = round((days[place].start - days[0].start).total_seconds() / 3600)
    ends = days[place].end or days[place].start
    last = round((ends - days[0].start).total_seconds() / 3600)
    return [count for count in counts[first:last] if count is not None]


def _extremes(counts: Sequence[int]) -> tuple[str, str]:
    return (number(max(counts)), number(min(counts))) if counts else ("not known", "not known")


def _round_up(most: int) -> int:
    step = next((s for s in (2, 10, 20, 50, 100, 200, 500, 1000, 5000) if most <= s * 4), 10_000)
    return max(step, -(-most // step) * step)


def draw_threats(canvas: Canvas) -> Figure:
    """Return the attacks of each day."""
    amounts = canvas.pictures.blocked
    outside, inside = sum(d.outside for d in amounts), sum(d.inside for d in amounts)
    missed = sum(d.not_stopped for d in amounts)
    usual = canvas.pictures.usual_blocked
    gaps = [any(_covers(span, day) for span in canvas.unseen("security")) for day in canvas.pictures.days]
    return Figure(
        id="pic-security",
        title=_threat_title(canvas, outside, inside, missed),
        caption=_threat_caption(outside, inside, missed, is_usual_known=bool(usual)),
        form="plot",
        rows=(Row(name="Attacks stopped each day", strip=drawing.stacked(amounts, gaps, usual)),),
        axis=drawing.axis(canvas.day_names()),
        key=key_of(
            canvas,
            "security",
            ("g-bar", "from outside"),
            ("g-off", "from inside"),
            *([("g-band", "usual on such a day")] if usual else []),
        ),
        is_by_day=True,
        head=(
            "Day",
            "From outside",
            "From inside",
            "Not surely stopped",
            *(["Usually stopped"] if usual else []),
        ),
        table=tuple(
            (
                name,
                number(day.outside),
                number(day.inside),
                number(day.not_stopped),
                *([_range(usual[place])] if usual else []),
            )
            for place, (name, day) in enumerate(zip(dated(canvas), amounts, strict=True))
        ),
    )


def _threat_title(canvas: Canvas, outside: int, inside: int, missed: int) -> str:
    total = outside + inside
    rest = f"; {number(missed)} more may have got through" if missed else ""
    if total and inside:
        return f"{counted(total, 'attack')} stopped: {number(outside)} from outside, {number(inside)} from inside{rest}"
    if total:
        return f"{counted(total, 'attack')} stopped, {'all' if total > 1 else 'it came'} from outside{rest}"
    if missed:
        return f"{counted(missed, 'attack')} noticed, and no record says that any was stopped"
    return f"No attack was noticed{canvas.so_far('security')}"


def _range(usual: tuple[float, float] | None) -> str:
    if usual is None:
        return "not known"
    low, high = (number(round(edge)) for edge in usual)
    return low if low == high else f"{low} to {high}"


def _threat_caption(outside: int, inside: int, missed: int, *, is_usual_known: bool) -> str:
    parts = []
    if outside:
        parts.append("Tries from outside are the Internet\u2019s background noise.")
    if inside:
        parts.append(
            "What comes from inside is not noise: one of your own devices tried to reach a bad address."
        )
    if missed and outside + inside:
        parts.append("Where a record does not say that an attack was stopped, it may have got through.")
    if is_usual_known:
        parts.append("Shaded: what is usual on such a day.")
    return " ".join(parts)


def _covers(span: Span, day: Span) -> bool:
    return span.start <= day.start and (span.end is None or (day.end is not None and span.end >= day.end))
