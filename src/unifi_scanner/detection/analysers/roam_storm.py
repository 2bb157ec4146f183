"""Roaming storms: many clients that leave one access point within minutes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.trail import Trail, about, drop_oldest
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.phrasing import tame

RULE: Final = "access-point-roaming-storm"
WITHIN: Final = timedelta(minutes=5)
NEED: Final = 8  # different clients
MOST_PLACES, MOST_CLIENTS = 1000, 2000


class _Place(Trail):
    """Who left one access point: the last move of each client within the window."""

    __slots__ = ("name", "peak", "recent")

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.recent: dict[str, LogEntry] = {}
        self.peak = 0

    def note(self, client: str, entry: LogEntry) -> None:
        """Take in one move; from the moment enough clients moved, all of them belong to the storm."""
        recent = self.recent
        recent.pop(client, None)
        recent[client] = entry
        horizon = entry.timestamp - WITHIN
        while next(iter(recent.values())).timestamp < horizon or len(recent) > MOST_CLIENTS:
            del recent[next(iter(recent))]
        if len(recent) < NEED:
            return
        for one in tuple(recent.values()) if self.count == 0 else (entry,):
            self.add(one)
        self.peak = max(self.peak, len(recent))


class RoamStorm:
    """Finds access points that many clients leave at once."""

    kinds = ("client.roamed",)

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def see(self, entry: LogEntry) -> None:
        """Take in one roam."""
        facts = entry.metadata
        client, key = entry.client_mac or entry.client_name, facts.get("ap_from_mac") or facts.get("ap_from")
        if client is None or not key or entry.timestamp == NO_TIME:
            return
        place = self._places.get(key)
        if place is None:
            drop_oldest(self._places, MOST_PLACES)
            place = self._places[key] = _Place(facts.get("ap_from") or key)
        place.note(client, entry)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each access point that was left at once."""
        return (_finding(key, place) for key, place in self._places.items() if place.count)


def _finding(key: str, place: _Place) -> Finding:
    name = tame(place.name)
    return Finding(
        id=digest_of(RULE, key, place.first_id),
        rule=RULE,
        severity=Severity.LOW,
        title=f"{place.peak:,} devices left {name} at once",
        what=f"{place.peak:,} devices left {name} for another access point within {span_words(WITHIN)}.",
        why="Each of them had a short break. When many move at once, the cause is most often an access point.",
        do=(f"See whether {name} restarted or changed its channel then: UniFi Devices > {name} > Overview.",),
        confidence=Confidence.POSSIBLY,
        sure_because="The moves are certain. People who all leave a room together would look the same.",
        first_seen=place.first,
        last_seen=place.last,
        count=place.count,
        subjects=(name,),
        evidence=place.evidence(),
        source=LogSource.WIRELESS,
        about=about(("device", key if ":" in key else None)),
    )
