"""What was told beside what is true: found, missed, made up, told in pieces, blamed on the wrong thing. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from insight.truth import Known, Never, kind_of, whom
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Incident
from unifi_scanner.models.report import Report, Thing

SLACK: Final = timedelta(minutes=15)
OTHER, MORE = "other", "more-than-usual"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One story of a report: an incident, or a finding that no incident tells."""

    rule: str
    kinds: tuple[str, ...]
    severity: Severity
    words: frozenset[str]  # whom it is about, for machines and for people
    blamed: frozenset[str]  # of these, whom its cause is about
    start: datetime
    end: datetime
    title: str


class Score(msgspec.Struct, kw_only=True):
    """What one run counts. `real` are the truths that could be told, `unheard` those of which nothing was heard."""

    name: str
    seed: int
    quiet: bool = False
    real: int = 0
    unheard: int = 0
    found: int = 0
    rooted: int = 0
    pieces: int = 0  # stories told of real incidents
    told: int = 0  # stories told above low
    wrong: int = 0  # of them, those of which nothing is true
    forbidden: int = 0
    notes: list[str] = []


def score(blank: Score, told: Sequence[Told], truths: Sequence[Known], nevers: Sequence[Never] = ()) -> Score:
    """Return what the run that `blank` names counts."""
    real = sum(one.can_be_told for one in truths)
    got = msgspec.structs.replace(blank, real=real, unheard=len(truths) - real, notes=[])
    # what could hardly be heard may be told all the same
    mine = _assigned(told, truths)
    for index, truth in enumerate(truths):
        if truth.can_be_told:
            _count_truth(got, truth, [one for one, place in zip(told, mine, strict=True) if place == index])
    for one, place in zip(told, mine, strict=True):
        loud = one.severity.rank > Severity.LOW.rank
        got.told += loud
        if loud and place is None:
            got.wrong += 1
            got.notes.append(f"made up: {one.severity.value} {one.rule} “{one.title}”")
    _count_nevers(got, told, mine, nevers)
    return got


def told_by(report: Report, causes: Mapping[str, Sequence[str]]) -> list[Told]:
    """Return the stories of a report: its incidents, and the findings that none of them tells."""
    things = {one.id: one for one in (*report.needs_you, *report.incidents, *report.findings)}
    in_one = {found for one in things.values() if isinstance(one, Incident) for found in one.findings}
    stories = [
        one for one in things.values() if isinstance(one, Incident) or not (one.incident or one.id in in_one)
    ]
    return [*(_told(one, _blamed_by(one, things), causes) for one in stories), *_unusual(report)]


def _blamed_by(one: Thing, things: Mapping[str, Thing]) -> frozenset[str]:
    """Return whom the cause of a story is about: an incident names everybody, the finding behind it only that one."""
    told = [things[found] for found in one.findings if found in things] if isinstance(one, Incident) else []
    causing = [finding for finding in told if finding.rule == one.rule] or [one]
    first = min(causing, key=lambda finding: finding.first_seen)
    return frozenset({*first.about, *first.subjects})


def _told(one: Thing, blamed: frozenset[str], causes: Mapping[str, Sequence[str]]) -> Told:
    return Told(
        rule=one.rule,
        kinds=tuple(causes.get(one.rule, (OTHER,))),
        severity=one.severity,
        words=frozenset({*one.about, *one.subjects}),
        blamed=blamed,
        start=one.first_seen,
        end=(one.ended or one.last_seen) if isinstance(one, Incident) else one.last_seen,
        title=one.title,
    )


def _unusual(report: Report) -> Iterator[Told]:
    """Yield what a report calls unusual beside the network's own history: a sentence, not an alarm."""
    start, end = report.period.start, report.period.end
    for trend in report.trends:
        if trend.is_unusual and start is not None and end is not None:
            yield Told(rule="trend", kinds=(MORE,), severity=Severity.LOW, words=frozenset(), blamed=frozenset(), start=start, end=end,
                       title=trend.sentence)  # fmt: skip


def _assigned(told: Sequence[Told], truths: Sequence[Known]) -> list[int | None]:
    """Return, for each story told, the place of the truth it tells of: by its cause first, else by whom it names."""
    return [next(_truths_of(one, truths), None) for one in told]


def _truths_of(one: Told, truths: Sequence[Known]) -> Iterator[int]:
    near = [(place, truth) for place, truth in enumerate(truths) if _overlap(one, truth)]
    yield from (place for place, truth in near if is_root(one, truth))
    yield from (place for place, truth in near if _is_part(one, truth))


def _overlap(one: Told, truth: Known) -> bool:
    return one.start <= truth.end + SLACK and one.end >= truth.start - SLACK


def is_root(one: Told, truth: Known) -> bool:
    """Say whether what was told names the root cause, and the right one to blame."""
    return any(
        kind_of(cause) in one.kinds and _fits(whom(cause), one, truth) for cause in (truth.cause, *truth.also)
    )


def _fits(name: str, one: Told, truth: Known) -> bool:
    return not name or not one.blamed or bool(one.blamed & truth.words_of(name))


def _is_part(one: Told, truth: Known) -> bool:
    if any(kind_of(cause) in one.kinds for cause in truth.truth.consequences):
        return True
    return bool(one.words & truth.members) and bool(set(one.kinds) & truth.kinds)


def _count_truth(got: Score, truth: Known, mine: Sequence[Told]) -> None:
    enough = [one for one in mine if one.severity.rank >= truth.truth.at_least.rank]
    if not enough:
        how = f", only as {mine[0].severity.value} {mine[0].rule}" if mine else ""
        got.notes.append(f"missed: {truth.cause}{how}")
        return
    got.found += 1
    loud = [one for one in mine if one.severity.rank > Severity.LOW.rank]
    got.pieces += max(1, len(loud))
    lead = min(enough, key=lambda one: (-one.severity.rank, one.start))
    if is_root(lead, truth):
        got.rooted += 1
    else:
        got.notes.append(
            f"wrong cause: {truth.cause} told as {lead.rule} of {', '.join(sorted(lead.words))[:80]}"
        )
    if len(loud) > 1:
        got.notes.append(
            f"in {len(loud)} pieces: {truth.cause} as {', '.join(sorted(one.rule for one in loud))}"
        )


def _count_nevers(
    got: Score, told: Sequence[Told], mine: Sequence[int | None], nevers: Sequence[Never]
) -> None:
    for never in nevers:
        for one, place in zip(told, mine, strict=True):
            if kind_of(never.cause) not in one.kinds or one.severity.rank <= never.above.rank:
                continue
            got.forbidden += 1
            got.wrong += place is not None and one.severity.rank > Severity.LOW.rank
            got.notes.append(f"must not be said: {never.cause} ({one.severity.value} {one.rule})")
