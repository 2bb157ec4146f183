"""Who is connected where, which devices are up: the part of the network that changes. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from unifi_scanner.sim.network import Device, Network

if TYPE_CHECKING:
    from unifi_scanner.sim.moment import Occurrence

DFS_FALLBACK = "36"


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Where a client is, and since when; `ap` is None on a cable."""

    ap: str | None
    radio: str
    since_ms: int


class State:
    """The changing half of a Network; `apply` is the only thing that changes it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.online: dict[str, Presence] = {}
        self.offline_devices: set[str] = set()
        self.versions: dict[str, str] = {d.mac: d.version for d in network.devices}
        self.upgradable: set[str] = set()
        self.wan_up = True
        self._channels: dict[tuple[str, str], str] = {}
        for client in network.clients:
            if client.always:
                self.online[client.mac] = Presence(
                    ap=self._first_ap(client.home, client.wired), radio="na", since_ms=0
                )

    def _first_ap(self, home: tuple[str, ...], wired: bool) -> str | None:
        if wired or not self.network.aps:
            return None
        named = self.network.device(home[0]) if home else None
        return (named or self.network.aps[0]).mac

    def channel(self, ap: Device, radio: str) -> str:
        """Return the channel an access point uses now, as v1 writes it: a string (docs/protocol.md B.5)."""
        if (ap.mac, radio) in self._channels:
            return self._channels[ap.mac, radio]
        return str(dict(ap.channels).get(radio, 6 if radio == "ng" else 36))

    def is_up(self, device: Device) -> bool:
        """Say whether the controller can reach the device."""
        return device.mac not in self.offline_devices

    def apply(self, occurrence: Occurrence) -> None:
        """Let the network become what the occurrence says it became."""
        self._apply_client(occurrence)
        self._apply_device(occurrence)

    def _apply_client(self, occurrence: Occurrence) -> None:
        mac, facts, at_ms = occurrence.client, occurrence.facts, occurrence.at_ms
        if mac is None:
            return
        match occurrence.code.name:
            case "client_connects":
                self.online[mac] = Presence(ap=facts["ap"], radio=str(facts["radio"]), since_ms=at_ms)
            case "client_plugs_in":
                self.online[mac] = Presence(ap=None, radio="", since_ms=at_ms)
            case "client_leaves" | "client_unplugs":
                self.online.pop(mac, None)
            case "client_roams":
                self._move(mac, facts["ap_to"], str(facts["radio_to"]), at_ms)
            case "client_switches_radio":
                self._move(mac, facts["ap"], str(facts["radio_to"]), at_ms)

    def _move(self, mac: str, ap: str, radio: str, at_ms: int) -> None:
        before = self.online.get(mac)
        self.online[mac] = Presence(ap=ap, radio=radio, since_ms=before.since_ms if before else at_ms)

    def _apply_device(self, occurrence: Occurrence) -> None:
        mac, facts = occurrence.device, occurrence.facts
        match occurrence.code.name:
            case "wan_down" | "wan_up":
                self.wan_up = occurrence.code.name == "wan_up"
            case _ if mac is None:
                return
            case "device_offline":
                self.offline_devices.add(mac)
            case "device_online" | "device_restarted":
                self.offline_devices.discard(mac)
            case "firmware_available":
                self.upgradable.add(mac)
            case "device_upgraded":
                self.versions[mac] = str(facts["version_to"])
                self.upgradable.discard(mac)
            case "radar":
                self._channels[mac, "na"] = DFS_FALLBACK
            case "channel_changed":
                self._channels[mac, "na"] = str(facts["channel_to"])
