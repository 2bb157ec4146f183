"""Entries -> report: detect, then build, told together with what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from unifi_scanner.detection import ANALYSERS, Engine, Rule
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Period, Report
from unifi_scanner.models.section import Section
from unifi_scanner.reports import build_report


class Tally(msgspec.Struct):
    """What passed by on the way to detection: counted, so that a report can say what it did not understand."""

    entries: int = 0
    unreadable: int = 0
    without_time: int = 0
    unknown: Counter[str] = msgspec.field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def watch(self, entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
        """Yield `entries` unchanged, counting them."""
        for entry in entries:
            self.entries += 1
            if entry.kind == UNKNOWN_KIND:
                self.unknown[entry.event_type] += 1
            elif entry.kind == UNREADABLE_KIND:
                self.unreadable += 1
            if entry.has_time:
                self.first = entry.timestamp if self.first is None else min(self.first, entry.timestamp)
                self.last = entry.timestamp if self.last is None else max(self.last, entry.timestamp)
            else:
                self.without_time += 1
            yield entry


def judge(
    entries: Iterable[LogEntry],
    rules: Sequence[Rule],
    *,
    cover: Callable[[Tally], Coverage],
    period: Callable[[Tally], Period],
    title: str,
    generated_at: Callable[[Tally], datetime],
    sections: Sequence[Section] = (),
) -> Report:
    """Return the report on `entries`: detect, then build, told together with what could not be seen."""
    tally = Tally()
    engine = Engine(rules, [make() for make in ANALYSERS.values()])
    engine.feed(tally.watch(entries))
    return build_report(
        [*engine.findings(), *(finding for section in sections for finding in section.findings)],
        with_sections(msgspec.structs.replace(cover(tally), muted=engine.muted()), sections),
        period=period(tally),
        title=title,
        entry_count=tally.entries,
        generated_at=generated_at(tally),
        sections=sections,
    )


def with_sections(coverage: Coverage, sections: Sequence[Section]) -> Coverage:
    """Return the coverage with how well other services were seen; they make no area of the network blind."""
    rows = tuple(row for section in sections for row in section.sources)
    return msgspec.structs.replace(coverage, sources=coverage.sources + rows)
