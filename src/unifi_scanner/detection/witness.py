"""Witness: the entries behind what is counted against the past, a few of each, and whose most of them are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, Final

from unifi_scanner.detection.dispatch import Seer
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
        self.clients: Counter[str] = Counter()
        self.names: dict[str, str] = {}

    def add(self, entry: LogEntry) -> None:
        """Take in one entry that has a time."""
        super().add(entry)
        self._count(entry.client_mac, entry.client_name)

    def add_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in entries that have a time."""
        super().add_many(entries)
        macs: list[Any] = [entry.client_mac for entry in entries]
        names: list[Any] = [entry.client_name for entry in entries]
        if len(self.clients) + len(macs) <= MOST_SUBJECTS and all(macs) and all(names):
            self.clients.update(macs)
            self.names.update(zip(macs, names, strict=True))
        else:
            for mac, name in zip(macs, names, strict=True):
                self._count(mac, name)

    def _count(self, mac: str | None, name: str | None) -> None:
        if mac is None:
            return
        if mac in self.clients:
            self.clients[mac] += 1
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

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in which Kind."""
        return (Seer(kind, many=seen.add_many) for kind, seen in self._by_kind.items())

    def see(self, entry: LogEntry) -> None:
        """Take in one entry of its Kinds."""
        if entry.timestamp != NO_TIME:
            self._by_kind[entry.kind].add(entry)

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing: what is usual is not known here."""
        return ()
