"""Entries -> report: detect, then build, told together with what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from unifi_scanner.detection import (
    COMINGS,
    GO_ON,
    Begun,
    Chronicle,
    Engine,
    Heard,
    Rule,
    Seer,
    State,
    state_of,
    take_up,
    tell_stories,
)
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.pictures import Pictures
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

    @classmethod
    def of(cls, counted: dict[str, Any], almanac: State) -> Tally:
        """Return one that goes on from what another one counted."""
        tally = cls(**counted)
        take_up(tally.almanac, almanac)
        return tally

    def counted(self) -> dict[str, Any]:
        """Return what it counted, without the almanac."""
        return {name: getattr(self, name) for name in self.__struct_fields__ if name != "almanac"}

    def seers(self) -> Iterator[Seer]:
        """Yield who counts what nobody understood, and who draws."""
        yield Seer(UNKNOWN_KIND, self._see_unknown, self._see_unknown)
        yield Seer(UNREADABLE_KIND, self._see_unreadable, self._see_unreadable)
        for kind in sorted(self.almanac.comings):
            yield Seer(kind, many=self.almanac.see_many, queue=COMINGS)
        for kind, draw in self.almanac.seers.items():
            yield Seer(kind, draw, queue=COMINGS)

    def _see_unknown(self, entry: LogEntry) -> None:
        self.unknown[entry.event_type] += 1

    def _see_unreadable(self, _entry: LogEntry) -> None:
        self.unreadable += 1


class Known(NamedTuple):
    """What a judging knew: of findings and stories to be, and what it counted."""

    engine: Begun
    counted: dict[str, Any]
    almanac: State


class Judging:
    """Entries on their way to a report: detection sees them, nearly in time order, however they are divided over calls.

    `known` is what another one of the same rules and past knew: this one goes on from there.
    """

    def __init__(self, rules: Sequence[Rule], past: Past, known: Known | None = None) -> None:
        self._rules = rules
        self._past = past
        self._tally = Tally() if known is None else Tally.of(known.counted, known.almanac)
        self._chronicle = Chronicle()
        self._engine = Engine(
            rules,
            past.analysers(),
            self._chronicle,
            qualify=past.qualify,
            begun=None if known is None else known.engine,
        )

    def recall(self, entries: Iterable[LogEntry]) -> None:
        """Take in entries of before the period, which are not counted."""
        self._engine.feed(entries)

    def take(self, entries: Iterable[LogEntry]) -> None:
        """Take in entries of the period."""
        self._engine.feed(entries, self._tally)

    def known(self) -> Known:
        """Return what it knows by now, before it made a report."""
        tally = self._tally
        return Known(self._engine.state(), tally.counted(), state_of(tally.almanac))

    def report(
        self,
        *,
        cover: Callable[[Tally], Coverage],
        period: Callable[[Tally], Period],
        title: str,
        generated_at: Callable[[Tally], datetime],
        topology: Topology = UNKNOWN_TOPOLOGY,
        before: LastTold = NEVER,
        sections: Sequence[Section] = (),
    ) -> Report:
        """Return the report on what was taken in: compared with the past, told as stories, with what could not be seen.

        `before` is what the last report told. `sections` are what other services told of the same time.
        """
        tally, engine = self._tally, self._engine
        span = period(tally)
        trends = self._past.compare(span)
        ending = ending_rules(self._rules)
        told = tell_stories(
            engine.findings(),
            self._chronicle,
            topology,
            kinds={rule.name: rule.kind for rule in self._rules},
            ending=ending,
        )
        findings = (*told.findings, *(finding for section in sections for finding in section.findings))
        coverage = with_sections(msgspec.structs.replace(cover(tally), muted=engine.muted()), sections)
        return build_report(
            findings,
            coverage,
            period=span,
            trends=trends,
            pictures=self._pictures(span, coverage),
            title=title,
            entry_count=tally.entries,
            generated_at=generated_at(tally),
            incidents=told.incidents,
            changes=changes_since(before, things_of(told.incidents, findings), coverage, ending),
            sections=sections,
        )

    def _pictures(self, span: Period, coverage: Coverage) -> Pictures:
        drawn = self._tally.almanac.pictures(span, coverage)
        usual = self._past.usual_blocked(drawn.days)
        return msgspec.structs.replace(drawn, usual_blocked=usual) if any(usual) else drawn


def judge(
    entries: Iterable[LogEntry],
    rules: Sequence[Rule],
    *,
    cover: Callable[[Tally], Coverage],
    period: Callable[[Tally], Period],
    title: str,
    generated_at: Callable[[Tally], datetime],
    topology: Topology = UNKNOWN_TOPOLOGY,
    sections: Sequence[Section] = (),
) -> Report:
    """Return the report on `entries` alone, of whose past nothing is known."""
    judging = Judging(rules, Past())
    judging.take(entries)
    return judging.report(
        cover=cover,
        period=period,
        title=title,
        generated_at=generated_at,
        topology=topology,
        sections=sections,
    )


def with_sections(coverage: Coverage, sections: Sequence[Section]) -> Coverage:
    """Return the coverage with how well other services were seen; they make no area of the network blind."""
    rows = tuple(row for section in sections for row in section.sources)
    return msgspec.structs.replace(coverage, sources=coverage.sources + rows)


def ending_rules(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the rules whose trouble goes on until something says that it is over."""
    return GO_ON | {rule.name for rule in rules if rule.resolve is not None}
