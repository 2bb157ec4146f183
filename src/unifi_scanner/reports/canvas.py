"""What every figure of a report is made of, and made on. Pure."""

from __future__ import annotations

import math
from datetime import datetime

import msgspec

from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.pictures import Pictures, Place, Span
from unifi_scanner.reports import drawing
from unifi_scanner.reports.drawing import Strip
from unifi_scanner.reports.pages import seconds_off
from unifi_scanner.reports.prose import Clock, counted, minutes
from unifi_scanner.reports.wording import Mark

LEAST_WATCHED_S = 1_800
CALM = 3  # problems a day that any access point has


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a figure: whose it is, how it looks, what it says."""

    name: str
    says: str = ""
    mark: Mark | None = None
    strip: Strip | None = None
    cells: str = ""  # the same in characters


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One picture; `form` is how its rows are laid out, and `empty` says what would open one that cannot be drawn."""

    id: str
    title: str
    caption: str = ""
    form: str = "lanes"
    rows: tuple[Row, ...] = ()
    axis: Strip | None = None
    key: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    is_by_day: bool = False  # each row of the table is a day
    empty: str = ""
    more: str = ""
    whole: Strip | None = None  # all of it in one drawing, for media that show images
    scale: str = ""  # what the lines of that drawing stand for


class Canvas(msgspec.Struct, frozen=True, kw_only=True):
    """What every figure needs to know."""

    pictures: Pictures
    coverage: Coverage
    clock: Clock
    since: datetime
    until: datetime

    @property
    def scale(self) -> drawing.Scale:
        """Return the scale of all days."""
        return drawing.scale_of(self.pictures.days)

    def unseen(self, area: str) -> tuple[Span, ...]:
        """Return when not seen at `area`."""
        return self.pictures.unseen.get(area, ())

    def is_told(self, area: str) -> bool:
        """Return whether anything at all is known of `area`."""
        return area in self.pictures.told

    def seconds_watched(self, area: str) -> float:
        """Return for how many seconds somebody looked."""
        return seconds_watched(self.pictures, area, self.until)

    def so_far(self, area: str) -> str:
        """Return the words that keep a title honest where a good part was not seen."""
        whole = (self.until - self.since).total_seconds()
        return "" if self.seconds_watched(area) >= 0.9 * whole else " in what we saw"

    def day_names(self) -> list[str]:
        """Return a short name for each day."""
        days = self.pictures.days
        return [self.clock.short_day(day.start, numbered=len(days) > 7) for day in days]


def seconds_watched(pictures: Pictures, area: str, until: datetime) -> float:
    """Return for how many seconds of the drawn days, up to `until`, somebody looked at `area`."""
    whole = (until - pictures.days[0].start).total_seconds()
    return max(whole - seconds_off(pictures.unseen.get(area, ()), until), 0)


def is_measured(pictures: Pictures, area: str, until: datetime) -> bool:
    """Return whether enough of `area` was watched to speak of shares: half an hour at least, and every outage told."""
    unseen = pictures.unseen.get(area, ())
    outside = any(
        span.start <= outage.start and (span.end is None or outage.start < span.end)
        for outage in pictures.outages
        for span in unseen
    )
    return seconds_watched(pictures, area, until) >= LEAST_WATCHED_S and not outside


def uptime_words(down: float, watched: float) -> str:
    """Return how much of the time something was up, in percent, never rounded up to all of it."""
    share = max(0.0, 1 - down / watched) * 100
    return f"{math.floor(share * 10) / 10:g}%" if share < 99.9 else f"{math.floor(share * 100) / 100:g}%"


def is_calm(place: Place) -> bool:
    """Return whether no day at an access point had more than a few problems."""
    return max(place.troubles, default=0) <= CALM


def lasted(span: Span) -> str:
    """Return how long a span was."""
    if span.end is None:
        return "still going on"
    return minutes((span.end - span.start).total_seconds())


def dated(canvas: Canvas) -> list[str]:
    """Return a name with its date for each day."""
    return [canvas.clock.short_day(day.start, numbered=True) for day in canvas.pictures.days]


def more_words(count: int, noun: str) -> str:
    """Return how many are in the table only."""
    return f"{counted(count, f'more {noun}')} in the table." if count > 0 else ""


def key_of(canvas: Canvas, area: str, *entries: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the key of a drawing, with the hatching where there is some."""
    return (*entries, ("g-unseen", "not seen")) if canvas.unseen(area) else entries
