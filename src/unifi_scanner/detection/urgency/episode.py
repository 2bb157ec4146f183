"""The values alerts are decided with: the episodes that are open, and the notices of what to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from unifi_scanner.models.enums import LogSource, Severity
from unifi_scanner.models.finding import Finding, Incident

Thing = Finding | Incident
MOST_PROOFS = 3


class Step(StrEnum):
    """Where an incident is on its way to whoever should know."""

    WAITING = "waiting"  # it may be a blip
    HELD = "held"  # by night or budget
    TOLD = "told"
    JOINED = "joined"  # told as a part of another


UNTOLD = (Step.WAITING, Step.HELD)


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One incident from its begin to its end, as far as alerts go; `key` names its thread of messages."""

    key: str
    ids: tuple[str, ...]  # of the thing and of what it tells, as far as known
    rule: str
    subjects: tuple[str, ...]
    source: LogSource
    severity: Severity
    title: str
    began: datetime
    seen_at: datetime
    last_seen: datetime
    step: Step = Step.WAITING
    under: str = ""
    told_at: datetime | None = None  # the last message about it
    wrote_at: datetime | None = None  # the first
    over_since: datetime | None = None
    held_for_budget: bool = False
    unsaid: bool = False  # joined, and no message has named it yet
    is_half_over: bool = False  # we said that it is over, while what joined it is not
    ends: bool = False  # something will say that it is over
    proofs: tuple[str, ...] = ()  # the first entries behind it


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts know: open episodes, what is over (id -> last seen), how much was sent on `day`."""

    episodes: tuple[Episode, ...] = ()
    over: Mapping[str, datetime] = {}
    begun: Mapping[str, int] = {}  # id -> episodes so far
    day: str = ""
    sent: int = 0
    slept_through: tuple[str, ...] = ()  # titles of what came and went while it was held


class Occasion(StrEnum):
    """Why a message is written."""

    URGENT = "urgent"
    UPDATE = "update"
    HUSH = "hush"  # it seems to be over: what could not leave yet must not leave any more
    AGAIN = "again"  # it was not over: whoever was not told yet must be
    CLEAR = "clear"
    SUMMARY = "summary"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One message to write about `episode`; `number` counts those of the day.

    `also` are the titles of what belongs to it, `still` of what may not be over though it is.
    """

    occasion: Occasion
    episode: Episode | None = None
    thing: Thing | None = None
    also: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    number: int = 0
    is_last_today: bool = False


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts know now, and what to write."""

    book: Book
    notices: tuple[Notice, ...] = ()


def is_over(thing: Thing) -> bool:
    """Return whether it is known to be over."""
    return thing.resolved


def names_of(thing: Thing) -> tuple[str, ...]:
    """Return every id under which a thing may be known."""
    return (thing.id, *thing.findings) if isinstance(thing, Incident) else (thing.id,)


def proofs_of(thing: Thing) -> tuple[str, ...]:
    """Return the first entries behind a thing."""
    return tuple(proof.entry_id for proof in thing.evidence[:MOST_PROOFS])


def remembered(one: Episode) -> Thing:
    """Return what is left of a thing that nothing tells of any more."""
    return Finding(
        id=one.ids[0],
        rule=one.rule,
        severity=one.severity,
        title=one.title,
        what="",
        why="",
        do=(),
        first_seen=one.began,
        last_seen=one.last_seen,
        subjects=one.subjects,
        source=one.source,
        resolved=one.over_since is not None,
    )


def as_it_is_now(one: Episode, thing: Thing) -> Episode:
    """Return an episode that nobody was told of in the words of today."""
    return msgspec.structs.replace(
        one,
        rule=thing.rule,
        subjects=thing.subjects,
        source=thing.source,
        severity=one.severity if is_over(thing) else thing.severity,
        title=thing.title,
    )


def place_of(rule: str, subjects: Sequence[str]) -> str:
    """Return a name that stays: told in another order after a restart, the same story may have another id."""
    return "|".join((rule, *subjects))


def titles_of(episodes: Iterable[Episode]) -> tuple[str, ...]:
    """Return each title once."""
    return tuple(dict.fromkeys(one.title for one in episodes))
