"""An occurrence as the console's SIEM output tells it: one CEF line (docs/protocol.md F.1, F.2). Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import Client, Device, Network
from unifi_scanner.sim.roles import message_of, parameters_of
from unifi_scanner.sim.versions import parse_version

Fields = dict[str, Any]

FIRST: Final = (9, 3)
WITH_UTC: Final = (9, 4)  # docs/protocol.md 0: UNIFIutcTime came with 9.4
NEW_WORDS: Final = (10, 1)  # F.2: new categories from 10.1 on, `UNIFIsubCategory` up to 10.0.162
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
INFO_PRIORITY: Final = 14


class Cef(NamedTuple):
    """The id and names of one signature, its severity, and where each generation files it."""

    id: int
    name: str
    severity: int
    old: tuple[str, str]
    new: str
    new_name: str = ""


WIFI: Final = (("Monitoring", "WiFi"), "Client Devices")
WIRED: Final = (("Monitoring", "Wired"), "Client Devices")
DEVICES: Final = (("System", "Devices"), "UniFi Devices")
UPDATES: Final = (("System", "Updates"), "Software Updates")
LINE: Final = (("Internet", "WAN"), "Internet and WAN")
THREAT: Final = (("Security", "Intrusion Prevention"), "Security")
FIREWALL: Final = (("Security", "Firewall"), "Security")
ADMIN: Final = (("System", "Admin"), "Audit")
POWER: Final = (("Power", "Power"), "Power")

SIGNATURES: Final[Mapping[str, Cef]] = {
    "client_connects": Cef(400, "WiFi Client Connected", 1, *WIFI),
    "client_leaves": Cef(401, "WiFi Client Disconnected", 2, *WIFI),
    "client_roams": Cef(402, "WiFi Client Roamed", 1, *WIFI),
    "client_switches_radio": Cef(402, "WiFi Client Roamed", 1, *WIFI),
    "client_plugs_in": Cef(403, "Wired Client Connected", 1, *WIRED),
    "client_unplugs": Cef(404, "Wired Client Disconnected", 2, *WIRED),
    "device_upgraded": Cef(510, "Device Updated", 4, *UPDATES),
    "device_offline": Cef(512, "Device Offline", 7, *DEVICES),
    "channel_changed": Cef(530, "AP Channel Change", 3, *DEVICES),
    "ip_conflict": Cef(539, "Device IP Address Conflict", 7, *WIFI),
    "wan_down": Cef(100, "Internet Down", 9, *LINE),
    "failover_brief": Cef(105, "Temporary Internet Failover", 6, *LINE),  # told when it is over, as captured
    "isp_latency": Cef(112, "High Latency Detected", 5, *LINE),
    "isp_packet_loss": Cef(113, "Packet Loss Detected", 5, *LINE),
    "threat_detected": Cef(200, "Threat Detected", 7, *THREAT),
    "threat_blocked": Cef(201, "Threat Detected and Blocked", 7, *THREAT),
    "honeypot": Cef(202, "Honeypot Triggered", 8, *THREAT),
    "firewall_blocked": Cef(203, "Blocked by Firewall", 4, *FIREWALL),
    "ups_on_battery": Cef(215, "UPS Battery Power In Use", 7, *POWER),
    "ups_mains_back": Cef(216, "UPS AC Power Restored", 3, *POWER),
    "admin_signs_in": Cef(544, "Admin Accessed UniFi Network", 1, *ADMIN, "Network Accessed"),
    "poor_link": Cef(563, "Poor AP Link Speed", 4, *DEVICES),
    "admin_creates": Cef(545, "Admin Created New Config", 2, *ADMIN, "Config Created"),
    "admin_removes": Cef(549, "Admin Removed Config", 2, *ADMIN, "Config Removed"),
    "admin_changes": Cef(546, "Admin Made Config Changes", 2, *ADMIN, "Config Modified"),
}


def tells_cef(occurrence: Occurrence, version: tuple[int, ...]) -> bool:
    """Say whether a console of this version sends a CEF line about it."""
    return version >= FIRST and occurrence.code.name in SIGNATURES


def cef_line(occurrence: Occurrence, at_ms: int, network: Network, version: str) -> str:
    """Return the CEF record without envelope; ValueError where no signature tells such a thing."""
    signature, number = SIGNATURES.get(occurrence.code.name), parse_version(version)
    if signature is None:
        raise ValueError(f"{occurrence.code.name} is not told in CEF")
    fields = {**_place(signature, network, number), **_fields_of(occurrence, network)}
    if number >= WITH_UTC:
        fields["UNIFIutcTime"] = _iso(at_ms)
    fields["msg"] = _message(occurrence, network)
    name = signature.new_name if signature.new_name and number >= NEW_WORDS else signature.name
    header = ("CEF:0", "Ubiquiti", "UniFi Network", version, signature.id, name, signature.severity)
    told = " ".join(f"{key}={_escaped(value)}" for key, value in fields.items() if value not in (None, ""))
    return "|".join(_header(part) for part in header) + f"|{told}"


def envelope(text: str, at_ms: int, network: Network, *, iso: bool = False) -> str:
    """Return the datagram of a console: priority, local time without year or zone, host; with `iso` a second
    time before the host, as some consoles write it (docs/protocol.md F.1)."""
    second = f"{_iso(at_ms)} " if iso else ""
    host = host_of(network.gateway)
    return f"<{INFO_PRIORITY}>{local_time(at_ms, network.timezone)} {second}{host} {text}\n"


def host_of(device: Device) -> str:
    """Return a device's name as a syslog host name: blanks become hyphens."""
    return "-".join(device.name.split()) or device.mac.replace(":", "")


def local_time(at_ms: int, zone: str) -> str:
    """Return `Mon DD HH:MM:SS` in a console's own zone, the day padded with a blank (F.1)."""
    local = datetime.fromtimestamp(at_ms // 1000, ZoneInfo(zone))
    return f"{MONTHS[local.month - 1]} {local.day:2d} {local:%H:%M:%S}"


def _iso(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def _header(part: object) -> str:
    return str(part).replace("\\", "\\\\").replace("|", "\\|")


def _escaped(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace("=", "\\=")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _message(occurrence: Occurrence, network: Network) -> str:
    v2 = occurrence.code.v2_for(client_known=occurrence.client is not None)
    if v2 is None:
        return SIGNATURES[occurrence.code.name].name
    return message_of(v2.message, parameters_of(v2.message, occurrence, network))


def _place(signature: Cef, network: Network, version: tuple[int, ...]) -> Fields:
    if version >= NEW_WORDS:
        return {"UNIFIcategory": signature.new, "UNIFIhost": network.gateway.name}
    category, sub = signature.old
    return {"UNIFIcategory": category, "UNIFIsubCategory": sub, "UNIFIhost": network.gateway.name}


def _fields_of(occurrence: Occurrence, network: Network) -> Fields:
    known = {**occurrence.extra, **occurrence.facts}
    return BUILDERS.get(occurrence.code.about, _about_device)(occurrence, known, network)


def _client(client: Client | None, prefix: str = "UNIFIclient") -> Fields:
    if client is None:
        return {}
    return {
        f"{prefix}Alias": client.shown_name, f"{prefix}Hostname": client.hostname, f"{prefix}Ip": client.ip,
        f"{prefix}Mac": client.mac,
    }  # fmt: skip


def _device(mac: Any, network: Network, prefix: str = "UNIFIdevice") -> Fields:
    device = network.device(mac)
    if device is None:
        return {f"{prefix}Mac": mac} if mac else {}
    return {
        f"{prefix}Name": device.name, f"{prefix}Ip": device.ip, f"{prefix}Mac": device.mac,
        f"{prefix}Model": device.model, f"{prefix}Version": device.version,
    }  # fmt: skip


def _about_wifi(occurrence: Occurrence, known: Mapping[str, Any], network: Network) -> Fields:
    name, radio = occurrence.code.name, known.get("radio_to") or known.get("radio")
    leaving, here = name == "client_leaves", known.get("ap_to") or known.get("ap")
    places = _device(here, network, "UNIFIlastConnectedToDevice" if leaving else "UNIFIconnectedToDevice")
    if name in {"client_roams", "client_switches_radio"}:
        places |= _device(known.get("ap_from"), network, "UNIFIlastConnectedToDevice")
    return {
        **places, **_client(network.client(occurrence.client)),
        "UNIFIwifiChannel": known.get("channel_to") or known.get("channel"),
        "UNIFIwifiChannelWidth": 20 if radio == "ng" else 80, "UNIFIwifiName": known.get("ssid"),
        "UNIFIwifiBand": radio, "UNIFIwifiAirtimeUtilization": 14, "UNIFIwifiInterference": 9,
        "UNIFIlastConnectedToWiFiRssi" if leaving else "UNIFIWiFiRssi": known.get("signal"),
        **(_stay(known) if leaving else {"UNIFIauthMethod": "wpapsk"}), **_lan(network.client(occurrence.client)),
    }  # fmt: skip


def _about_wired(occurrence: Occurrence, known: Mapping[str, Any], network: Network) -> Fields:
    leaving = occurrence.code.name == "client_unplugs"
    prefix = "UNIFIlastConnectedToDevice" if leaving else "UNIFIconnectedToDevice"
    return {
        **_device(known.get("switch"), network, prefix), f"{prefix}Port": known.get("port"),
        **_client(network.client(occurrence.client)), **_lan(network.client(occurrence.client)),
        **(_stay(known) if leaving else {"UNIFIlinkSpeed": known.get("speed")}),
    }  # fmt: skip


def _about_client(occurrence: Occurrence, known: Mapping[str, Any], network: Network) -> Fields:
    client = network.client(occurrence.client)
    if occurrence.code.name != "firewall_blocked":
        return _client(client)
    return {
        "proto": "TCP", "spt": 47196, "dpt": 443, "act": "blocked", "UNIFIrisk": "low",
        "UNIFIpolicyName": known.get("policy"), "UNIFIpolicyType": "Firewall", "UNIFIdirection": "outgoing",
        "dst": known.get("dest_ip"), **_client(client, "UNIFIsrcClient"), "UNIFIflowCount": 1,
    }  # fmt: skip


def _about_threat(occurrence: Occurrence, known: Mapping[str, Any], network: Network) -> Fields:
    client = network.client(occurrence.client)
    return {
        "proto": known["proto"], "spt": known["src_port"], "dpt": known["dest_port"],
        "act": known["inner_alert_action"], "app": "Other", "UNIFIrisk": "medium",
        "UNIFIpolicyName": known["inner_alert_category"], "UNIFIpolicyType": "IDS/IPS",
        "UNIFIdirection": "outgoing" if client else "incoming", **_device(network.gateway.mac, network),
        "src": known["src_ip"], "dst": known["dest_ip"], **_client(client, "UNIFIsrcClient"),
        "UNIFIflowCount": 1, "UNIFIipsSessionId": known.get("flow_id"),
        "UNIFIipsSignature": known["inner_alert_signature"],
        "UNIFIipsSignatureId": known["inner_alert_signature_id"],
    }  # fmt: skip


def _about_wan(_occurrence: Occurrence, known: Mapping[str, Any], network: Network) -> Fields:
    return {
        **_device(network.gateway.mac, network), "UNIFIwanName": "Internet 1",
        "UNIFIwanId": {"WAN": "WAN1"}.get(str(known.get("wan")), known.get("wan")),  # as a captured line of 10.4.57
        "UNIFIwanPort": known.get("wan_port"), "UNIFIwanIsp": known.get("isp"),
    }  # fmt: skip


def _about_admin(occurrence: Occurrence, known: Mapping[str, Any], _network: Network) -> Fields:
    name = str(known.get("admin", "")).removeprefix("Admin[").removesuffix("]")
    change = {"UNIFIsettingsSection": known.get("section"), "UNIFIsettingsEntry": known.get("setting")}
    return {
        "UNIFIaccessMethod": known.get("platform"),
        **(change if occurrence.code.name.startswith("admin_") and occurrence.code.name != "admin_signs_in" else {}),
        "UNIFIadmin": name, "src": known.get("ip"),
    }  # fmt: skip


def _about_device(occurrence: Occurrence, known: Mapping[str, Any], network: Network) -> Fields:
    changed = {"UNIFIcurrentChannel": known.get("channel_to"), "UNIFIpriorChannel": known.get("channel_from")}
    return {**_device(occurrence.device, network), **(changed if known.get("channel_from") else {})}


def _lan(client: Client | None) -> Fields:
    if client is None:
        return {}
    subnet = f"{client.ip.rpartition('.')[0]}.0/24"
    return {"UNIFInetworkName": client.network, "UNIFInetworkSubnet": subnet, "UNIFInetworkVlan": 1}


def _stay(known: Mapping[str, Any]) -> Fields:
    volume = int(known.get("bytes", 0)) / 1024
    return {
        "UNIFIduration": _span(known.get("duration")),
        "UNIFIusageDown": f"{volume * 0.8:.2f} KB", "UNIFIusageUp": f"{volume * 0.2:.2f} KB",
    }  # fmt: skip


def _span(seconds: Any) -> str | None:
    if seconds is None:
        return None
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return " ".join(f"{n}{unit}" for n, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if n) or "0s"


Builder = Callable[[Occurrence, Mapping[str, Any], Network], Fields]

BUILDERS: Final[Mapping[str, Builder]] = {
    "wifi": _about_wifi, "wired": _about_wired, "client": _about_client, "threat": _about_threat,
    "wan": _about_wan, "admin": _about_admin,
}  # fmt: skip
