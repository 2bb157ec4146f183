"""What the last report told, so that the next can say what is new, what goes on and what is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from unifi_scanner.errors import StoreError
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import Novelty, Severity
from unifi_scanner.models.finding import Evidence, Finding
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Change, Report, Thing
from unifi_scanner.store import EventStore, Shard

MOST_NOTES: Final = 200
MOST_PROOFS: Final = 8
MOST_OPEN: Final = 50
TOO_OLD: Final = timedelta(days=30)  # what nobody mends for so long is how things are
A_MOMENT: Final = timedelta(microseconds=1)


class Proof(msgspec.Struct, frozen=True):
    """Where to find an entry again."""

    entry_id: str
    at: datetime


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a report told; `proofs` are the entries it began with, where it goes on until something ends it."""

    id: str
    rule: str
    title: str
    about: tuple[str, ...] = ()
    is_over: bool = False
    findings: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()


class LastTold(msgspec.Struct, frozen=True, kw_only=True):
    """What one report told; `upto_seq` is up to where it told, which says whether it was ever told."""

    report_id: str = ""
    upto_seq: int = -1
    notes: tuple[Note, ...] = ()

    @property
    def is_none(self) -> bool:
        """Return whether there was no report yet."""
        return self.upto_seq < 0


NEVER: Final = LastTold()


def notes_of(report: Report, ending: Collection[str]) -> tuple[Note, ...]:
    """Return what to remember of a report; `ending` are the rules whose trouble goes on until something ends it."""
    findings = {f.id: f for f in all_findings(report)}
    things = things_of(report.incidents, findings.values())
    recent = report.generated_at - TOO_OLD
    return tuple(
        _note(thing, findings, ending if thing.first_seen >= recent else ()) for thing in things[:MOST_NOTES]
    )


def all_findings(report: Report) -> tuple[Finding, ...]:
    """Return the findings of a report, those that lead it, too."""
    leading = tuple(thing for thing in report.needs_you if isinstance(thing, Finding))
    return (*leading, *report.findings)


def things_of(incidents: Iterable[Thing], findings: Iterable[Finding]) -> list[Thing]:
    """Return what a change is worth telling of: every incident, and findings that no incident tells, but for notes."""
    alone = (f for f in findings if not f.incident and f.severity is not Severity.INFO)
    return [*incidents, *alone]


def changes_since(
    before: LastTold, things: Sequence[Thing], coverage: Coverage, ending: Collection[str] = ()
) -> tuple[Change, ...]:
    """Return what is new, goes on and is over since the last report; nothing where there was none."""
    if before.is_none:
        return ()
    by_id = {note.id: note for note in before.notes}
    by_subject = {(note.rule, note.about): note for note in before.notes}
    changes, met = [], set[str]()
    for thing in things:
        note = by_id.get(thing.id) or by_subject.get((thing.rule, thing.about))
        if note is not None:
            met.add(note.id)
        novelty = _novelty(thing, note)
        if novelty is not None:
            changes.append(Change(id=thing.id, title=thing.title, novelty=novelty))
    told = {finding for thing in things if not isinstance(thing, Finding) for finding in thing.findings}
    gone = [note for note in before.notes if note.id not in met and not told & {note.id, *note.findings}]
    # with an area unseen, silence says nothing
    over = [] if coverage.blind else [n for n in gone if not n.is_over and n.rule not in ending]
    return (*changes, *(Change(id=n.id, title=n.title, novelty=Novelty.OVER) for n in over))


def _novelty(thing: Thing, note: Note | None) -> Novelty | None:
    if note is None:
        return Novelty.NEW
    if note.id == thing.id and thing.resolved:
        return None if note.is_over else Novelty.OVER
    return Novelty.CONTINUING


def _note(thing: Thing, findings: dict[str, Finding], ending: Collection[str]) -> Note:
    parts = [thing] if isinstance(thing, Finding) else [findings[i] for i in thing.findings if i in findings]
    goes_on = not thing.resolved and any(part.rule in ending for part in parts)
    return Note(
        id=thing.id,
        rule=thing.rule,
        title=thing.title,
        about=thing.about,
        is_over=thing.resolved,
        findings=tuple(part.id for part in parts),
        proofs=_proofs([proof for one in (thing, *parts) for proof in one.evidence]) if goes_on else (),
    )


def _proofs(evidence: Iterable[Evidence]) -> tuple[Proof, ...]:
    """Return the first entries and the last ones: what it began with, and how it stands."""
    known = sorted({(proof.timestamp, proof.entry_id) for proof in evidence})
    half = MOST_PROOFS // 2
    kept = known if len(known) <= MOST_PROOFS else [*known[:half], *known[-half:]]
    return tuple(Proof(entry_id, at) for at, entry_id in kept)


def open_entries(
    store: EventStore, shard: Shard, before: LastTold, *, until: datetime | None = None
) -> Iterator[LogEntry]:
    """Yield the entries that what was still open began with, oldest first; those no longer kept are left out."""
    open_ones = [note for note in before.notes if not note.is_over and note.proofs][:MOST_OPEN]
    proofs = [proof for note in open_ones for proof in note.proofs]
    wanted = {(proof.at, proof.entry_id) for proof in proofs if until is None or proof.at < until}
    for at in sorted({at for at, _ in wanted}):
        for entry in store.entries(shard, since=at, until=at + A_MOMENT, upto_seq=before.upto_seq):
            if (at, entry.id) in wanted:
                yield entry


def last_told(store: EventStore, shard: Shard) -> LastTold:
    """Return what the last report that somebody got told; NEVER where there was none."""
    begun = _recalled(store, _telling(shard))
    return begun if _was_told(store, shard, begun) else _recalled(store, _told(shard))


def note_telling(store: EventStore, shard: Shard, telling: LastTold) -> None:
    """Keep what a report is about to tell; it counts once somebody got it, however late, and whatever fails between."""
    store.remember(_told(shard), msgspec.json.encode(last_told(store, shard)).decode())
    store.remember(_telling(shard), msgspec.json.encode(telling).decode())


def _was_told(store: EventStore, shard: Shard, begun: LastTold) -> bool:
    if begun.is_none or begun.upto_seq > store.told_upto(shard):
        return False
    return not any(p.id == begun.report_id and not p.told for p in store.pending())


def _recalled(store: EventStore, key: str) -> LastTold:
    text = store.recall(key)
    if text is None:
        return NEVER
    try:
        return msgspec.json.decode(text, type=LastTold)
    except msgspec.DecodeError as exc:
        raise StoreError("What is kept about the last report cannot be read.") from exc


def _telling(shard: Shard) -> str:
    return f"telling:{shard.controller}:{shard.site}"


def _told(shard: Shard) -> str:
    return f"told:{shard.controller}:{shard.site}"
