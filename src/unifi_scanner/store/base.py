"""What a store promises, and the values it speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import msgspec

from unifi_scanner.models.coverage import Cadence, Drop, Gap
from unifi_scanner.models.enums import Origin, SourceState
from unifi_scanner.models.log_entry import LogEntry

__all__ = [
    "Added",
    "Cadence",
    "Cursor",
    "Delivery",
    "Drop",
    "EventStore",
    "Failure",
    "Gap",
    "Judged",
    "Outgoing",
    "Pending",
    "Pruned",
    "Shard",
    "SourceNote",
]


class Shard(NamedTuple):
    """One site of one controller; two shards share nothing."""

    controller: str
    site: str


class Added(NamedTuple):
    """What became of the entries of one `add`: new ones, other ways of hearing one, ones already here."""

    new: int
    merged: int
    known: int


class Pruned(NamedTuple):
    """How many entries were removed and why; `untold` of them no report had told."""

    entries: int
    why: str
    untold: int = 0


class SourceNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one source: its last state, when it was first and last heard, how much it gave.

    `first_seen` and `last_seen` are times at which it answered; None where it never did.
    """

    source: str
    state: SourceState
    reason: str
    first_seen: datetime | None
    last_seen: datetime | None
    entries: int


HowRead = Literal["on", "back", "anew"]


class Cursor(NamedTuple):
    """From when to when a source has been read without a hole."""

    since: datetime
    upto: datetime


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went wrong, for the next report, the health check and the exit code."""

    where: str
    message: str
    at: datetime  # the last time
    shard: Shard | None = None
    times: int = 1
    first_at: datetime | None = None


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A message to be queued for `channels`; `kind` is report, alert or digest, `thread` the incident it tells of."""

    id: str
    kind: str
    shard: Shard
    body: bytes
    channels: tuple[str, ...]
    at: datetime
    upto_seq: int = 0
    thread: str = ""


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was made, the `channels` that have not taken it yet, and those that have (`told`).

    `is_sent`: it is being handed over, and nobody has said yet whether it arrived.
    """

    id: str
    shard: Shard
    upto_seq: int
    body: bytes
    channels: tuple[str, ...]
    at: datetime
    told: tuple[str, ...] = ()
    kind: str = "report"
    thread: str = ""
    is_sent: bool = False


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message on its way through one channel; `state` is queued, or sent where nobody said yet if it arrived."""

    id: str
    channel: str
    kind: str
    shard: Shard
    upto_seq: int
    thread: str
    at: datetime
    attempts: int
    next_try: datetime
    state: str


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What judging came to: of everything not told yet that happened before `until` and arrived up to `seq`."""

    number: int
    until: datetime
    seq: int
    state: bytes


class RolledUp(msgspec.Struct, frozen=True):
    """How often a kind of thing happened to a subject within one hour."""

    hour: datetime
    kind: str
    subject: str
    count: int


class EventStore(Protocol):
    """Keeps what was heard; every method raises StoreError and nothing else.

    An entry's sequence number is its place in the order of arrival: it never changes and is never given twice.
    """

    @property
    def set_aside(self) -> Path | None:
        """Return where a damaged data file was put, if there was one."""

    def add(self, shard: Shard, entries: Sequence[LogEntry]) -> Added:
        """Keep `entries` durably, each event once, all of them or none."""

    def entries(
        self,
        shard: Shard,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        after_seq: int = 0,
        upto_seq: int | None = None,
        with_raw: bool = False,
    ) -> Iterator[LogEntry]:
        """Yield entries in time order in bounded memory: `since` <= time < `until`."""

    def last_seq(self, shard: Shard) -> int:
        """Return the sequence number of the latest arrival, 0 where there is none."""

    def count(self, shard: Shard, *, after_seq: int = 0, upto_seq: int | None = None) -> int:
        """Return how many entries arrived after `after_seq`, up to and with `upto_seq`."""

    def told_upto(self, shard: Shard) -> int:
        """Return up to which sequence number reports have told."""

    def mark_told(self, shard: Shard, seq: int, *, report_id: str, channel: str, at: datetime) -> None:
        """Note that a report told everything up to `seq` through `channel`."""

    def cursor(self, shard: Shard, source: str) -> Cursor | None:
        """Return from when to when `source` has been read without a hole."""

    def note_read(
        self, shard: Shard, source: str, since: datetime, upto: datetime, how: HowRead = "on"
    ) -> None:
        """Note that `source` was read from `since` to `upto`: `on` from before, further `back`, or `anew` after a hole."""

    def record_change(self, shard: Shard, sentence: str, at: datetime) -> None:
        """Note what a controller began or stopped to answer."""

    def changes(self, shard: Shard, since: datetime) -> list[str]:
        """Return what a controller began or stopped to answer since then, oldest first."""

    def cadences(self, shard: Shard) -> list[Cadence]:
        """Return how often each source speaks of each part of the network."""

    def open_gap(self, shard: Shard, source: str, start: datetime, reason: str) -> None:
        """Note that `source` is not heard from `start` on; an open gap stays the one it is."""

    def close_gap(self, shard: Shard, source: str, end: datetime) -> None:
        """Note that `source` is heard again."""

    def fill_gap(
        self, shard: Shard, source: str, by: str, *, since: datetime, upto: datetime, whole: bool = True
    ) -> None:
        """Note that `by` told what `source` missed from `since` to `upto`; what a gap has before that stays open.

        Told not `whole`, the gap stays open too, and says by whom most of it was told.
        """

    def count_kinds(
        self, shard: Shard, *, by: Origin, not_by: Origin, since: datetime, until: datetime
    ) -> Mapping[str, int]:
        """Return how many entries of each Kind one way of hearing told in that time and another did not."""

    def gaps(
        self, shard: Shard, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Gap]:
        """Return the gaps that touch the period, oldest first."""

    def note_source(
        self,
        shard: Shard,
        source: str,
        at: datetime,
        state: SourceState,
        *,
        entries: int = 0,
        reason: str = "",
    ) -> None:
        """Note how `source` fared just now."""

    def sources(self, shard: Shard) -> list[SourceNote]:
        """Return what is known of every source, by name."""

    def record_failure(self, where: str, message: str, at: datetime, *, shard: Shard | None = None) -> None:
        """Note that something went wrong; one that goes on is counted, and only the latest are kept."""

    def failures(self, since: datetime) -> list[Failure]:
        """Return what went wrong since then, oldest first."""

    def record_drop(self, shard: Shard, what: str, count: int, at: datetime) -> None:
        """Note that `count` of something was received and not kept."""

    def drops(self, shard: Shard, since: datetime) -> list[Drop]:
        """Return what was dropped since then, summed."""

    def remember(self, key: str, value: str) -> None:
        """Keep a small fact."""

    def recall(self, key: str) -> str | None:
        """Return a small fact kept before."""

    def post(
        self,
        messages: Sequence[Outgoing],
        *,
        facts: Mapping[str, str] | None = None,
        instead_of: Sequence[tuple[str, str]] = (),
        at: datetime,
    ) -> None:
        """Queue messages, all of them or none, together with the `facts` that say why; one already queued stays.

        `instead_of` are (message, channel) that are not sent any more, because these tell what they would have told.
        """

    def pending(self) -> list[Pending]:
        """Return the messages that some channel has not taken yet, oldest first."""

    def waiting_for(self, channel: str) -> list[Delivery]:
        """Return what `channel` has not taken yet: first what was never tried, then what waited longest."""

    def body_of(self, message_id: str) -> bytes | None:
        """Return what a message says, None where it is not here any more."""

    def begin_delivery(self, message_id: str, channel: str) -> bool:
        """Note that a message is being handed over now; False where it is not to be sent any more."""

    def delay(self, message_id: str, channel: str, until: datetime) -> None:
        """Note that `channel` did not take the message, and when to try again."""

    def settle(self, message_id: str, channel: str, at: datetime) -> None:
        """Note that `channel` took the message; a report that all have taken is let go of."""

    def thread(self, thread: str) -> list[tuple[str, str, str]]:
        """Return (message, channel, state) of everything ever queued about one incident, oldest first."""

    def drop_pending(self, message_id: str) -> bool:
        """Give up on a message and return whether that was still possible: one being handed over stays."""

    def forget_delivered(self, before: datetime) -> None:
        """Forget messages from before then that every channel has taken."""

    def rollup(
        self, shard: Shard, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[RolledUp]:
        """Yield counts by hour, kind and subject for the hours that touch the period."""

    def hourly(self, shard: Shard, since: datetime, until: datetime) -> Iterator[RolledUp]:
        """Yield counts by hour and kind, all subjects together, for the hours that begin in the period."""

    def seen_clients(self, shard: Shard, until: datetime) -> Iterator[tuple[str, datetime]]:
        """Yield every client that was counted in an hour that began before then, and the first such hour."""

    def has_at_least(
        self, number: int, shard: Shard, *, since: datetime | None, until: datetime, after_seq: int = 0
    ) -> bool:
        """Return whether so many entries happened between those moments and arrived after `after_seq`."""

    def begin_judged(self, shard: Shard, until: datetime) -> tuple[int, int]:
        """Note that what happened before `until` is being judged; return a number for it, and the last arrival it covers.

        From here on, an entry that comes late, changes or goes away lets go of it.
        """

    def finish_judged(self, shard: Shard, number: int, *, until: datetime, basis: str, state: bytes) -> bool:
        """Keep what came of it, and return whether it still holds; what rests on another basis is let go of."""

    def judged(self, shard: Shard, basis: str) -> Judged | None:
        """Return how far everything not told yet was judged on this basis, and what came of it; None where not at all."""

    def drop_judged(self, number: int) -> None:
        """Let go of one that cannot be used."""

    def prune(self, *, max_age: timedelta, max_bytes: int, now: datetime) -> Pruned:
        """Remove what is too old or too much, oldest first, untold entries last; the file shrinks."""

    def check_writable(self) -> None:
        """Raise StoreError where nothing can be written."""

    def close(self) -> None:
        """Let go of the data file."""
