"""Roaming storms: many clients that leave one access point within minutes, or some that leave it again and again. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from unifi_scanner.detection.dispatch import Seer
from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.trail import Trail, about, drop_oldest, joined
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.phrasing import tame

RULE: Final = "access-point-roaming-storm"
WITHIN: Final = timedelta(minutes=5)
NEED: Final = 8  # different clients, who may all have left the room
RESTLESS: Final = 4  # different clients are enough where they leave, come back and leave again
AGAIN: Final = 1.5  # moves away for each of them
MOST_PLACES, MOST_CLIENTS = 1000, 2000


class _Place(Trail):
    """Who left one access point: all moves within the window, and, where they are enough, the last of each client."""

    __slots__ = ("clients", "key", "moves", "name", "newest", "peak", "recent")

    def __init__(self, key: str, name: str) -> None:
        super().__init__()
        self.key = key
        self.name = name
        self.recent: dict[str, LogEntry] = {}
        self.moves: deque[tuple[str, LogEntry]] = deque(maxlen=MOST_CLIENTS)
        self.newest = NO_TIME
        self.clients: set[str] = set()
        self.peak = 0

    def note(self, client: str, entry: LogEntry) -> None:
        """Take in one move; from the moment enough clients moved, all of them belong to the storm."""
        recent, moves, now = self.recent, self.moves, entry.timestamp
        horizon = now - WITHIN
        if self.newest < horizon:
            moves.clear()
        if now > self.newest:
            self.newest = now
        moves.append((client, entry))
        while moves[0][1].timestamp < horizon:
            moves.popleft()
        if len(moves) < NEED:  # there are no more clients than moves
            recent.clear()
            return
        for who, move in ((client, entry),) if recent else moves:
            recent.pop(who, None)
            recent[who] = move
        while next(iter(recent.values())).timestamp < horizon or len(recent) > MOST_CLIENTS:
            del recent[next(iter(recent))]
        if self._is_storm():
            for one in tuple(recent.values()) if self.count == 0 else (entry,):
                self.add(one)
            self.clients.update(recent)
            self.peak = max(self.peak, len(recent))

    def _is_storm(self) -> bool:
        different, moves = len(self.recent), len(self.moves)
        return different >= NEED or (different >= RESTLESS and moves >= NEED and moves >= AGAIN * different)

    def shares_with(self, other: _Place) -> bool:
        """Return whether it is the same storm, seen from the access point at its other end."""
        both = len(self.clients & other.clients)
        is_at_once = self.first <= other.last + WITHIN and other.first <= self.last + WITHIN
        return is_at_once and 2 * both >= min(len(self.clients), len(other.clients))


class RoamStorm:
    """Finds access points that many clients leave at once."""

    kinds = ("client.roamed",)

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in roams."""
        return (Seer(kind, many=self.see_many) for kind in self.kinds)

    def see(self, entry: LogEntry) -> None:
        """Take in one roam."""
        if entry.timestamp != NO_TIME:
            self.see_many((entry,))

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in roams that have a time."""
        places = self._places
        for entry in entries:
            client, facts = entry.client_mac or entry.client_name, entry.metadata
            key = facts.get("ap_from_mac") or facts.get("ap_from")
            if client is None or not key:
                continue
            place = places.get(key)
            if place is None:
                drop_oldest(places, MOST_PLACES)
                place = places[key] = _Place(key, facts.get("ap_from") or key)
            place.note(client, entry)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each storm: an access point that was left at once, or several between which all moved."""
        storms: list[list[_Place]] = []
        for place in sorted((p for p in self._places.values() if p.count), key=lambda p: (p.first, p.key)):
            for storm in storms:
                if storm[0].shares_with(place):
                    storm.append(place)
                    break
            else:
                storms.append([place])
        return (_finding(places) for places in storms)


def _finding(places: Sequence[_Place]) -> Finding:
    first = places[0]
    names = [tame(place.name) for place in places]
    told, many = joined(names), max(place.peak for place in places)
    one = len(places) == 1
    return Finding(
        id=digest_of(RULE, first.key, first.first_id),
        rule=RULE,
        severity=Severity.LOW,
        title=f"{many:,} devices left {told} at once"
        if one
        else f"Many devices moved to and fro between {told}",
        what=f"{many:,} devices left {told} for another access point within {span_words(WITHIN)}."
        if one
        else f"{many:,} devices left {told} again and again within {span_words(WITHIN)}.",
        why="Each of them had a short break. When many move at once, the cause is most often an access point.",
        do=(f"See whether {told} restarted or changed its channel then: UniFi Devices > {told} > Overview.",)
        if one
        else (f"See whether one of {told} restarted or changed its channel then: UniFi Devices.",),
        confidence=Confidence.POSSIBLY,
        sure_because="The moves are certain. People who all leave a room together would look the same.",
        first_seen=min(place.first for place in places),
        last_seen=max(place.last for place in places),
        count=sum(place.count for place in places),
        subjects=tuple(names),
        evidence=first.evidence(),
        source=LogSource.WIRELESS,
        about=about(*(("device", place.key) for place in places if ":" in place.key)),
    )
