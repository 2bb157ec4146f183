"""What to write now: what has lasted long enough, what belongs to it, and what changed since it was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from unifi_scanner.detection.urgency.desk import Desk
from unifi_scanner.detection.urgency.episode import Episode, Occasion, Step, is_over, titles_of
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
    changed = _graver(desk, leader) or _milder(desk, leader)
    if desk.is_spent or (changed is None and desk.is_quiet):
        return
    if changed is not None or (fresh and _may_update(desk, leader)):
        desk.say(fresh)
        told = desk.replace(leader, told_at=desk.now, severity=changed or leader.severity)
        desk.write(Occasion.UPDATE, told, also=titles_of(fresh))
        _mark_last(desk)


def _graver(desk: Desk, leader: Episode) -> Severity | None:
    thing = desk.current.get(leader.key)
    if thing is None or is_over(thing) or thing.severity.rank <= leader.severity.rank:
        return None
    return thing.severity


def _milder(desk: Desk, leader: Episode) -> Severity | None:
    """Return how grave it is where it is not what we said any more: the backup line carries the house."""
    thing = desk.current.get(leader.key)
    if thing is None or is_over(thing) or desk.is_wanted(thing) or thing.rule == leader.rule:
        return None
    return thing.severity if desk.policy.wants(leader.rule, leader.severity) else None


def _may_update(desk: Desk, leader: Episode) -> bool:
    last = leader.told_at
    return last is not None and desk.now - last >= UPDATE_EVERY and leader.over_since is None
