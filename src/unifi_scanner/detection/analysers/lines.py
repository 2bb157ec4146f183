"""Internet lines: when each was down, and when all of them were. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Final, NamedTuple

from unifi_scanner.detection.analysers.trace import Trace
from unifi_scanner.models.log_entry import NO_TIME, LogEntry
from unifi_scanner.models.same_event import is_interface

BACKUP: Final = "backup"  # a line that took over and was not named
MOST_SPANS: Final = 500  # outages of one line that are kept; the rest are only counted
SAME_OUTAGE: Final = timedelta(
    minutes=10
)  # a second word on one outage; later, it is a new one whose end was missed

CARRIED_LATER: Final = timedelta(hours=3)  # a backup that takes over within it was waited for all the while


class Span(NamedTuple):
    """From when to when a line was down."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Return how long."""
        return self.end - self.start


class Line:
    """One line to the Internet, by all the names it has, and when it was down."""

    __slots__ = ("brief", "down_since", "down_word", "failed_over", "is_carried", "is_down", "isp", "label", "longest", "names", "outages", "spans", "total", "trace", "unmeasured", "waited")  # fmt: skip

    def __init__(self, *names: str) -> None:
        self.names = {name for name in names if name}
        self.label: str | None = next(
            (name for name in names if name and name != BACKUP and not is_interface(name)), None
        )
        self.isp: str | None = None
        self.trace = Trace()
        self.outages = self.brief = self.unmeasured = 0
        self.total = self.longest = timedelta()
        self.waited = timedelta()  # until a backup line took over
        self.spans: list[Span] = []
        self.is_down = self.failed_over = self.is_carried = False
        self.down_since = self.down_word = NO_TIME

    def learn(self, entry: LogEntry, *names: str | None) -> None:
        """Take in the names an entry has for it."""
        self.names.update(name for name in names if name)
        if len(self.names) > 1:
            self.names.discard(BACKUP)
        told = entry.metadata.get("wan")
        if told and not is_interface(told):
            self.label = told
        self.isp = entry.metadata.get("isp") or self.isp

    def goes_down(self, entry: LogEntry) -> None:
        """Note that it is down from now on."""
        self.trace.add(entry)
        when = entry.timestamp
        if self.is_down and NO_TIME not in (self.down_word, when) and when - self.down_word <= SAME_OUTAGE:
            self.trace.count -= 1  # another word on the same outage
            return
        if self.is_down:
            self.unmeasured += 1  # nobody told when the last one ended
        self.outages += 1
        self.is_down, self.is_carried = True, False
        self.down_since = self.down_word = when

    def fails_over(self, entry: LogEntry) -> None:
        """Note that another line carries the house from now on, maybe long after this one went down."""
        when = entry.timestamp
        is_late = self.is_down and not self.is_carried and NO_TIME not in (self.down_since, when)
        if is_late and timedelta() <= when - self.down_since <= CARRIED_LATER:
            self.waited += when - self.down_since
            self.down_word = when
        self.goes_down(entry)
        self.is_carried = True

    def comes_back(self, entry: LogEntry) -> None:
        """Note that it is up again; a word from before it went down says nothing."""
        if not self.is_down or (entry.has_time and entry.timestamp < self.down_since):
            return
        self.trace.add(entry)
        self.trace.count -= 1  # an end is no trouble of its own
        self.is_down = self.is_carried = False
        if entry.has_time and self.down_since != NO_TIME:
            self._keep(Span(self.down_since, entry.timestamp))
        else:
            self.unmeasured += 1

    def was_down(self, entry: LogEntry) -> None:
        """Note an outage that was told when it was over."""
        self.trace.add(entry)
        self.outages += 1
        self.brief += 1
        seconds = entry.metadata.get("duration_s")
        if isinstance(seconds, int) and entry.has_time:
            self._keep(Span(entry.timestamp - timedelta(seconds=min(seconds, 86_400)), entry.timestamp))
        else:
            self.unmeasured += 1

    def _keep(self, span: Span) -> None:
        self.total += span.length
        self.longest = max(self.longest, span.length)
        if len(self.spans) < MOST_SPANS:
            self.spans.append(span)

    def down_spans(self, until: datetime) -> list[Span]:
        """Return when it was down, in order; one that is still down, up to `until`."""
        still = [Span(self.down_since, until)] if self.is_down and NO_TIME < self.down_since < until else []
        return united([*self.spans, *still])


def united(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch made one."""
    whole: list[Span] = []
    for span in sorted(spans):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return whole


def common(ones: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return when both were down."""
    both, i, j = [], 0, 0
    while i < len(ones) and j < len(others):
        start, end = max(ones[i].start, others[j].start), min(ones[i].end, others[j].end)
        if start < end:
            both.append(Span(start, end))
        i, j = (i + 1, j) if ones[i].end < others[j].end else (i, j + 1)
    return both


def all_down(lines: Sequence[Line], until: datetime) -> list[Span]:
    """Return when every line was down at once."""
    if not lines:
        return []
    return reduce(common, (line.down_spans(until) for line in lines))


def length_of(spans: Iterable[Span]) -> timedelta:
    """Return how long spans are together."""
    return sum((span.length for span in spans), timedelta())
