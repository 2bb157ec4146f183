"""Which of two sources' entries belong together: one to one, nearest in time first, in a flood too. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from unifi_scanner.models.log_entry import LogEntry

REST_OF_A_SECOND = timedelta(microseconds=999_999)
SAME_MOMENT = timedelta(milliseconds=50)  # sources that share the controller's clock differ by less (E)
NEIGHBOURS = 32  # in a flood only the nearest on either side are looked at, again until nothing is found


class _Proposal(NamedTuple):
    distance: timedelta
    apart: timedelta
    old: str
    new: str


def pair_up(
    existing: Iterable[LogEntry],
    incoming: Iterable[LogEntry],
    may_be_one: Callable[[LogEntry, LogEntry], bool],
) -> list[tuple[LogEntry, LogEntry]]:
    """Return pairs of an existing and an incoming entry that are one event; no entry is in two of them."""
    olds, news = (
        {e.id: e for e in sorted(existing, key=_in_time)},
        {e.id: e for e in sorted(incoming, key=_in_time)},
    )
    pairs: list[tuple[LogEntry, LogEntry]] = []
    while olds and news:
        proposals = sorted(
            _proposals(list(olds.values()), list(news.values()), may_be_one), key=itemgetter(0, 1, 2, 3)
        )
        chosen = _choose(proposals)
        pairs += ((olds.pop(old), news.pop(new)) for old, new in chosen.items())
        if not chosen or len(olds) + len(chosen) <= NEIGHBOURS:
            break
    return pairs


def distance_between(one: datetime, other: datetime) -> timedelta:
    """Return how far apart two times are, when a whole second may stand for any moment in it (E)."""
    if bool(one.microsecond) == bool(other.microsecond):
        return abs(one - other)
    floored, exact = (other, one) if one.microsecond else (one, other)
    return max(floored - exact, exact - floored - REST_OF_A_SECOND, timedelta(0))


def _proposals(
    olds: Sequence[LogEntry], news: Sequence[LogEntry], may_be_one: Callable[[LogEntry, LogEntry], bool]
) -> Iterator[_Proposal]:
    for heard, nearest in _with_neighbours(olds, news):
        for stored in nearest:
            if may_be_one(stored, heard):
                distance = distance_between(stored.timestamp, heard.timestamp)
                apart = abs(stored.timestamp - heard.timestamp)
                yield _Proposal(distance, apart, stored.id, heard.id)


def _with_neighbours(
    olds: Sequence[LogEntry], news: Sequence[LogEntry]
) -> Iterator[tuple[LogEntry, Sequence[LogEntry]]]:
    before, turn = None, 0
    for heard in news:
        if len(olds) <= NEIGHBOURS:
            yield heard, olds
            continue
        # of many at one moment, each looks at others
        turn = turn + 1 if heard.timestamp == before else 0
        before = heard.timestamp
        middle = bisect_left(olds, heard.timestamp, key=_moment) + turn
        yield heard, olds[max(0, middle - NEIGHBOURS) : middle + NEIGHBOURS]


def _choose(proposals: Sequence[_Proposal]) -> dict[str, str]:
    """Return existing id -> incoming id. Nearest first; at one moment so that as many as can be find a partner."""
    taken: dict[str, str] = {}
    given: dict[str, str] = {}
    close = [p for p in proposals if p.distance <= SAME_MOMENT]
    _take(close, taken, given)
    _rearrange(close, taken, given)
    _take(proposals[len(close) :], taken, given)
    return taken


def _take(proposals: Iterable[_Proposal], taken: dict[str, str], given: dict[str, str]) -> None:
    for _, _, old, new in proposals:
        if old not in taken and new not in given:
            taken[old] = new
            given[new] = old


def _rearrange(proposals: Sequence[_Proposal], taken: dict[str, str], given: dict[str, str]) -> None:
    """Let those who found every partner taken have one, where others can move over to a free one."""
    choices: dict[str, list[str]] = {}
    for _, _, old, new in proposals:
        choices.setdefault(new, []).append(old)
    seen: set[str] = set()  # what led nowhere once leads nowhere later
    for new in choices:
        if new not in given and (path := _way_to_a_free_one(new, choices, (taken, given), seen)):
            taken.update(path)
            given.update((heard, old) for old, heard in path)


def _way_to_a_free_one(
    start: str,
    choices: Mapping[str, Sequence[str]],
    pairs: tuple[Mapping[str, str], Mapping[str, str]],
    seen: set[str],
) -> list[tuple[str, str]]:
    """Return who is to take whom so that `start` finds a partner and nobody loses one; nothing where none can."""
    taken, given = pairs
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        new = waiting.popleft()
        for old in choices.get(new, ()):
            if old in came_from or old in seen:
                continue
            came_from[old] = new
            if old not in taken:
                return _trace(old, start, came_from, given)
            waiting.append(taken[old])
    seen.update(came_from)
    return []


def _trace(
    free: str, start: str, came_from: Mapping[str, str], given: Mapping[str, str]
) -> list[tuple[str, str]]:
    path, old = [], free
    while True:
        new = came_from[old]
        path.append((old, new))
        if new == start:
            return path
        old = given[new]


def _moment(entry: LogEntry) -> datetime:
    return entry.timestamp


def _in_time(entry: LogEntry) -> tuple[datetime, str]:
    return entry.timestamp, entry.id
