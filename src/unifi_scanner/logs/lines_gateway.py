"""Lines of a gateway's daemons: addresses, names, VPN links, dial-up (docs/protocol.md F.5). Pure."""

from __future__ import annotations

import re

from unifi_scanner.logs.lines_wifi import json_in
from unifi_scanner.logs.reading import present, text_of
from unifi_scanner.logs.told import Told
from unifi_scanner.models.device import canonical_mac

_MAC = r"([0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5})"
# the address is missing in many DISCOVERs, the name in most lines; NAKs end with their reason
_LEASE = re.compile(
    rf"(?:\d{{1,12}} )?DHCP([A-Z]{{3,10}})\((\S{{1,32}}?)\) (?:([0-9a-fA-F.:]{{3,45}}) )?{_MAC}(?: (.{{0,128}}))?"
)
_QUERY = re.compile(r"(?:\d{1,12} \S{1,64} )?(query\[|reply |cached|forwarded |config |/\S{1,64} )(.{0,512})")
_ASKED = re.compile(r"\S{1,16}\] (\S{1,255}) from (\S{1,45})")
_PEER = re.compile(
    r"wireguard: Site-to-site Wireguard Peer .{0,400}?\b(connected|disconnected)$", re.IGNORECASE
)
_RELAYED = re.compile(rf"ACK received: .{{0,300}}?chaddr {_MAC}, yiaddr ([0-9.]{{7,15}}?)\.?$")
_LEASES = {
    "ACK": "lease.granted",
    "NAK": "lease.refused",
    "OFFER": "lease.offered",
    "RELEASE": "lease.returned",
    "DECLINE": "lease.declined",
}


def read_dhcp(text: str) -> Told | None:
    """Return what the address server says of one client."""
    match = _LEASE.match(text)
    if match is None:
        return None
    word, iface, ip, mac, rest = match.groups()
    kind = _LEASES.get(word, "lease.asked")
    if rest and "no address" in rest:
        kind = "lease.none_left"
    is_name = kind == "lease.granted" and rest and " " not in rest
    facts = present(ip=ip, iface=iface, reason=rest if kind == "lease.refused" else None)
    return Told(kind, facts, canonical_mac(mac), rest if is_name else None)


def read_dnsmasq(text: str) -> Told | None:
    """Return what the name service was asked, where that is logged at all."""
    match = _QUERY.match(text)
    if match is None:
        return Told("log.routine", {})
    asked = _ASKED.match(match.group(2)) if match.group(1) == "query[" else None
    return Told("dns.query", {} if asked is None else {"target": asked.group(1), "src_ip": asked.group(2)})


def read_coredns(text: str) -> Told | None:
    """Return which look-up was stopped, and whose."""
    record = json_in(text)
    if record is None:
        return Told("log.routine", {})
    if record.get("type") not in ("dnsAdBlock", "contentFilteringBlock"):
        return None
    facts = present(
        target=text_of(record.get("domain")),
        src_ip=text_of(record.get("src_ip")),
        threat_category=text_of(record.get("category")),
        at_ms=record.get("unix_milli_timestamp"),
    )
    return Told("dns.blocked", facts, canonical_mac(record.get("mac")))


def read_udapi(text: str) -> Told | None:
    """Return how a site-to-site link does, or that the gateway's own manager wrote a note."""
    match = _PEER.match(text)
    if match is None:
        return Told("log.routine", {})
    return Told("vpn.site_up" if match.group(1).lower() == "connected" else "vpn.site_lost", {})


def read_relay(text: str) -> Told | None:
    """Return which address a campus switch saw being given."""
    match = _RELAYED.match(text)
    if match is None:
        return Told("log.routine", {})
    return Told("lease.seen", {"ip": match.group(2)}, canonical_mac(match.group(1)))
