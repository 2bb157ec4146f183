"""One decision from beginning to end, and when the next one is due though nothing new is heard."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from unifi_scanner.detection.urgency.desk import Desk
from unifi_scanner.detection.urgency.ending import clear, follow
from unifi_scanner.detection.urgency.episode import Book, Decided, Step, Thing
from unifi_scanner.detection.urgency.matching import begin_episodes, match
from unifi_scanner.detection.urgency.policy import Policy
from unifi_scanner.detection.urgency.telling import rise, summarise, tell_due, update

LOOK_EVERY = timedelta(minutes=1)  # at what is open


def decide(
    book: Book, things: Sequence[Thing], policy: Policy, now: datetime, lasting: Collection[str] = ()
) -> Decided:
    """Return what to write now about `things`, and what to remember; `lasting` are the ids of those that can end."""
    desk = Desk(book, policy, now, lasting)
    begin_episodes(desk, match(desk, things))
    follow(desk)
    clear(desk)
    rise(desk)
    tell_due(desk)
    summarise(desk)
    update(desk)
    return desk.decided()


def next_change(book: Book, policy: Policy, now: datetime) -> datetime | None:
    """Return when to decide again though nothing new is heard; None where nothing waits."""
    moments = [now + LOOK_EVERY] if book.slept_through else []
    for one in book.episodes:
        if one.step is Step.WAITING:
            moments.append(one.seen_at + policy.debounce)
        elif one.over_since is not None:
            moments.append(one.over_since + policy.debounce)
        else:
            moments.append(now + LOOK_EVERY)
    return min(moments, default=None)
