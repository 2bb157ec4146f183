"""What cannot wait: new entries are judged as they arrive, and what is urgent goes into the outbox at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from unifi_scanner.delivery import Message
from unifi_scanner.detection import Rule
from unifi_scanner.detection.urgency import (
    Book,
    Decided,
    Episode,
    Notice,
    Occasion,
    Policy,
    Thing,
    decide,
    next_change,
)
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.models.finding import Incident
from unifi_scanner.pipeline.books import recall_topology
from unifi_scanner.pipeline.lookout import Lookout, pressing_kinds
from unifi_scanner.pipeline.post import encode_message
from unifi_scanner.reports import alert_text
from unifi_scanner.reports.alert_text import Alert as Words
from unifi_scanner.reports.alert_text import Told
from unifi_scanner.reports.prose import duration
from unifi_scanner.store import EventStore, Outgoing, Shard

LOOK_BACK = timedelta(days=1)  # how much of the past explains what happens now
LOOK_ANEW = timedelta(days=2)  # after so long the oldest is let go of, once nothing is open
TOLD = ("sent", "confirmed")
WRITES = {
    Occasion.URGENT: alert_text.urgent,
    Occasion.AGAIN: alert_text.urgent,
    Occasion.UPDATE: alert_text.update,
    Occasion.CLEAR: alert_text.all_clear,
}
log = structlog.get_logger(__name__)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What outlives a restart: the book, the subject of each open thread, and how far back is looked."""

    since: datetime
    book: Book = Book()
    subjects: dict[str, str] = {}


class Alert:
    """The alerts of one site. `step` is called on the worker thread, often; it asks nobody and waits for nothing."""

    def __init__(
        self,
        store: EventStore,
        shard: Shard,
        *,
        rules: Sequence[Rule],
        channels: Sequence[str],
        policy: Policy,
        facts: Callable[[], ControllerFacts],
    ) -> None:
        self.store = store
        self.shard = shard
        self.channels = tuple(channels)
        self.policy = policy
        self.facts = facts
        self.rules = rules
        self._known: Known | None = None
        self._lookout: Lookout | None = None
        self._decide_at: datetime | None = None
        self._stepped_at: datetime | None = None

    @property
    def families(self) -> frozenset[str]:
        """Return the first words of the kinds that are worth waking up for: which kind exactly is found out later."""
        kinds = pressing_kinds(self.rules, self.policy) if self.channels else ()
        return frozenset(map(family_of, kinds))

    def step(self, now: datetime) -> bool:
        """Judge what arrived since the last step and return whether there is something to send. Raises StoreError."""
        if not self.channels:
            return False
        known = self._known if self._known is not None else self._recall(now)
        set_back = self._stepped_at is not None and now < self._stepped_at
        self._stepped_at = now
        lookout = self._lookout = self._lookout or Lookout(self.rules, self.policy)
        is_told = self._look(lookout, known, now)
        if not is_told and not set_back and (self._decide_at is None or now < self._decide_at):
            return False
        decided = decide(known.book, lookout.things, self.policy, now, lookout.lasting)
        queued = self._keep(known, decided, now)
        self._decide_at = next_change(decided.book, self.policy, now)
        self._look_anew(now)
        return queued

    def _recall(self, now: datetime) -> Known:
        text = self.store.recall(_name(self.shard))
        known = Known(since=now - LOOK_BACK)
        if text is not None:
            try:
                known = msgspec.json.decode(text, type=Known)
            except msgspec.DecodeError:
                # what is open is news again: once too often is better than never
                log.warning("alert_state_unreadable", site=self.shard.site)
        self._known = known
        return known

    def _look(self, lookout: Lookout, known: Known, now: datetime) -> bool:
        """Show the lookout what is new, and return whether it tells of it now."""
        last = self.store.last_seq(self.shard)
        if not lookout.fed:
            lookout.see(self.store.entries(self.shard, since=known.since, upto_seq=last))
        elif last > lookout.fed:
            lookout.see(self.store.entries(self.shard, after_seq=lookout.fed, upto_seq=last))
        lookout.fed = last
        if not lookout.has_news(now):
            return False
        lookout.tell(recall_topology(self.store, self.shard), now)
        return True

    def _look_anew(self, now: datetime) -> None:
        known = self._known
        if known is not None and not known.book.episodes and now - known.since > LOOK_ANEW:
            self._known = msgspec.structs.replace(known, since=now - LOOK_BACK)
            self._lookout = None

    def _keep(self, known: Known, decided: Decided, now: datetime) -> bool:
        """Store what was decided and queue what is to be written: all of it, or none."""
        subjects = self._subjects(known, decided)
        after = Known(since=known.since, book=decided.book, subjects=subjects)
        messages: list[Outgoing] = []
        instead: list[tuple[str, str]] = []
        for notice in decided.notices:
            made, folded = self._messages(notice, subjects, now)
            messages += made
            instead += folded
        if after != known or messages or instead:
            fact = {_name(self.shard): msgspec.json.encode(after).decode()}
            self.store.post(messages, facts=fact, instead_of=instead, at=now)
        for message in messages:
            log.info("alert_queued", alert=message.id, site=self.shard.site)
        self._known = after
        return bool(messages)

    def _subjects(self, known: Known, decided: Decided) -> dict[str, str]:
        """Return the subject of each thread; it is that of the thread's first message, whatever is learned later."""
        talked_of = {one.episode.key for one in decided.notices if one.episode is not None}
        kept = {
            key: text
            for key, text in known.subjects.items()
            if key in talked_of or any(one.key == key for one in decided.book.episodes)
        }
        facts = self.facts()
        for notice in decided.notices:
            one, thing = notice.episode, notice.thing
            if one is not None and thing is not None and one.key not in kept:
                kept[one.key] = alert_text.subject_of(facts.title, thing, one.began, facts.zone)
        return kept

    def _messages(
        self, notice: Notice, subjects: dict[str, str], now: datetime
    ) -> tuple[list[Outgoing], list[tuple[str, str]]]:
        """Return what to queue for a notice, and what is not sent any more because of it."""
        if notice.episode is None or notice.thing is None:
            return self._summary(notice, now), []
        thread = self.store.thread(notice.episode.key)
        held = [(message, channel) for message, channel, state in thread if state == "queued"]
        told = [name for name in self.channels if any(c == name and s in TOLD for _, c, s in thread)]
        untold = [name for name in self.channels if name not in told]
        match notice.occasion:
            case Occasion.HUSH:
                return [], held
            case Occasion.CLEAR:
                return self._write(notice, subjects, now, thread, (told, untold)), held
            case Occasion.AGAIN:
                waiting = {channel for _, channel in held}
                groups: tuple[Sequence[str], Sequence[str]] = (
                    (),
                    [name for name in untold if name not in waiting],
                )
                return self._write(notice, subjects, now, thread, groups), []
            case _:
                return self._write(notice, subjects, now, thread, (told, untold)), []

    def _write(
        self,
        notice: Notice,
        subjects: dict[str, str],
        now: datetime,
        thread: Sequence[tuple[str, str, str]],
        groups: tuple[Sequence[str], Sequence[str]],
    ) -> list[Outgoing]:
        """Return one message for the channels that know of it, and one for those that do not."""
        episode, thing = notice.episode, notice.thing
        if episode is None or thing is None:
            return []
        number = len({message for message, _, _ in thread})
        made = []
        for channels, knows in zip(groups, (True, False), strict=True):
            if not channels:
                continue
            number += 1
            words = WRITES[notice.occasion](thing, self._told(notice, episode, thing, subjects, now, knows))
            first = next((m for m, c, s in thread if c in channels and s in TOLD), "") if knows else ""
            made.append(
                self._outgoing(f"alert.{episode.key}.{number}", words, channels, now, episode.key, first)
            )
        return made

    def _told(
        self,
        notice: Notice,
        episode: Episode,
        thing: Thing,
        subjects: dict[str, str],
        now: datetime,
        knows: bool,
    ) -> Told:
        facts = self.facts()
        return Told(
            site=facts.title,
            zone=facts.zone,
            now=now,
            subject=subjects[episode.key],
            began=episode.began,
            over=ended_at(thing) if notice.occasion is Occasion.CLEAR or notice.still else None,
            wrote=episode.wrote_at if knows else None,
            also=notice.also,
            still=notice.still,
            number=notice.number,
            budget=self.policy.budget,
            is_last_today=notice.is_last_today,
            can_end=episode.ends,
            steady_for=duration(self.policy.debounce) if self.policy.debounce else "",
        )

    def _summary(self, notice: Notice, now: datetime) -> list[Outgoing]:
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
        return [self._outgoing(f"summary.{self.shard.site}.{now:%Y%m%dT%H%M%S}", words, self.channels, now)]

    def _outgoing(
        self,
        name: str,
        words: Words,
        channels: Iterable[str],
        now: datetime,
        thread: str = "",
        first: str = "",
    ) -> Outgoing:
        message = message_of(name, words, kind="alert", in_reply_to=first, at=now)
        return Outgoing(
            id=name,
            kind="alert",
            shard=self.shard,
            body=encode_message(message),
            channels=tuple(channels),
            at=now,
            thread=thread,
        )


def message_of(name: str, words: Words, *, kind: str, at: datetime, in_reply_to: str = "") -> Message:
    """Return an alert's words as a message."""
    return Message(
        message_id=name,
        subject=words.subject,
        text=words.text,
        html=words.html,
        kind=kind,
        short=words.short,
        data={**words.data, "at": at.isoformat(timespec="seconds").replace("+00:00", "Z")},
        in_reply_to=in_reply_to,
        is_urgent=words.data.get("state") == "urgent",
    )


def fold_held(messages: Sequence[Message], channel: str, now: datetime) -> Message:
    """Return the one message that tells what several could not tell in time."""
    items: list[dict[str, str]] = []
    for message in messages:
        if message.kind == "digest":
            items += [dict(one) for one in message.data.get("items", ())]
        else:
            items.append({"subject": message.subject, "news": alert_text.news_of(message.text)})
    sites = {str(message.data.get("site", "")) for message in messages} - {""}
    site = next(iter(sites)) if len(sites) == 1 else "Your networks"
    zone = str(messages[0].data.get("zone") or "UTC")
    told = Told(
        site=site, zone=zone, now=now, subject=f"{site}: {len(items)} messages that come late", began=now
    )
    words = alert_text.digest(items, told)
    return message_of(f"digest.{channel}.{now:%Y%m%dT%H%M%S%f}", words, kind="digest", at=now)


def ended_at(thing: Thing) -> datetime | None:
    """Return when it was over, None while it is not."""
    if isinstance(thing, Incident):
        return thing.ended
    return thing.evidence[-1].timestamp if thing.resolved and thing.evidence else None


def family_of(kind: str) -> str:
    """Return the first word of a kind: `wan` of `wan.down`."""
    return kind.partition(".")[0]


def _name(shard: Shard) -> str:
    return f"alerts:{shard.controller}:{shard.site}"
