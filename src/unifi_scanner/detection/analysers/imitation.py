"""Imitations: an unknown access point that uses the name of one of your own Wi-Fi networks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Final

from unifi_scanner.detection.dispatch import COMINGS, Seer
from unifi_scanner.detection.trail import Trail, about, device_of, drop_oldest
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry, digest_of
from unifi_scanner.models.phrasing import tame

RULE: Final = "network-name-imitated"
MOST_NAMES, MOST_DEVICES = 500, 2000
_UNKNOWN: Final = frozenset({None})
_device_of = attrgetter("device_mac")


class Imitation:
    """Finds unknown access points that call themselves like a Wi-Fi that clients of yours are on."""

    kinds = ("ap.rogue", "client.connected", "client.disconnected", "client.roamed")

    def __init__(self) -> None:
        self._own: dict[str, None] = {}
        self._devices: set[str] = set()
        self._met: set[str] = set()  # as they are told: most entries are of a device met before
        self._strangers: dict[tuple[str, str], Trail] = {}

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in which Kind."""
        for kind in self.kinds:
            if kind == "ap.rogue":
                yield Seer(kind, self.see, self.see)
            else:
                yield Seer(kind, None, self._see_own, self._see_many_own, COMINGS)

    def see(self, entry: LogEntry) -> None:
        """Take in a name: one of yours, or a stranger's."""
        if entry.kind != "ap.rogue":
            self._see_own(entry)
            return
        name, device = entry.metadata.get("ssid"), entry.device_mac
        if device is not None and device not in self._met and len(self._devices) < MOST_DEVICES:
            self._meet(device)
        if name and entry.has_time:
            self._note(name, entry.metadata.get("bssid") or "", entry)

    def _see_many_own(self, entries: Sequence[LogEntry]) -> None:
        """Take in comings and goings, of whatever Kind: each is of a device and a name of yours."""
        devices = set(map(_device_of, entries))
        names = {entry.metadata.get("ssid") for entry in entries}
        if not (self._met >= devices - _UNKNOWN and self._own.keys() >= names - _UNKNOWN):
            for entry in entries:
                self._see_own(entry)

    def _see_own(self, entry: LogEntry) -> None:
        device = entry.device_mac
        if device not in self._met and device is not None and len(self._devices) < MOST_DEVICES:
            self._meet(device)
        name = entry.metadata.get("ssid")
        if name not in self._own and name and len(self._own) < MOST_NAMES:
            self._own[name] = None

    def _meet(self, device: str) -> None:
        self._devices.add(_middle(device))
        if len(self._met) < MOST_DEVICES:
            self._met.add(device)

    def _note(self, name: str, mac: str, entry: LogEntry) -> None:
        trail = self._strangers.get((name, mac))
        if trail is None:
            drop_oldest(self._strangers, MOST_NAMES)
            trail = self._strangers[name, mac] = Trail()
        trail.add(entry)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each of your names and each stranger that uses it."""
        for (name, mac), trail in self._strangers.items():
            # the radios of one access point differ from its own address in the first and last byte only
            if name in self._own and not (mac and _middle(mac) in self._devices):
                yield _finding(name, mac, trail)


def _middle(mac: str) -> str:
    return mac[3:14]


def _finding(name: str, mac: str, trail: Trail) -> Finding:
    entry, told = trail.head[0], tame(name)
    near = f" {device_of(entry)} hears it." if entry.device_mac or entry.device_name else ""
    return Finding(
        id=digest_of(RULE, (name, mac), trail.first_id),
        rule=RULE,
        severity=Severity.HIGH,
        title=f"An unknown access point calls itself “{told}”, like your Wi-Fi",
        what=f"An access point that is not yours uses the name of your Wi-Fi, “{told}”.{near}",
        why="Someone may want your devices to join it by mistake, and to catch what they send.",
        do=(
            "See if it is your own: an old router, a repeater, or an access point that you have not added yet.",
            "If it is not, change the password of your Wi-Fi, and look for the box near the access point that hears it.",
        ),
        confidence=Confidence.POSSIBLY,
        sure_because="The name is certain. Whose box it is, nothing tells us. Most often it is an old one of your own.",
        first_seen=trail.first,
        last_seen=trail.last,
        count=trail.count,
        subjects=(told,),
        evidence=trail.evidence(),
        source=LogSource.SECURITY,
        about=about(("device", entry.device_mac), ("bssid", mac), ("ssid", name)),
    )
