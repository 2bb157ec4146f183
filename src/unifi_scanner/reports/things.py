"""A finding or a story -> its five rows in words: what happened, why it matters, do this, how sure, evidence. Pure."""

from __future__ import annotations

import msgspec

from unifi_scanner.models.enums import Confidence, Voice
from unifi_scanner.models.finding import Evidence
from unifi_scanner.models.report import Thing
from unifi_scanner.reports.glance import MARK_WORDS
from unifi_scanner.reports.plain import MAX_TITLE, plain_line
from unifi_scanner.reports.prose import Clock, counted, number, times
from unifi_scanner.reports.wording import SURENESS, Mark, is_urgent, needs_someone


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One entry behind a statement; `code` is its id, told only to who asked for codes."""

    when: str
    sentence: str
    code: str = ""


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One finding or story in words; `details` hold what only the voice `it` tells."""

    mark: Mark
    word: str
    title: str
    when: str
    what: str
    why: str
    do: tuple[str, ...]
    sure: tuple[int, str]  # how many of three dots, and the word
    because: str
    proofs: tuple[Proof, ...]
    proof_title: str
    details: tuple[tuple[str, str], ...] = ()

    @property
    def needed(self) -> bool:
        """Return whether someone has to do something."""
        return self.mark in (Mark.URGENT, Mark.ATTENTION)


def tell(told: Thing, clock: Clock, voice: Voice = Voice.HOME) -> Telling:
    """Return `told` in words."""
    mark = mark_of(told)
    return Telling(
        mark=mark,
        word="Over" if mark is Mark.FINE else MARK_WORDS[mark],
        title=plain_line(told.title, MAX_TITLE),
        when=when_of(told, clock),
        what=plain_line(told.what),
        why=plain_line(told.why),
        do=tuple(step for step in map(plain_line, told.do) if step),
        sure=SURENESS[told.confidence],
        because=because_of(told.confidence, told.sure_because),
        proofs=tuple(_proof(e, clock, with_code=voice is Voice.IT) for e in told.evidence),
        proof_title=_proof_title(len(told.evidence), told.count),
        details=_details(told) if voice is Voice.IT else (),
    )


def mark_of(thing: Thing) -> Mark:
    """Return the shape a thing stands under."""
    if is_urgent(thing):
        return Mark.URGENT
    if needs_someone(thing):
        return Mark.ATTENTION
    return Mark.FINE if thing.resolved else Mark.NOTE


def when_of(told: Thing, clock: Clock) -> str:
    """Return how often and when, in words."""
    often = f"{times(told.count)}, " if told.count > 1 else ""
    return f"{often}{clock.span(told.first_seen, told.last_seen)}{', over' if told.resolved else ''}"


def because_of(confidence: Confidence, reason: str) -> str:
    """Return why we are as sure as we are."""
    if reason:
        return plain_line(reason)
    return "The records say so directly." if confidence is Confidence.CERTAINLY else ""


def _details(told: Thing) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Rule", told.rule),
        ("Level", told.severity.value),
        ("Subjects", ", ".join(told.about or told.subjects)),
        ("Entries", number(told.count)),
        ("Id", told.id),
    )
    return tuple((name, plain_line(value, 200)) for name, value in rows if value)


def _proof(evidence: Evidence, clock: Clock, *, with_code: bool) -> Proof:
    return Proof(
        when=clock.moment(evidence.timestamp, seconds=True),
        sentence=plain_line(evidence.sentence),
        code=plain_line(evidence.entry_id, 40) if with_code else "",
    )


def _proof_title(shown: int, count: int) -> str:
    if count > shown:
        return f"See {number(shown)} of the {counted(count, 'entry', 'entries')} behind this"
    return f"See the {counted(shown, 'entry', 'entries') if shown != 1 else 'entry'} behind this"
