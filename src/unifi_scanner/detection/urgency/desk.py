"""One decision at work: what is known meanwhile, and the few moves that every part of it makes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from unifi_scanner.detection.urgency.episode import (
    Book,
    Decided,
    Episode,
    Notice,
    Occasion,
    Thing,
    place_of,
    remembered,
)
from unifi_scanner.detection.urgency.policy import Policy

MOST_OVER = 500  # incidents that are over and still known


class Desk:
    """The book while it is being changed. `current` is which thing an open episode is now, by its key."""

    def __init__(self, book: Book, policy: Policy, now: datetime, lasting: Collection[str] = ()) -> None:
        self.policy, self.now, self.lasting = policy, now, lasting
        self.episodes = {one.key: one for one in book.episodes}
        self.current: dict[str, Thing] = {}
        self.over = dict(book.over)
        self.begun = dict(book.begun)
        self.day, self.sent = book.day, book.sent
        self.slept = list(book.slept_through)
        self.notices: list[Notice] = []
        self._begin_day()

    def _begin_day(self) -> None:
        day = self.policy.day_of(self.now)
        if day != self.day:
            self.day, self.sent = day, 0

    @property
    def is_quiet(self) -> bool:
        """Return whether people sleep now."""
        return self.policy.is_quiet(self.now)

    @property
    def is_spent(self) -> bool:
        """Return whether enough was written today."""
        return self.sent >= self.policy.budget

    def is_wanted(self, thing: Thing) -> bool:
        """Return whether a thing cannot wait for the report."""
        return self.policy.wants(thing.rule, thing.severity)

    def has_end(self, thing: Thing) -> bool:
        """Return whether something will say that a thing is over."""
        return thing.rule in self.policy.ending or thing.id in self.lasting

    def joined(self, one: Episode) -> list[Episode]:
        """Return what is told as a part of an episode."""
        return [each for each in self.episodes.values() if each.under == one.key]

    def replace(self, one: Episode, **changes: object) -> Episode:
        """Let an episode be another from now on."""
        changed = self.episodes[one.key] = msgspec.structs.replace(one, **changes)
        return changed

    def say(self, fresh: Iterable[Episode]) -> None:
        """Note that a message names these."""
        for each in fresh:
            self.replace(each, unsaid=False)

    def write(self, occasion: Occasion, one: Episode | None, **words: object) -> None:
        """Add a message that counts, about an episode as it is now."""
        self.sent += 1
        thing = self.current.get(one.key, remembered(one)) if one is not None else None
        notice = Notice(occasion=occasion, episode=one, thing=thing, number=self.sent)
        self.notices.append(msgspec.structs.replace(notice, **words))

    def forget(self, one: Episode) -> None:
        """Drop an episode as if it had never begun."""
        self.episodes.pop(one.key)
        self.current.pop(one.key, None)

    def end(self, one: Episode) -> None:
        """Let an episode be over, with all that is told as a part of it."""
        self.episodes.pop(one.key, None)
        for each in self.joined(one):
            self.end(each)
        for name in (*one.ids, place_of(one.rule, one.subjects)):
            self.close(name, one.last_seen)

    def close(self, name: str, last_seen: datetime) -> None:
        """Keep in mind that what has this name was over when last seen."""
        known = self.over.pop(name, last_seen)
        self.over[name] = max(known, last_seen)

    def decided(self) -> Decided:
        """Return the outcome."""
        kept = dict(list(self.over.items())[-MOST_OVER:])
        begun = {name: count for name, count in self.begun.items() if name in kept or self._is_open(name)}
        return Decided(
            book=Book(
                episodes=tuple(self.episodes.values()),
                over=kept,
                begun=begun,
                day=self.day,
                sent=self.sent,
                slept_through=tuple(self.slept),
            ),
            notices=tuple(self.notices),
        )

    def _is_open(self, name: str) -> bool:
        return any(name in one.ids for one in self.episodes.values())
