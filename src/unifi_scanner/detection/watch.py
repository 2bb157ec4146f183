"""One rule at work: it sees the entries of its Kinds and gathers those that make a finding. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from unifi_scanner.detection.conditions import compile_where
from unifi_scanner.detection.fields import LISTABLE, RENAMED, Key, key_reader, may_be_same, reader_of
from unifi_scanner.detection.group import BEYOND, Group
from unifi_scanner.detection.heard import Seer
from unifi_scanner.detection.rule import Precondition, Rule
from unifi_scanner.detection.window import DistinctRun, Run
from unifi_scanner.detection.wording import fields_of
from unifi_scanner.models.log_entry import LogEntry

MOST_GROUPS: Final = 500  # findings of one rule; what comes after them is counted together
MOST_RUNS: Final = 10_000  # subjects one rule watches at once
SWEEP_FROM: Final = 256


class Memory:
    """When the subjects of a precondition were last heard of."""

    def __init__(self, condition: Precondition) -> None:
        self.condition = condition
        self._key = key_reader(condition.by)
        self._times: dict[Key, list[datetime]] = {}

    def note(self, entry: LogEntry) -> None:
        """Remember an entry of the precondition's Kinds that has a time."""
        key = self._key(entry)
        if key is None:
            return
        times = self._times.get(key)
        if times is None:
            while len(self._times) >= MOST_RUNS:
                del self._times[next(iter(self._times))]
            times = self._times[key] = []
        times.append(entry.timestamp)
        if len(times) > self.condition.at_least:
            del times[0]

    def holds(self, entry: LogEntry) -> bool:
        """Return whether enough of it happened to the subject of `entry` shortly before."""
        times = self._times.get(self._key(entry))
        if times is None or len(times) < self.condition.at_least or not entry.has_time:
            return False
        return timedelta() <= entry.timestamp - times[0] <= self.condition.within


class Watch:
    """What all rules at work have in common; without a window every match counts."""

    NEEDS_TIME: ClassVar = False

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.groups: dict[Hashable, Group] = {}
        self._renamed: dict[Hashable, Group] = {}
        self.after = Memory(rule.after) if rule.after else None
        self.unless = Memory(rule.unless) if rule.unless else None
        self._tests = (*compile_where(rule.where), *self._preconditions())
        self._key = key_reader(rule.window.by)
        self._distinct = reader_of_identity(rule.window.distinct)
        self._listed = {fact: reader_of(fact) for fact in sorted(listed_facts(rule))}

    def _preconditions(self) -> Iterator[Callable[[LogEntry], bool]]:
        if self.after is not None:
            yield self.after.holds
        if (unless := self.unless) is not None:
            yield lambda entry: not unless.holds(entry)

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in which Kind."""
        untimed = None if self.NEEDS_TIME else self.see
        for kind in self.rule.kind:
            yield Seer(kind, self.see, untimed)
        for memory in (self.after, self.unless):
            for kind in memory.condition.kind if memory else ():
                yield Seer(kind, memory.note if memory else None, None)
        for kind in self.rule.resolve.kind if self.rule.resolve else ():
            yield Seer(kind, self.see_end, self.see_end)

    def see(self, entry: LogEntry) -> None:
        """Take in an entry of one of the rule's Kinds."""
        for test in self._tests:
            if not test(entry):
                return
        self._gather(self._key(entry), (entry,))

    def see_end(self, entry: LogEntry) -> None:
        """Take in an entry that says the trouble of its subject is over."""
        if not self.groups:
            return
        key = self._key(entry)
        group = self._known(key)
        if group is not None and not group.resolved:
            group.end(entry)
            return
        alike = self._only_alike(key, (g for g in self.groups.values() if not g.resolved))
        if alike is not None:
            alike.end(entry)

    def _known(self, key: Key) -> Group | None:
        return self.groups.get(key) or self._renamed.get(key)

    def _under_another_name(self, key: Key) -> Group | None:
        """Return the group that a source with other names told the subject to; each has one other name."""
        if RENAMED not in self.rule.window.by:
            return None
        group = self._only_alike(key, (g for g in self.groups.values() if g not in self._renamed.values()))
        if group is not None:
            self._renamed[key] = group
        return group

    def _only_alike(self, key: Key, groups: Iterable[Group]) -> Group | None:
        """Return the one group whose subject may be this one under another name; None where several may."""
        by = self.rule.window.by
        alike = [g for g in groups if not g.is_beyond and may_be_same(key, g.key, by)]
        return alike[0] if len(alike) == 1 else None

    def _gather(self, key: Key, entries: Iterable[LogEntry]) -> None:
        group = self._group(key)
        for entry in entries:
            group.add(entry, self._listed, self._distinct)
            if self.rule.resolve is not None:
                group.begin(entry)

    def _group(self, key: Key) -> Group:
        group = self._known(key) or self._under_another_name(key)
        if group is None:
            key = key if len(self.groups) < MOST_GROUPS else BEYOND
            group = self.groups.get(key) or Group(key, self._listed)
            self.groups[key] = group
        return group


class RunWatch(Watch):
    """A rule that wants so many matches of one subject within a span."""

    NEEDS_TIME = True

    def __init__(self, rule: Rule, within: timedelta) -> None:
        super().__init__(rule)
        self._within = within
        self._need = rule.window.at_least
        self._runs: dict[Key, Run] = {}
        self._sweep_at = SWEEP_FROM

    def see(self, entry: LogEntry) -> None:
        """Take in an entry of one of the rule's Kinds that has a time."""
        for test in self._tests:
            if not test(entry):
                return
        key = self._key(entry)
        if key is None:
            return
        run = self._runs.get(key)
        if run is None:
            run = self._begin(key, entry.timestamp)
        run.kept.append(entry)
        if len(run.kept) >= self._need:
            self._look_at(key, run)

    def _look_at(self, key: Key, run: Run) -> None:
        run.forget(self._within)
        if len(run.kept) >= self._need:
            if run.fits(self._within):
                self._gather(key, run.untold())
            del run.kept[0]

    def _begin(self, key: Key, now: datetime) -> Run:
        if len(self._runs) >= self._sweep_at:
            self._sweep_at = sweep(self._runs, now - self._within)
        run = self._runs[key] = Run()
        return run


class DistinctWatch(Watch):
    """A rule that wants so many different values for one subject within a span."""

    NEEDS_TIME = True

    def __init__(self, rule: Rule, within: timedelta) -> None:
        super().__init__(rule)
        self._within = within
        self._need = rule.window.at_least
        self._value = self._distinct or reader_of("client")
        self._runs: dict[Key, DistinctRun] = {}
        self._sweep_at = SWEEP_FROM

    def see(self, entry: LogEntry) -> None:
        """Take in an entry of one of the rule's Kinds that has a time."""
        for test in self._tests:
            if not test(entry):
                return
        key, value = self._key(entry), self._value(entry)
        if key is None or value is None:
            return
        run = self._runs.get(key)
        if run is None:
            run = self._begin(key, entry.timestamp)
        if run.add(value, entry, self._within) >= self._need:
            self._gather(key, run.untold())

    def _begin(self, key: Key, now: datetime) -> DistinctRun:
        if len(self._runs) >= self._sweep_at:
            self._sweep_at = sweep(self._runs, now - self._within)
        run = self._runs[key] = DistinctRun(now)
        return run


def sweep(runs: dict[Key, Any], horizon: datetime) -> int:
    """Forget subjects not heard of since `horizon`, the longest silent beyond that; return when to sweep next."""
    for key in [key for key, run in runs.items() if run.last < horizon]:
        del runs[key]
    if len(runs) >= MOST_RUNS:
        silent = sorted(runs, key=lambda key: runs[key].last)
        for key in silent[: MOST_RUNS // 2]:
            del runs[key]
    return max(SWEEP_FROM, min(MOST_RUNS, 2 * len(runs)))


def watch_for(rule: Rule) -> Watch:
    """Return the rule at work."""
    window = rule.window
    if window.within is None:
        return Watch(rule)
    return (DistinctWatch if window.distinct else RunWatch)(rule, window.within)


def listed_facts(rule: Rule) -> set[str]:
    """Return the facts its words name that may differ from match to match."""
    named = {name for text in rule.texts() for name in fields_of(text)}
    return (named & LISTABLE) - set(rule.window.by)


def reader_of_identity(field: str | None) -> Callable[[LogEntry], Any] | None:
    """Return what tells values of `field` apart, or None without a field."""
    return None if field is None else key_reader((field,))
