"""Drops at once: most of those on one access point, or many after a change of settings, dropped off together. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.trail import Trail, about, device_of, drop_oldest
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of

RULE: Final = "most-devices-dropped-at-once"
WITHIN: Final = timedelta(minutes=1)
NEED: Final = 5  # different clients
SHARE: Final = 0.7  # of those that were on it
SOON: Final = timedelta(minutes=10)  # after a change, it may come of it
MOST_PLACES, MOST_CLIENTS = 1000, 5000
LEFT: Final = "client.disconnected"
CHANGED: Final = "admin.changed_settings"


class _Burst(Trail):
    """Who dropped off one place within the last minute, and the burst that came of it."""

    __slots__ = ("clients", "fresh", "often", "recent")

    def __init__(self) -> None:
        super().__init__()
        self.recent: deque[tuple[str, LogEntry]] = deque()
        self.fresh: deque[tuple[str, LogEntry]] = deque(
            maxlen=MOST_CLIENTS
        )  # of those, not looked at by `keep`
        self.often: dict[str, int] = {}  # how often each of them did, within that minute
        self.clients: set[str] = set()

    def drop(self, client: str, entry: LogEntry) -> int:
        """Take in that a client dropped off; return how many different ones did within a minute."""
        recent, often, horizon = self.recent, self.often, entry.timestamp - WITHIN
        recent.append((client, entry))
        fresh = self.fresh
        fresh.append((client, entry))
        while fresh[0][1].timestamp < horizon:
            fresh.popleft()
        often[client] = often.get(client, 0) + 1
        while recent[0][1].timestamp < horizon or len(recent) > MOST_CLIENTS:
            gone, _ = recent.popleft()
            if often[gone] == 1:
                del often[gone]
            else:
                often[gone] -= 1
        return len(often)

    def keep(self) -> None:
        """Note that those of the last minute are a burst."""
        for client, entry in self.fresh:
            if client not in self.clients:
                self.clients.add(client)
                self.add(entry)
        self.fresh.clear()


class ManyDropped:
    """Finds moments at which most of an access point's clients dropped off, or many did after a change.

    A school bell looks the same, so it is told quietly; what more than a handful do, a rule tells louder.
    """

    kinds = ("client.connected", "client.roamed", LEFT, CHANGED)

    def __init__(self) -> None:
        self._on: dict[str, dict[str, None]] = {}
        self._at: dict[str, str] = {}
        self._places: dict[str, _Burst] = {}
        self._after_change: list[tuple[LogEntry, _Burst]] = []
        self._change: LogEntry | None = None

    @property
    def see_of(self) -> Mapping[str, Callable[[LogEntry], None]]:
        """Return who takes in which Kind."""
        arrive = dict.fromkeys(("client.connected", "client.roamed"), self._arrive)
        return {**arrive, LEFT: self._leave, CHANGED: self._note_change}

    def see(self, entry: LogEntry) -> None:
        """Take in an arrival, a move, a departure or a change of settings."""
        self.see_of[entry.kind](entry)

    def _note_change(self, entry: LogEntry) -> None:
        if entry.timestamp != NO_TIME:
            self._change = entry

    def _arrive(self, entry: LogEntry) -> None:
        client, facts = entry.client_mac or entry.client_name, entry.metadata
        place = facts.get("ap_to_mac") or entry.device_mac or entry.device_name
        if (
            client is None
            or self._at.get(client) == place
            or facts.get("guest")
            or entry.timestamp == NO_TIME
        ):
            return
        self._put(client, place)

    def _put(self, client: str, place: str | None) -> None:
        before = self._at.pop(client, None)
        if before is not None:
            self._on[before].pop(client, None)
        if not place:
            return
        drop_oldest(self._at, MOST_CLIENTS)
        self._at[client] = place
        self._on.setdefault(place, {})[client] = None

    def _leave(self, entry: LogEntry) -> None:
        client = entry.client_mac or entry.client_name
        if client is None or entry.metadata.get("guest") or entry.timestamp == NO_TIME:
            return
        place = entry.device_mac or entry.device_name or self._at.get(client)
        self._put(client, None)
        if self._change is not None:
            self._leave_after_change(client, entry, self._change)
        if place is None:
            return
        burst = self._places.get(place)
        if burst is None:
            drop_oldest(self._places, MOST_PLACES)
            burst = self._places[place] = _Burst()
        left, stayed = burst.drop(client, entry), len(self._on.get(place, ()))
        if left >= NEED and left >= SHARE * (left + stayed):
            burst.keep()

    def _leave_after_change(self, client: str, entry: LogEntry, change: LogEntry) -> None:
        if not timedelta() <= entry.timestamp - change.timestamp <= SOON:
            return
        if not self._after_change or self._after_change[-1][0] is not change:
            if len(self._after_change) >= MOST_PLACES:
                return
            self._after_change.append((change, _Burst()))
        burst = self._after_change[-1][1]
        if burst.drop(client, entry) >= NEED:
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
