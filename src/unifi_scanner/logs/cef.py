"""CEF: one line of the console's SIEM output, and the same fields inside its webhooks (docs/protocol.md F.2, D.7). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from unifi_scanner.logs.cef_fields import CLIENT_NAMES, DEVICE_NAMES, mac_in
from unifi_scanner.logs.reading import first_text
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.vocabulary import UNKNOWN_KIND, kind_of_cef
from unifi_scanner.models.wire_time import from_iso, from_number

SIGN = "0|Ubiquiti|"  # what precedes it may be stripped by a relay (F.1, 8)
_KEY = re.compile(r" ([A-Za-z][A-Za-z0-9_.]*+)=")
_PIPE = re.compile(r"(?<!\\)\|")
_ESCAPE = re.compile(r"\\([=|\\n])")
_SEVERITIES = frozenset(map(str, range(11)))


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
    start = mac_in(line.fields.get("UNIFIlastConnectedToDeviceMac"))
    end = mac_in(line.fields.get("UNIFIconnectedToDeviceMac"))
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
        client_mac=mac_in(fields.get("UNIFIclientMac")) or mac_in(fields.get("UNIFIsrcClientMac")),
        client_name=first_text(fields, *CLIENT_NAMES),
        device_mac=mac_in(fields.get("UNIFIconnectedToDeviceMac"))
        or mac_in(fields.get("UNIFIlastConnectedToDeviceMac"))
        or mac_in(fields.get("UNIFIdeviceMac")),
        device_name=first_text(fields, *DEVICE_NAMES),
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
