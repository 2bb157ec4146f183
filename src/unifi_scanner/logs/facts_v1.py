"""Facts from v1 events: WebSocket items, `stat/event`, alarms and IPS rows (docs/protocol.md B.5, C.4). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unifi_scanner.logs.reading import (
    BLOCKED,
    address_of,
    band_of,
    direction_of,
    duration_words,
    first_text,
    int_of,
    mac_of,
    outcome_of,
    present,
    seconds_of,
    text_of,
)
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook, canonical_mac
from unifi_scanner.models.vocabulary import kind_of_v1

CLIENT_FIELDS = ("user", "guest", "client", "mac")
DEVICE_ROLES = ("ap", "sw", "dm", "xg", "gw", "bb", "lte", "dev")
WAN_STATES = {
    "active": "wan.restored",
    "up": "wan.restored",
    "inactive": "wan.down",
    "down": "wan.down",
    "failed": "wan.down",
}
CLIENT_GROUPS = frozenset({"WU", "WG", "LU", "LG", "WC", "LC", "HS"})


def group_of(key: str) -> str:
    """Return the group of an `EVT_` code: `WU` of `EVT_WU_Roam`."""
    return key.split("_", 2)[1] if key.startswith("EVT_") and key.count("_") >= 2 else ""


def kind_of(key: str, item: Mapping[str, Any]) -> str:
    """Return the Kind, which for WAN changes and IPS alerts depends on the fields."""
    kind = kind_of_v1(key)
    if kind == "wan.changed":
        return WAN_STATES.get(str(item.get("state", "")).lower(), kind)
    if kind == "threat.detected" and outcome_of(first_text(item, "inner_alert_action", "action")) == BLOCKED:
        return "threat.blocked"
    return kind


def subject_of(key: str, item: Mapping[str, Any], names: NameBook) -> Subject:
    """Return whom the event is about; the MAC is in a field named after the role, not in `mac`."""
    group = group_of(key)
    if group in CLIENT_GROUPS or not group or item.get("guest"):
        return _client(item, names)
    if group == "IPS":
        client = next((mac for mac in map(canonical_mac, _ends(item)) if mac in names.clients), None)
        return Subject(
            client_mac=client,
            client_name=names.clients.get(client or ""),
            device_mac=mac_of(item, "host", "gw", "dm"),
            device_name=_device_name(item, names, "host", "gw", "dm"),
        )
    return _device(group.lower(), item, names)


def _ends(item: Mapping[str, Any]) -> tuple[Any, Any]:
    # a stranger's end has the MAC of what stands before the gateway, if any: only those we know are clients
    return item.get("src_mac"), item.get("dst_mac")


def _client(item: Mapping[str, Any], names: NameBook) -> Subject:
    mac = mac_of(item, *CLIENT_FIELDS)
    ap = mac_of(item, "ap", "ap_from", "sw")
    hostname = first_text(item, "user_displayName", "guest_displayName", "hostname", "name")
    return Subject(
        client_mac=mac,
        client_name=names.clients.get(mac or "") or hostname,
        device_mac=ap,
        device_name=_device_name(item, names, "ap", "sw") or names.of(ap),
    )


def _device(role: str, item: Mapping[str, Any], names: NameBook) -> Subject:
    roles = tuple(dict.fromkeys((role, *DEVICE_ROLES)))
    mac = mac_of(item, *roles) or (mac_of(item, "mac") if role == "ad" else None)
    return Subject(
        device_mac=mac,
        device_name=_device_name(item, names, *roles) or names.of(mac) or text_of(item.get("device_name")),
    )


def _device_name(item: Mapping[str, Any], names: NameBook, *roles: str) -> str | None:
    for role in roles:
        name = first_text(item, f"{role}_displayName", f"{role}_name")
        if name:
            return name
        known = names.of(canonical_mac(item.get(role)))
        if known:
            return known
    return None


def facts_of_event(item: Mapping[str, Any], names: NameBook) -> dict[str, Any]:
    """Return what the event says besides its subject, under our own names."""
    seconds = seconds_of(item.get("duration"))
    ap_from, ap_to = canonical_mac(item.get("ap_from")), canonical_mac(item.get("ap_to"))
    facts = present(
        ssid=first_text(item, "ssid", "essid"),
        channel=first_text(item, "channel", "radar_channel"),
        channel_from=text_of(item.get("channel_from")),
        channel_to=text_of(item.get("channel_to")),
        band=band_of(item.get("radio")),
        band_from=band_of(item.get("radio_from")),
        band_to=band_of(item.get("radio_to")),
        ap_from=names.of(ap_from) or text_of(item.get("ap_from")),
        ap_to=names.of(ap_to) or text_of(item.get("ap_to")),
        ap_from_mac=ap_from,
        ap_to_mac=ap_to,
        port=text_of(item.get("port")),
        vlan=text_of(item.get("vlan")),
        ip=address_of(item.get("ip")),
        network=first_text(item, "network", "network_name"),
        duration=None if seconds is None else duration_words(seconds),
        duration_s=seconds,
        bytes=int_of(item.get("bytes")),
        admin=_admin(item.get("admin")),
        iface=text_of(item.get("iface")),
        wan=text_of(item.get("iface")),
        state=text_of(item.get("state")),
        version_from=text_of(item.get("version_from")),
        version_to=first_text(item, "version_to", "version"),
        other_mac=canonical_mac(item.get("mac")) if item.get("sw") else None,
        bssid=canonical_mac(item.get("mac")) if "Rogue" in str(item.get("key")) else None,
        guest=True if item.get("guest") else None,
        amount=_vouchers(item),
    )
    return facts | (threat_facts(item, names) if "src_ip" in item else {})


def _vouchers(item: Mapping[str, Any]) -> str | None:
    """Return how many vouchers were made or removed, where it was more than one (docs/protocol.md B.6)."""
    count = int_of(item.get("num") or item.get("count")) if "Voucher" in str(item.get("key")) else None
    return str(count) if count and count > 1 else None


def _admin(value: Any) -> str | None:
    text = text_of(value)
    if text and text.startswith("Admin[") and text.endswith("]"):
        return text[6:-1].strip() or None
    return text


def flat_threat(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an IPS row whose alert is an object of its own in the flat spelling (docs/protocol.md C.4)."""
    nested = next((item[f] for f in ("inner_alert", "alert") if isinstance(item.get(f), Mapping)), None)
    if nested is None:
        return item
    return {**{f"inner_alert_{name}": value for name, value in nested.items()}, **item}


def threat_facts(item: Mapping[str, Any], names: NameBook) -> dict[str, Any]:
    """Return the facts of an IPS row in its flat spelling (docs/protocol.md C.4)."""
    source, destination = (
        address_of(item.get("src_ip")),
        address_of(item.get("dest_ip") or item.get("dst_ip")),
    )
    category = item.get("catname")
    return present(
        src_ip=source,
        dst_ip=destination,
        src_port=text_of(item.get("src_port")),
        dst_port=first_text(item, "dest_port", "dst_port"),
        attacker=names.of(canonical_mac(item.get("src_mac"))) or source,
        target=names.of(canonical_mac(item.get("dst_mac"))) or destination,
        threat=first_text(item, "inner_alert_signature", "signature"),
        threat_category=first_text(item, "inner_alert_category")
        or text_of(category[0] if isinstance(category, list) and category else category),
        signature_id=first_text(item, "inner_alert_signature_id", "signature_id"),
        threat_severity=int_of(item.get("inner_alert_severity")),
        action=outcome_of(first_text(item, "inner_alert_action", "action")),
        direction=direction_of(source, destination),
        proto=text_of(item.get("proto")),
    )
