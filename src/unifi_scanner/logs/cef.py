"""CEF: one line of the console's SIEM output, and the same fields inside its webhooks (docs/protocol.md F.2, D.7). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

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
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook, canonical_mac
from unifi_scanner.models.vocabulary import UNKNOWN_KIND, kind_of_cef
from unifi_scanner.models.wire_time import from_iso, from_number

SIGN = "0|Ubiquiti|"  # what precedes it may be stripped by a relay (F.1, 8)
_KEY = re.compile(r" ([A-Za-z][A-Za-z0-9_.]*+)=")
_PIPE = re.compile(r"(?<!\\)\|")
_ESCAPE = re.compile(r"\\([=|\\n])")
_SEVERITIES = frozenset(map(str, range(11)))


_Read = Callable[[Any], Any]


class Reading(NamedTuple):
    """Which fact a field tells, how it is read, how short values are recalled, and whether it wins over others."""

    fact: str
    read: _Read
    recall: _Read
    is_better: bool


class CefLine(msgspec.Struct, frozen=True):
    """A CEF line taken apart: product, version, signature id, name, severity and the extension fields."""

    product: str
    version: str
    signature: str
    name: str
    severity: str
    fields: Mapping[str, str]
    facts: dict[str, Any] | None = None  # where they were read already, as was
    who: Subject | None = None


def parse_cef(line: str) -> CefLine | None:
    """Return the CEF record in `line`, wherever its envelope ends, or None where there is none."""
    start = _start_of(line)
    if start is None:
        return None
    head = line[start:]
    parts: list[str] = _PIPE.split(head, maxsplit=5) if "\\|" in head else head.split("|", 5)
    if _is_short(parts):  # UniFi OS 4.3 has no name, and a word for the id (F.2)
        product, version, signature, severity = parts[:4]
        name, extension = signature, "|".join(parts[4:])
    elif len(parts) == 6:
        product, version, signature, name, severity, extension = parts
    else:
        return None
    return CefLine(
        product.strip(),
        version.strip(),
        signature.strip(),
        _plain(name),
        severity.strip(),
        _fields(extension),
    )


def _start_of(line: str) -> int | None:
    """Return where the product stands: after the sign of CEF, where that is a word of its own."""
    at = line.find(SIGN)
    while at > 0 and (line[at - 1].isalnum() or line[at - 1] == "_"):
        at = line.find(SIGN, at + 1)
    return None if at < 0 else at + len(SIGN)


def _is_short(parts: list[str]) -> bool:
    if len(parts) < 5 or parts[3].strip() not in _SEVERITIES:
        return False
    return len(parts) == 5 or parts[4].strip() not in _SEVERITIES


def _fields(extension: str) -> dict[str, str]:
    extension = extension.strip()
    # `msg` runs to the end of the line and may hold anything (F.2)
    if extension.startswith("msg="):
        return _with_message({}, extension[4:])
    body, mark, message = extension.rpartition(" msg=")
    fields = _pairs(body if mark else extension)
    return _with_message(fields, message) if mark else fields


def _pairs(body: str) -> dict[str, str]:
    parts = iter(_KEY.split(f" {body}"))
    next(parts)  # what stands before the first key
    fields = {key: _plain(value) for key, value in zip(parts, parts, strict=True)}
    # a literal null is nothing (F.2)
    return {k: v for k, v in fields.items() if v != "null"} if "=null" in body else fields


def _with_message(fields: dict[str, str], message: str) -> dict[str, str]:
    text = _plain(message)
    if text:
        fields["msg"] = text
    return fields


def _plain(value: str) -> str:
    value = value.strip()
    return _ESCAPE.sub(_unescaped, value) if "\\" in value else value


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match.group(1) == "n" else match.group(1)


def cef_kind(line: CefLine) -> str:
    """Return the Kind; a roam that ends where it began is a change of radio (docs/protocol.md E)."""
    kind = kind_of_cef(line.product, line.signature)
    if kind != "client.roamed":
        return kind
    start = _mac_of(line.fields.get("UNIFIlastConnectedToDeviceMac"))
    end = _mac_of(line.fields.get("UNIFIconnectedToDeviceMac"))
    return "client.switched_radio" if start and start == end else kind


def is_told_in_its_words(kind: str) -> bool:
    """Return whether an event of this Kind is told as the controller put it."""
    return kind == UNKNOWN_KIND or kind.startswith("system.notice")


def cef_time(fields: Mapping[str, Any]) -> datetime | None:
    """Return when it happened by the record's own account: UniFi Protect counts milliseconds (F.2)."""
    return from_iso(fields.get("UNIFIutcTime")) or from_number(fields.get("timestamp"))


def own_subject(fields: Mapping[str, Any]) -> Subject:
    """Return the client and the device of a CEF record by its own account."""
    return Subject(
        client_mac=_mac_of(fields.get("UNIFIclientMac")) or _mac_of(fields.get("UNIFIsrcClientMac")),
        client_name=first_text(fields, *_CLIENT_NAMES),
        device_mac=_mac_of(fields.get("UNIFIconnectedToDeviceMac"))
        or _mac_of(fields.get("UNIFIlastConnectedToDeviceMac"))
        or _mac_of(fields.get("UNIFIdeviceMac")),
        device_name=first_text(fields, *_DEVICE_NAMES),
    )


def with_names(who: Subject, names: NameBook) -> Subject:
    """Return whom a record is about by the names people gave: to clients first of all, to devices if it has none."""
    client_name = names.clients.get(who.client_mac) if who.client_mac else None
    if not client_name and (who.device_name or not who.device_mac):
        return who
    return Subject(
        who.client_mac,
        client_name or who.client_name,
        who.device_mac,
        who.device_name or names.of(who.device_mac),
    )


_CLIENT_NAMES = ("UNIFIclientAlias", "UNIFIclientHostname", "UNIFIsrcClientAlias", "UNIFIsrcClientHostname")
_DEVICE_NAMES = ("UNIFIconnectedToDeviceName", "UNIFIlastConnectedToDeviceName", "UNIFIdeviceName")


def _mac_of(value: Any) -> str | None:
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
    "UNIFIlastConnectedToDeviceMac": ("ap_from_mac", _mac_of),
    "UNIFIconnectedToDeviceMac": ("ap_to_mac", _mac_of),
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
    *_CLIENT_NAMES, *_DEVICE_NAMES, "UNIFIclientMac", "UNIFIsrcClientMac", "UNIFIconnectedToDeviceMac",
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
