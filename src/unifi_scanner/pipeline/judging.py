"""Entries -> report: detect, then build, told together with what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from unifi_scanner.detection import GO_ON, Chronicle, Engine, Heard, Rule, Seer, tell_stories
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Period, Report
from unifi_scanner.models.section import Section
from unifi_scanner.models.topology import UNKNOWN_TOPOLOGY, Topology
from unifi_scanner.pipeline.past import Past
from unifi_scanner.pipeline.told import NEVER, LastTold, changes_since, things_of
from unifi_scanner.reports import Almanac, build_report


class Tally(Heard):
    """What passed by on the way to detection: counted, so that a report can say what it did not understand."""

    unreadable: int = 0
    unknown: Counter[str] = msgspec.field(default_factory=Counter)
    almanac: Almanac = msgspec.field(default_factory=Almanac)

    def seers(self) -> Iterator[Seer]:
        """Yield who counts what nobody understood, and who draws."""
        yield Seer(UNKNOWN_KIND, self._see_unknown, self._see_unknown)
        yield Seer(UNREADABLE_KIND, self._see_unreadable, self._see_unreadable)
        for kind, draw in self.almanac.seers.items():
            yield Seer(kind, draw, None)

    def _see_unknown(self, entry: LogEntry) -> None:
        self.unknown[entry.event_type] += 1

    def _see_unreadable(self, _entry: LogEntry) -> None:
        self.unreadable += 1


def judge(
    entries: Iterable[LogEntry],
    rules: Sequence[Rule],
    *,
    cover: Callable[[Tally], Coverage],
    period: Callable[[Tally], Period],
    title: str,
    generated_at: Callable[[Tally], datetime],
    topology: Topology = UNKNOWN_TOPOLOGY,
    known: Iterable[LogEntry] = (),
    before: LastTold = NEVER,
    past: Past | None = None,
    sections: Sequence[Section] = (),
) -> Report:
    """Return the report on `entries`: detect, compare with the past, tell as stories, build, with what could not be seen.

    `known` are entries of before that something still open began with; they are not counted. `before` is what the
    last report told. `sections` are what other services told of the same time.
    """
    tally, chronicle, past = Tally(), Chronicle(), past or Past()
    engine = Engine(rules, past.analysers(), chronicle, qualify=past.qualify)
    engine.feed(known)
    engine.feed(entries, tally)
    span = period(tally)
    trends = past.compare(span)
    ending = ending_rules(rules)
    told = tell_stories(
        engine.findings(),
        chronicle,
        topology,
        kinds={rule.name: rule.kind for rule in rules},
        ending=ending,
    )
    findings = (*told.findings, *(finding for section in sections for finding in section.findings))
    coverage = with_sections(msgspec.structs.replace(cover(tally), muted=engine.muted()), sections)
    return build_report(
        findings,
        coverage,
        period=span,
        trends=trends,
        pictures=tally.almanac.pictures(span, coverage),
        title=title,
        entry_count=tally.entries,
        generated_at=generated_at(tally),
        incidents=told.incidents,
        changes=changes_since(before, things_of(told.incidents, findings), coverage, ending),
        sections=sections,
    )


def with_sections(coverage: Coverage, sections: Sequence[Section]) -> Coverage:
    """Return the coverage with how well other services were seen; they make no area of the network blind."""
    rows = tuple(row for section in sections for row in section.sources)
    return msgspec.structs.replace(coverage, sources=coverage.sources + rows)


def ending_rules(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the rules whose trouble goes on until something says that it is over."""
    return GO_ON | {rule.name for rule in rules if rule.resolve is not None}
