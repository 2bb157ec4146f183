"""What is usual on this network: the same stretch of earlier weeks or days, in robust statistics. Pure.

Counts come by the hour. A period is compared with the same hours of earlier weeks; where there are too few of those, a
day is compared with earlier days; where there are too few of those as well, nobody can say what is usual.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from unifi_scanner.detection.measures import MEASURES, Measure

DAY: Final = 24
WEEK: Final = 7 * DAY
WEEKS_NEEDED: Final = 4
DAYS_NEEDED: Final = 7
MOST_WEEKS: Final = 12
MOST_DAYS: Final = 28
ABOUT_A_DAY: Final = 30  # hours; a longer period is never compared with single days
NEAR: Final = 2.0  # robust standard deviations; up to there an hour is like others
FAR_OUT: Final = 4.0  # robust standard deviations above the median
CLEARLY_MORE: Final = 2.0  # times the median
_START: Final = datetime(1970, 1, 1)  # local, without a zone  # noqa: DTZ001
_HOUR: Final = timedelta(hours=1)
_MAD_TO_DEVIATION: Final = 1.4826  # of a normal distribution


class Counted(Protocol):
    """How often something happened within an hour."""

    @property
    def hour(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def count(self) -> int: ...


class History:
    """Counts of every measure by local hour, and on which days anything at all was heard."""

    def __init__(self, hours: Iterable[Counted], zone: str = "UTC") -> None:
        self._zone = _zone(zone)
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._days: set[int] = set()
        names = _names_by_kind()
        known: datetime | None = None
        place = 0
        for row in hours:
            if row.hour != known:
                known, place = row.hour, self.place(row.hour)
                self._days.add(place // DAY)
            for name in names.get(row.kind, ()):
                counts = self._counts[name]
                counts[place] = counts.get(place, 0) + row.count
        # the day on which listening began was heard in part only
        self._days.discard(min(self._days, default=0))

    def place(self, moment: datetime) -> int:
        """Return a moment as its local hour, counted from 1970."""
        local = moment.astimezone(self._zone).replace(tzinfo=None)
        return (local - _START) // _HOUR

    def moment(self, place: int) -> datetime:
        """Return the local time, without a zone, at which an hour begins."""
        return _START + place * _HOUR

    def days_before(self, place: int) -> int:
        """Return how many whole days were heard before that hour."""
        return sum(day < place // DAY for day in self._days)

    def total(self, name: str, first: int, length: int) -> int:
        """Return how often it happened in so many hours from `first` on."""
        counts = self._counts.get(name)
        return sum(counts.get(place, 0) for place in range(first, first + length)) if counts else 0

    def was_heard(self, first: int, length: int) -> bool:
        """Return whether anything was heard on each of the days that these hours touch, but for one in ten."""
        days = range(first // DAY, (first + length - 1) // DAY + 1)
        return sum(day not in self._days for day in days) * 10 <= len(days)

    def peak(self, name: str, first: int, length: int) -> int | None:
        """Return the one hour that holds more than half of the period, if there is one."""
        counts = self._counts.get(name, {})
        fullest = max(range(first, first + length), key=lambda place: counts.get(place, 0))
        return fullest if counts.get(fullest, 0) * 2 > self.total(name, first, length) else None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One measure in a period, beside what earlier stretches of the same length held; no `past`: too little history.

    `first` and `length` are hours as History counts them; `step` is how far apart the stretches are.
    """

    measure: Measure
    amount: int
    past: tuple[int, ...]
    first: int
    length: int
    step: int
    day: str = ""  # the weekday, where the period is about a day long
    days_known: int = 0
    peak: datetime | None = None  # local

    @property
    def middle(self) -> float:
        """Return the median of the past; 0 without one."""
        return _median(self.past) if self.past else 0.0

    @property
    def usual(self) -> tuple[float, float] | None:
        """Return the middle half of the past."""
        if not self.past:
            return None
        return _share(self.past, 0.25), _share(self.past, 0.75)

    @property
    def score(self) -> float:
        """Return how many robust standard deviations it lies above the median."""
        return (self.amount - self.middle) / _deviation(self.past)

    @property
    def is_unusual(self) -> bool:
        """Return whether it is truly more than usual: far out, clearly more, and not just a few."""
        return bool(
            self.past
            and self.amount >= self.measure.least
            and self.amount >= CLEARLY_MORE * self.middle
            and self.score >= FAR_OUT
        )


def compare(history: History, start: datetime, end: datetime) -> list[Comparison]:
    """Return every measure of the period beside its past; what neither happened nor used to happen is left out."""
    first = history.place(start)
    length = max(1, history.place(end - timedelta(microseconds=1)) + 1 - first)
    found = [_compare(history, measure, first, length) for measure in MEASURES]
    return [one for one in found if one.amount or (one.usual or (0, 0))[1]]


def usual_of_day(history: History, name: str, start: datetime, end: datetime) -> tuple[float, float] | None:
    """Return the middle half of what the same day held in earlier weeks; None where too few of those are known."""
    first = history.place(start)
    past = _earlier(history, name, _starts(first, WEEK, MOST_WEEKS), history.place(end) - first)
    return (_share(past, 0.25), _share(past, 0.75)) if len(past) >= WEEKS_NEEDED else None


def is_usual_at(history: History, name: str, moment: datetime) -> bool:
    """Return whether as much happens in that hour of the week in most weeks; False where nobody can say."""
    place = history.place(moment)
    past = _earlier(history, name, _starts(place, WEEK, MOST_WEEKS), 1)
    if len(past) < WEEKS_NEEDED:
        return False
    middle = _median(past)
    return middle > 0 and history.total(name, place, 1) <= middle + NEAR * _deviation(past)


def looks_back_to(start: datetime, end: datetime) -> datetime:
    """Return from when on the counts of a period's past are worth reading."""
    weeks = max(1, math.ceil((end - start) / timedelta(weeks=1)))
    return start - timedelta(weeks=min(52, MOST_WEEKS * weeks), days=1)


def _compare(history: History, measure: Measure, first: int, length: int) -> Comparison:
    step = WEEK * math.ceil(length / WEEK)
    past = _earlier(history, measure.name, _starts(first, step, MOST_WEEKS), length)
    if len(past) < WEEKS_NEEDED and length <= ABOUT_A_DAY:
        step = DAY * math.ceil(length / DAY)
        past = _earlier(history, measure.name, _starts(first, step, MOST_DAYS), length)
    needed = WEEKS_NEEDED if step % WEEK == 0 else DAYS_NEEDED
    peak = history.peak(measure.name, first, length)
    return Comparison(
        measure=measure,
        amount=history.total(measure.name, first, length),
        past=tuple(past) if len(past) >= needed else (),
        first=first,
        length=length,
        step=step,
        day=f"{history.moment(first + length // 2):%A}" if length <= ABOUT_A_DAY else "",
        days_known=history.days_before(first),
        peak=None if peak is None or length == 1 else history.moment(peak),
    )


def _deviation(past: Sequence[int]) -> float:
    if not past:
        return 1.0
    middle = _median(past)
    spread = _MAD_TO_DEVIATION * _median([abs(one - middle) for one in past])
    # rare things scatter by the square root of their number, also where the past happens to be all the same
    return max(spread, math.sqrt(middle), 1.0)


def _median(values: Sequence[float]) -> float:
    return _share(values, 0.5)


def _share(values: Sequence[float], part: float) -> float:
    """Return the value below which that part of the values lies, between two of them where it must."""
    # by hand: the standard library's module for this costs a megabyte of memory and is needed by nobody else
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _starts(first: int, step: int, most: int) -> Iterator[int]:
    return (first - step * number for number in range(1, most + 1))


def _earlier(history: History, name: str, starts: Iterable[int], length: int) -> Sequence[int]:
    return [history.total(name, start, length) for start in starts if history.was_heard(start, length)]


def _names_by_kind() -> Mapping[str, Sequence[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for measure in MEASURES:
        for kind in measure.kinds:
            names[kind].append(measure.name)
    return names


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
