"""Witness: the entries behind what is counted against the past, a few of each, and whose most of them are. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Final

from unifi_scanner.detection.measures import MEASURES
from unifi_scanner.detection.trail import Trail
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry

MOST_SUBJECTS: Final = 2000


class Seen(Trail):
    """The entries of one measure, and how many each client made."""

    __slots__ = ("clients", "names")

    def __init__(self) -> None:
        super().__init__()
        self.clients: dict[str, int] = {}
        self.names: dict[str, str] = {}

    def add(self, entry: LogEntry) -> None:
        """Take in one entry that has a time."""
        super().add(entry)
        mac, name = entry.client_mac, entry.client_name
        if mac is None:
            return
        before = self.clients.get(mac)
        if before is not None:
            self.clients[mac] = before + 1
            if name:
                self.names[mac] = name
        elif len(self.clients) < MOST_SUBJECTS:
            self.clients[mac] = 1
            self.names[mac] = name or mac

    def loudest(self) -> tuple[str, str, int]:
        """Return the name and the MAC of the client that made most of them, and how many."""
        if not self.clients:
            return "", "", 0
        mac, count = max(self.clients.items(), key=itemgetter(1))
        return self.names[mac], mac, count


class Witness:
    """Sees every entry of every measure and finds nothing itself."""

    kinds = tuple(dict.fromkeys(kind for measure in MEASURES for kind in measure.kinds))

    def __init__(self) -> None:
        self.seen = {measure.name: Seen() for measure in MEASURES}
        self._by_kind = {kind: self.seen[measure.name] for measure in MEASURES for kind in measure.kinds}

    @property
    def see_of(self) -> Mapping[str, Callable[[LogEntry], None]]:
        """Return who takes in which Kind."""
        return {kind: seen.add for kind, seen in self._by_kind.items()}

    def see(self, entry: LogEntry) -> None:
        """Take in one entry of its Kinds."""
        if entry.timestamp != NO_TIME:
            self._by_kind[entry.kind].add(entry)

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing: what is usual is not known here."""
        return ()
