"""Facts from system-log rows, alert rows and administrators' activity (docs/protocol.md D.3, D.5, G). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from unifi_scanner.logs.reading import (
    BLOCKED,
    NOT_BLOCKED,
    address_of,
    band_of,
    direction_of,
    duration_words,
    first_text,
    line_id_of,
    present,
    said,
    seconds_of,
    signal_of,
    text_of,
)
from unifi_scanner.logs.redaction import is_secret
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook, canonical_mac
from unifi_scanner.models.vocabulary import UNKNOWN_KIND, kind_of_v2

CLIENT_ROLES = ("SRC_CLIENT", "CLIENT", "DST_CLIENT", "USER")
DEVICE_ROLES = (
    "DEVICE",
    "DEVICE_WITH_PORT",
    "DEVICE_FROM",
    "SRC_DEVICE",
    "DST_DEVICE",
    "CONNECTED_DEVICE_WITH_PORT",
    "ACCESS_POINTS",
    "UPLINK",
)
_PORT = re.compile(r"^(.*?)\s+Port\s+(\d+)$", re.IGNORECASE)
_ROLE = re.compile(r"\{(\w+)\}")
_FIRST_ROLES = ("SECTION", "SETTING_NAME", "OBJECT")


def _role(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    parameters = row.get("parameters")
    value = parameters.get(name) if isinstance(parameters, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _id(row: Mapping[str, Any], role: str) -> str | None:
    value = _role(row, role)
    return first_text(
        value, "id", "target_id"
    )  # target_id: the same thing in the console's own alert rows (G)


def _name(row: Mapping[str, Any], role: str) -> str | None:
    return first_text(_role(row, role), "name", "hostname", "id", "target_id")


def _mac(row: Mapping[str, Any], role: str) -> str | None:
    return canonical_mac(_id(row, role))


def kind_of(row: Mapping[str, Any]) -> str:
    """Return the Kind; a roam that ends where it began is a change of radio (docs/protocol.md E)."""
    kind = kind_of_v2(str(row.get("key") or ""), str(row.get("event") or ""))
    if kind == "client.roamed":
        start, end = _mac(row, "DEVICE_FROM"), _mac(row, "DEVICE_TO")
        return "client.switched_radio" if start and start == end else kind
    if (
        kind in ("client.connected", "client.disconnected")
        and not _role(row, "WLAN")
        and _role(row, "DEVICE_WITH_PORT")
    ):
        return kind.replace("client.", "client.wired_")
    return kind


def subject_of(row: Mapping[str, Any], names: NameBook) -> Subject:
    """Return whom the row is about; an id counts as a MAC only where it has the shape of one."""
    client = next((r for r in CLIENT_ROLES if _role(row, r)), "CLIENT")
    device = next((r for r in DEVICE_ROLES if _mac(row, r)), None) or next(
        (r for r in DEVICE_ROLES if _role(row, r)), "DEVICE"
    )
    client_mac, device_mac = _mac(row, client), _mac(row, device)
    device_name = _port_split(_name(row, device))[0]
    return Subject(
        client_mac=client_mac,
        client_name=names.clients.get(client_mac or "") or first_text(_role(row, client), "name", "hostname"),
        device_mac=device_mac,
        device_name=device_name if device_name != device_mac else names.of(device_mac),
    )


def _port_split(text: str | None) -> tuple[str | None, str | None]:
    match = _PORT.match(text) if text else None
    return (match.group(1), match.group(2)) if match else (text, None)


def facts_of_row(row: Mapping[str, Any], names: NameBook) -> dict[str, Any]:
    """Return what the row says besides its subject, under our own names."""
    facts = _where_facts(row, names) | _line_facts(row) | _threat_facts(row) | _change_facts(row)
    return (
        facts
        if kind_of(row) != UNKNOWN_KIND
        else facts | present(said=said(sentence_from_template(row), names))
    )


def _where_facts(row: Mapping[str, Any], names: NameBook) -> dict[str, Any]:
    ap_from, ap_to = _mac(row, "DEVICE_FROM"), _mac(row, "DEVICE_TO")
    port = _port_split(_name(row, "DEVICE_WITH_PORT"))[1]
    channel, before = _role(row, "CHANNEL"), _role(row, "PREVIOUS_CHANNEL")
    return present(
        ssid=first_text(_role(row, "WLAN"), "name") or _name(row, "ESSID"),
        network=first_text(_role(row, "NETWORK"), "name") or _name(row, "NETWORK_OR_WLAN"),
        channel=first_text(channel, "id", "name"),
        channel_to=first_text(channel, "id", "name") if before else None,
        channel_from=first_text(before, "id", "name"),
        band=band_of(channel.get("radio_band")) or band_of(_name(row, "RADIO_BAND")),
        band_to=band_of(_name(row, "RADIO_BAND")),
        band_from=band_of(_name(row, "PREVIOUS_RADIO_BAND")),
        ap_from=_name(row, "DEVICE_FROM")
        if ap_from is None
        else (names.of(ap_from) or _name(row, "DEVICE_FROM")),
        ap_to=_name(row, "DEVICE_TO") if ap_to is None else (names.of(ap_to) or _name(row, "DEVICE_TO")),
        ap_from_mac=ap_from,
        ap_to_mac=ap_to,
        port=_id(row, "PORT") or port,
        signal=signal_of(_name(row, "SIGNAL_STRENGTH")) or signal_of(_name(row, "RSSI")),
        signal_before=signal_of(_name(row, "PREVIOUS_SIGNAL_STRENGTH")),
        bssid=_mac(row, "BSSID"),
        link_speed=_name(row, "CONNECTION_SPEED"),
        devices=_name(row, "DEVICES"),
        ip=address_of(_id(row, "IP")) or address_of(_id(row, "REMOTE_IP")),
    )


def _line_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    duration = _role(row, "DURATION")
    # an id beside a name is seconds (docs/protocol.md D.3)
    seconds = seconds_of(duration.get("id")) if duration.get("id") else seconds_of(duration.get("name"))
    wan = _name(row, "WAN_NAME") or _name(row, "WAN_ID")
    return present(
        wan=wan,
        wan_id=line_id_of(_id(row, "WAN_ID")),
        isp=None if wan == _name(row, "ISP_NAME") else _name(row, "ISP_NAME"),
        failover_wan=_name(row, "FAILOVER_WAN_NAME") or _name(row, "FAILOVER_WAN_ID"),
        duration=None if seconds is None else duration_words(seconds),
        duration_s=seconds,
        latency=_name(row, "LATENCY"),
    )


def _threat_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    source = address_of(_id(row, "SRC_IP")) or address_of(_role(row, "SRC_CLIENT").get("ip"))
    destination = address_of(_id(row, "DST_IP")) or address_of(_role(row, "DST_CLIENT").get("ip"))
    kind = kind_of(row)
    if not kind.startswith(("threat.", "honeypot.", "firewall.", "geo.")):
        return present(src_ip=source, dst_ip=destination)
    direction = direction_of(source, destination)
    return present(
        src_ip=source,
        dst_ip=destination,
        attacker=_name(row, "SRC_CLIENT") or _name(row, "CLIENT") or _name(row, "SRC_DEVICE") or source,
        target=_name(row, "DST_CLIENT") or _name(row, "DST_DEVICE") or destination,
        attacker_kind=first_text(_role(row, "SRC_CLIENT"), "model_name", "model"),
        target_kind=first_text(_role(row, "DST_CLIENT"), "model_name", "model"),
        policy=_name(row, "TRIGGER"),
        action=NOT_BLOCKED if kind in ("threat.detected", "honeypot.hit") else BLOCKED,
        direction=direction or ("outgoing" if _role(row, "SRC_CLIENT") else None),
    )


def _change_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return present(
        admin=_name(row, "ADMIN"),
        method=_name(row, "PLATFORM") or _name(row, "AUTH_METHOD") or _name(row, "METHOD"),
        section=next((name for role in _FIRST_ROLES if (name := _name(row, role))), None),
        version_from=_name(row, "PREVIOUS_VERSION"),
        version_to=_name(row, "VERSION"),
        reason=_name(row, "REASON"),
    )


def sentence_from_template(row: Mapping[str, Any]) -> str | None:
    """Return the controller's template with its roles filled in, never with braces (docs/protocol.md D.3)."""
    template = text_of(row.get("message_raw"))
    if template is None:
        return first_text(row, "message", "title_raw")
    return _ROLE.sub(
        lambda m: _name(row, m.group(1)) or f"an unknown {m.group(1).replace('_', ' ').lower()}", template
    )


def activity_kind(row: Mapping[str, Any]) -> str:
    """Return the Kind of an `admin-activity` row: as its key says, else as its operation does (D.5)."""
    known = kind_of_v2(str(row.get("key") or ""), str(row.get("change_key") or ""))
    if known.startswith("admin."):
        return known
    operations = {"CREATE": "admin.created", "DELETE": "admin.removed", "UPDATE": "admin.changed_settings"}
    operation = str(row.get("operation") or "").upper()
    return next(
        (kind for word, kind in operations.items() if operation.startswith(word)), "admin.changed_settings"
    )


def activity_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return who changed what from an `admin-activity` row; the values themselves are never kept (D.5)."""
    admin, meta = row.get("admin"), row.get("meta")
    return present(
        admin=first_text(admin, "name") if isinstance(admin, Mapping) else text_of(admin),
        section=_section(meta) if isinstance(meta, Mapping) else None,
        method=text_of(row.get("platform")),
        ip=address_of(row.get("ip")),
    )


def _section(meta: Mapping[str, Any]) -> str | None:
    shown = first_text(meta, "display_property_value")
    return (
        first_text(meta, "section")
        if shown is None or is_secret(meta.get("display_property_name"))
        else shown
    )
