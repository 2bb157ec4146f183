"""Script: a story step by step, with what proves each step. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from unifi_scanner.detection.stories.plot import Plot
from unifi_scanner.detection.stories.spell import Spell
from unifi_scanner.detection.stories.themes import Theme
from unifi_scanner.detection.wording import listed
from unifi_scanner.models.enums import Role
from unifi_scanner.models.finding import Beat, Evidence

AT_ONCE: Final = timedelta(minutes=2)
MOST_BEATS: Final = 24
MOST_OF_ONE: Final = 8
_ORDER: Final = {Role.CHANGE: 0, Role.CAUSE: 1, Role.CONSEQUENCE: 2, Role.RECOVERY: 3}


def beats_of(plot: Plot) -> tuple[Beat, ...]:
    """Return the steps of a story in order of time, each proved by entries; of many, the first and the last."""
    told = {
        (beat.evidence, beat.sentence): beat for beat in _beats(plot)
    }  # one record may be part of two things
    beats = sorted(told.values(), key=lambda beat: (beat.at, _ORDER[beat.role], beat.sentence))
    if len(beats) <= MOST_BEATS:
        return tuple(beats)
    half = MOST_BEATS // 2
    return (*beats[:half], *beats[-half:])


def _beats(plot: Plot) -> Iterator[Beat]:
    lost = [s for s in plot.effects if s.theme in (Theme.LOSS, Theme.RESTART) and not plot.is_own(s)]
    together = {id(spell) for spell in lost}
    for spell in plot.spells:
        if id(spell) not in together:
            yield from _steps(plot, spell)
    for batch in batches((s.start, s.name, s.entries[0]) for s in lost):
        yield _batch_beat(plot, batch, "went off", Role.CONSEQUENCE)
    for batch in batches((s.end, s.name, s.entries[-1]) for s in lost if s.end is not None):
        yield _batch_beat(plot, batch, "back again", Role.RECOVERY)
    yield from _dropped(plot)


def _steps(plot: Plot, spell: Spell) -> Iterator[Beat]:
    role = role_of(plot, spell)
    if spell.theme is Theme.DROPS and spell.finding is not None and not plot.is_single:
        if not plot.clients:  # else they are counted device by device
            proofs = tuple(proof.entry_id for proof in spell.entries)
            yield Beat(at=spell.start, sentence=spell.finding.what, role=role, evidence=proofs)
        return
    told = spell.entries[:-1] if spell.end is not None and len(spell.entries) > 1 else spell.entries
    if spell.finding is not None:
        told = spell.entries
    unproved = spell.finding.id if spell.finding is not None else None
    for proof in _without_repeats(p for p in told[:MOST_OF_ONE] if p.entry_id != unproved):
        yield Beat(at=proof.timestamp, sentence=proof.sentence, role=role, evidence=(proof.entry_id,))
    if spell.end is not None and spell.finding is None:
        last = spell.entries[-1]
        yield Beat(at=spell.end, sentence=last.sentence, role=Role.RECOVERY, evidence=(last.entry_id,))


def role_of(plot: Plot, spell: Spell) -> Role:
    """Return the part a spell plays; signs of trouble to come are part of the cause."""
    if spell.theme is Theme.CHANGE:
        return Role.CHANGE
    if spell in plot.causes:
        return Role.CAUSE
    is_sign = spell.theme is Theme.SLOW_LINE and all(spell.start < cause.start for cause in plot.causes)
    return Role.CAUSE if is_sign else Role.CONSEQUENCE


def _dropped(plot: Plot) -> Iterator[Beat]:
    by_device: dict[str, list[Spell]] = defaultdict(list)
    for spell in plot.spells:
        if spell.clients:
            by_device[f"{spell.about} {spell.start.isoformat()}"].append(spell)
    for spells in by_device.values():
        spell = spells[0]
        number = len(spell.clients)
        things = "1 device" if number == 1 else f"{number:,} devices"
        yield Beat(
            at=min(spell.clients.values()),
            sentence=f"{things} dropped off {plot.name(spell)}.",
            role=Role.CONSEQUENCE,
            evidence=tuple(spell.proofs),
        )


Moment = tuple[datetime, str, Evidence]


def batches(moments: Iterable[tuple[datetime | None, str, Evidence]]) -> Iterator[list[Moment]]:
    """Yield what happened at about the same time together."""
    known = [(at, name, proof) for at, name, proof in moments if at is not None]
    batch: list[Moment] = []
    for moment in sorted(known, key=lambda one: (one[0], one[2].entry_id)):
        if batch and moment[0] - batch[0][0] > AT_ONCE:
            yield batch
            batch = []
        batch.append(moment)
    if batch:
        yield batch


def _batch_beat(plot: Plot, batch: Sequence[Moment], what: str, role: Role) -> Beat:
    names = list(dict.fromkeys(name for _, name, _ in batch if name))
    if len(batch) == 1 or not names:
        sentence = batch[0][2].sentence
    elif role is Role.RECOVERY:
        sentence = f"{listed(names)} were back."
    else:
        sentence = f"{listed(names)} {what}{' with it' if plot.is_sure_of_cause else ' too'}."
    return Beat(
        at=batch[-1 if role is Role.RECOVERY else 0][0],
        sentence=sentence,
        role=role,
        evidence=tuple(proof.entry_id for _, _, proof in batch),
    )


def _without_repeats(proofs: Iterable[Evidence]) -> Iterator[Evidence]:
    seen: set[str] = set()
    for proof in proofs:
        if proof.entry_id not in seen:
            seen.add(proof.entry_id)
            yield proof
