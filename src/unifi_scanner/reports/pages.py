"""What a almanac remembers -> series for whole local days. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

from unifi_scanner.models.pictures import Blocked, Lane, Place, Span
from unifi_scanner.models.report import Period
from unifi_scanner.reports.headcount import Headcount
from unifi_scanner.reports.prose import is_known, zone_of

SLOT_S = 1_800  # half hours: local midnights fall on them nearly everywhere
MOST_DAYS = 31


class Noted(Protocol):
    """A device as a almanac notes it."""

    name: str
    off: list[Span]
    since: datetime | None


class Visited(Protocol):
    """An access point as a almanac notes it."""

    name: str
    joins: int
    troubles: Counter[int]


def days_of(period: Period) -> tuple[tuple[Span, ...], bool]:
    """Return the local days of a period, at most the last 31, and whether it has more."""
    if period.start is None or period.end is None or not (is_known(period.start) and is_known(period.end)):
        return (), False
    zone = zone_of(period.zone)
    try:
        first, last = period.start.astimezone(zone).date(), period.end.astimezone(zone).date()
        if last > first and period.end.astimezone(zone).time() == datetime.min.time():
            last -= timedelta(days=1)
        count = min((last - first).days, MOST_DAYS - 1)
        shown = [last - timedelta(days=back) for back in range(max(count, 0), -1, -1)]
        midnights = [
            datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
            for day in (*shown, last + timedelta(days=1))
        ]
    except (OverflowError, ValueError):
        return (), False
    return tuple(Span(start=start, end=end) for start, end in pairwise(midnights)), shown[0] > first


def lanes_of(devices: Mapping[str, Noted], days: Sequence[Span]) -> tuple[Lane, ...]:
    """Return devices, those that were off longest first."""
    begins = days[0].start
    lanes = [
        Lane(
            id=key,
            name=noted.name,
            off=(
                *(span for span in noted.off if span.end is None or span.end >= begins),
                *((Span(start=noted.since),) if noted.since is not None else ()),
            ),
        )
        for key, noted in devices.items()
    ]
    ends = days[-1].end or begins
    return tuple(sorted(lanes, key=lambda lane: (-seconds_off(lane.off, ends), -len(lane.off), lane.name)))


def seconds_off(spans: Sequence[Span], until: datetime) -> float:
    """Return how many seconds `spans` have together, those that go on up to `until`."""
    return sum(max(((span.end or until) - span.start).total_seconds(), 0) for span in spans)


def places_of(spots: Mapping[str, Visited], days: Sequence[Span]) -> tuple[Place, ...]:
    """Return access points, those with the most trouble first."""
    places = [
        Place(id=key, name=spot.name, joins=spot.joins, troubles=by_day(spot.troubles, days))
        for key, spot in spots.items()
    ]
    return tuple(sorted(places, key=lambda place: (-sum(place.troubles), place.name, place.id)))


def by_day(slots: Mapping[int, int], days: Sequence[Span]) -> tuple[int, ...]:
    """Return what is counted in half hours, summed for each day."""
    sums = []
    for day in days:
        first, last = slot_of(day.start), slot_of(day.end or day.start)
        sums.append(sum(count for slot, count in slots.items() if first <= slot < last))
    return tuple(sums)


def blocked_by_day(
    outside: Mapping[int, int],
    inside: Mapping[int, int],
    not_stopped: Mapping[int, int],
    days: Sequence[Span],
) -> tuple[Blocked, ...]:
    """Return the attacks of each day."""
    parts = (by_day(slots, days) for slots in (outside, inside, not_stopped))
    return tuple(Blocked(outside=o, inside=i, not_stopped=n) for o, i, n in zip(*parts, strict=True))


def clients_by_hour(heads: Headcount, days: Sequence[Span], until: datetime | None) -> tuple[int | None, ...]:
    """Return the most clients at once in each hour from the first midnight to `until`."""
    first, last = slot_of(days[0].start), slot_of(days[-1].end or days[0].start)
    most = heads.most_in(first, last - first)
    if until is not None:
        over = max(slot_of(until) + 1 - first, 0)
        most[over:] = [None] * len(most[over:])
    pairs = zip(most[::2], most[1::2], strict=False)
    return tuple(max((n for n in pair if n is not None), default=None) for pair in pairs)


def slot_of(moment: datetime) -> int:
    """Return the half hour of a moment."""
    return int(moment.timestamp()) // SLOT_S
