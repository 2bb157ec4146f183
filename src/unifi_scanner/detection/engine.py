"""Engine: every entry goes to the rules of its Kind, and only to those. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import Final, NamedTuple

from unifi_scanner.detection.analyser import Analyser, BusyAnalyser
from unifi_scanner.detection.dispatch import AT_ONCE, Dispatch, Seer
from unifi_scanner.detection.group import Group
from unifi_scanner.detection.heard import Heard
from unifi_scanner.detection.overrides import (
    Override,
    adjusted,
    case_of_finding,
    case_of_group,
    fits,
    muted_of,
    retold,
    reworded,
)
from unifi_scanner.detection.precedence import without_stood_in
from unifi_scanner.detection.rule import Rule
from unifi_scanner.detection.rule_book import overrides_of
from unifi_scanner.detection.state import State, state_of, take_up
from unifi_scanner.detection.stories import Chronicle
from unifi_scanner.detection.watch import watch_for
from unifi_scanner.detection.wording import finding_of
from unifi_scanner.models.coverage import Muted
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.wire_time import EPOCH

_NOT_YET: Final = datetime.max.replace(tzinfo=UTC)  # nothing is later


class Begun(NamedTuple):
    """What an engine knew, part by part."""

    watches: Sequence[Sequence[State]]
    analysers: Sequence[State]
    chronicle: Sequence[State] | None


class Engine:
    """Rules and analysers at work on one stream of entries, nearly in time order; its memory does not grow with it.

    `qualify` has a look at each finding before the user's own word on it. `begun` is what another one knew.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        analysers: Iterable[Analyser] = (),
        chronicle: Chronicle | None = None,
        *,
        qualify: Callable[[Finding], Finding] = lambda finding: finding,
        begun: Begun | None = None,
    ) -> None:
        self._qualify = qualify
        self._overrides = overrides_of(rules)
        self._watches = [watch_for(rule) for rule in rules]
        self._analysers = tuple(analysers)
        self._chronicle = chronicle
        if begun is not None:
            self._take_up(begun)

    def _take_up(self, begun: Begun) -> None:
        for watch, known in zip(self._watches, begun.watches, strict=True):
            watch.take_up(known)
        for analyser, state in zip(self._analysers, begun.analysers, strict=True):
            take_up(analyser, state)
        if self._chronicle is not None and begun.chronicle is not None:
            self._chronicle.take_up(begun.chronicle)

    def state(self) -> Begun:
        """Return what is known by now, for another engine of the same rules and analysers to go on from."""
        return Begun(
            watches=[watch.state() for watch in self._watches],
            analysers=[state_of(analyser) for analyser in self._analysers],
            chronicle=self._chronicle.state() if self._chronicle is not None else None,
        )

    def feed(self, entries: Iterable[LogEntry], heard: Heard | None = None) -> None:
        """Take in entries, and count them in `heard`; how they are divided over calls makes no difference."""
        dispatch = self._dispatch if heard is None else Dispatch((*heard.seers(), *self._seers()))
        heard = heard or Heard()
        waiting, some = iter(entries), list[LogEntry]()
        while True:
            # read first, then looked at: what reads and what looks would push each other out of the processor's caches
            some.clear()
            try:
                some.extend(islice(waiting, AT_ONCE))
            finally:
                _look_at(some, dispatch, heard)  # where reading breaks off, what came before it counts
            if len(some) < AT_ONCE:
                return

    @cached_property
    def _dispatch(self) -> Dispatch:
        return Dispatch(self._seers())

    def _seers(self) -> Iterator[Seer]:
        for watch in self._watches:
            yield from watch.seers()
        for analyser in self._analysers:
            if isinstance(analyser, BusyAnalyser):
                yield from analyser.seers()
            else:
                yield from (Seer(kind, analyser.see, analyser.see) for kind in analyser.kinds)
        if self._chronicle is not None:
            yield from self._chronicle.seers()

    def findings(self) -> list[Finding]:
        """Return what was found so far and the user did not mute, gravest first, then newest."""
        return sorted((told for _, told in self._told() if told is not None), key=_rank)

    def muted(self) -> tuple[Muted, ...]:
        """Return what was found so far and the user muted, by rule."""
        silent: dict[str, list[Finding]] = defaultdict(list)
        for found, told in self._told():
            if told is None:
                silent[found.rule].append(found)
        return tuple(muted_of(silent[rule]) for rule in sorted(silent))

    def _told(self) -> Iterator[tuple[Finding, Finding | None]]:
        """Yield every finding as it was found, and as the user wants it: None where that is not at all.

        What another finding tells better is left out, whatever the user wants of that one.
        """
        told = list(self._all_told())
        kept = {id(finding) for finding in without_stood_in(found for found, _ in told)}
        yield from (pair for pair in told if id(pair[0]) in kept)

    def _all_told(self) -> Iterator[tuple[Finding, Finding | None]]:
        for watch in self._watches:
            own = self._overrides_of(watch.rule.name)
            for group in watch.groups.values():
                yield self._worded(watch.rule, group, own)
        for analyser in self._analysers:
            for finding in map(self._qualify, analyser.findings()):
                case = case_of_finding(finding)
                fitting = [o for o in self._overrides_of(finding.rule) if fits(o, case)]
                yield finding, retold(finding, fitting)

    def _worded(
        self, rule: Rule, group: Group, overrides: Sequence[Override]
    ) -> tuple[Finding, Finding | None]:
        case = case_of_group(group) if overrides else None
        fitting = [o for o in overrides if case is not None and fits(o, case)]
        finding = self._qualify(finding_of(reworded(rule, fitting), group))
        return finding, adjusted(finding, fitting)

    def _overrides_of(self, rule: str) -> list[Override]:
        return [override for override in self._overrides if rule in override.rules]


def detect(entries: Iterable[LogEntry], rules: Iterable[Rule]) -> list[Finding]:
    """Return what `rules` find in `entries`."""
    engine = Engine(rules)
    engine.feed(entries)
    return engine.findings()


def _look_at(entries: Sequence[LogEntry], dispatch: Dispatch, heard: Heard) -> None:
    timed, untimed, nobody = dispatch.timed.get, dispatch.untimed.get, ()
    last = heard.last or _NOT_YET
    for entry in entries:
        when = entry.timestamp
        if when > last:
            last = when
            watchers = timed(entry.kind, nobody)
        else:
            watchers = (timed if heard.note_no_later(when) else untimed)(entry.kind, nobody)
            if last is _NOT_YET:
                last = heard.last or _NOT_YET
        for see in watchers:
            see(entry)
    heard.entries += len(entries)
    if last is not _NOT_YET:
        heard.last = last
    dispatch.hand_over()


def _rank(finding: Finding) -> tuple[int, float, str]:
    return (-finding.severity.rank, -(finding.last_seen - EPOCH).total_seconds(), finding.id)
