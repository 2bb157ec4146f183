"""Wi-Fi lines of access points: hostapd, stahtd, wevent, mcad (docs/protocol.md F.4). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from unifi_scanner.logs.reading import present, signal_of, text_of
from unifi_scanner.logs.told import Told
from unifi_scanner.models.device import canonical_mac

_MAC = r"([0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5})"
_STATION = re.compile(rf"(\S{{1,32}}): STA {_MAC} (.{{0,200}})")
_CONTROL = re.compile(rf"(?:\S{{1,32}}: )?(AP-STA-[A-Z-]{{1,40}}) {_MAC}")
_CUSTOM = re.compile(rf"wevent\.ubnt_custom_event\(\): (EVENT_STA_[A-Z]{{1,20}}) (\S{{1,32}}): {_MAC}")
_ANOMALY = re.compile(r"\S{1,64}log_sta_anomalies\(\): (.{0,500})")
# the longest words first: "disassociated" holds "associated"
_STEPS = (
    ("denied association", "wifi.denied"),
    ("invalid MIC in msg 2/4", "wifi.sign_in_failed"),
    ("disassociated", "wifi.left"),
    ("deauthenticated", "wifi.left"),
    ("associated", "wifi.associated"),
    ("", "wifi.step"),
)
_CONTROLS = {
    "AP-STA-CONNECTED": "wifi.associated",
    "AP-STA-DISCONNECTED": "wifi.left",
    "AP-STA-POSSIBLE-PSK-MISMATCH": "wifi.sign_in_failed",
}
_CUSTOMS = {"EVENT_STA_JOIN": "wifi.associated", "EVENT_STA_LEAVE": "wifi.left"}
_TRACKED = {
    "sta_roam": "wifi.moved",
    "sta_leave": "wifi.left",
    "soft failure": "wifi.trouble",
    "failure": "wifi.trouble",
    "dns timeout": "wifi.no_names",
}
_ANOMALIES = {
    "tcp_latency": "answers came slowly",
    "low_phy_rate": "the radio link was slow",
    "wifi_retries": "much had to be sent twice",
    "dns_latency": "the name service answered slowly",
    "poor_signal": "the signal was weak",
}
_SILENT = "it was silent for too long"


def read_hostapd(text: str) -> Told | None:
    """Return what hostapd says of a client."""
    match = _STATION.match(text)
    if match is not None:
        iface, mac, what = match.groups()
        kind = next(kind for words, kind in _STEPS if words in what)
        reason = _SILENT if kind == "wifi.left" and "inactivity" in what else None
        return Told(kind, present(iface=iface, reason=reason), canonical_mac(mac))
    control = _CONTROL.match(text)
    if control is None:
        return None
    return Told(_CONTROLS.get(control.group(1), "wifi.step"), {}, canonical_mac(control.group(2)))


def read_wevent(text: str) -> Told | None:
    """Return what an access point's own event says: `EVENT_STA_LEAVE ath0: … / 3`."""
    match = _CUSTOM.match(text)
    if match is None:
        return None
    return Told(
        _CUSTOMS.get(match.group(1), "wifi.step"), {"iface": match.group(2)}, canonical_mac(match.group(3))
    )


def read_stahtd(text: str) -> Told | None:
    """Return what the client tracker says of one attempt to join."""
    record = json_in(text)
    if record is None:
        return None
    kind = _TRACKED.get(str(record.get("event_type")), "wifi.step")
    facts = present(iface=text_of(record.get("vap")), signal=signal_of(record.get("avg_rssi")))
    return Told(kind, facts, canonical_mac(record.get("mac")))


def read_mcad(text: str) -> Told | None:
    """Return whose Wi-Fi was poor, and in what way."""
    match = _ANOMALY.match(text)
    if match is None:
        return None
    fields = dict(word.split("=", 1) for word in match.group(1).split() if "=" in word)
    reasons = [_ANOMALIES.get(one, "") for one in fields.get("anomalies", "").split(",")]
    facts = present(iface=fields.get("vap"), reason=", ".join(filter(None, reasons)))
    return Told("wifi.poor", facts, canonical_mac(fields.get("sta")))


def json_in(text: str) -> Mapping[str, Any] | None:
    """Return the JSON object a line ends with, or None."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        value = msgspec.json.decode(text[start:].rstrip())
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
