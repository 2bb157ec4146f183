"""Facts from the smaller lists: formatted threats, triggers and Wi-Fi problems (docs/protocol.md C, D.5). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from unifi_scanner.logs.reading import address_of, first_text, present, text_of
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook, canonical_mac
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.vocabulary import UNKNOWN_KIND, kind_of_v2

Row = Mapping[str, Any]
# names of Wi-Fi problems whose words are no words; every other name is told as it stands
_WORDS = {"tcp": "network", "phy": "radio", "dns": "name lookup", "sta": "", "user": "", "wifi": "Wi-Fi"}


class Told(NamedTuple):
    """What one row says, ready to become an entry."""

    kind: str
    event_type: str
    who: Subject
    facts: dict[str, Any]
    origin: Origin


def threat_row(row: Row, names: NameBook) -> Told:
    """Return what a row of `threats` says; it does not say whether the threat was blocked."""
    mac, counterpart = canonical_mac(row.get("device_mac")), text_of(row.get("counterpart"))
    own = names.of(mac) or text_of(row.get("device"))
    is_incoming = str(row.get("threat_direction") or "").upper() == "INCOMING"
    attacker, target = (counterpart, own) if is_incoming else (own, counterpart)
    address = address_of(counterpart)
    facts = present(
        attacker=attacker,
        target=target,
        src_ip=address if is_incoming else None,
        dst_ip=None if is_incoming else address,
        direction=text_of(str(row.get("threat_direction") or "").lower()),
    )
    kind = "honeypot.hit" if str(row.get("threat_type")).upper() == "HONEYPOT" else "threat.detected"
    return Told(kind, "threats", Subject(client_mac=mac, client_name=own), facts, Origin.SYSTEM_LOG)


def trigger_row(row: Row, names: NameBook) -> Told:
    """Return what a row of `triggers` says: a policy that did something to a connection."""
    source, destination, trigger = _part(row, "source"), _part(row, "destination"), _part(row, "trigger")
    key = text_of(row.get("key")) or ""
    kind = kind_of_v2(key, str(trigger.get("type") or ""))
    if kind == UNKNOWN_KIND:
        kind = "firewall.blocked"
    mac = next((m for side in (source, destination) if (m := canonical_mac(side.get("mac")))), None)
    facts = present(
        src_ip=address_of(source.get("ip")),
        dst_ip=address_of(destination.get("ip")),
        src_port=text_of(source.get("port")),
        dst_port=text_of(destination.get("port")),
        attacker=_name_of(source, names),
        target=_name_of(destination, names),
        policy=first_text(trigger, "trigger_name", "name"),
        action="blocked",
    )
    who = Subject(client_mac=mac, client_name=names.of(mac) or first_text(source, "name"))
    return Told(kind, key or "triggers", who, facts, Origin.SYSTEM_LOG)


def moments_of(row: Row) -> Sequence[Row] | None:
    """Return a row of `stat/anomalies` as one row for each time it names; None where it names one itself."""
    times = row.get("timestamps")
    if not isinstance(times, list) or not times:
        return None
    rest = {name: value for name, value in row.items() if name != "timestamps"}
    return [{**rest, "time": value} for value in times]


def anomaly_row(row: Row, names: NameBook) -> Told:
    """Return what a row of `stat/anomalies` says, its name in words (docs/protocol.md C)."""
    mac = canonical_mac(row.get("mac"))
    name = text_of(row.get("anomaly")) or ""
    facts = present(problem=humanise(name))
    return Told(
        "client.anomaly",
        name or "anomaly",
        Subject(client_mac=mac, client_name=names.of(mac)),
        facts,
        Origin.REST,
    )


def humanise(name: str) -> str:
    """Return a name such as USER_HIGH_TCP_LATENCY as words: `high network latency`."""
    words = [_WORDS.get(word, word) for word in name.lower().split("_")]
    return " ".join(word for word in words if word)


def _name_of(side: Row, names: NameBook) -> str | None:
    return names.of(canonical_mac(side.get("mac"))) or first_text(side, "name", "host_name", "ip")


def _part(row: Row, name: str) -> Row:
    part = row.get(name)
    return part if isinstance(part, Mapping) else {}
