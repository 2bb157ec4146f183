"""One thread of messages about each incident: written on for channels that know of it, begun for those that do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from unifi_scanner.delivery import Message
from unifi_scanner.detection.urgency import Decided, Episode, Notice, Occasion, Policy, Thing
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.models.finding import Incident
from unifi_scanner.pipeline.late_news import message_of
from unifi_scanner.pipeline.post import encode_message
from unifi_scanner.reports import alert_text
from unifi_scanner.reports.alert_text import Told
from unifi_scanner.reports.prose import duration
from unifi_scanner.store import EventStore, Outgoing, Shard

TOLD = ("sent", "confirmed")
WRITES = {
    Occasion.URGENT: alert_text.urgent,
    Occasion.AGAIN: alert_text.urgent,
    Occasion.UPDATE: alert_text.update,
    Occasion.CLEAR: alert_text.all_clear,
}


class Written(NamedTuple):
    """What to queue, and which (message, channel) is not sent any more because of it."""

    messages: Sequence[Outgoing] = ()
    instead_of: Sequence[tuple[str, str]] = ()


class MessageThreads:
    """The messages of one site, from what was decided to what is queued."""

    def __init__(
        self,
        store: EventStore,
        shard: Shard,
        *,
        channels: Sequence[str],
        policy: Policy,
        facts: Callable[[], ControllerFacts],
    ) -> None:
        self.store = store
        self.shard = shard
        self.channels = tuple(channels)
        self.policy = policy
        self.facts = facts

    def subjects(self, known: Mapping[str, str], decided: Decided) -> dict[str, str]:
        """Return the subject of each thread; it is that of the thread's first message, whatever is learned later."""
        talked_of = {one.episode.key for one in decided.notices if one.episode is not None}
        needed = talked_of | {one.key for one in decided.book.episodes}
        kept = {key: text for key, text in known.items() if key in needed}
        facts = self.facts()
        for notice in decided.notices:
            one, thing = notice.episode, notice.thing
            if one is not None and thing is not None and one.key not in kept:
                kept[one.key] = alert_text.subject_of(facts.title, thing, one.began, facts.zone)
        return kept

    def write(self, notice: Notice, subjects: Mapping[str, str], now: datetime) -> Written:
        """Return what to queue for a notice, and what is not sent any more because of it."""
        episode, thing = notice.episode, notice.thing
        if episode is None or thing is None:
            return Written(messages=[self._summary(notice, now)])
        thread = _Thread(episode, self.store.thread(episode.key), now)
        if notice.occasion is Occasion.HUSH:
            return Written(instead_of=thread.held)
        told = self._told(notice, episode, thing, subjects[episode.key], now)
        messages = list(self._messages(notice.occasion, episode, thing, told, thread))
        return Written(messages, thread.held if notice.occasion is Occasion.CLEAR else ())

    def _messages(
        self, occasion: Occasion, episode: Episode, thing: Thing, told: Told, thread: _Thread
    ) -> Iterator[Outgoing]:
        """Yield one message for the channels that know of it, and one for those that do not."""
        number = thread.last_number
        for channels, knows in zip(self._groups(occasion, thread), (True, False), strict=True):
            if not channels:
                continue
            number += 1
            words = WRITES[occasion](thing, told if knows else msgspec.structs.replace(told, wrote=None))
            message = message_of(
                f"alert.{episode.key}.{number}",
                words,
                kind="alert",
                at=told.now,
                in_reply_to=thread.first_told(channels) if knows else "",
            )
            yield self._outgoing(message, channels, told.now, episode.key)

    def _groups(self, occasion: Occasion, thread: _Thread) -> tuple[list[str], list[str]]:
        """Return the channels that know of it, and those that do not, as far as they are to be written to."""
        told = [name for name in self.channels if thread.is_told(name)]
        untold = [name for name in self.channels if name not in told]
        if occasion is not Occasion.AGAIN:
            return told, untold
        waiting = {channel for _, channel in thread.held}
        return [], [name for name in untold if name not in waiting]

    def _told(self, notice: Notice, episode: Episode, thing: Thing, subject: str, now: datetime) -> Told:
        facts = self.facts()
        over = ended_at(thing) or episode.over_since  # where nothing says when, it was when we saw it
        return Told(
            site=facts.title,
            zone=facts.zone,
            now=now,
            subject=subject,
            began=episode.began,
            over=over if notice.occasion is Occasion.CLEAR or notice.still else None,
            wrote=episode.wrote_at,
            also=notice.also,
            still=notice.still,
            number=notice.number,
            budget=self.policy.budget,
            is_last_today=notice.is_last_today,
            can_end=episode.ends,
            steady_for=duration(self.policy.debounce) if self.policy.debounce else "",
        )

    def _summary(self, notice: Notice, now: datetime) -> Outgoing:
        facts = self.facts()
        told = Told(
            site=facts.title,
            zone=facts.zone,
            now=now,
            subject=f"{facts.title}: what did not need you",
            began=now,
            number=notice.number,
            budget=self.policy.budget,
        )
        words = alert_text.summary(notice.also, told)
        name = f"summary.{self.shard.site}.{now:%Y%m%dT%H%M%S}"
        return self._outgoing(message_of(name, words, kind="alert", at=now), self.channels, now)

    def _outgoing(
        self, message: Message, channels: Iterable[str], now: datetime, thread: str = ""
    ) -> Outgoing:
        return Outgoing(
            id=message.message_id,
            kind="alert",
            shard=self.shard,
            body=encode_message(message),
            channels=tuple(channels),
            at=now,
            thread=thread,
        )


class _Thread:
    """What was queued about one incident, as far as that is still kept."""

    def __init__(self, episode: Episode, rows: Sequence[tuple[str, str, str]], now: datetime) -> None:
        self._key = episode.key
        self._rows = rows
        self._age = now - (episode.wrote_at or now)
        self._is_forgotten = not rows and bool(self._age)

    @property
    def last_number(self) -> int:
        """Return a number that no message had a higher one than."""
        if self._is_forgotten:
            return abs(self._age) // timedelta(minutes=1) + 1  # nobody writes more often
        return max((int(message.rpartition(".")[2]) for message, _, _ in self._rows), default=0)

    @property
    def held(self) -> list[tuple[str, str]]:
        """Return (message, channel) of what could not leave yet."""
        return [(message, channel) for message, channel, state in self._rows if state == "queued"]

    def is_told(self, channel: str) -> bool:
        """Return whether a channel took one of the messages; what is kept no more was taken."""
        if self._is_forgotten:
            return True
        return any(name == channel and state in TOLD for _, name, state in self._rows)

    def first_told(self, channels: Sequence[str]) -> str:
        """Return the first message that one of these channels took."""
        first = f"alert.{self._key}.1" if self._is_forgotten else ""
        return next((m for m, channel, state in self._rows if channel in channels and state in TOLD), first)


def ended_at(thing: Thing) -> datetime | None:
    """Return when it was over, None while it is not."""
    if isinstance(thing, Incident):
        return thing.ended
    return thing.evidence[-1].timestamp if thing.resolved and thing.evidence else None
