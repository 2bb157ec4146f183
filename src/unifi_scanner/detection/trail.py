"""Trail: the entries behind one finding of an analyser, in the same room however many they are. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from unifi_scanner.detection.group import KEPT_FIRST, KEPT_LAST
from unifi_scanner.models.finding import Evidence
from unifi_scanner.models.log_entry import NO_TIME, LogEntry
from unifi_scanner.models.phrasing import NEUTRAL, tame
from unifi_scanner.models.telling import sentence_of


class Trail:
    """How many entries, when, and the first and last of them."""

    __slots__ = ("count", "first", "head", "last", "tail")

    def __init__(self) -> None:
        self.count = 0
        self.head: list[LogEntry] = []
        self.tail: deque[LogEntry] = deque(maxlen=KEPT_LAST)
        self.first = self.last = NO_TIME

    def add(self, entry: LogEntry) -> None:
        """Take in one entry that has a time."""
        moment = entry.timestamp
        if self.count >= KEPT_FIRST:
            self.tail.append(entry)
        else:
            self._begin(entry, moment)
        self.count += 1
        if moment > self.last:
            self.last = moment
        elif moment < self.first:
            self.first = moment

    def add_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in entries that have a time."""
        room = max(0, KEPT_FIRST - self.count)
        for entry in entries[:room]:
            self.add(entry)
        rest = entries[room:]
        if rest:
            self.count += len(rest)
            self.tail.extend(rest[-KEPT_LAST:])
            moments = sorted([entry.timestamp for entry in rest])  # at little cost, as they mostly are
            self.first = min(self.first, moments[0])
            self.last = max(self.last, moments[-1])

    def _begin(self, entry: LogEntry, moment: datetime) -> None:
        self.head.append(entry)
        if self.first == NO_TIME:
            self.first = moment

    @property
    def span(self) -> timedelta:
        """Return the time between the first and the last of them."""
        return self.last - self.first

    @property
    def first_id(self) -> str:
        """Return the id of the entry that began it."""
        return self.head[0].id

    def evidence(self) -> tuple[Evidence, ...]:
        """Return the entries it kept as evidence, oldest first."""
        return tuple(
            Evidence(entry_id=entry.id, timestamp=entry.timestamp, sentence=sentence_of(entry))
            for entry in (*self.head, *self.tail)
        )


def drop_oldest(things: dict[Any, Any], most: int) -> None:
    """Make room for one more in a table that holds at most so many."""
    while len(things) >= most:
        del things[next(iter(things))]


def client_key(entry: LogEntry) -> str | None:
    """Return what tells clients apart: the MAC where it is known."""
    return entry.client_mac or entry.client_name


def client_of(entry: LogEntry) -> str:
    """Return a client's name as a report tells it."""
    return tame(entry.client_name or entry.client_mac or NEUTRAL["client"])


def device_of(entry: LogEntry) -> str:
    """Return a device's name as a report tells it."""
    return tame(entry.device_name or entry.device_mac or NEUTRAL["device"])


def about(*things: tuple[str, str | None]) -> tuple[str, ...]:
    """Return what a finding is about, for machines: (`client`, MAC) as `client:MAC`; what is not known is left out."""
    return tuple(dict.fromkeys(f"{what}:{id_}" for what, id_ in things if id_))


def joined(names: Iterable[str]) -> str:
    """Return names as one phrase: A, B and C."""
    items = list(names)
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""
