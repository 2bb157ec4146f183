"""Numbers, times and lists in plain English. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from unifi_scanner.models.log_entry import NO_TIME

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
UNKNOWN_TIME = "at an unknown time"


def number(value: int) -> str:
    """Return `value` with thousands marked: 11,482."""
    return f"{value:,}"


def small_number(value: int) -> str:
    """Return a number up to ten as a word, a larger one in digits."""
    return SMALL[value] if 0 <= value < len(SMALL) else number(value)


def times(value: int) -> str:
    """Return how often: never, once, twice, 37 times."""
    return {0: "never", 1: "once", 2: "twice"}.get(value, f"{number(value)} times")


def counted(value: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: 1 entry, 2 entries."""
    return f"{number(value)} {noun if value == 1 else plural or noun + 's'}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Return a list as one phrase: A, B and C."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def duration(span: timedelta) -> str:
    """Return a span in at most two units, to the nearest second: 14 minutes, 2 hours 5 minutes, 3 days."""
    left = round(abs(span.total_seconds()))
    if left == 0:
        return "less than a second"
    place = next(i for i, (_, size) in enumerate(UNITS) if left >= size)
    parts = []
    for name, size in UNITS[place : place + 2]:
        amount, left = divmod(left, size)
        if amount:
            parts.append(counted(amount, name))
    return " ".join(parts)


def minutes(seconds: float) -> str:
    """Return a span short enough for a picture: 45 s, 14 min, 2 h 5 min, 3 d 4 h."""
    if seconds < 60:
        return f"{round(seconds)} s"
    whole = round(seconds / 60)
    if whole < 60:
        return f"{whole} min"
    hours, left = divmod(whole, 60)
    if hours < 48:
        return f"{hours} h {left} min" if left else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return the zone called `name`, UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")


def is_known(moment: datetime | None) -> bool:
    """Return whether `moment` is a time at all."""
    return moment is not None and moment != NO_TIME


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """Tells moments in one zone; the year is told only where it is not `year`."""

    zone: str = "UTC"
    year: int | None = None

    def local(self, moment: datetime) -> datetime:
        """Return `moment` on this clock; at the very ends of the calendar in UTC."""
        try:
            return moment.astimezone(zone_of(self.zone))
        except OverflowError:
            return moment.astimezone(UTC)

    def day(self, moment: datetime) -> str:
        """Return the day: Tue 11 Nov."""
        local = self.local(moment)
        year = "" if local.year == self.year else f" {local.year}"
        return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}{year}"

    def short_day(self, moment: datetime, *, numbered: bool) -> str:
        """Return the day in little room: Tue, or Tue 11."""
        local = self.local(moment)
        return f"{DAYS[local.weekday()]} {local.day}" if numbered else DAYS[local.weekday()]

    def brief(self, moment: datetime) -> str:
        """Return day of the week and time, for moments of one week: Tue 09:12."""
        return f"{self.short_day(moment, numbered=False)} {self.hour(moment)}"

    def hour(self, moment: datetime, *, seconds: bool = False) -> str:
        """Return the time of day; an hour that comes twice when the clocks change also names its zone."""
        local = self.local(moment)
        shown = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
        return f"{shown} {abbreviation(local)}" if _comes_twice(local) else shown

    def moment(self, moment: datetime | None, *, seconds: bool = False) -> str:
        """Return day and time: Tue 11 Nov 09:12."""
        if moment is None or not is_known(moment):
            return UNKNOWN_TIME
        return f"{self.day(moment)} {self.hour(moment, seconds=seconds)}"

    def span(self, start: datetime | None, end: datetime | None) -> str:
        """Return a span, the day named once where it is the same: Tue 11 Nov 09:12 to 09:36."""
        if start is None or not is_known(start):
            return f"up to {self.moment(end)}" if is_known(end) else UNKNOWN_TIME
        if end is None or not is_known(end):
            return f"since {self.moment(start)}"
        first, last = self.moment(start), self.moment(end)
        if first == last:
            return first
        return f"{first} to {self.hour(end) if self.day(start) == self.day(end) else last}"

    def period(self, start: datetime | None, end: datetime | None) -> str:
        """Return a span with its year, once where one is enough: Tue 17 Nov 07:00 to Tue 24 Nov 2026 07:00."""
        dated = Clock(zone=self.zone)
        if start is None or end is None or not (is_known(start) and is_known(end)):
            return dated.span(start, end)
        first = Clock(zone=self.zone, year=self.local(end).year).moment(start)
        return f"{first} to {dated.moment(end)}"

    def name(self, *moments: datetime | None) -> str:
        """Return what to call this clock, with the letters in force at `moments`: Chicago time (CST)."""
        letters = [abbreviation(self.local(m)) for m in moments if m is not None and is_known(m)]
        city = str(zone_of(self.zone)).rpartition("/")[2].replace("_", " ")
        if city in ("UTC", "GMT", "UCT", "Zulu"):
            return "UTC"
        return f"{city} time ({'/'.join(dict.fromkeys(letters))})" if letters else f"{city} time"


def abbreviation(local: datetime) -> str:
    """Return the letters of a local time's zone, or its distance to UTC where it has no letters."""
    letters = local.tzname() or ""
    if letters[:1].isalpha():
        return letters
    offset = local.utcoffset() or timedelta()
    minutes = int(abs(offset).total_seconds()) // 60
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def _comes_twice(local: datetime) -> bool:
    first, second = (local.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return first > second
