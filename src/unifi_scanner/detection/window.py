"""Sliding windows: how many matches, or different values, lie within a span. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from unifi_scanner.models.log_entry import LogEntry

MOST_DISTINCT = 4096


class Run:
    """The last matches of one subject, fewer than are needed, and for a moment as many."""

    __slots__ = ("kept", "told")

    def __init__(self) -> None:
        self.kept: list[LogEntry] = []  # a few: a deque would take ten times the memory
        self.told: LogEntry | None = None

    def forget(self, within: timedelta) -> None:
        """Forget what is too old to lie in one span with the newest, or with any that comes after it."""
        kept, gone = self.kept, 0
        horizon = kept[-1].timestamp - within
        while kept[gone].timestamp < horizon:
            gone += 1
        del kept[:gone]

    @property
    def last(self) -> datetime:
        """Return when the subject was heard of last."""
        return self.kept[-1].timestamp

    def untold(self) -> Sequence[LogEntry]:
        """Return the matches that were not handed out before, oldest first, and hand them out."""
        fresh: deque[LogEntry] = deque()
        for entry in reversed(self.kept):
            if entry is self.told:
                break
            fresh.appendleft(entry)
        self.told = self.kept[-1]
        return fresh

    def fits(self, within: timedelta) -> bool:
        """Return whether all of them lie within the span, also where they came out of order."""
        times = [entry.timestamp for entry in self.kept]
        return max(times) - min(times) <= within


class DistinctRun:
    """The last match of each different value of one subject, within the span."""

    __slots__ = ("last", "told", "values")

    def __init__(self, first: datetime) -> None:
        self.values: dict[Any, LogEntry] = {}  # oldest first
        self.told: dict[Any, LogEntry] = {}
        self.last = first

    def add(self, value: Any, entry: LogEntry, within: timedelta) -> int:
        """Take in a match and return how many different values the span now holds."""
        values, now = self.values, entry.timestamp
        if now - self.last > within:
            return self._begin_anew(value, entry)
        values.pop(value, None)
        values[value] = entry
        if now > self.last:
            self.last = now
        horizon = self.last - within
        while values and (next(iter(values.values())).timestamp < horizon or len(values) > MOST_DISTINCT):
            gone = next(iter(values))
            del values[gone]
            self.told.pop(gone, None)
        return len(values)

    def _begin_anew(self, value: Any, entry: LogEntry) -> int:
        self.values = {value: entry}
        self.told = {}
        self.last = entry.timestamp
        return 1

    def untold(self) -> Sequence[LogEntry]:
        """Return the matches that were not handed out before, oldest first, and hand them out."""
        fresh = [entry for value, entry in self.values.items() if self.told.get(value) is not entry]
        self.told = dict(self.values)
        return fresh
