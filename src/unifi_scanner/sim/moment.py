"""What an occurrence is, and what it is composed from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from unifi_scanner.sim.codes import Code
from unifi_scanner.sim.network import Client, Device, Network
from unifi_scanner.sim.state import State

Facts = dict[str, Any]


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened `at_ms` after the scenario's start; `extra` is what only system-log tells."""

    at_ms: int
    code: Code
    group: str
    client: str | None
    device: str | None
    facts: Mapping[str, Any]
    extra: Mapping[str, Any]

    @property
    def key(self) -> str | None:
        """Return the v1 event code, or None where v1 has none."""
        return self.code.v1.key.replace("*", self.group) if self.code.v1 is not None else None


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What an occurrence is composed from: the network as it stands, chance, and what was asked for."""

    at_ms: int
    network: Network
    state: State
    rng: Random
    client: Client | None = None
    device: Device | None = None
    given: Mapping[str, Any] = {}

    def ask(self, name: str, default: Any) -> Any:
        """Return what the scenario says about `name`, or the default."""
        return self.given.get(name, default)


def device_fields(device: Device) -> Facts:
    """Return the fields by which a v1 event names a device (docs/protocol.md B.5, actor table)."""
    role = device.role
    named = (
        {}
        if not device.name
        else {f"{role}_name": device.name, f"{role}_model": device.model, f"{role}_displayName": device.name}
    )
    if device.group in {"DM", "XG"}:
        return {role: device.mac, "gw": device.mac, **named, "gw_displayName": device.name}
    return {role: device.mac, **named}


def admin_name(moment: Moment) -> str:
    """Return the admin as v1 writes one (docs/protocol.md B.5: "Admin[name]")."""
    name = str(moment.ask("admin", "Owner"))
    return name if name.startswith("Admin[") else f"Admin[{name}]"


def client_role(client: Client | None) -> str:
    """Return the v1 field that names this client: guests have one of their own (docs/protocol.md B.5)."""
    return "guest" if client is not None and client.guest else "user"
