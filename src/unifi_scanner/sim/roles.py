"""The `parameters` of a system-log row: one object per role (docs/protocol.md D.3). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import Network, digest

Parameter = dict[str, Any]
ROLE: Final = re.compile(r"\{([A-Z0-9_]+)\}")
BANDS: Final = {"na": "5 GHz", "ng": "2.4 GHz"}


def parameters_of(template: str, occurrence: Occurrence, network: Network) -> dict[str, Parameter]:
    """Return the parameters that the template's placeholders and the row's target need."""
    known = {**occurrence.extra, **occurrence.facts}
    built = {
        role: ROLES[role](occurrence, known, network) for role in ROLE.findall(template) if role in ROLES
    }
    if occurrence.code.is_threat:
        built["DEVICE"] = _device(network.gateway.mac, network)
    return {role: parameter for role, parameter in built.items() if parameter}


def message_of(template: str, parameters: Mapping[str, Parameter]) -> str:
    """Return the template with its placeholders filled, as 9.x renders it (docs/protocol.md D.3)."""

    def fill(match: re.Match[str]) -> str:
        parameter = parameters.get(match[1], {})
        return str(parameter.get("name") or parameter.get("hostname") or parameter.get("id") or match[0])

    return ROLE.sub(fill, template)


Builder = Callable[[Occurrence, Mapping[str, Any], Network], Parameter]


def _client(occurrence: Occurrence, _known: Mapping[str, Any], network: Network) -> Parameter:
    client = network.client(occurrence.client)
    if client is None:
        return {"id": occurrence.client} if occurrence.client else {}
    named = {"name": client.shown_name} if client.shown_name else {}
    hostname = {"hostname": client.hostname} if client.hostname else {}
    return {"id": client.mac, **named, **hostname, "ip": client.ip}


def _device(mac: Any, network: Network) -> Parameter:
    device = network.device(mac)
    if device is None:
        return {"id": mac} if mac else {}
    return {"id": device.mac, "name": device.name, "ip": device.ip, "model": device.model}


def _told_device(occurrence: Occurrence, _known: Mapping[str, Any], network: Network) -> Parameter:
    return _device(occurrence.device, network)


def _port_of(occurrence: Occurrence, known: Mapping[str, Any], network: Network) -> Parameter:
    switch = network.device(known.get("switch") or occurrence.device)
    if switch is None:
        return {}
    return {"id": switch.mac, "name": f"{switch.name} Port {known.get('port', 1)}"}


def _by(field: str, **shape: str) -> Builder:
    """Return a builder that gives the known `field` under the keys named in `shape`."""

    def build(_o: Occurrence, known: Mapping[str, Any], _n: Network) -> Parameter:
        value = known.get(field)
        return {} if value is None else {key: form.format(value) for key, form in shape.items()}

    return build


def _device_at(field: str) -> Builder:
    return lambda _o, known, network: _device(known.get(field), network)


def _channel(*fields: str) -> Builder:
    def build(_o: Occurrence, known: Mapping[str, Any], _n: Network) -> Parameter:
        channel = next((known[f] for f in fields if known.get(f)), None)
        return {"id": str(channel), "radio_band": known.get("radio", "na")} if channel else {}

    return build


def _wifi_stats(_o: Occurrence, known: Mapping[str, Any], _n: Network) -> Parameter:
    radio = str(known.get("radio_to") or known.get("radio") or "na")
    channel = known.get("channel_to") or known.get("channel")
    return {"name": f"Ch. {channel} ({BANDS.get(radio, radio)}), {known.get('signal', '-60')} dBm"}


def _wlan(_o: Occurrence, known: Mapping[str, Any], _n: Network) -> Parameter:
    return {"id": digest("wlan", known.get("ssid")), "name": known["ssid"]} if known.get("ssid") else {}


def _lan(_o: Occurrence, known: Mapping[str, Any], _n: Network) -> Parameter:
    name = known.get("network") or known.get("network_name")
    return {"id": digest("lan", name), "name": name} if name else {}


def _admin(_o: Occurrence, known: Mapping[str, Any], _n: Network) -> Parameter:
    name = str(known.get("admin", "")).removeprefix("Admin[").removesuffix("]")
    return {"id": digest("admin", name), "name": name}


def _duration(_o: Occurrence, known: Mapping[str, Any], _n: Network) -> Parameter:
    seconds = int(known.get("duration", 0))
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = " ".join(f"{n}{u}" for n, u in ((hours, "h"), (minutes, "m"), (left, "s")) if n) or "0s"
    return {"id": str(seconds), "name": text}


def _volume(share: float) -> Builder:
    def build(_o: Occurrence, known: Mapping[str, Any], _n: Network) -> Parameter:
        return {"name": f"{int(known.get('bytes', 0)) * share / 1024 / 1024:.2f} MB"}

    return build


ROLES: Final[Mapping[str, Builder]] = {
    "CLIENT": _client,
    "SRC_CLIENT": _client,
    "DEVICE": _told_device,
    "NEAREST_AP": _told_device,
    "DEVICE_FROM": _device_at("ap_from"),
    "DEVICE_TO": _device_at("ap_to"),
    "DEVICE_WITH_PORT": _port_of,
    "WLAN": _wlan,
    "NETWORK": _lan,
    "WIFI_STATS": _wifi_stats,
    "SIGNAL_STRENGTH": _by("signal", name="{}"),
    "PREVIOUS_SIGNAL_STRENGTH": _by("previous_signal", name="{}"),
    "CHANNEL": _channel("channel_to", "radar_channel", "channel"),
    "PREVIOUS_CHANNEL": _channel("channel_from"),
    "FREQUENCY": _by("freq", name="{}"),
    "DURATION": _duration,
    "DATA_UP": _volume(0.2),
    "DATA_DOWN": _volume(0.8),
    "CONNECTION_SPEED": _by("speed", name="{}"),
    "VERSION": _by("version_to", name="{}"),
    "PREVIOUS_VERSION": _by("version_from", name="{}"),
    "WAN_ID": _by("wan", id="{}"),
    "ISP_NAME": _by("isp", name="{}"),
    "FAILOVER_WAN_ID": lambda _o, _k, _n: {"id": "WAN2"},
    "FAILOVER_ISP_NAME": _by("backup_isp", name="{}"),
    "PORT": lambda _o, known, _n: {"id": str(known.get("wan_port") or known.get("port", ""))},
    "ADMIN": _admin,
    "PLATFORM": _by("platform", name="{}"),
    "IP": _by("ip", id="{}", name="{}"),
    "SRC_IP": _by("src_ip", id="{}", name="{}"),
    "DST_IP": _by("dest_ip", id="{}", name="{}"),
    "TRIGGER": lambda _o, known, _n: {
        "id": digest("policy", known.get("policy")),
        "name": str(known.get("policy")),
    },
    "ESSID": _by("essid", name="{}"),
    "BSSID": _by("mac", id="{}", name="{}"),
    "SETTING_NAME": _by("setting", name="{}"),
    "SECTION": _by("section", name="{}"),
}
