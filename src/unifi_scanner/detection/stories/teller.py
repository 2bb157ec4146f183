"""Findings, notes and topology -> incidents: one for each cause, and each finding in at most one. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from unifi_scanner.detection.stories.chronicle import Chronicle
from unifi_scanner.detection.stories.plot import Plot
from unifi_scanner.detection.stories.script import beats_of
from unifi_scanner.detection.stories.spell import Spell
from unifi_scanner.detection.stories.themes import COME_AND_GO, MOMENTARY, Theme, theme_by_source, theme_of
from unifi_scanner.detection.stories.weave import Weave
from unifi_scanner.detection.stories.words import words_of
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Evidence, Finding, Incident
from unifi_scanner.models.log_entry import NO_TIME, digest_of
from unifi_scanner.models.topology import UNKNOWN_TOPOLOGY, Topology

SOLID: Final = Severity.MEDIUM.rank  # from here on every finding belongs to an incident
PART: Final = timedelta(minutes=15)  # evidence further apart is of another time
MOST_PROOFS: Final = 12
MOST_TOLD_ALIKE: Final = 3


class Told(NamedTuple):
    """The incidents, gravest and open ones first, and all findings, each with the incident that tells it."""

    incidents: tuple[Incident, ...]
    findings: tuple[Finding, ...]


class Rules(NamedTuple):
    """What stories need of the rules: the Kinds each looks at, and which of them know an end."""

    kinds: Mapping[str, tuple[str, ...]]
    ending: Collection[str]


def tell_stories(
    findings: Sequence[Finding],
    chronicle: Chronicle,
    topology: Topology = UNKNOWN_TOPOLOGY,
    *,
    kinds: Mapping[str, tuple[str, ...]],
    ending: Collection[str] = (),
) -> Told:
    """Return the incidents that `findings` come to; `kinds` are those of each rule, `ending` the rules that know an end.

    The same findings, in whatever order, give the same incidents with the same ids.
    """
    return _Teller(findings, chronicle, topology, Rules(kinds, ending)).told()


class _Teller:
    def __init__(
        self, findings: Sequence[Finding], chronicle: Chronicle, topology: Topology, rules: Rules
    ) -> None:
        self._findings = sorted(findings, key=lambda finding: finding.id)
        self._rules = rules
        flapping = {rule for rule, kinds in rules.kinds.items() if kinds[0].endswith(".flapping")}
        self._flapping = flapping | COME_AND_GO
        noted = list(chronicle.spells())
        self._noted: dict[tuple[Theme, str], Spell] = {
            (spell.theme, proof.entry_id): spell for spell in noted for proof in spell.entries
        }
        self._noted_themes = {entry: theme for theme, entry in reversed(self._noted)}
        self._themes = {finding.id: self._theme(finding) for finding in findings}
        self._of = {f.id: self._spells_of(f, chronicle) for f in self._findings}
        own = {id(s): s for spells in self._of.values() for s in spells if s.finding is not None}
        self._weave = Weave([*noted, *own.values()], chronicle, topology)

        for finding in self._findings:
            if finding.severity.rank >= SOLID:
                self._weave.join_untied(self._of[finding.id])

    def told(self) -> Told:
        stories = list(self._weave.stories())
        place = {id(spell): number for number, spells in enumerate(stories) for spell in spells}
        members: dict[int, list[Finding]] = defaultdict(list)
        for finding in self._findings:
            number = self._story_of(finding, place)
            if number is not None:
                members[number].append(finding)
        told = [
            self._incident(Plot(self._weave, stories[number], tuple(found), self._flapping))
            for number, found in sorted(members.items())
            if is_worth_telling(found)
        ]
        by_finding = {id_: incident for incident in told for id_ in incident.findings}
        return Told(
            tuple(sorted(told, key=_rank)),
            tuple(_placed(finding, by_finding.get(finding.id)) for finding in self._findings),
        )

    def _theme(self, finding: Finding) -> Theme:
        """Return the theme of a finding: that of its rule's Kinds; where code found it, that of what proves it."""
        if finding.rule in self._rules.kinds:
            return theme_of(self._rules.kinds[finding.rule], finding.about)
        themes = (self._noted_themes.get(proof.entry_id) for proof in finding.evidence)
        return next((theme for theme in themes if theme), None) or theme_by_source(
            finding.source, finding.about
        )

    def _spells_of(self, finding: Finding, chronicle: Chronicle) -> list[Spell]:
        theme = self._themes[finding.id]
        found = {
            id(spell): spell
            for proof in finding.evidence
            if (spell := self._noted.get((theme, proof.entry_id))) is not None
        }
        for about in finding.about if found else ():
            found |= {id(spell): spell for spell in chronicle.of(theme, about)}
        return list(found.values()) or list(_parts(theme, finding))

    def _story_of(self, finding: Finding, place: Mapping[int, int]) -> int | None:
        counts = Counter(place[id(spell)] for spell in self._of[finding.id])
        if not counts:
            return None
        if finding.severity.rank < SOLID and 2 * max(counts.values()) <= counts.total():
            return None  # it tells of many times, and none of them is most of it
        expected = {place[id(s)] for s in self._of[finding.id] if self._is_meant(s)}
        return max(counts, key=lambda number: (number not in expected, counts[number], -number))

    def _is_meant(self, spell: Spell) -> bool:
        tie = self._weave.ties.get(id(spell))
        return tie is not None and tie.cause.theme in (Theme.UPDATE, Theme.ASKED)

    def _incident(self, plot: Plot) -> Incident:
        words = words_of(plot)
        lead = plot.lead
        entries = plot.order
        return Incident(
            id=digest_of("incident", entries[1]),
            rule=lead.rule,
            severity=plot.severity,
            title=words.title,
            what=words.what,
            why=words.why,
            do=words.do,
            confidence=words.confidence,
            sure_because=words.because,
            first_seen=plot.first_seen,
            last_seen=plot.last_seen,
            count=sum(finding.count for finding in plot.findings),
            subjects=plot.subjects,
            evidence=_evidence(plot),
            source=plot.worst.source,
            about=tuple(dict.fromkeys(about for f in (lead, *plot.findings) for about in f.about)),
            cause=words.cause,
            consequences=words.consequences,
            timeline=beats_of(plot),
            findings=tuple(finding.id for finding in plot.findings),
            ended=self._ended(plot),
            goes_on=self._goes_on(plot),
        )

    def _goes_on(self, plot: Plot) -> bool:
        """Return whether something says, or is yet to say, when it was over."""
        lasting = any(spell.theme in (Theme.LOSS, Theme.LINE) for spell in plot.spells)
        return lasting or any(finding.rule in self._rules.ending for finding in plot.findings)

    def _ended(self, plot: Plot) -> datetime | None:
        ending = [f for f in plot.findings if f.rule in self._rules.ending]
        lasting = [s for s in plot.spells if s.theme in (Theme.LOSS, Theme.LINE) and s.is_open]
        if any(not finding.resolved for finding in ending) or (lasting and not ending):
            return None
        if ending:
            ends = [spell.end for spell in plot.spells if spell.end is not None]
            return max([*ends, *(_last_proof(finding) for finding in ending if not ends)])
        if all(spell.theme in MOMENTARY for spell in plot.spells):
            return plot.last_seen if plot.last_seen != NO_TIME else None
        return None


def is_worth_telling(findings: Sequence[Finding]) -> bool:
    """Return whether findings that hang together make an incident: a grave one alone, small ones only together."""
    ranks = [finding.severity.rank for finding in findings]
    return max(ranks) >= SOLID or (len(ranks) > 1 and max(ranks) >= Severity.LOW.rank)


def _parts(theme: Theme, finding: Finding) -> Iterator[Spell]:
    """Yield the times a finding speaks of; evidence without a time is one moment."""
    about = finding.about[0] if finding.about else f"finding:{finding.id}"
    unproved = Evidence(entry_id=finding.id, timestamp=finding.first_seen, sentence=finding.what)
    proofs = sorted(finding.evidence or (unproved,), key=lambda proof: (proof.timestamp, proof.entry_id))
    part: list[Evidence] = []
    for proof in proofs:
        if part and proof.timestamp - part[-1].timestamp > PART:
            yield _part(theme, about, finding, part)
            part = []
        part.append(proof)
    if part:
        yield _part(theme, about, finding, part)


def _part(theme: Theme, about: str, finding: Finding, proofs: Sequence[Evidence]) -> Spell:
    spell = Spell.of_finding(theme, about, finding)
    spell.entries = list(proofs)
    spell.start, spell.last = proofs[0].timestamp, proofs[-1].timestamp
    spell.end = spell.last if finding.resolved else None
    return spell


def _placed(finding: Finding, incident: Incident | None) -> Finding:
    if incident is None:
        return finding
    # what was only an update or a restart somebody asked for is no graver than that
    eased = min(finding.severity, incident.severity, key=lambda severity: severity.rank)
    return msgspec.structs.replace(finding, incident=incident.id, severity=eased)


def _evidence(plot: Plot) -> tuple[Evidence, ...]:
    if len(plot.findings) == 1:
        return plot.lead.evidence
    proofs: dict[str, Evidence] = {}
    told: Counter[str] = Counter()
    for spell in plot.by_weight:
        told[spell.theme] += 1
        if told[spell.theme] <= MOST_TOLD_ALIKE:
            proofs |= {proof.entry_id: proof for proof in (spell.entries[0], spell.entries[-1])}
    for finding in plot.findings:
        proofs |= {proof.entry_id: proof for proof in finding.evidence[:1]}
    kept = list(proofs.values())[:MOST_PROOFS]
    return tuple(sorted(kept, key=lambda proof: (proof.timestamp, proof.entry_id)))


def _last_proof(finding: Finding) -> datetime:
    return max([finding.last_seen, *(proof.timestamp for proof in finding.evidence)])


def _rank(incident: Incident) -> tuple[bool, int, float, str]:
    age = -(incident.last_seen - NO_TIME).total_seconds()
    return (incident.resolved, -incident.severity.rank, age, incident.id)
