"""Who plays in a happening when the script leaves it open: which client, which device. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import msgspec

from unifi_scanner.sim.codes import DEVICE_GROUPS, Code
from unifi_scanner.sim.moment import Moment
from unifi_scanner.sim.network import Client, Device, Network, mac_of
from unifi_scanner.sim.state import State

NEED_CLIENT: Final = frozenset({"wifi", "wired", "client", "guest", "blocking", "anomaly", "wifi line"})
NEED_PRESENCE: Final = frozenset({"client_leaves", "client_roams", "client_switches_radio", "client_unplugs"})


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a happening's cast: names or MACs, and the letters its event code must have."""

    code: Code
    group: str = ""
    client: str | None = None
    device: str | None = None
    among: tuple[str, ...] = ()
    fields: Mapping[str, Any] = {}


def cast(role: Role, state: State, rng: Random, at_ms: int) -> Moment | None:
    """Return what the happening is composed from now, or None where it cannot be (a roam with nowhere to go)."""
    code, network = role.code, state.network
    client = network.client(role.client) or _client_for(role, state)
    device = network.device(role.device) or _strange_device(role)
    if device is None and code.name in {"client_connects", "client_roams"} and client is not None:
        device = _choose_ap(client, role, state, rng)
        if device is None:
            return None
    device = device or _default_device(role, network)
    if device is not None and role.group in DEVICE_GROUPS and device.group != role.group:
        device = msgspec.structs.replace(device, group=role.group)
    return Moment(
        at_ms=at_ms, network=network, state=state, rng=rng, client=client, given=role.fields, device=device
    )


def _client_for(role: Role, state: State) -> Client | None:
    """Return a client nobody knows when one was named, else one of the network's that fits the happening."""
    network, code = state.network, role.code
    if role.client:
        ssid = network.ssids[0] if code.about in {"wifi", "wifi line"} and network.ssids else None
        mac = role.client.lower() if role.client.count(":") == 5 else mac_of("9a:00:00", role.client)
        return Client(
            name="", hostname="", mac=mac, ip="192.168.1.250", ssid=ssid, guest=role.group[1:] == "G"
        )
    if code.about not in NEED_CLIENT:
        return None
    present, wired = code.name in NEED_PRESENCE, code.about == "wired"
    guest = role.group[1:] == "G" or code.about == "guest"

    def misfit(client: Client) -> tuple[bool, bool, bool]:
        return (
            client.wired is not wired,
            client.guest is not guest,
            (client.mac in state.online) is not present,
        )

    return min(network.clients, key=misfit, default=None)


def _strange_device(role: Role) -> Device | None:
    """Return a device that only its MAC is known of, when that is how it was named."""
    if role.device is None or role.device.count(":") != 5:
        return None
    group = role.group if role.group in DEVICE_GROUPS else "AP"
    return Device(group=group, name="", model="", mac=role.device.lower(), ip="", version="1.0.0.1")


def _default_device(role: Role, network: Network) -> Device | None:
    named = next((d for d in network.devices if d.group == role.group), None)
    if named is not None:
        return named
    match role.code.about:
        case "wan" | "dhcp" | "threat":
            return network.gateway
        case "device" | "device admin" | "ap":
            return network.gateway if role.group in {"GW", "DM", "XG"} else (*network.aps, network.gateway)[0]
        case "port" | "switch":
            return (*network.switches, network.gateway)[0]
        case _:
            return None


def _choose_ap(client: Client, role: Role, state: State, rng: Random) -> Device | None:
    """Return the access point to go to: among those named, those near the client's home, else any that is up."""
    presence = state.online.get(client.mac)
    here = presence.ap if presence is not None and role.code.name == "client_roams" else None
    network = state.network
    named = [ap for name in (role.among or client.home) if (ap := network.device(name)) is not None]
    for choices in (named, list(network.aps)):
        fitting = [ap for ap in choices if ap.mac != here and state.is_up(ap)]
        if fitting:
            return rng.choice(fitting)
    return None
