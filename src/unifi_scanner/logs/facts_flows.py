"""Facts from traffic flows (docs/protocol.md D.6). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unifi_scanner.logs.reading import (
    BLOCKED,
    address_of,
    direction_of,
    first_text,
    outcome_of,
    present,
    text_of,
)
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook, canonical_mac


def flow_kind(flow: Mapping[str, Any]) -> str:
    """Return the Kind of a traffic flow: a threat where the IPS had a word, else a block or plain traffic."""
    blocked = outcome_of(flow.get("action")) == BLOCKED
    if isinstance(flow.get("ips"), Mapping) and flow["ips"]:
        return "threat.blocked" if blocked else "threat.detected"
    return "firewall.blocked" if blocked else "traffic.flow"


def flow_subject(flow: Mapping[str, Any], names: NameBook) -> Subject:
    """Return the known client of a flow: its source where that has a MAC, else its destination."""
    for side in (_side(flow, "source"), _side(flow, "destination")):
        mac = canonical_mac(side.get("mac"))
        if mac and mac not in names.devices:  # the gateway's own end is no client's
            return Subject(
                client_mac=mac,
                client_name=names.clients.get(mac) or first_text(side, "client_name", "host_name", "name"),
            )
    return Subject()


def flow_facts(flow: Mapping[str, Any], names: NameBook) -> dict[str, Any]:
    """Return what a traffic flow says (docs/protocol.md D.6)."""
    source, destination = _side(flow, "source"), _side(flow, "destination")
    ips = flow.get("ips")
    ips = ips if isinstance(ips, Mapping) else {}
    domains = destination.get("domains")
    domain = text_of(domains[0]) if isinstance(domains, list) and domains else None
    return present(
        src_ip=address_of(source.get("ip")),
        dst_ip=address_of(destination.get("ip")),
        src_port=text_of(source.get("port")),
        dst_port=text_of(destination.get("port")),
        attacker=_end(source, names) or text_of(source.get("ip")),
        target=_end(destination, names) or domain or text_of(destination.get("ip")),
        attacker_kind=_make_of(source),
        target_kind=_make_of(destination),
        threat=text_of(ips.get("signature")),
        threat_category=text_of(ips.get("category_name")),
        signature_id=text_of(ips.get("signature_id")),
        action=outcome_of(flow.get("action")),
        direction=_direction(flow, source, destination),
        policy=_policy(flow),
        proto=text_of(flow.get("protocol")),
    )


def _make_of(side: Mapping[str, Any]) -> str | None:
    """Return what a device is as far as the row knows: a thing by this maker."""
    maker = first_text(side, "client_oui")
    return None if maker is None else f"device by {maker}"


def _end(side: Mapping[str, Any], names: NameBook) -> str | None:
    return names.of(canonical_mac(side.get("mac"))) or first_text(side, "client_name", "host_name", "name")


def _direction(
    flow: Mapping[str, Any], source: Mapping[str, Any], destination: Mapping[str, Any]
) -> str | None:
    told = str(flow.get("direction") or "").lower()
    if told in ("incoming", "outgoing", "local"):
        return told
    return direction_of(text_of(source.get("ip")), text_of(destination.get("ip")))


def _policy(flow: Mapping[str, Any]) -> str | None:
    policies = flow.get("policies")
    first = policies[0] if isinstance(policies, list) and policies else None
    return first_text(first, "name") if isinstance(first, Mapping) else None


def _side(flow: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    side = flow.get(name)
    return side if isinstance(side, Mapping) else {}
