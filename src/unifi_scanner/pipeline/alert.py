"""What cannot wait: new entries are judged as they arrive, and what is urgent goes into the outbox at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from unifi_scanner.detection import Rule
from unifi_scanner.detection.urgency import Book, Decided, Policy, decide, next_change
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.pipeline.books import recall_topology
from unifi_scanner.pipeline.lookout import Lookout, pressing_kinds
from unifi_scanner.pipeline.message_threads import MessageThreads
from unifi_scanner.store import EventStore, Outgoing, Shard

LOOK_BACK = timedelta(days=1)  # how much of the past explains what happens now
LOOK_ANEW = timedelta(days=2)  # after so long the oldest is let go of, once nothing is open
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
        self.rules = rules
        self.threads = MessageThreads(store, shard, channels=self.channels, policy=policy, facts=facts)
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
        subjects = self.threads.subjects(known.subjects, decided)
        after = Known(since=known.since, book=decided.book, subjects=subjects)
        messages: list[Outgoing] = []
        instead: list[tuple[str, str]] = []
        for notice in decided.notices:
            written = self.threads.write(notice, subjects, now)
            messages += written.messages
            instead += written.instead_of
        if after != known or messages or instead:
            fact = {_name(self.shard): msgspec.json.encode(after).decode()}
            self.store.post(messages, facts=fact, instead_of=instead, at=now)
        for message in messages:
            log.info("alert_queued", alert=message.id, site=self.shard.site)
        self._known = after
        return bool(messages)


def family_of(kind: str) -> str:
    """Return the first word of a kind: `wan` of `wan.down`."""
    return kind.partition(".")[0]


def _name(shard: Shard) -> str:
    return f"alerts:{shard.controller}:{shard.site}"
