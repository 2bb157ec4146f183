"""Group: the matches that become one finding, kept in the same room however many they are. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from unifi_scanner.detection.fields import Key
from unifi_scanner.models.log_entry import NO_TIME, LogEntry

KEPT_FIRST = 3
KEPT_LAST = 5
MOST_VALUES = 4  # of a fact that differs from match to match; one more than is ever told
MOST_DIFFERENT = 10_000

Reader = Callable[[LogEntry], Any]


class _Beyond:
    """The key of what comes after the last group a rule may have."""

    def __reduce__(self) -> str:
        """Return its name, so that what is put away and taken up again is still the only one."""
        return "BEYOND"


BEYOND: Final = _Beyond()


class Group:
    """The matches of one rule for one subject: how many, when, whose, and the first and last of them."""

    __slots__ = (
        "count",
        "different",
        "down_since",
        "downtime",
        "first",
        "head",
        "key",
        "last",
        "longest",
        "newest",
        "outages",
        "resolved",
        "seen",
        "tail",
    )

    def __init__(self, key: Key, listed: Mapping[str, Reader]) -> None:
        self.key = key
        self.count = 0
        self.head: list[LogEntry] = []
        self.tail: deque[LogEntry] = deque(maxlen=KEPT_LAST)
        self.first = self.last = NO_TIME
        self.newest: LogEntry | None = None
        self.seen: dict[str, dict[str, None]] = {fact: {} for fact in listed}
        self.different: set[Any] = set()
        self.down_since: datetime | None = None
        self.downtime = self.longest = timedelta()
        self.outages = 0
        self.resolved = False

    @property
    def is_beyond(self) -> bool:
        """Return whether it gathers everything for which there was no group left."""
        return self.key is BEYOND

    @property
    def subject(self) -> tuple[str, ...]:
        """Return its key as text, for an id that is the same in every process."""
        if self.is_beyond:
            return ("beyond",)
        parts = self.key if isinstance(self.key, tuple) else (self.key,)
        return tuple("" if part is None else str(part) for part in parts)

    def add(self, entry: LogEntry, listed: Mapping[str, Reader], distinct: Reader | None) -> None:
        """Count one more match."""
        self.count += 1
        self.newest = entry
        self.keep(entry)
        if entry.timestamp != NO_TIME:
            self.first = entry.timestamp if self.first == NO_TIME else min(self.first, entry.timestamp)
            self.last = max(self.last, entry.timestamp)
        for fact, read in listed.items():
            values = self.seen[fact]
            if len(values) < MOST_VALUES and (value := read(entry)) not in (None, ""):
                values[str(value)] = None
        if distinct is not None and len(self.different) <= MOST_DIFFERENT:
            self.different.add(distinct(entry))

    def keep(self, entry: LogEntry) -> None:
        """Keep an entry as evidence, at the cost of the ones in the middle."""
        if len(self.head) < KEPT_FIRST:
            self.head.append(entry)
        else:
            self.tail.append(entry)

    def kept(self) -> Iterator[LogEntry]:
        """Yield the evidence, first entries first."""
        yield from self.head
        yield from self.tail

    def begin(self, entry: LogEntry) -> None:
        """Note that the trouble is on, from the first entry that says so."""
        self.resolved = False
        if self.down_since is None and entry.has_time:
            self.down_since = entry.timestamp

    def end(self, entry: LogEntry) -> None:
        """Note that the trouble is over; an end from before its beginning ends nothing."""
        if self.resolved or (entry.has_time and self.down_since and entry.timestamp < self.down_since):
            return
        self.resolved = True
        self.keep(entry)
        if self.down_since is not None and entry.has_time:
            lasted = max(entry.timestamp - self.down_since, timedelta())
            self.downtime += lasted
            self.longest = max(self.longest, lasted)
            self.outages += 1
        self.down_since = None
