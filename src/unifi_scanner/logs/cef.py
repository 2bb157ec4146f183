"""CEF: one line of the console's SIEM output, and the same fields inside its webhooks (docs/protocol.md F.2, D.7). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from unifi_scanner.logs.reading import (
    address_of,
    direction_of,
    duration_words,
    first_text,
    int_of,
    present,
    seconds_of,
    text_of,
)
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook, canonical_mac

# the prefix may be stripped by a relay (F.1, 8)
_START = re.compile(r"(?:CEF:\s?)?\b0\|Ubiquiti\|")
_KEY = re.compile(r"(?:^|\s)([A-Za-z][A-Za-z0-9_.]*)=")
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


def parse_cef(line: str) -> CefLine | None:
    """Return the CEF record in `line`, wherever its envelope ends, or None where there is none."""
    start = _START.search(line)
    if start is None:
        return None
    head = line[start.end() :]
    parts = _PIPE.split(head, maxsplit=5) if "\\|" in head else head.split("|", 5)
    if _is_short(parts):  # UniFi OS 4.3 has no name, and a word for the id (F.2)
        product, version, signature, severity, extension = *parts[:4], "|".join(parts[4:])
        name = signature
    elif len(parts) == 6:
        product, version, signature, name, severity, extension = parts
    else:
        return None
    return CefLine(
        product.strip(), version.strip(), signature.strip(), _plain(name), severity.strip(), _fields(extension)
    )


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
    fields: dict[str, str] = {}
    name, start = "", 0
    for match in _KEY.finditer(body):
        if name:
            fields[name] = _plain(body[start : match.start()])
        name, start = match.group(1), match.end()
    if name:
        fields[name] = _plain(body[start:])
    return fields


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


def cef_subject(fields: Mapping[str, Any], names: NameBook) -> Subject:
    """Return the client and the device a CEF record is about."""
    client = canonical_mac(fields.get("UNIFIclientMac")) or canonical_mac(fields.get("UNIFIsrcClientMac"))
    device = next(
        (
            mac
            for f in ("UNIFIconnectedToDeviceMac", "UNIFIlastConnectedToDeviceMac", "UNIFIdeviceMac")
            if (mac := canonical_mac(fields.get(f)))
        ),
        None,
    )
    return Subject(
        client_mac=client,
        client_name=names.clients.get(client or "")
        or first_text(
            fields, "UNIFIclientAlias", "UNIFIclientHostname", "UNIFIsrcClientAlias", "UNIFIsrcClientHostname"
        ),
        device_mac=device,
        device_name=first_text(
            fields, "UNIFIconnectedToDeviceName", "UNIFIlastConnectedToDeviceName", "UNIFIdeviceName"
        )
        or names.of(device),
    )


def cef_facts(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a CEF record says besides its subject."""
    seconds = seconds_of(fields.get("UNIFIduration")) or seconds_of(fields.get("UNIFIreportedDuration"))
    source, destination = address_of(fields.get("src")), address_of(fields.get("dst"))
    return present(
        ssid=text_of(fields.get("UNIFIwifiName")),
        channel=text_of(fields.get("UNIFIwifiChannel")),
        channel_to=text_of(fields.get("UNIFIcurrentChannel")),
        channel_from=text_of(fields.get("UNIFIpriorChannel")),
        ap_from=text_of(fields.get("UNIFIlastConnectedToDeviceName")),
        ap_to=text_of(fields.get("UNIFIconnectedToDeviceName")),
        ap_from_mac=canonical_mac(fields.get("UNIFIlastConnectedToDeviceMac")),
        ap_to_mac=canonical_mac(fields.get("UNIFIconnectedToDeviceMac")),
        port=first_text(
            fields, "UNIFIconnectedToDevicePort", "UNIFIlastConnectedToDevicePort", "UNIFIwanPort"
        ),
        network=text_of(fields.get("UNIFInetworkName")),
        duration=None if seconds is None else duration_words(seconds),
        duration_s=seconds,
        signal=int_of(fields.get("UNIFIWiFiRssi")),
        wan=first_text(fields, "UNIFIwanName", "UNIFIwanId"),
        isp=text_of(fields.get("UNIFIwanIsp")),
        failover_wan=text_of(fields.get("UNIFIfailoverWanName")),
        admin=text_of(fields.get("UNIFIadmin")),
        method=text_of(fields.get("UNIFIaccessMethod")),
        section=first_text(fields, "UNIFIsettingsEntry", "UNIFIsettingsSection"),
        version_to=text_of(fields.get("UNIFIapplicationVersion")),
        version_from=text_of(fields.get("UNIFIapplicationPriorVersion")),
        ip=source if fields.get("UNIFIadmin") else address_of(fields.get("UNIFIclientIp")),
        src_ip=source,
        dst_ip=destination,
        attacker=first_text(fields, "UNIFIsrcClientAlias", "UNIFIsrcClientHostname", "src"),
        target=first_text(fields, "UNIFIdstClientAlias", "UNIFIdstClientHostname", "dst"),
        threat=first_text(fields, "UNIFIipsSignature", "UNIFIpolicyName"),
        signature_id=text_of(fields.get("UNIFIipsSignatureId")),
        action="blocked" if fields.get("act") == "blocked" else None,
        direction=text_of(fields.get("UNIFIdirection")) or direction_of(source, destination),
    )
