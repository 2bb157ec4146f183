"""The devices and clients of a simulated site. Pure values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

import msgspec

MAC: Final = re.compile(r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")
DEVICE_TYPES: Final = {"AP": "uap", "SW": "usw", "GW": "ugw", "DM": "udm", "XG": "uxg"}


def digest(*parts: object, length: int = 24) -> str:
    """Return `length` hex digits that are always the same for the same parts."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def mac_of(prefix: str, *parts: object) -> str:
    """Return a MAC under a three-byte `prefix`, always the same for the same parts."""
    tail = digest(*parts, length=6)
    return f"{prefix}:{tail[0:2]}:{tail[2:4]}:{tail[4:6]}"


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One access point, switch or gateway; `group` is the two letters of its event codes."""

    group: str
    name: str
    model: str
    mac: str
    ip: str
    version: str
    ports: int = 0
    channels: tuple[tuple[str, int], ...] = ()
    uplink: str | None = (
        None  # the name of the device it hangs on; None: the gateway, and it never falls with it
    )
    uplink_port: int | None = None

    @property
    def role(self) -> str:
        """Return the field that carries this device's MAC in a v1 event (docs/protocol.md B.5)."""
        return self.group.lower()

    @property
    def is_gateway(self) -> bool:
        """Say whether this device is the way out to the internet."""
        return self.group in {"GW", "DM", "XG"}


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """One phone, laptop or lamp; wireless when it has an `ssid`, else plugged into `switch` at `port`."""

    name: str
    hostname: str
    mac: str
    ip: str
    ssid: str | None = None
    network: str = "Default"
    switch: str | None = None
    port: int = 1
    guest: bool = False
    always: bool = False
    fixed: bool = False
    home: tuple[str, ...] = ()

    @property
    def wired(self) -> bool:
        """Say whether the client hangs on a cable."""
        return self.ssid is None

    @property
    def shown_name(self) -> str | None:
        """Return the name a person sees for it, or None where only the MAC is known."""
        return self.name or self.hostname or None


class Network(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything that hangs together at one site."""

    devices: tuple[Device, ...]
    clients: tuple[Client, ...]
    timezone: str = "Europe/Berlin"
    isp: str = "Example Fiber Co"

    @cached_property
    def aps(self) -> tuple[Device, ...]:
        """Return the access points, in the order the scenario names them."""
        return tuple(d for d in self.devices if d.group == "AP")

    @cached_property
    def switches(self) -> tuple[Device, ...]:
        """Return the switches, in the order the scenario names them."""
        return tuple(d for d in self.devices if d.group == "SW")

    @cached_property
    def gateway(self) -> Device:
        """Return the one gateway."""
        return next(d for d in self.devices if d.is_gateway)

    @cached_property
    def ssids(self) -> tuple[str, ...]:
        """Return every WiFi name in use, sorted."""
        return tuple(sorted({c.ssid for c in self.clients if c.ssid is not None}))

    @cached_property
    def lans(self) -> tuple[str, ...]:
        """Return every network's name, sorted."""
        return tuple(sorted({"Default", *(c.network for c in self.clients)}))

    @cached_property
    def _devices(self) -> dict[str, Device]:
        return {key: d for d in self.devices for key in (d.mac, d.name)}

    @cached_property
    def _clients(self) -> dict[str, Client]:
        return {key: c for c in self.clients for key in (c.hostname, c.name, c.mac) if key}

    def below(self, device: Device) -> tuple[Device, ...]:
        """Return the devices that hang on `device` itself."""
        return tuple(d for d in self.devices if d.uplink is not None and d.uplink == device.name)

    def all_below(self, device: Device) -> tuple[Device, ...]:
        """Return every device that is cut off when `device` is."""
        near = self.below(device)
        return (*near, *(far for one in near for far in self.all_below(one)))

    def device(self, name_or_mac: str | None) -> Device | None:
        """Return the device of that name or MAC, or None."""
        return self._devices.get(name_or_mac or "")

    def client(self, name_or_mac: str | None) -> Client | None:
        """Return the client of that name, host name or MAC, or None."""
        return self._clients.get(name_or_mac or "")


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once."""
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
