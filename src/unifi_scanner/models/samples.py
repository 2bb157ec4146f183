"""What the network looks like at one moment: devices, clients and the state of each part. Pure.

Read from `stat/device`, `stat/sta`, `rest/user` and `stat/health` (docs/protocol.md B.7, C); a row without a
MAC is left out, and a field of the wrong type is one that is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from unifi_scanner.models.device import NameBook, canonical_mac
from unifi_scanner.models.signal import dbm_of

Row = Mapping[str, Any]
Sample = TypeVar("Sample")
# docs/protocol.md B.7
DEVICE_STATES = (
    "offline",
    "online",
    "waiting to be added",
    "needs an update",
    "updating",
    "taking over settings",
    "not heard from",
    "being added",
    "being removed",
    "reporting an error",
    "could not be added",
    "cut off",
)


class DeviceSample(msgspec.Struct, frozen=True, kw_only=True):
    """One UniFi device: `uplink_mac` is what it hangs on, `state` a word, `uptime` in seconds, loads in percent."""

    mac: str
    name: str | None = None
    model: str | None = None
    type: str | None = None
    ip: str | None = None
    version: str | None = None
    state: str = "unknown"
    is_upgradable: bool = False
    is_overheating: bool = False
    is_end_of_life: bool = False
    uptime: int | None = None
    cpu: float | None = None
    memory: float | None = None
    clients: int | None = None
    uplink_mac: str | None = None
    uplink_port: int | None = None
    is_uplink_wireless: bool = False


class ClientSample(msgspec.Struct, frozen=True, kw_only=True):
    """One client: `device_mac` is the access point or switch it is on; `signal` in dBm."""

    mac: str
    name: str | None = None
    ip: str | None = None
    network: str | None = None
    is_online: bool = False
    is_wired: bool = False
    is_guest: bool = False
    device_mac: str | None = None
    port: int | None = None
    ssid: str | None = None
    signal: int | None = None


class HealthSample(msgspec.Struct, frozen=True, kw_only=True):
    """The controller's own word on one part of the network: `ok`, `warning`, `error` or `unknown`."""

    subsystem: str
    status: str = "unknown"
    disconnected: int | None = None


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """The network at one moment; a list that could not be read is empty, and named in the failures beside it."""

    at: datetime
    devices: tuple[DeviceSample, ...] = ()
    clients: tuple[ClientSample, ...] = ()
    health: tuple[HealthSample, ...] = ()

    def names(self, known: NameBook | None = None) -> NameBook:
        """Return `known` with the names learnt here."""
        book = known or NameBook()
        devices = {d.mac: d.name or d.model or "" for d in self.devices if d.name or d.model}
        clients = {c.mac: c.name for c in self.clients if c.name}
        return NameBook({**book.devices, **devices}, {**book.clients, **clients})

    def uplinks(self) -> dict[str, str]:
        """Return what each device and client hangs on, by MAC."""
        hangs = {d.mac: d.uplink_mac for d in self.devices} | {c.mac: c.device_mac for c in self.clients}
        return {mac: above for mac, above in hangs.items() if above and above != mac}


def devices_of(rows: Iterable[Any]) -> tuple[DeviceSample, ...]:
    """Return the devices in rows of `stat/device`."""
    return _all(rows, _device)


def clients_of(online: Iterable[Any], known: Iterable[Any] = ()) -> tuple[ClientSample, ...]:
    """Return the clients in rows of `stat/sta`, and those of `rest/user` that are not connected now."""
    here = _all(online, lambda mac, row: _client(mac, row, is_online=True))
    macs = {client.mac for client in here}
    away = _all(known, lambda mac, row: _client(mac, row, is_online=False))
    named = {client.mac: client.name for client in away if client.name}
    present = tuple(msgspec.structs.replace(c, name=named.get(c.mac) or c.name) for c in here)
    return (*present, *(client for client in away if client.mac not in macs))


def health_of(rows: Iterable[Any]) -> tuple[HealthSample, ...]:
    """Return the parts of the network in rows of `stat/health`."""
    return tuple(
        HealthSample(
            subsystem=name,
            status=_text(row, "status") or "unknown",
            disconnected=_whole(row, "num_disconnected"),
        )
        for row in rows
        if isinstance(row, Mapping) and (name := _text(row, "subsystem"))
    )


def _all(rows: Iterable[Any], make: Callable[[str, Row], Sample]) -> tuple[Sample, ...]:
    return tuple(
        make(mac, row)
        for row in rows
        if isinstance(row, Mapping) and (mac := canonical_mac(row.get("mac"))) is not None
    )


def _device(mac: str, row: Row) -> DeviceSample:
    uplink, load = _part(row, "uplink"), _part(row, "system-stats")
    number = _whole(row, "state")
    return DeviceSample(
        mac=mac,
        name=_text(row, "name", "hostname"),
        model=_text(row, "model"),
        type=_text(row, "type"),
        ip=_text(row, "ip"),
        version=_text(row, "version"),
        state=DEVICE_STATES[number] if number is not None and 0 <= number < len(DEVICE_STATES) else "unknown",
        is_upgradable=row.get("upgradable") is True,
        is_overheating=row.get("overheating") is True,
        is_end_of_life=row.get("model_in_eol") is True,
        uptime=_whole(row, "uptime"),
        cpu=_percent(load.get("cpu")),
        memory=_percent(load.get("mem")),
        clients=_whole(row, "num_sta"),
        # a device that is away tells what it hung on last
        uplink_mac=canonical_mac(uplink.get("uplink_mac"))
        or canonical_mac(_part(row, "last_uplink").get("uplink_mac")),
        uplink_port=_whole(uplink, "uplink_remote_port"),
        is_uplink_wireless=uplink.get("type") == "wireless",
    )


def _client(mac: str, row: Row, *, is_online: bool) -> ClientSample:
    return ClientSample(
        mac=mac,
        name=_text(row, "name", "hostname"),
        ip=_text(row, "ip", "fixed_ip"),
        network=_text(row, "network"),
        is_online=is_online,
        is_wired=row.get("is_wired") is True,
        is_guest=row.get("is_guest") is True,
        device_mac=canonical_mac(row.get("ap_mac")) or canonical_mac(row.get("sw_mac")),
        port=_whole(row, "sw_port"),
        ssid=_text(row, "essid"),
        signal=dbm_of(_whole(row, "signal")) or dbm_of(_whole(row, "rssi")),
    )


def _part(row: Row, name: str) -> Row:
    part = row.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(row: Row, *fields: str) -> str | None:
    values: Sequence[Any] = [row.get(field) for field in fields]
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), None)


def _whole(row: Row, field: str) -> int | None:
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < 1e15 else None


def _percent(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number <= 100 else None
