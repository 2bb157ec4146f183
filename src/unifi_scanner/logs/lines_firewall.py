"""Firewall lines of a gateway (docs/protocol.md F.3). Pure.

They come by the thousand, so only what a rule or a sentence can use is read, and the rest waits in the raw line.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from unifi_scanner.logs.reading import direction_of
from unifi_scanner.logs.told import Told
from unifi_scanner.models.device import canonical_mac

# before the rule stand one or two host names, perhaps the kernel's mark, and nothing a stranger wrote
_HOST = r"[^\s\[]{0,254}[^\s:\[] "
_RULE = re.compile(
    rf"((?:{_HOST}){{0,2}})(?:kernel: (?:\[[ \d.]{{1,20}}\] ?)?)?"
    r'\[([A-Z][\w.-]{1,63})\] (?:DESCR=\\?"(.{0,256}?)\\?" )?IN=(\S*) OUT=(\S*)(?: MAC=(\S*))?'
)
_QUICK = re.compile(
    rf"(?:<\d{{1,3}}>)?([A-Z][a-z]{{2}} [ \d]\d \d\d):\d\d:\d\d (?:{_HOST}){{0,2}}"
    r"\[([A-Z][\w.-]{1,63})\] "
    r'(?:DESCR="([^"]{0,256}+)" )?IN=\S* OUT=\S*(?: MAC=\S*)? SRC=(\S+) '
)
_FLOW = re.compile(r"SRC=(\S+) DST=(\S+) (?:.*? )?PROTO=(\S+)(?: SPT=(\d{1,5}) DPT=(\d{1,5}))?")
_ACTIONS = {
    "A": "traffic.allowed",
    "D": "firewall.blocked",
    "R": "firewall.blocked",
    "B": "firewall.blocked",
    "RET": "traffic.seen",
    "DNAT": "traffic.forwarded",
}
_NO_RULE = "no rule description"
_INSIDE = ("br", "switch")  # interfaces of one's own networks: br0, br4, …
_NOBODY = (None, None, None, None, None)


class Rule(NamedTuple):
    """The name in brackets: between which zones, and what it means for the connection."""

    pair: str
    kind: str


class FirewallLine(NamedTuple):
    """What a firewall line says, and the gateway that wrote it."""

    told: Told
    host: str | None


def look_at(line: str) -> tuple[str, str, str | None, str] | None:
    """Return what suffices to count a connection nobody stopped, or None where the line is to be read in full.

    That is the hour as it stands there, the rule, its description, and who began.
    """
    match = _QUICK.match(line) if "[" in line and " OUT=" in line else None
    if match is None or rule_of(match[2]).kind == "firewall.blocked":
        return None
    return match.groups()  # type: ignore[return-value]


def read_firewall(line: str, start: int = 0) -> FirewallLine | None:
    """Return what a firewall line says, whose head ends at `start`; None where the line is none."""
    match = _RULE.match(line, start)
    if match is None:
        return None
    hosts, name, description, inside, outside, macs = match.groups()
    pair, kind = rule_of(name)
    at = line.find("SRC=", match.end())
    flow = _FLOW.match(line, at) if at >= 0 else None
    source, target, proto, _, port = flow.groups() if flow else _NOBODY
    policy = description if description and description != _NO_RULE else None
    facts: dict[str, Any] = {"policy": policy or pair, "zones": pair}
    if source:
        facts |= {"src_ip": source, "dst_ip": target, "proto": proto}
    if port:
        facts["dst_port"] = int(port)
    client = canonical_mac(macs[18:35]) if macs and inside.startswith(_INSIDE) else None
    if kind == "firewall.blocked":
        _tell_more(facts, inside or outside)
    return FirewallLine(Told(kind, facts, client), hosts.partition(" ")[0] or None)


def _tell_more(facts: dict[str, Any], iface: str) -> None:
    """Add what only stopped connections need."""
    source, target = facts.get("src_ip"), facts.get("dst_ip")
    facts["action"] = "blocked"
    facts["iface"] = iface
    if source:
        facts["attacker"], facts["target"] = source, target
        direction = direction_of(source, target)
        if direction:
            facts["direction"] = direction


@lru_cache(maxsize=4096)
def rule_of(name: str) -> Rule:
    """Return the zones and the meaning of a rule's name: `LAN_WAN-A-2147483647`, `WAN_IN-B-4000000003-D`."""
    pair, *rest = name.removeprefix("UNIFI-").split("-")
    # USG style puts the decision last (F.3)
    words = [word for word in (*rest[-1:], *rest) if word in _ACTIONS]
    return Rule(pair, _ACTIONS[words[0]] if words else "traffic.seen")
