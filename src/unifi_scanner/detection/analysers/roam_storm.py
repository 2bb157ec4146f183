"""Roaming storms: many clients that leave, or come to, one access point within minutes. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.trail import Trail, about, drop_oldest
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry, digest_of
from unifi_scanner.models.phrasing import tame

RULE: Final = "access-point-roaming-storm"
WITHIN: Final = timedelta(minutes=5)
NEED: Final = 8  # different clients
MOST_PLACES, MOST_CLIENTS = 1000, 2000


class _Place(Trail):
    """What clients did at one access point: the last move of each within the window."""

    __slots__ = ("leavers", "name", "peak", "recent")

    def __init__(self) -> None:
        super().__init__()
        self.recent: OrderedDict[str, tuple[datetime, LogEntry]] = OrderedDict()
        self.peak = 0
        self.leavers = 0
        self.name = ""

    def note(self, client: str, entry: LogEntry, *, leaves: bool) -> None:
        """Take in one move; from the moment enough clients moved, all of them belong to the storm."""
        moment, recent = entry.timestamp, self.recent
        recent.pop(client, None)
        recent[client] = (moment, entry)
        while recent and (moment - next(iter(recent.values()))[0] > WITHIN or len(recent) > MOST_CLIENTS):
            recent.popitem(last=False)
        if len(recent) < NEED:
            return
        for _, one in recent.values() if self.count == 0 else ((moment, entry),):
            self.add(one)
        self.leavers += leaves
        self.peak = max(self.peak, len(recent))


class RoamStorm:
    """Finds access points that many clients leave, or come to, at once."""

    kinds = ("client.roamed",)

    def __init__(self) -> None:
        self._left: dict[str, _Place] = {}
        self._joined: dict[str, _Place] = {}

    def see(self, entry: LogEntry) -> None:
        """Take in one roam."""
        client, facts = entry.client_mac or entry.client_name, entry.metadata
        if client is None or not entry.has_time:
            return
        for places, mac, name in (
            (self._left, facts.get("ap_from_mac"), facts.get("ap_from")),
            (self._joined, facts.get("ap_to_mac"), facts.get("ap_to")),
        ):
            key = mac or name
            if key:
                place = places.get(key)
                if place is None:
                    drop_oldest(places, MOST_PLACES)
                    place = places[key] = _Place()
                    place.name = name or key
                place.note(client, entry, leaves=places is self._left)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each access point that was left at once; for one that was joined, only by itself."""
        stormy = [(key, place) for key, place in self._left.items() if place.count]
        yield from (_finding(key, place, leaves=True) for key, place in stormy)
        if not stormy:
            yield from (_finding(k, place, leaves=False) for k, place in self._joined.items() if place.count)


def _finding(key: str, place: _Place, *, leaves: bool) -> Finding:
    name = tame(place.name)
    way = "left" if leaves else "came to"
    return Finding(
        id=digest_of(RULE, (key, way), place.first_id),
        rule=RULE,
        severity=Severity.LOW,
        title=f"{place.peak:,} devices {way} {name} at once",
        what=f"{place.peak:,} devices {way} {name} for another access point within {span_words(WITHIN)}."
        if leaves
        else f"{place.peak:,} devices came to {name} from others within {span_words(WITHIN)}.",
        why="Each of them had a short break. When many move at once, the cause is most often an access point."
        if leaves
        else "It now serves many at once, and may be slow for all of them.",
        do=(
            f"See whether {name} restarted or changed its channel then: UniFi Devices > {name} > Overview."
            if leaves
            else "See whether an access point near it was away then: UniFi Devices.",
        ),
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
