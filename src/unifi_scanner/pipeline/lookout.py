"""Lookout: entries as they come -> what stands now, told as the report tells it, again only where that may change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from unifi_scanner.detection import ANALYSERS, Chronicle, Engine, Rule, Told, tell_stories
from unifi_scanner.detection.urgency import Policy, Thing
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.topology import Topology

TELL_EVERY: Final = timedelta(minutes=1)  # what presses nobody can still add to a story, or end it
# joining and roaming is most of what is heard, and what analysers make of it can wait a minute
IDLE: Final = "client."


class Lookout:
    """Sees the entries of one site and tells the incidents they come to, in bounded memory.

    `things` are the incidents, and what belongs to none; `lasting` the ids of those that something will end. `fed` is
    the number of the last entry seen.
    """

    def __init__(self, rules: Sequence[Rule], policy: Policy) -> None:
        self.fed = 0
        self.things: Sequence[Thing] = ()
        self.lasting: frozenset[str] = frozenset()
        self._policy = policy
        self._kinds = {rule.name: rule.kind for rule in rules}
        self._pressing = pressing_kinds(rules, policy)
        self._chronicle = Chronicle()
        self._engine = Engine(rules, [make() for make in ANALYSERS.values()], self._chronicle)
        self._is_pressed = self._is_new = False
        self._told_at: datetime | None = None

    def see(self, entries: Iterable[LogEntry]) -> None:
        """Take in entries, nearly in time order."""
        self._engine.feed(self._noting(entries))

    def _noting(self, entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
        for entry in entries:
            self._is_new = True
            self._is_pressed = self._is_pressed or entry.kind in self._pressing
            yield entry

    def has_news(self, now: datetime) -> bool:
        """Return whether telling anew may come to something else, and cannot wait."""
        if self._told_at is None or self._is_pressed:
            return True
        return self._is_new and abs(now - self._told_at) >= TELL_EVERY

    def tell(self, topology: Topology, now: datetime) -> None:
        """Tell anew what was seen."""
        told = tell_stories(
            self._engine.findings(),
            self._chronicle,
            topology,
            kinds=self._kinds,
            ending=self._policy.ending,
        )
        self.things = tuple(_things(told, self._policy))
        self.lasting = frozenset(
            finding.incident for finding in told.findings if finding.rule in self._policy.ending
        )
        self._is_pressed = self._is_new = False
        self._told_at = now


def pressing_kinds(rules: Iterable[Rule], policy: Policy) -> frozenset[str]:
    """Return the Kinds that may begin or end what cannot wait."""
    known: set[str] = set()
    kinds: set[str] = set()
    for rule in rules:
        known.add(rule.name)
        if policy.wants(rule.name, rule.severity):
            kinds.update(rule.kind, rule.resolve.kind if rule.resolve is not None else ())
    if policy.severity is not None or policy.rules - known:
        found = (kind for make in ANALYSERS.values() for kind in make().kinds)
        kinds.update(kind for kind in found if not kind.startswith(IDLE))
    return frozenset(kinds)


def _things(told: Told, policy: Policy) -> Iterator[Thing]:
    """Yield each incident once; one that is not grave gives way to the findings in it that the owner named."""
    small = {one.id for one in told.incidents if not policy.wants(one.rule, one.severity)}
    named = [f for f in told.findings if f.incident in small and f.rule in policy.rules]
    replaced = {finding.incident for finding in named}
    yield from (one for one in told.incidents if one.id not in replaced)
    yield from named
    yield from (finding for finding in told.findings if not finding.incident)
