"""Sticky clients: a weak signal for long, on the same access point all the while. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from unifi_scanner.detection.dispatch import COMINGS, Seer
from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.trail import Trail, about, client_of, device_of, drop_oldest
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.signal import GOOD, WEAK, signal_words

RULE: Final = "client-sticks"
MOVES: Final = frozenset({"client.roamed", "wifi.moved"})
READS: Final = frozenset({"client.connected", "client.disconnected", "wifi.left", "wifi.trouble"})
NEED: Final = 3  # weak readings in a row
LONG: Final = timedelta(hours=1)
FAINT: Final = -82  # dBm; who moves on at this has waited too long
LATE: Final = 5  # such moves, with no day between two of them
A_DAY: Final = timedelta(days=1)
MOST_RUNS, MOST_FOUND = 10_000, 500


class _Stay(Trail):
    """Weak readings in a row of one client on one access point."""

    __slots__ = ("place", "signals")

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.signals: list[int] = []

    def note(self, entry: LogEntry, signal: int) -> None:
        """Take in one reading; only the first thousand count for the middle one."""
        self.add(entry)
        if len(self.signals) < 1000:
            self.signals.append(signal)

    @property
    def is_long(self) -> bool:
        """Return whether it went on for so long that it is no passing-by."""
        return self.count >= NEED and self.span >= LONG


class Sticky:
    """Finds clients that hold on to an access point that is too far away."""

    kinds = tuple(sorted(MOVES | READS))

    def __init__(self) -> None:
        self._stays: dict[str, _Stay] = {}
        self._found: dict[tuple[str, str], _Stay] = {}
        self._late: dict[str, _Stay] = {}  # moves at a signal that hardly was one
        self._places: set[str] = set()  # until there is a choice
        self._has_choice = False

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in which Kind."""
        return (Seer(kind, None, self.see, self.see_many, COMINGS) for kind in self.kinds)

    def see(self, entry: LogEntry) -> None:
        """Take in one reading of a signal, or a move."""
        if entry.timestamp != NO_TIME:
            self.see_many((entry,))
        elif entry.kind in READS:
            self._meet((entry,))

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in readings and moves that have a time, among others."""
        stays, reads, moves = self._stays, READS, MOVES
        self._meet(entries)
        for entry in entries:
            kind, facts = entry.kind, entry.metadata
            if kind in reads:
                signal = facts.get("signal") or facts.get("signal_before")
                if signal.__class__ is int:
                    self._read(signal, entry)
            elif kind in moves:
                signal = facts.get("signal_before")
                if signal is not None or entry.client_mac in stays:
                    self._move(signal, entry)

    def _meet(self, entries: Sequence[LogEntry]) -> None:
        if self._has_choice:
            return
        for entry in entries:
            place = entry.device_mac or entry.device_name
            is_mine = entry.kind in READS or (entry.kind in MOVES and entry.client_mac is not None)
            if is_mine and place is not None:
                self._places.add(place)
        self._has_choice = len(self._places) > 1

    def _move(self, signal: object, entry: LogEntry) -> None:
        client, place = entry.client_mac, entry.device_mac or entry.device_name
        if client is None or place is None:
            return
        self._stays.pop(client, None)
        if not isinstance(signal, int) or signal > FAINT:
            return
        late = self._late.get(client)
        if late is None or entry.timestamp - late.last > A_DAY:
            if late is not None and late.count >= LATE:
                return
            drop_oldest(self._late, MOST_RUNS)
            late = self._late[client] = _Stay("")
        late.note(entry, signal)

    def _read(self, signal: int, entry: LogEntry) -> None:
        client, place = entry.client_mac, entry.device_mac or entry.device_name
        if client is None or place is None:
            return
        stay = self._stays.get(client)
        if signal > GOOD or (stay is not None and stay.place != place):
            self._stays.pop(client, None)
            stay = None
        if signal > WEAK:
            return
        if stay is None:
            drop_oldest(self._stays, MOST_RUNS)
            stay = self._stays[client] = _Stay(place)
        stay.note(entry, signal)
        if stay.is_long and len(self._found) < MOST_FOUND:
            self._found[client, place] = stay

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each client and access point."""
        for (client, place), stay in self._found.items():
            yield _finding(client, place, stay, has_choice=self._has_choice)
        told = {client for client, _ in self._found}
        many = ((c, late) for c, late in self._late.items() if late.count >= LATE and c not in told)
        yield from (_late_finding(client, late) for client, late in islice(many, MOST_FOUND))


def _finding(client: str, place: str, stay: _Stay, *, has_choice: bool) -> Finding:
    entry = stay.head[0]
    who, where = client_of(entry), device_of(entry)
    dbm = sorted(stay.signals)[len(stay.signals) // 2]
    words: dict[str, Any] = _sticky_words(who, where) if has_choice else _far_words(who, where)
    what = f"The signal of {who} on {where} was {signal_words(dbm)} for {span_words(stay.span)} (about {dbm} dBm)"
    return Finding(
        id=digest_of(RULE, (client, place), stay.first_id),
        rule=RULE,
        severity=Severity.LOW,
        title=words["title"],
        what=f"{what}. It did not move to another access point." if has_choice else f"{what}.",
        why="With such a signal everything on it is slow, and it slows down others as well.",
        do=words["do"],
        confidence=Confidence.PROBABLY,
        sure_because=words["because"],
        first_seen=stay.first,
        last_seen=stay.last,
        count=stay.count,
        subjects=(who,),
        evidence=stay.evidence(),
        source=LogSource.WIRELESS,
        about=about(("client", client), ("device", entry.device_mac)),
    )


def _late_finding(client: str, late: _Stay) -> Finding:
    who = client_of(late.head[0])
    dbm = sorted(late.signals)[len(late.signals) // 2]
    return Finding(
        id=digest_of(RULE, (client, "late"), late.first_id),
        rule=RULE,
        severity=Severity.LOW,
        title=f"{who} holds on to each access point for too long",
        what=f"{who} moved on {late.count:,} times only when its signal was {signal_words(dbm)} (about {dbm} dBm).",
        why="Before each move everything on it was slow, and it slowed down others as well.",
        do=(
            "Let the access points turn weak ones away: UniFi Devices > one of them > Settings > Radios > Minimum RSSI.",
            f"Install the latest software on {who}: how early it moves on is up to it.",
        ),
        confidence=Confidence.PROBABLY,
        sure_because="The signals are certain. If no other access point was near, it could not move any sooner.",
        first_seen=late.first,
        last_seen=late.last,
        count=late.count,
        subjects=(who,),
        evidence=late.evidence(),
        source=LogSource.WIRELESS,
        about=about(("client", client)),
    )


def _sticky_words(who: str, where: str) -> dict[str, Any]:
    return {
        "title": f"{who} holds on to {where}, which is far away",
        "do": (
            f"Switch the Wi-Fi of {who} off and on. It then takes the nearest access point.",
            f"If it comes back, let {where} turn weak ones away: UniFi Devices > {where} > Settings > Radios > Minimum RSSI.",
        ),
        "because": "The signal is certain. That another access point is nearer, we can't see.",
    }


def _far_words(who: str, where: str) -> dict[str, Any]:
    return {
        "title": f"{who} is too far from {where}",
        "do": (
            f"Bring {who} and {where} closer together.",
            "If that can't be, add an access point near it.",
        ),
        "because": "The signal is certain. A wall or metal between the two would look the same.",
    }
