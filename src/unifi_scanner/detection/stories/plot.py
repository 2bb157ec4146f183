"""Plot: what one story is made of: its cause, what followed, who dropped off, and how sure that is. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from unifi_scanner.detection.stories.spell import Spell
from unifi_scanner.detection.stories.themes import Theme
from unifi_scanner.detection.stories.weave import Tie, Weave
from unifi_scanner.models.enums import Confidence, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME
from unifi_scanner.models.phrasing import tame

_SURE: Final = (Confidence.CERTAINLY, Confidence.PROBABLY, Confidence.POSSIBLY)
MEANT: Final = frozenset({Theme.UPDATE, Theme.ASKED})
MOST_SUBJECTS: Final = 8


class Plot:
    """One story: its spells in order of time, and the findings it tells, the one about its cause first."""

    def __init__(
        self,
        weave: Weave,
        spells: Sequence[Spell],
        findings: tuple[Finding, ...],
        flapping: Collection[str] = (),
    ) -> None:
        self._weave = weave
        self._flapping = flapping  # rules of what comes and goes, which says more than that it went
        self.spells = tuple(spells)
        self._told = findings

    @cached_property
    def root(self) -> Spell:
        """Return the spell that most of the others go back to; the earliest of several."""
        behind: dict[int, int] = defaultdict(int)
        for spell in self.spells:
            behind[id(self.origin(spell))] += 1
        roots = [spell for spell in self.spells if id(spell) not in self._weave.ties]
        return min(roots, key=lambda spell: (-behind[id(spell)], spell.order))

    @cached_property
    def causes(self) -> tuple[Spell, ...]:
        """Return the cause each time it came."""
        root = self.root
        alike = (s for s in self.spells if (s.theme, s.about) == (root.theme, root.about))
        return tuple(spell for spell in alike if id(spell) not in self._weave.ties)

    @cached_property
    def effects(self) -> tuple[Spell, ...]:
        """Return all that followed."""
        causes = {id(spell) for spell in self.causes}
        return tuple(spell for spell in self.spells if id(spell) not in causes)

    @cached_property
    def lead(self) -> Finding:
        """Return the finding that is its cause, else the gravest one."""
        causes = {proof.entry_id for spell in self.causes for proof in spell.entries}
        own = {spell.finding.id for spell in self.causes if spell.finding is not None}
        return min(
            self._told,
            key=lambda f: (bool(own) and f.id not in own, _shares_none(f, causes), *self._weight(f)),
        )

    def _weight(self, finding: Finding) -> tuple[bool, int, datetime, str]:
        is_flapping = finding.rule in self._flapping
        return (not is_flapping, -finding.severity.rank, finding.first_seen, finding.id)

    @cached_property
    def worst(self) -> Finding:
        """Return what tells best how it was felt: the leading finding, but of what followed a change the gravest."""
        if self.root.theme is not Theme.CHANGE:
            return self.lead
        return min(self._told, key=lambda f: (-f.severity.rank, f.first_seen, f.id))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return its findings, the leading one first, then in order of time."""
        lead = self.lead
        rest = sorted((f for f in self._told if f is not lead), key=lambda f: (f.first_seen, f.id))
        return (lead, *rest)

    @property
    def is_single(self) -> bool:
        """Return whether one finding is all there is to it."""
        return len(self._told) == 1 and not self.ties and not self.clients

    @property
    def leads_with_cause(self) -> bool:
        """Return whether its leading finding is about its cause."""
        causes = {proof.entry_id for spell in self.causes for proof in spell.entries}
        return not _shares_none(self.lead, causes)

    @property
    def is_sure_of_cause(self) -> bool:
        """Return whether what followed can be said to come of the cause."""
        return all(tie.sure is not Confidence.POSSIBLY for tie in self.ties)

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """Return what ties its spells, the surest last."""
        tied = [self._weave.ties[id(s)] for s in self.spells if id(s) in self._weave.ties]
        return tuple(sorted(tied, key=lambda tie: -_SURE.index(tie.sure)))

    @cached_property
    def clients(self) -> frozenset[str]:
        """Return who dropped off because of it."""
        return frozenset(client for spell in self.spells for client in spell.clients)

    @cached_property
    def lost(self) -> tuple[Spell, ...]:
        """Return the first loss or restart of each other device that went with the cause."""
        first: dict[str, Spell] = {}
        for spell in self.effects:
            if spell.theme in (Theme.LOSS, Theme.RESTART) and not self.is_own(spell):
                first.setdefault(spell.about, spell)
        return tuple(first.values())

    @cached_property
    def away(self) -> tuple[Spell, ...]:
        """Return the losses of the very thing that its cause is about: an updated device is away for a while."""
        return tuple(s for s in self.effects if s.theme is Theme.LOSS and self.is_own(s))

    def is_own(self, spell: Spell) -> bool:
        """Return whether a spell is about what the cause is about; the power is nobody's own."""
        return spell.about == self.root.about and self.root.theme is not Theme.POWER

    @cached_property
    def is_meant(self) -> bool:
        """Return whether it was an update or a restart somebody asked for, and all came back."""
        return self.root.theme in MEANT and not any(spell.is_open for spell in self.spells)

    @property
    def severity(self) -> Severity:
        """Return how grave it is: as its gravest finding, unless it was meant to happen."""
        gravest = max((f.severity for f in self._told), key=lambda severity: severity.rank)
        return min(gravest, Severity.LOW, key=lambda s: s.rank) if self.is_meant else gravest

    @cached_property
    def order(self) -> tuple[datetime, str]:
        """Return the time and id of the first thing in it, which never changes however it goes on.

        What was changed before, or was a sign, is told by it and is not it: that it counts may turn out later.
        """
        signs = (Theme.CHANGE, Theme.SLOW_LINE)
        firsts = [spell.order for spell in self.spells if spell.theme not in signs]
        return min(firsts or [self.root.order])

    @property
    def first_seen(self) -> datetime:
        """Return when it began."""
        known = [f.first_seen for f in self._told if f.first_seen != NO_TIME]
        if len(self._told) == 1:
            return self._told[0].first_seen
        starts = [spell.start for spell in self.spells if spell.theme is not Theme.CHANGE]
        return min(starts or known or [NO_TIME])

    @property
    def last_seen(self) -> datetime:
        """Return when it was heard of last."""
        if len(self._told) == 1:
            return self._told[0].last_seen
        return max([spell.last for spell in self.spells] + [f.last_seen for f in self._told])

    @property
    def by_weight(self) -> tuple[Spell, ...]:
        """Return its spells, causes first."""
        return (*self.causes, *self.effects)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return who it is about, the cause first."""
        named = [spell.name for spell in self.causes] + [s for f in self.findings for s in f.subjects]
        return tuple(dict.fromkeys(tame(name) for name in named if name))[:MOST_SUBJECTS]

    @property
    def off_for(self) -> timedelta | None:
        """Return how long the cause lasted in all, None while it goes on or where nobody knows."""
        if any(spell.is_open for spell in self.causes) or not any(s.is_lasting for s in self.causes):
            return None
        return sum((spell.lasted for spell in self.causes), timedelta())

    def role(self, spell: Spell) -> str:
        """Return what kind of device a spell is about."""
        return self._weave.role(spell.about) or "UniFi device"

    def name(self, spell: Spell) -> str:
        """Return what to call the subject of a spell."""
        known = self._weave.topology.names.get(spell.about.removeprefix("device:"))
        nobody = "a UniFi device" if spell.about.startswith("device:") else "a device"
        return tame(known or spell.name) or nobody

    def tie(self, spell: Spell) -> Tie | None:
        """Return what a spell is tied to."""
        return self._weave.ties.get(id(spell))

    def origin(self, spell: Spell) -> Spell:
        """Return what a spell goes back to in the end."""
        here = spell
        while (tie := self._weave.ties.get(id(here))) is not None:
            here = tie.cause
        return here


def _shares_none(finding: Finding, entries: set[str]) -> bool:
    return not any(proof.entry_id in entries for proof in finding.evidence)
