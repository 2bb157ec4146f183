"""What exactly happened, in the wire's own field names (docs/protocol.md B.5, C.4). Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from unifi_scanner.sim.codes import Code
from unifi_scanner.sim.facts_clients import (
    anomaly_facts,
    blocking_facts,
    client_facts,
    guest_facts,
    line_facts,
    wifi_facts,
    wired_facts,
)
from unifi_scanner.sim.facts_devices import (
    admin_facts,
    ap_facts,
    device_admin_facts,
    device_facts,
    dhcp_facts,
    port_facts,
    site_facts,
    threat_facts,
    wan_facts,
)
from unifi_scanner.sim.moment import Facts, Moment, Occurrence, client_role, device_fields


def compose(code: Code, group: str, moment: Moment) -> Occurrence:
    """Return the occurrence of `code`, every field it needs filled in from the network or by chance."""
    facts, extra = COMPOSERS.get(code.about, _bare)(code, group, moment)
    named = {k: v for k, v in moment.given.items() if k not in CONTROL_WORDS}
    told = {**facts, **code.when, **named}
    return Occurrence(
        at_ms=moment.at_ms,
        code=code,
        group=group or _group_of(code, moment),
        client=moment.client.mac if moment.client else None,
        device=_told_device(moment, told),
        facts=told,
        extra={**extra, **named},
    )


CONTROL_WORDS: Final = frozenset({"to", "among", "signal"})


def _told_device(moment: Moment, facts: Facts) -> str | None:
    told = facts.get("ap_to") or facts.get("ap")
    if isinstance(told, str):
        return told
    return moment.device.mac if moment.device else None


def _group_of(code: Code, moment: Moment) -> str:
    guest = moment.client is not None and moment.client.guest
    match code.about:
        case "wifi":
            return "WG" if guest else "WU"
        case "wired":
            return "LG" if guest else "LU"
        case "blocking":
            return "LC" if moment.client is not None and moment.client.wired else "WC"
        case _:
            return moment.device.group if moment.device else ""


def _bare(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    facts = device_fields(moment.device) if moment.device else {}
    if moment.client:
        facts[client_role(moment.client)] = moment.client.mac
    return facts, {}


Composer = Callable[[Code, str, Moment], tuple[Facts, Facts]]

COMPOSERS: Final[Mapping[str, Composer]] = {
    "wifi": wifi_facts, "wired": wired_facts, "device": device_facts, "device admin": device_admin_facts, "ap": ap_facts, "port": port_facts,
    "switch": port_facts, "wan": wan_facts, "dhcp": dhcp_facts, "threat": threat_facts, "admin": admin_facts, "client": client_facts,
    "wifi line": line_facts, "guest": guest_facts, "blocking": blocking_facts, "site": site_facts, "anomaly": anomaly_facts,
}  # fmt: skip
