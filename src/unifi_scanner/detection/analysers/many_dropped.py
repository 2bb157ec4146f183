"""Drops at once: most of those on one access point, or many after a change of settings, dropped off together. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from unifi_scanner.detection.dispatch import COMINGS, Seer
from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.trail import Trail, about, client_key, device_of, drop_oldest
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of

RULE: Final = "most-devices-dropped-at-once"
WITHIN: Final = timedelta(minutes=1)
NEED: Final = 5  # different clients
SHARE: Final = 0.7  # of those that were on it
SOON: Final = timedelta(minutes=10)  # after a change, it may come of it
MOST_PLACES, MOST_CLIENTS = 1000, 5000
CAME: Final = frozenset({"client.connected", "client.roamed"})
LEFT: Final = "client.disconnected"
CHANGED: Final = "admin.changed_settings"


class _Burst(Trail):
    """Who dropped off one place within the last minute, and the burst that came of it."""

    __slots__ = ("clients", "fresh", "often", "recent")

    def __init__(self) -> None:
        super().__init__()
        self.recent: deque[LogEntry] = deque()
        self.fresh = 0  # how many of those `keep` did not look at
        self.often: dict[str | None, int] = {}  # how often each of them did; empty while they are few
        self.clients: set[str | None] = set()

    def drop(self, entry: LogEntry) -> int:
        """Take in that a client dropped off; return how many different ones did within a minute; of a few, at most so many."""
        recent = self.recent
        recent.append(entry)
        self.fresh += 1
        if len(recent) < NEED:
            return len(recent)
        if len(recent) == NEED and not self.often and recent[0].timestamp < entry.timestamp - WITHIN:
            recent.popleft()  # the others may be as old, but they are too few to look at
            return NEED - 1
        return self._look_at(entry)

    def _look_at(self, newest: LogEntry) -> int:
        if self.often:
            self._forget(newest.timestamp - WITHIN)
        else:
            self.recent = _within_a_minute(self.recent)  # nobody looked while they were few
        if len(self.recent) >= NEED:
            return self._count(newest)
        self.often.clear()
        return len(self.recent)

    def _forget(self, horizon: datetime) -> None:
        recent, often = self.recent, self.often
        while recent[0].timestamp < horizon or len(recent) > MOST_CLIENTS:
            gone = client_key(recent.popleft())
            if often:
                often[gone] -= 1
                if not often[gone]:
                    del often[gone]

    def _count(self, newest: LogEntry) -> int:
        """Return how many different ones there are, counting all where that was not worth it before."""
        often = self.often
        for entry in (newest,) if often else self.recent:
            client = client_key(entry)
            often[client] = often.get(client, 0) + 1
        return len(often)

    def keep(self) -> None:
        """Note that those of the last minute are a burst."""
        not_looked_at = [*islice(reversed(self.recent), self.fresh)]
        for entry in _within_a_minute(reversed(not_looked_at)):
            client = client_key(entry)
            if client not in self.clients:
                self.clients.add(client)
                self.add(entry)
        self.fresh = 0


def _within_a_minute(entries: Iterable[LogEntry]) -> deque[LogEntry]:
    """Return `entries` without the first ones that are more than a minute older than one that came after them."""
    kept: deque[LogEntry] = deque()
    for entry in entries:
        kept.append(entry)
        horizon = entry.timestamp - WITHIN
        while kept[0].timestamp < horizon:
            kept.popleft()
    return kept


class ManyDropped:
    """Finds moments at which most of an access point's clients dropped off, or many did after a change.

    A school bell looks the same, so it is told quietly; what more than a handful do, a rule tells louder.
    """

    kinds = (*sorted(CAME), LEFT, CHANGED)

    def __init__(self) -> None:
        self._at: dict[str, str] = {}  # where each client is
        self._places: dict[str, _Burst] = {}
        self._after_change: list[tuple[LogEntry, _Burst]] = []
        self._change: LogEntry | None = None

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in which Kind."""
        for kind in (*sorted(CAME), LEFT):
            yield Seer(kind, many=self.see_many, queue=COMINGS)
        yield Seer(CHANGED, self._note_change, queue=COMINGS)

    def see(self, entry: LogEntry) -> None:
        """Take in an arrival, a move, a departure or a change of settings."""
        if entry.timestamp == NO_TIME:
            return
        if entry.kind == CHANGED:
            self._note_change(entry)
        else:
            self.see_many((entry,))

    def _note_change(self, entry: LogEntry) -> None:
        self._change = entry

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in arrivals, moves and departures that have a time, among others."""
        at, leave = self._at, self._leave
        for entry in entries:
            client, facts, kind = entry.client_mac or entry.client_name, entry.metadata, entry.kind
            if client is None:
                continue
            if kind == LEFT and not facts.get("guest"):
                leave(entry, at.pop(client, None))
            elif kind in CAME:
                place = facts.get("ap_to_mac") or entry.device_mac or entry.device_name
                before = at.get(client)
                if before == place or facts.get("guest"):
                    continue
                if before is not None:
                    del at[client]
                elif place and len(at) >= MOST_CLIENTS:
                    del at[next(iter(at))]
                if place:
                    at[client] = place

    def _leave(self, entry: LogEntry, before: str | None) -> None:
        if self._change is not None:
            self._leave_after_change(entry, self._change)
        place = entry.device_mac or entry.device_name or before
        if place is None:
            return
        burst = self._places.get(place)
        if burst is None:
            drop_oldest(self._places, MOST_PLACES)
            burst = self._places[place] = _Burst()
        left = burst.drop(entry)
        if left >= NEED and left >= SHARE * (left + list(self._at.values()).count(place)):
            burst.keep()

    def _leave_after_change(self, entry: LogEntry, change: LogEntry) -> None:
        if not timedelta() <= entry.timestamp - change.timestamp <= SOON:
            return
        if not self._after_change or self._after_change[-1][0] is not change:
            if len(self._after_change) >= MOST_PLACES:
                return
            self._after_change.append((change, _Burst()))
        burst = self._after_change[-1][1]
        if burst.drop(entry) >= NEED:
            burst.keep()

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each access point, and for each change after which many dropped off."""
        told: set[str] = set()
        for place, burst in self._places.items():
            if burst.count:
                told |= {entry.id for entry in burst.head}
                yield _of_place(place, burst)
        for change, burst in self._after_change:
            if burst.count and told.isdisjoint(entry.id for entry in burst.head):
                yield _of_change(change, burst)


def _of_place(place: str, burst: _Burst) -> Finding:
    name = device_of(burst.head[0])
    return _finding(
        burst,
        subject=place,
        title=f"Most devices on {name} dropped off at once",
        what=f"{burst.count:,} devices, most of those on {name}, dropped off within {span_words(WITHIN)}.",
        do=(
            f"See whether it restarted, was updated or changed its channel then: UniFi Devices > {name} > Overview.",
        ),
        subjects=(name,),
        named=about(("device", burst.head[0].device_mac)),
    )


def _of_change(change: LogEntry, burst: _Burst) -> Finding:
    after = burst.first - change.timestamp
    soon = f"{span_words(after)} after" if after >= timedelta(minutes=1) else "right after"
    return _finding(
        burst,
        subject=change.id,
        title="Many devices dropped off the Wi-Fi after a change of settings",
        what=f"{burst.count:,} devices dropped off the Wi-Fi within {span_words(WITHIN)}, {soon} a change of settings.",
        do=("See whether they all came back: Client Devices. If not, undo the change.",),
        subjects=(),
        named=about(("site", change.site)),
    )


def _finding(
    burst: _Burst,
    *,
    subject: str,
    title: str,
    what: str,
    do: tuple[str, ...],
    subjects: tuple[str, ...],
    named: tuple[str, ...],
) -> Finding:
    return Finding(
        id=digest_of(RULE, subject, burst.first_id),
        rule=RULE,
        severity=Severity.LOW,
        title=title,
        what=what,
        why="When many drop at the same moment, the cause is the network, not the devices.",
        do=do,
        confidence=Confidence.POSSIBLY,
        sure_because="The drops are certain. If everyone left the room together, that would look the same.",
        first_seen=burst.first,
        last_seen=burst.last,
        count=burst.count,
        subjects=subjects,
        evidence=burst.evidence(),
        source=LogSource.WIRELESS,
        about=named,
    )
