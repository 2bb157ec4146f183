"""What to write now: what has lasted long enough, what belongs to it, and what changed since it was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from unifi_scanner.detection.urgency.desk import Desk
from unifi_scanner.detection.urgency.episode import (
    Episode,
    Occasion,
    Step,
    Thing,
    as_it_is_now,
    is_over,
    titles_of,
)
from unifi_scanner.models.enums import LogSource, Severity

STORM = timedelta(minutes=10)  # what follows within it, and is no graver, belongs to what was told
UPDATE_EVERY = timedelta(minutes=10)  # of one incident, unless it becomes graver
# one power cut reaches all of these; an intruder is another story
ONE_STORM = frozenset(
    {
        LogSource.DEVICE,
        LogSource.POWER,
        LogSource.INTERNET,
        LogSource.WIRED,
        LogSource.WIRELESS,
        LogSource.VPN,
    }
)


def rise(desk: Desk) -> None:
    """Let what was told as a part wait for a message of its own once it is graver than the whole."""
    told = [desk.current.get(one.key) for one in desk.episodes.values() if one.step is Step.TOLD]
    for one in [each for each in desk.episodes.values() if each.step is Step.JOINED]:
        thing = desk.current.get(one.key)
        if thing is not None and _outgrows(desk, one, thing) and not any(thing is each for each in told):
            now = as_it_is_now(one, thing)
            desk.replace(now, step=Step.WAITING, under="", unsaid=False, over_since=None)
            told.append(thing)


def _outgrows(desk: Desk, one: Episode, thing: Thing) -> bool:
    leader = desk.episodes.get(one.under)
    is_graver = leader is not None and thing.severity.rank > leader.severity.rank
    return is_graver and desk.is_wanted(thing) and not is_over(thing)


def tell_due(desk: Desk) -> None:
    """Write about what has lasted long enough: one message for all that belongs together."""
    due = [one for one in desk.episodes.values() if _is_due(desk, one)]
    due.sort(key=lambda one: (-one.severity.rank, one.began, one.key))
    for one in due:
        leader = _leader_of(desk, one)
        if leader is not None:
            desk.replace(one, step=Step.JOINED, under=leader.key, unsaid=True)
        elif desk.is_quiet and one.severity is not Severity.CRITICAL:
            desk.replace(one, step=Step.HELD)
        elif desk.is_spent:
            desk.replace(one, step=Step.HELD, held_for_budget=True)
        else:
            _tell(desk, one)


def _is_due(desk: Desk, one: Episode) -> bool:
    if one.step is Step.HELD:
        return not desk.is_quiet and not (one.held_for_budget and desk.is_spent)
    waited = abs(desk.now - one.seen_at) >= desk.policy.debounce or not one.ends
    return one.step is Step.WAITING and waited


def _leader_of(desk: Desk, one: Episode) -> Episode | None:
    """Return what was told just now that this belongs to: of the same kind, and at least as grave."""
    if one.source not in ONE_STORM:
        return None
    return next((each for each in desk.episodes.values() if _can_lead(desk, each, one)), None)


def _can_lead(desk: Desk, leader: Episode, one: Episode) -> bool:
    return (
        leader.step is Step.TOLD
        and leader.source in ONE_STORM
        and leader.severity.rank >= one.severity.rank
        and (leader.ends or not one.ends)  # what can be over needs a thread that says so
        and leader.told_at is not None
        and desk.now - leader.told_at <= STORM
    )


def _tell(desk: Desk, one: Episode) -> None:
    told = desk.replace(one, step=Step.TOLD, told_at=desk.now, wrote_at=desk.now, held_for_budget=False)
    desk.write(Occasion.URGENT, told)
    _mark_last(desk)


def _mark_last(desk: Desk) -> None:
    desk.notices[-1] = msgspec.structs.replace(desk.notices[-1], is_last_today=desk.is_spent)


def summarise(desk: Desk) -> None:
    """Sum up what came and went while it was held."""
    if desk.slept and not desk.is_quiet and not desk.is_spent:
        desk.write(Occasion.SUMMARY, None, also=tuple(desk.slept))
        desk.slept.clear()


def update(desk: Desk) -> None:
    """Name what joined: in the first message where it was there in time, else now and then in its thread."""
    first = {
        one.episode.key: place
        for place, one in enumerate(desk.notices)
        if one.occasion is Occasion.URGENT and one.episode is not None
    }
    for leader in [one for one in desk.episodes.values() if one.step is Step.TOLD]:
        fresh = [each for each in desk.joined(leader) if each.unsaid and each.over_since is None]
        if leader.key in first:
            desk.say(fresh)
            place = first[leader.key]
            desk.notices[place] = msgspec.structs.replace(desk.notices[place], also=titles_of(fresh))
        else:
            _update_one(desk, leader, fresh)


def _update_one(desk: Desk, leader: Episode, fresh: Sequence[Episode]) -> None:
    thing = _changed(desk, leader)
    if desk.is_spent or (desk.is_quiet and not _may_wake(leader, thing)):
        return
    if thing is not None or (fresh and _may_update(desk, leader)):
        desk.say(fresh)
        as_said = {} if thing is None else _as_said(thing)
        told = desk.replace(leader, told_at=desk.now, **as_said)
        desk.write(Occasion.UPDATE, told, also=titles_of(fresh))
        _mark_last(desk)


def _as_said(thing: Thing) -> dict[str, object]:
    return {"rule": thing.rule, "subjects": thing.subjects, "severity": thing.severity}


def _changed(desk: Desk, leader: Episode) -> Thing | None:
    """Return what it is now where that is graver, or milder, than what we said."""
    thing = desk.current.get(leader.key)
    if thing is None or is_over(thing):
        return None
    is_graver = thing.severity.rank > leader.severity.rank
    return thing if is_graver or _is_milder(desk, leader, thing) else None


def _is_milder(desk: Desk, leader: Episode, thing: Thing) -> bool:
    """Return whether it is less than urgent by now: the backup line carries the house."""
    was_wanted = desk.policy.wants(leader.rule, leader.severity)
    return thing.rule != leader.rule and was_wanted and not desk.is_wanted(thing)


def _may_wake(leader: Episode, thing: Thing | None) -> bool:
    return thing is not None and Severity.CRITICAL in (leader.severity, thing.severity)


def _may_update(desk: Desk, leader: Episode) -> bool:
    last = leader.told_at
    return last is not None and desk.now - last >= UPDATE_EVERY and leader.over_since is None
