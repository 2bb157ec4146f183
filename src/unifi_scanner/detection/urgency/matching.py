"""Which thing each open episode is now, which of them turn out to be one story, and which things are new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from unifi_scanner.detection.urgency.desk import Desk
from unifi_scanner.detection.urgency.episode import (
    UNTOLD,
    Episode,
    Step,
    Thing,
    as_it_is_now,
    is_over,
    names_of,
    place_of,
    proofs_of,
)
from unifi_scanner.models.log_entry import NO_TIME

# what ended or began longer ago when we first hear of it belongs in the report
NEWS_FOR = timedelta(minutes=30)
MOST_IDS = 200
# who keeps its thread when several become one
KEEPS_ITS_THREAD = (Step.TOLD, Step.JOINED, Step.WAITING, Step.HELD)


def match(desk: Desk, things: Iterable[Thing]) -> list[Thing]:
    """Find out which thing each open episode is now, and return the things that are none of them."""
    by_id: defaultdict[str, list[str]] = defaultdict(list)
    for key, one in desk.episodes.items():
        for name in one.ids:
            by_id[name].append(key)
    unknown = []
    for thing in things:
        found = (key for name in names_of(thing) for key in by_id.get(name, ()) if key in desk.episodes)
        keys = list(dict.fromkeys(found))
        for key in keys:
            _take(desk, key, thing)
        _merge(desk, [desk.episodes[key] for key in keys])
        if not keys:
            unknown.append(thing)
    return [thing for thing in unknown if not (_takes_by_place(desk, thing) or _takes_by_proof(desk, thing))]


def _takes_by_place(desk: Desk, thing: Thing) -> bool:
    """Take a thing for the one lost episode of its kind: a wider look may begin a story with another entry."""
    lost = [
        key
        for key, one in desk.episodes.items()
        if key not in desk.current
        and (one.rule, one.subjects) == (thing.rule, thing.subjects)
        and thing.last_seen >= one.last_seen
    ]
    if len(lost) != 1:
        return False
    _take(desk, lost[0], thing)
    return True


def _takes_by_proof(desk: Desk, thing: Thing) -> bool:
    """Take a thing for the lost episodes with the same entries behind them: they are called something else by now."""
    proofs = set(proofs_of(thing))
    if not (is_over(thing) or desk.has_end(thing)):
        return False
    lost = [
        key
        for key, one in desk.episodes.items()
        if key not in desk.current and one.source is thing.source and not proofs.isdisjoint(one.proofs)
    ]
    for key in lost:
        _take(desk, key, thing)
    _merge(desk, [desk.episodes[key] for key in lost])
    return bool(lost)


def _take(desk: Desk, key: str, thing: Thing) -> None:
    before = desk.current.get(key)
    if before is None or (is_over(before) and not is_over(thing)):
        desk.current[key] = thing
    one = desk.episodes[key]
    if one.step in UNTOLD:
        one = as_it_is_now(one, thing)
    desk.replace(
        one,
        ids=tuple(dict.fromkeys((*one.ids, *names_of(thing))))[-MOST_IDS:],
        last_seen=max(one.last_seen, thing.last_seen),
        ends=one.ends or desk.has_end(thing),
        proofs=tuple(dict.fromkeys((*one.proofs, *proofs_of(thing))))[:MOST_IDS],
    )


def _merge(desk: Desk, family: Sequence[Episode]) -> None:
    """Let what turned out to be one story be one: told once, in the thread that is there already."""
    if len(family) < 2:
        return
    head, *others = sorted(family, key=lambda one: (KEEPS_ITS_THREAD.index(one.step), one.unsaid, one.began))
    for one in others:
        if one.step in UNTOLD:
            desk.forget(one)
        elif one.step is Step.TOLD:
            for each in [one, *desk.joined(one)]:
                desk.replace(each, step=Step.JOINED, under=head.key)
        elif one.unsaid:  # so that it is named in the thread of its story
            desk.replace(one, under=head.under or head.key)
    if head.step in UNTOLD:
        desk.replace(head, began=min(one.began for one in family))


def begin_episodes(desk: Desk, things: Iterable[Thing]) -> None:
    """Open an episode for each thing that is news."""
    for thing in things:
        if is_over(thing) or not desk.is_wanted(thing) or _is_known(desk, thing):
            continue
        if thing.last_seen == NO_TIME or desk.now - thing.last_seen > NEWS_FOR:
            desk.close(thing.id, thing.last_seen)
        else:
            _begin(desk, thing)


def _is_known(desk: Desk, thing: Thing) -> bool:
    return any(
        name in desk.over and thing.last_seen <= desk.over[name]
        for name in (thing.id, place_of(thing.rule, thing.subjects))
    )


def _begin(desk: Desk, thing: Thing) -> None:
    number = desk.begun[thing.id] = desk.begun.get(thing.id, 0) + 1
    key = f"{thing.id}.{number}"
    # the thing is older than this trouble: it was over in between, or only now became grave
    again = number > 1 or desk.now - thing.first_seen > NEWS_FOR
    desk.current[key] = thing
    desk.episodes[key] = Episode(
        key=key,
        ids=names_of(thing),
        rule=thing.rule,
        subjects=thing.subjects,
        source=thing.source,
        severity=thing.severity,
        title=thing.title,
        began=thing.last_seen if again else thing.first_seen,
        seen_at=desk.now,
        last_seen=thing.last_seen,
        ends=desk.has_end(thing),
        proofs=proofs_of(thing),
    )
