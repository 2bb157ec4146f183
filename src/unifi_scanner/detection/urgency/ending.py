"""What ended, what only seemed to, what is not heard of any more; and the all-clear, once it is certain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from unifi_scanner.detection.urgency.desk import Desk
from unifi_scanner.detection.urgency.episode import (
    UNTOLD,
    Episode,
    Notice,
    Occasion,
    Step,
    Thing,
    is_over,
    titles_of,
)

SILENT_FOR = timedelta(hours=6)  # what has no end of its own is over after so long
LOST_AFTER = timedelta(days=7)


def follow(desk: Desk) -> None:
    """See what became of each open episode."""
    for key, one in list(desk.episodes.items()):
        thing = desk.current.get(key)
        if key not in desk.episodes:
            continue  # it ended with what it was told as a part of
        if thing is None and one.step in UNTOLD:
            desk.forget(one)  # it became something else, which needs nobody
        elif thing is None:
            _end_after(desk, one, LOST_AFTER)
        else:
            _follow_one(desk, one, thing)


def _follow_one(desk: Desk, one: Episode, thing: Thing) -> None:
    if one.step in UNTOLD and not (is_over(thing) or desk.is_wanted(thing)):
        desk.forget(one)  # there is more to it than there seemed, and it is less grave
    elif is_over(thing):
        _seems_over(desk, one)
    elif not one.ends:
        if not any(_may_still_end(desk, each) for each in desk.joined(one)):
            _end_after(desk, one, SILENT_FOR)
    elif one.over_since is not None:
        _is_back(desk, one, thing)


def _end_after(desk: Desk, one: Episode, silence: timedelta) -> None:
    if desk.now - one.last_seen > silence:
        desk.end(one)


def _seems_over(desk: Desk, one: Episode) -> None:
    if one.step in UNTOLD:
        if one.step is Step.HELD:
            desk.slept.append(one.title)
        desk.end(one)
    elif one.over_since is None:
        desk.replace(one, over_since=desk.now)
        if one.step is Step.TOLD:
            desk.notices.append(Notice(occasion=Occasion.HUSH, episode=one, thing=desk.current[one.key]))


def _is_back(desk: Desk, one: Episode, thing: Thing) -> None:
    again = desk.replace(one, over_since=None, is_half_over=False)
    if one.step is Step.TOLD:
        number = max(desk.sent, 1)  # it is the message that could not leave, not one more
        desk.notices.append(Notice(occasion=Occasion.AGAIN, episode=again, thing=thing, number=number))


def clear(desk: Desk) -> None:
    """Say that it is over, once it has been for a while, with all that belongs to it."""
    for one in [each for each in desk.episodes.values() if each.step is Step.TOLD]:
        family = [one, *desk.joined(one)]
        open_ones = [each for each in family if _may_still_end(desk, each) and not _stays_over(desk, each)]
        if not open_ones and one.over_since is not None:
            _clear_all(desk, family)
        elif not open_ones:
            _end_parts(desk, family[1:])
        elif one not in open_ones and one.over_since is not None and not one.is_half_over:
            _tell_half_over(desk, one, open_ones)


def _may_still_end(desk: Desk, one: Episode) -> bool:
    thing = desk.current.get(one.key)
    return thing is None or one.ends or is_over(thing)


def _stays_over(desk: Desk, one: Episode) -> bool:
    return one.over_since is not None and abs(desk.now - one.over_since) >= desk.policy.debounce


def _clear_all(desk: Desk, family: Sequence[Episode]) -> None:
    """Say that it is over, and of which parts of it nothing tells whether they are."""
    for each in family:
        desk.end(each)
    over = [each for each in family[1:] if each.over_since is not None]
    unsure = [each for each in family[1:] if each.over_since is None]
    desk.write(Occasion.CLEAR, family[0], also=titles_of(over), still=titles_of(unsure))


def _end_parts(desk: Desk, parts: Sequence[Episode]) -> None:
    """End what is over of something that has no end: an all-clear would be told of the whole."""
    for each in parts:
        if each.over_since is not None:
            desk.end(each)


def _tell_half_over(desk: Desk, one: Episode, open_ones: Sequence[Episode]) -> None:
    desk.say(open_ones)
    told = desk.replace(one, is_half_over=True, told_at=desk.now)
    desk.write(Occasion.UPDATE, told, still=titles_of(open_ones))
