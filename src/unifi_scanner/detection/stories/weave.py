"""Weave: each spell is tied to the one most likely behind it; what hangs together is one story. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from unifi_scanner.detection.stories.chronicle import Chronicle
from unifi_scanner.detection.stories.laws import (
    BECAUSE_CHANGED,
    CHANGE_SOON,
    CHANGE_WITHIN,
    POSSIBLY,
    PROBABLY,
    Law,
    Where,
    can_follow,
    laws_for,
)
from unifi_scanner.detection.stories.spell import Spell
from unifi_scanner.detection.stories.themes import TOLD_TOGETHER, Theme
from unifi_scanner.models.enums import Confidence
from unifi_scanner.models.log_entry import NO_TIME
from unifi_scanner.models.same_event import is_interface
from unifi_scanner.models.topology import Topology

TOGETHER: Final = timedelta(minutes=1)
SOON: Final = timedelta(minutes=3)
FEW: Final = 3  # so many devices do not go within a minute by chance
UNWIRED: Final = (
    "We don't know how the devices are wired. That it all came within minutes speaks for one cause."
)
NAMED: Final = "One record names them all. What they share is a guess until you look."
AGAIN_WITHIN: Final = timedelta(days=8)
SOON_AGAIN: Final = timedelta(hours=1)
A_DAY: Final = timedelta(days=1)  # a network that runs short of addresses does so for hours
MOST_BEFORE: Final = 8
MOST_AFTER: Final = timedelta(hours=1)  # so long at most does a moment have consequences
AT_ONE_TIME: Final = timedelta(minutes=15)
ALIKE: Final = (
    "So many devices do not get the same trouble within minutes by chance. What they share is a guess."
)


class Tie(msgspec.Struct, frozen=True):
    """What is held to be behind a spell, how sure that is, and why."""

    cause: Spell
    sure: Confidence
    because: str


class Weave:
    """All spells of a period, and what ties them."""

    def __init__(self, spells: Sequence[Spell], chronicle: Chronicle, topology: Topology) -> None:
        self.spells = sorted(spells, key=lambda spell: (*spell.order, spell.theme))
        self.topology = topology
        self.roles = {**chronicle.roles, **topology.roles}
        self.ties: dict[int, Tie] = {}
        self._chronicle = chronicle
        self._by_theme: dict[Theme, list[Spell]] = defaultdict(list)
        self._by_subject: dict[tuple[Theme, str], list[Spell]] = defaultdict(list)
        self._group: dict[int, int] = {id(spell): id(spell) for spell in self.spells}
        for spell in self.spells:
            self._by_theme[spell.theme].append(spell)
            self._by_subject[spell.theme, spell.about].append(spell)
        self._tie_all()

    def stories(self) -> Iterator[list[Spell]]:
        """Yield the spells of each story, in order of time."""
        groups: dict[int, list[Spell]] = defaultdict(list)
        for spell in self.spells:
            groups[self._root(id(spell))].append(spell)
        yield from groups.values()

    def role(self, about: str) -> str | None:
        """Return what kind of device a subject is, as far as anybody told."""
        return self.roles.get(about.removeprefix("device:"))

    def join(self, one: Spell, other: Spell) -> None:
        """Make one story of two."""
        self._group[self._root(id(one))] = self._root(id(other))

    def join_untied(self, spells: Iterable[Spell]) -> None:
        """Make one story of the spells that one finding tells of, but for those that something else explains."""
        own = [s for s in spells if id(s) not in self.ties and s.theme is not Theme.CHANGE]
        for other in own[1:]:
            self.join(own[0], other)

    def _root(self, number: int) -> int:
        while self._group[number] != number:
            self._group[number] = number = self._group[self._group[number]]
        return number

    def _tie_all(self) -> None:
        for spell in self.spells:
            if spell.start == NO_TIME:
                continue  # what has no time is neither before nor after anything
            tie = next(self._ties_for(spell), None) or self._changed_before(spell)
            if tie is not None and not self._leads_back(tie.cause, spell):
                self.ties[id(spell)] = tie
        self._tie_those_that_went_together()
        self._tie_those_in_trouble_together()
        for spell in self.spells:
            if (tie := self.ties.get(id(spell))) is not None:
                self.join(spell, tie.cause)
        self._join_repeats()

    def _ties_for(self, effect: Spell) -> Iterator[Tie]:
        for law in laws_for(effect.theme):
            fits = [c for c in self._candidates(law, effect) if c is not effect and in_time(law, c, effect)]
            if fits:
                nearest = min(fits, key=lambda c: (abs(c.start - effect.start), c.order))
                yield Tie(nearest, law.sure, law.because)
            elif law.where is Where.HERE and not self.topology:
                yield from self._unwired(law, effect)

    def _unwired(self, law: Law, effect: Spell) -> Iterator[Tie]:
        """Yield what may be behind an effect where nobody told what hangs on what."""
        near = [
            c
            for c in self._by_theme[law.cause]
            if abs(effect.start - c.last) <= SOON and in_time(law, c, effect)
        ]
        if len({cause.about for cause in near}) == 1:
            yield Tie(near[0], POSSIBLY, UNWIRED)

    def _candidates(self, law: Law, effect: Spell) -> Iterable[Spell]:
        of, mac = self._by_subject, effect.about.removeprefix("device:")
        match law.where:
            case Where.SAME:
                return of.get((law.cause, effect.about), ())
            case Where.ABOVE | Where.HERE:
                here = [effect.about] if law.where is Where.HERE else []
                above = [f"device:{one}" for one in self.topology.uplinks(mac)]
                return [c for about in (*here, *above) for c in of.get((law.cause, about), ())]
            case Where.GATEWAY:
                return [c for c in self._by_theme[law.cause] if self.role(c.about) == "gateway"]
            case Where.UNDER_CLIENT:
                return [c for place in self._places_of(effect) for c in of.get((law.cause, place), ())]
            case Where.SAME_LINE:
                return [c for c in self._by_theme[law.cause] if is_same_line(c.about, effect.about)]
            case Where.ANY:
                return self._by_theme[law.cause]

    def _places_of(self, effect: Spell) -> list[str]:
        """Return the devices a client was on: those its finding names, and the one it was last heard on."""
        named = effect.finding.about if effect.finding is not None else ()
        last = self._chronicle.place_of(effect.about.removeprefix("client:"))
        here = [f"device:{last}"] if last else []
        return list(dict.fromkeys([*(one for one in named if one.startswith("device:")), *here]))

    def _changed_before(self, effect: Spell) -> Tie | None:
        """Return the last change of settings that such an effect can follow."""
        changes = [
            change
            for change in self._by_theme[Theme.CHANGE]
            if timedelta() <= effect.start - change.last <= CHANGE_WITHIN
            and can_follow(change.said, effect.theme)
        ]
        if not changes:
            return None
        change = max(changes, key=lambda c: (c.last, c.order))
        is_sure = change.said is not None and effect.start - change.last <= CHANGE_SOON
        return Tie(change, PROBABLY if is_sure else POSSIBLY, BECAUSE_CHANGED)

    def _leads_back(self, cause: Spell, effect: Spell) -> bool:
        here: Spell | None = cause
        while here is not None:
            if here is effect:
                return True
            tie = self.ties.get(id(here))
            here = tie.cause if tie else None
        return False

    def _tie_those_that_went_together(self) -> None:
        """Tie losses without a cause that began within a minute, where there are too many of them for chance."""
        loose = [s for s in self._by_theme[Theme.LOSS] if id(s) not in self.ties and s.start != NO_TIME]
        for many in self._by_theme[Theme.MANY]:
            named = [s for s in self._by_theme[Theme.LOSS] if is_named(many, s)]
            if named:
                head = self._head_of(named)
                self.ties[id(many)] = Tie(head, POSSIBLY, NAMED)
                self._tie_to(head, [s for s in named if s in loose], NAMED)
        for batch in batches(loose):
            if len({spell.about for spell in batch}) >= FEW:
                self._tie_to(self._head_of(batch), batch, UNWIRED)

    def _tie_those_in_trouble_together(self) -> None:
        """Tie the same trouble of several clients at one time, where there are too many of them for chance."""
        loose: dict[str, list[Spell]] = defaultdict(list)
        for spell in self._by_theme[Theme.CLIENT]:
            if spell.finding is not None and id(spell) not in self.ties and spell.start != NO_TIME:
                loose[spell.finding.rule].append(spell)
        for spells in loose.values():
            for batch in batches(spells, AT_ONE_TIME):
                if len({spell.about for spell in batch}) >= FEW:
                    self._tie_to(self._crowd_near(batch[0]) or batch[0], batch, ALIKE)

    def _crowd_near(self, first: Spell) -> Spell | None:
        """Return the trouble of a whole access point at that time, if there was just one."""
        near = [s for s in self._by_theme[Theme.DROPS] if abs(s.start - first.start) <= 2 * AT_ONE_TIME]
        return near[0] if len({spell.about for spell in near}) == 1 else None

    def _tie_to(self, head: Spell, spells: Iterable[Spell], because: str) -> None:
        for spell in spells:
            if spell is not head and id(spell) not in self.ties and not self._leads_back(head, spell):
                self.ties[id(spell)] = Tie(head, POSSIBLY, because)

    def _head_of(self, spells: Sequence[Spell]) -> Spell:
        """Return the one that others most likely hang on: the gateway, else a switch, else the first to go."""
        order = {"gateway": 0, "switch": 1}
        untied = [s for s in spells if id(s) not in self.ties] or list(spells)
        return min(untied, key=lambda s: (order.get(self.role(s.about) or "", 2), s.order))

    def _join_repeats(self) -> None:
        """Make one story of the same trouble of the same thing where it came again, and nothing else explains it."""
        for (theme, about), spells in self._by_subject.items():
            own = [spell for spell in spells if id(spell) not in self.ties and theme is not Theme.CHANGE]
            is_of_one = theme in TOLD_TOGETHER and not about.startswith("site:")
            for place, after in enumerate(own):
                for before in own[max(0, place - MOST_BEFORE) : place]:
                    if is_again(before, after, told_together=is_of_one):
                        self.join(before, after)


def is_again(before: Spell, after: Spell, *, told_together: bool) -> bool:
    """Return whether two spells of one theme and subject are one trouble that came again."""
    apart = after.start - (before.end or before.last)
    if before.finding is not after.finding:
        return told_together and apart <= (A_DAY if before.theme is Theme.ADDRESS else SOON_AGAIN)
    return apart <= AGAIN_WITHIN


def in_time(law: Law, cause: Spell, effect: Spell) -> bool:
    """Return whether an effect began when its cause can have brought it about."""
    since = effect.start - cause.start
    if since < -law.lead:
        return False
    if not cause.is_lasting:
        # told again and again, it counts from the last time
        return effect.start - cause.last <= min(law.within, MOST_AFTER)
    if since > law.within:
        return False
    return cause.end is None or effect.start <= cause.end + law.tail


def is_same_line(one: str, other: str) -> bool:
    """Return whether two names can mean one line: each source has its own."""
    a, b = one.partition(":")[2], other.partition(":")[2]
    return a == b or not a or not b or is_interface(a) != is_interface(b)


def is_named(many: Spell, loss: Spell) -> bool:
    """Return whether a record of several devices that went is about this one."""
    named = many.metadata.get("devices")
    told = [named] if isinstance(named, str) else list(named or ())
    is_near = abs(many.start - loss.start) <= timedelta(minutes=10)
    return is_near and any(loss.name and loss.name in str(one) for one in told)


def batches(spells: Sequence[Spell], within: timedelta = TOGETHER) -> Iterator[list[Spell]]:
    """Yield runs of spells that begin within a minute, or `within`, of the first of them."""
    batch: list[Spell] = []
    for spell in sorted(spells, key=lambda s: (s.start, s.order)):
        if batch and spell.start - batch[0].start > within:
            yield batch
            batch = []
        batch.append(spell)
    if batch:
        yield batch
