"""What each field of a CEF record tells, and how it is read (docs/protocol.md F.2). Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from unifi_scanner.logs.reading import (
    address_of,
    direction_of,
    duration_words,
    first_text,
    int_of,
    line_id_of,
    outcome_of,
    seconds_of,
    signal_of,
    text_of,
)
from unifi_scanner.models.device import canonical_mac

CLIENT_NAMES = ("UNIFIclientAlias", "UNIFIclientHostname", "UNIFIsrcClientAlias", "UNIFIsrcClientHostname")
DEVICE_NAMES = ("UNIFIconnectedToDeviceName", "UNIFIlastConnectedToDeviceName", "UNIFIdeviceName")
_Read = Callable[[Any], Any]


class Reading(NamedTuple):
    """Which fact a field tells, how it is read, how short values are recalled, and whether it wins over others."""

    fact: str
    read: _Read
    recall: _Read
    is_better: bool


def mac_in(value: Any) -> str | None:
    """Return the MAC that a value holds, None where it holds none."""
    return canonical_mac(value.strip() if isinstance(value, str) else value)


def cef_facts(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a CEF record says besides its subject."""
    known = [name for name in fields if name in READINGS]
    known.sort(key=FLEETING.__contains__)  # the same order of facts, whichever way a line is read
    return with_what_follows(read_facts((READINGS[name], fields[name]) for name in known), fields)


def read_facts(values: Iterable[tuple[Reading, Any]]) -> dict[str, Any]:
    """Return the facts that values tell, each read in its way."""
    facts: dict[str, Any] = {}
    for reading, value in values:
        note_fact(facts, reading, value)
    return facts


def note_fact(facts: dict[str, Any], reading: Reading, value: Any) -> None:
    """Add the fact that a value tells, if it tells one."""
    fact, read, recall, is_better = reading
    known = recall(value) if value.__class__ is str and len(value) <= _SHORT else read(value)
    if known is not None and (is_better or fact not in facts):
        facts[fact] = known


def is_followed(names: Collection[str]) -> bool:
    """Return whether anything can follow from the facts of fields of these names."""
    return not _SIDES.isdisjoint(names) or any(
        name in READINGS and READINGS[name].fact in ("wan_id", "duration_s") for name in names
    )


def with_what_follows(facts: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts with those that follow from them and from the names in the record."""
    if not _SIDES.isdisjoint(fields):
        _tell_sides(facts, fields)
    if "wan_id" in facts:
        facts.setdefault("wan", facts["wan_id"])
    if "duration_s" in facts:
        facts["duration"] = duration_words(facts["duration_s"])
    return facts


_SHORT = 64  # longer values are not remembered
# from which field each fact comes, and how it is read (F.2)
_FACTS: Mapping[str, tuple[str, _Read]] = {
    "UNIFIwifiName": ("ssid", text_of),
    "UNIFIwifiChannel": ("channel", text_of),
    "UNIFIcurrentChannel": ("channel_to", text_of),
    "UNIFIpriorChannel": ("channel_from", text_of),
    "UNIFIlastConnectedToDeviceName": ("ap_from", text_of),
    "UNIFIconnectedToDeviceName": ("ap_to", text_of),
    "UNIFIlastConnectedToDeviceMac": ("ap_from_mac", mac_in),
    "UNIFIconnectedToDeviceMac": ("ap_to_mac", mac_in),
    "UNIFIconnectedToDevicePort": ("port", text_of),
    "UNIFIlastConnectedToDevicePort": ("port", text_of),
    "UNIFIwanPort": ("port", text_of),
    "UNIFInetworkName": ("network", text_of),
    "UNIFIduration": ("duration_s", seconds_of),
    "UNIFIreportedDuration": ("duration_s", seconds_of),
    "UNIFIWiFiRssi": ("signal", signal_of),
    "UNIFIlastConnectedToWiFiRssi": ("signal_before", signal_of),
    "UNIFIwanName": ("wan", text_of),
    "UNIFIwanId": ("wan_id", line_id_of),
    "UNIFIwanIsp": ("isp", text_of),
    "UNIFIfailoverWanName": ("failover_wan", text_of),
    "UNIFIadmin": ("admin", text_of),
    "UNIFIaccessMethod": ("method", text_of),
    "UNIFIsettingsEntry": ("section", text_of),
    "UNIFIsettingsSection": ("section", text_of),
    "UNIFIapplicationVersion": ("version_to", text_of),
    "UNIFIapplicationPriorVersion": ("version_from", text_of),
    "UNIFIclientIp": ("ip", address_of),
    "src": ("src_ip", address_of),
    "dst": ("dst_ip", address_of),
    "spt": ("src_port", int_of),
    "dpt": ("dst_port", int_of),
    "proto": ("proto", text_of),
    "act": ("action", outcome_of),
    "UNIFIipsSignature": ("threat", text_of),
    "UNIFIpolicyName": ("threat", text_of),
    "UNIFIipsSignatureId": ("signature_id", text_of),
    "UNIFIfirewallPolicy": ("policy", text_of),
    "UNIFIdirection": ("direction", text_of),
    "UNIFIsrcClientModel": ("attacker_kind", text_of),
    "UNIFIdstClientModel": ("target_kind", text_of),
    "UNIFIlinkSpeed": ("link_speed", text_of),
}
# where two fields tell one fact, these win wherever they stand
_BETTER = frozenset(
    {"UNIFIconnectedToDevicePort", "UNIFIduration", "UNIFIsettingsEntry", "UNIFIipsSignature"}
)
# names, channels and addresses come again and again: what a reader made of short ones is remembered
_MEMORIES = {read: lru_cache(maxsize=2048)(read) for _, read in _FACTS.values()}
READINGS: Mapping[str, Reading] = {
    name: Reading(fact, read, _MEMORIES[read], name in _BETTER) for name, (fact, read) in _FACTS.items()
}
_SIDES = frozenset(
    {
        "src",
        "dst",
        "UNIFIadmin",
        "UNIFIsrcClientAlias",
        "UNIFIsrcClientHostname",
        "UNIFIdstClientAlias",
        "UNIFIdstClientHostname",
        "UNIFIdstDeviceName",
    }
)
# what is looked for besides the facts
FIELDS_READ = _SIDES | {
    *CLIENT_NAMES, *DEVICE_NAMES, "UNIFIclientMac", "UNIFIsrcClientMac", "UNIFIconnectedToDeviceMac",
    "UNIFIlastConnectedToDeviceMac", "UNIFIdeviceMac", "UNIFIutcTime", "timestamp", "msg",
}  # fmt: skip
# what is another in nearly every line
FLEETING = frozenset(
    {
        "UNIFIWiFiRssi", "UNIFIlastConnectedToWiFiRssi", "UNIFIduration", "UNIFIreportedDuration",
        "src", "dst", "spt", "dpt", "UNIFIutcTime", "timestamp", "msg",
    }
)  # fmt: skip


def _tell_sides(facts: dict[str, Any], fields: Mapping[str, Any]) -> None:
    """Add who reached for whom: by name where the console knows one."""
    source, target = facts.get("src_ip"), facts.get("dst_ip")
    if "admin" in facts:
        facts.pop("ip", None)
        if source:
            facts["ip"] = source
    attacker = first_text(fields, "UNIFIsrcClientAlias", "UNIFIsrcClientHostname", "src")
    if attacker:
        facts["attacker"] = attacker
    victim = first_text(fields, "UNIFIdstClientAlias", "UNIFIdstClientHostname", "UNIFIdstDeviceName", "dst")
    if victim:
        facts["target"] = victim
    if source and target and "direction" not in facts:
        direction = direction_of(source, target)
        if direction:
            facts["direction"] = direction
