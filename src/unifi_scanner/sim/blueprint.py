"""From a scenario file's tables to a network, and to the certainty that the script fits it. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from unifi_scanner.sim.code_table import find_code
from unifi_scanner.sim.network import MAC, Client, Device, Network, mac_of, repeated
from unifi_scanner.sim.scenario_file import ApSpec, At, ClientSpec, Every, ScenarioFile, duration_ms

FAULTS: Final = frozenset({
    "disconnect", "expire_sessions", "rotate_csrf", "malformed", "huge_frame", "limit_logins", "refuse_sockets",
    "accept_sockets", "fail", "recover", "close_at_once", "upgrade", "restart", "twist",
})  # fmt: skip
CHANNELS: Final = ((36, 1), (52, 6), (100, 11), (149, 1), (44, 6), (116, 11))


class ScenarioError(ValueError):
    """The scenario cannot be played; the message names the file and the key."""

    def __init__(self, path: str | Path, key: str, message: str) -> None:
        super().__init__(f"{path}: {key}: {message}")
        self.path = str(path)
        self.key = key


def build_network(file: ScenarioFile, path: str | Path) -> Network:
    """Return the network the file draws; ScenarioError where it cannot exist."""
    spec = file.network
    if spec.gateway.kind not in {"DM", "GW", "XG"}:
        raise ScenarioError(path, "network.gateway.kind", 'must be "DM", "GW" or "XG"')
    specs: list[tuple[str, ApSpec]] = [(spec.gateway.kind, spec.gateway)]
    specs += [("AP", ap) for ap in spec.aps] + [("SW", switch) for switch in spec.switches]
    devices = tuple(_device(group, one, index, file.seed) for index, (group, one) in enumerate(specs))
    clients = tuple(_client(one, index, file.seed) for index, one in enumerate(spec.clients))
    if twice := repeated([*(d.name for d in devices), *(d.mac for d in devices), *(c.mac for c in clients)]):
        raise ScenarioError(path, "network", f"these are there twice: {', '.join(twice)}")
    _check_macs(devices, clients, path)
    _check_uplinks(devices, path)
    return Network(devices=devices, clients=clients, timezone=spec.timezone, isp=spec.isp)


def _device(group: str, spec: ApSpec, index: int, seed: int) -> Device:
    na, ng = CHANNELS[index % len(CHANNELS)]
    return Device(
        group=group, name=spec.name, model=spec.model, ip=f"192.168.1.{index + 1}", version=spec.version,
        mac=spec.mac or mac_of("d0:21:f9", seed, group, spec.name), ports=getattr(spec, "ports", 1),
        channels=(("ng", ng), ("na", na)) if group == "AP" else (),
        uplink=spec.uplink, uplink_port=spec.uplink_port,
    )  # fmt: skip


def _client(spec: ClientSpec, index: int, seed: int) -> Client:
    return Client(
        name=spec.name, hostname=spec.hostname, ssid=spec.ssid, network=spec.network, switch=spec.switch,
        mac=spec.mac or mac_of("3c:22:fb" if spec.ssid else "00:11:32", seed, "client", index, spec.name),
        ip=f"192.168.{10 if spec.guest else 1}.{100 + index % 150}", port=spec.port or index % 16 + 2,
        guest=spec.guest, always=spec.always, fixed=spec.fixed, home=tuple(spec.home),
    )  # fmt: skip


def _check_macs(devices: tuple[Device, ...], clients: tuple[Client, ...], path: str | Path) -> None:
    everyone: tuple[Device | Client, ...] = (*devices, *clients)
    for one in everyone:
        if not MAC.match(one.mac):
            raise ScenarioError(path, "network", f"{one.mac!r} ({one.name}) is not a MAC in lower case")


def _check_uplinks(devices: tuple[Device, ...], path: str | Path) -> None:
    above = {device.name: device.uplink for device in devices}
    for device in devices:
        seen, name = {device.name}, device.uplink
        while name is not None:
            if name not in above or name in seen:
                raise ScenarioError(path, "network", f"{device.name} cannot hang on {name!r}")
            seen.add(name)
            name = above[name]


def check_happenings(file: ScenarioFile, network: Network, path: str | Path) -> None:
    """Raise ScenarioError for the first happening or fault that this network cannot have."""
    for index, one in enumerate(file.at):
        key = f"at[{index}]"
        read_duration(one.at, path, f"{key}.at")
        if one.repeat is not None:
            read_duration(one.repeat.every, path, f"{key}.repeat.every")
        _check_names(one, network, path, key)
    for index, often in enumerate(file.every):
        key = f"every[{index}]"
        if read_duration(often.every, path, f"{key}.every") <= 0:
            raise ScenarioError(path, f"{key}.every", "must be more than 0")
        read_duration(often.start, path, f"{key}.start")
        _check_names(often, network, path, key)
    for index, fault in enumerate(file.fault):
        read_duration(fault.at, path, f"fault[{index}].at")
        if fault.do not in FAULTS:
            raise ScenarioError(
                path, f"fault[{index}].do", f"{fault.do!r} is none of {', '.join(sorted(FAULTS))}"
            )


def _check_names(one: At | Every, network: Network, path: str | Path, key: str) -> None:
    try:
        find_code(one.what, one.fields)
    except KeyError:
        raise ScenarioError(path, f"{key}.what", f"nothing called {one.what!r} can happen") from None
    if one.client is not None and network.client(one.client) is None and not MAC.match(one.client):
        raise ScenarioError(path, f"{key}.client", f"the network has no client {one.client!r}")
    for word, name in (("device", one.device), ("to", one.to), *(("among", name) for name in one.among)):
        if name is not None and network.device(name) is None:
            raise ScenarioError(path, f"{key}.{word}", f"the network has no device {name!r}")


def read_duration(text: str, path: str | Path, key: str) -> int:
    """Return a duration in milliseconds; ScenarioError, naming the key, where it is none."""
    try:
        return duration_ms(text)
    except ValueError as exc:
        raise ScenarioError(path, key, str(exc)) from exc
