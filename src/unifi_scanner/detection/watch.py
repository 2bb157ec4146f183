"""One rule at work: it sees the entries of its Kinds and gathers those that make a finding. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from unifi_scanner.detection.conditions import compile_where
from unifi_scanner.detection.dispatch import Seer
from unifi_scanner.detection.fields import (
    LISTABLE,
    RENAMED,
    Key,
    key_reader,
    keys_reader,
    may_be_same,
    reader_of,
)
from unifi_scanner.detection.group import BEYOND, Group
from unifi_scanner.detection.rule import Precondition, Rule
from unifi_scanner.detection.state import State, state_of, take_up
from unifi_scanner.detection.window import DistinctRun, Run
from unifi_scanner.detection.wording import fields_of
from unifi_scanner.models.log_entry import LogEntry

MOST_GROUPS: Final = 500  # findings of one rule; what comes after them is counted together
MOST_RUNS: Final = 10_000  # subjects one rule watches at once
SWEEP_FROM: Final = 256


class Memory:
    """When the subjects of a precondition were last heard of."""

    MADE_WITH: ClassVar = frozenset({"condition", "_key"})

    def __init__(self, condition: Precondition) -> None:
        self.condition = condition
        self._key = key_reader(condition.by)
        self._times: dict[Key, deque[datetime]] = {}

    def note(self, entry: LogEntry) -> None:
        """Remember an entry of the precondition's Kinds that has a time."""
        key = self._key(entry)
        if key is None:
            return
        times = self._times.get(key)
        if times is None:
            while len(self._times) >= MOST_RUNS:
                del self._times[next(iter(self._times))]
            times = self._times[key] = deque(maxlen=self.condition.at_least)
        times.append(entry.timestamp)

    def holds(self, entry: LogEntry) -> bool:
        """Return whether enough of it happened to the subject of `entry` shortly before."""
        times = self._times.get(self._key(entry))
        if times is None or len(times) < self.condition.at_least or not entry.has_time:
            return False
        return timedelta() <= entry.timestamp - times[0] <= self.condition.within


class Watch:
    """What all rules at work have in common; without a window every match counts."""

    MADE_WITH: ClassVar = frozenset(
        {
            "rule",
            "after",
            "unless",
            "_tests",
            "_key",
            "_distinct",
            "_listed",
            "_within",
            "_need",
            "_keys",
            "_values",
        }
    )

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

    def state(self) -> Sequence[State]:
        """Return what it knows by now, for `take_up`."""
        return [state_of(part) for part in self._parts()]

    def take_up(self, states: Sequence[State]) -> None:
        """Know what another of the same rule knew."""
        for part, state in zip(self._parts(), states, strict=True):
            take_up(part, state)

    def _parts(self) -> list[object]:
        return [part for part in (self, self.after, self.unless) if part is not None]

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in which Kind."""
        yield from self._seers_of_rule()
        for memory in (self.after, self.unless):
            for kind in memory.condition.kind if memory else ():
                yield Seer(kind, memory.note if memory else None)
        for kind in self.rule.resolve.kind if self.rule.resolve else ():
            yield Seer(kind, self.see_end, self.see_end)

    def _seers_of_rule(self) -> Iterator[Seer]:
        return (Seer(kind, self.see, self.see) for kind in self.rule.kind)

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


class TimedWatch(Watch):
    """A rule that looks at entries that have a time: at several at once where nothing else plays a part."""

    def __init__(self, rule: Rule, within: timedelta) -> None:
        super().__init__(rule)
        self._within = within
        self._need = rule.window.at_least
        self._keys = keys_reader(rule.window.by)

    def _seers_of_rule(self) -> Iterator[Seer]:
        rule = self.rule
        if len(rule.kind) == 1 and not (rule.after or rule.unless or rule.resolve):
            return iter((Seer(rule.kind[0], many=self.see_many),))
        return (Seer(kind, self.see) for kind in rule.kind)

    def see(self, entry: LogEntry) -> None:
        """Take in an entry of one of the rule's Kinds that has a time."""
        self.see_many((entry,))

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in entries of the rule's Kinds that have a time."""
        raise NotImplementedError

    def _matching(self, entries: Sequence[LogEntry]) -> Sequence[LogEntry]:
        for test in self._tests:
            entries = [entry for entry in entries if test(entry)]
        return entries


class RunWatch(TimedWatch):
    """A rule that wants so many matches of one subject within a span."""

    def __init__(self, rule: Rule, within: timedelta) -> None:
        super().__init__(rule, within)
        self._runs: dict[Key, Run] = {}
        self._sweep_at = SWEEP_FROM

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in entries of the rule's Kinds that have a time."""
        entries, runs, need = self._matching(entries), self._runs, self._need
        for key, entry in zip(self._keys(entries), entries, strict=True):
            run = runs.get(key)
            if run is None:
                if key is None:
                    continue
                run = self._begin(key, entry.timestamp)
            kept = run.kept
            kept.append(entry)
            if len(kept) >= need:
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


class DistinctWatch(TimedWatch):
    """A rule that wants so many different values for one subject within a span."""

    def __init__(self, rule: Rule, within: timedelta) -> None:
        super().__init__(rule, within)
        self._values = keys_reader((rule.window.distinct or "client",))
        self._runs: dict[Key, DistinctRun] = {}
        self._sweep_at = SWEEP_FROM

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in entries of the rule's Kinds that have a time."""
        entries, runs, need, within = self._matching(entries), self._runs, self._need, self._within
        for key, value, entry in zip(self._keys(entries), self._values(entries), entries, strict=True):
            if key is None or value is None:
                continue
            run = runs.get(key)
            if run is None:
                run = self._begin(key, entry.timestamp)
            if run.add(value, entry, within) >= need:
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
