"""Whether two ways of hearing it can be one event: same thing, same subject, near in time, no fact against it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from unifi_scanner.models.enums import Origin
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND, info_of
from unifi_scanner.models.kinds_lines import LINES
from unifi_scanner.models.log_entry import LogEntry

WINDOW = timedelta(seconds=5)
DEVICE_WINDOW = timedelta(seconds=10)  # a device's own clock is off by this much at most, once corrected
FLOW_WINDOW = timedelta(minutes=2)  # a flow is told from its start, its alert when a signature matched

# kinds that only one source can tell, or that are too vague to be the same thing twice
_ALONE = LINES.keys() | {
    UNKNOWN_KIND,
    UNREADABLE_KIND,
    "client.state",
    "client.known",
    "client.forgotten",
    "vpn.state",
}
_AT_ONE_PLACE = frozenset({"client.connected", "client.disconnected", "client.switched_radio"})
_ROAM, _SWITCH = "client.roamed", "client.switched_radio"
FLOW = "traffic-flow"
_LIVE = frozenset({Origin.WEBSOCKET, Origin.SYSLOG, Origin.CEF})
_SAME_RECORDS = frozenset({Origin.WEBSOCKET, Origin.REST})

_FACTS = (
    "ssid",
    "ap_from_mac",
    "ap_to_mac",
    "src_ip",
    "dst_ip",
    "src_port",
    "dst_port",
    "signature_id",
    "wan_id",
    "iface",
)
_FACTS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "admin": ("admin", "ip"),
    "port": ("port",),
    "power": ("port",),
    "switch": ("port", "ip"),
    "client.wired_connected": ("port",),
    "ap.channel_changed": ("channel_from", "channel_to"),
    "ap.radar": ("channel",),
    "ap.interference": ("channel",),
}
_BRACKETS = re.compile(r"\s*\(.*\)$")
_MAC = re.compile(r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", re.IGNORECASE)
_INTERFACE = re.compile(r"^(eth|ppp|br|usb|switch)[\d.]*$")
_LIKE_AN_ADDRESS = re.compile(r"^[0-9a-f:.]{2,45}$", re.IGNORECASE)
_NAME_WITH_MAC_END = re.compile(r"^(.+) ([0-9a-f]{2}:[0-9a-f]{2})$", re.IGNORECASE)


def may_be_one(one: LogEntry, other: LogEntry) -> bool:
    """Return whether two entries of one key can be the same event, told by sources that are not the same."""
    return (
        abs(one.timestamp - other.timestamp) <= window_between(one, other)
        and ways(one).isdisjoint(ways(other))
        and compatible(one, other)
    )


def match_key(entry: LogEntry) -> str:
    """Return what both ways of hearing an event agree on, or "" where it can match nothing."""
    thing, whom = _thing_of(entry.kind)
    if not thing or not _is_timed(entry):
        return ""
    if whom == "client":
        subject = entry.client_mac or _quoted(entry.client_name)
    elif whom == "device":
        subject = entry.device_mac or _quoted(entry.device_name)
    else:
        return thing
    return f"{thing} {subject}" if subject else ""


@lru_cache(maxsize=1024)
def _thing_of(kind: str) -> tuple[str, str]:
    """Return what a match key of this kind begins with, "" where it can match nothing, and whom it is about."""
    if kind in _ALONE or kind.startswith("state."):
        return "", ""
    # CEF has one signature for a roam and for a change of radio (docs/protocol.md E)
    return _ROAM if kind == _SWITCH else kind, info_of(kind).subject


def name_key(entry: LogEntry) -> str:
    """Return the key of an entry's subject by name, for where one side gives no MAC; "" where it has no name."""
    key = match_key(entry)
    thing, blank, _ = key.partition(" ")
    if not blank:
        return ""
    name = entry.client_name if info_of(entry.kind).subject == "client" else entry.device_name
    return f"{thing} {_quoted(_bare_name(name))}" if name and not is_mac(name) else ""


def is_by_name(key: str) -> bool:
    """Return whether a match key names its subject without a MAC."""
    return key.endswith("”")


def _quoted(name: str | None) -> str:
    return f"“{name.casefold()}”" if name else ""


def _bare_name(name: str) -> str:
    """Return a client's name without the end of its MAC, which CEF adds: `phone 4c:18` (docs/protocol.md F.2)."""
    match = _NAME_WITH_MAC_END.match(name)
    return match.group(1) if match else name


def _is_timed(entry: LogEntry) -> bool:
    if not entry.has_time:
        return False
    # when we polled says nothing of when it happened; when a live source spoke does
    return not entry.metadata.get("heard") or not _LIVE.isdisjoint(entry.origins)


def ways(entry: LogEntry) -> frozenset[str]:
    """Return the sources that told an entry; `ips` and traffic flows are two, though of one origin."""
    flow = frozenset({FLOW}) if Origin.FLOW in entry.origins else frozenset[str]()
    if Origin.IPS not in entry.origins:
        return (entry.origins - {Origin.FLOW}) | flow
    by = entry.metadata.get("ips_by") or (FLOW if entry.event_type == FLOW else Origin.IPS.value,)
    return (entry.origins - {Origin.IPS, Origin.FLOW}) | flow | frozenset(by)


def window_between(one: LogEntry, other: LogEntry) -> timedelta:
    """Return how far apart the two may be told and still be one event."""
    if Origin.SYSLOG in one.origins or Origin.SYSLOG in other.origins:
        return DEVICE_WINDOW
    if one.kind.startswith("threat.") and FLOW in ways(one) | ways(other) and _are_one_flow(one, other):
        return FLOW_WINDOW
    return WINDOW


def widest_window(entries: Iterable[LogEntry]) -> timedelta:
    """Return how far from any of the entries a counterpart may lie."""
    if any(entry.kind.startswith("threat.") for entry in entries):
        return FLOW_WINDOW
    return DEVICE_WINDOW


def _are_one_flow(one: LogEntry, other: LogEntry) -> bool:
    """Return whether both know both addresses, and mean the same; signature and ports are compared elsewhere."""
    ends = ("src_ip", "dst_ip")
    return all(one.metadata.get(f) is not None and one.metadata.get(f) == other.metadata.get(f) for f in ends)


def compatible(one: LogEntry, other: LogEntry) -> bool:
    """Return whether no fact that both know, and that tells events apart, speaks against one event."""
    if one.site != other.site or _are_two_records(one, other) or not _same_subject(one, other):
        return False
    if not _AT_ONE_PLACE.isdisjoint((one.kind, other.kind)) and not _agree(one.device_mac, other.device_mac):
        return False
    if one.kind != other.kind and (_has_moved(one) or _has_moved(other)):
        return False
    return all(_agree(one.metadata.get(f), other.metadata.get(f)) for f in _facts_of(one.kind))


def _same_subject(one: LogEntry, other: LogEntry) -> bool:
    """Return whether MACs go together where both know one; the keys have compared the rest."""
    match info_of(one.kind).subject:
        case "client":
            return _agree(one.client_mac, other.client_mac) and _agree(_mac_end(one), _mac_end(other))
        case "device":
            return _agree(one.device_mac, other.device_mac)
        case _:
            return True


def _mac_end(entry: LogEntry) -> str | None:
    if entry.client_mac:
        return entry.client_mac[-5:]
    match = _NAME_WITH_MAC_END.match(entry.client_name or "")
    return match.group(2).lower() if match else None


def _has_moved(entry: LogEntry) -> bool:
    """Return whether a roam is known to end at another access point than where it began."""
    start = entry.metadata.get("ap_from_mac") or entry.metadata.get("ap_from")
    end = entry.metadata.get("ap_to_mac") or entry.metadata.get("ap_to")
    return entry.kind == _ROAM and start is not None and end is not None and start != end


def _facts_of(kind: str) -> tuple[str, ...]:
    family = kind.partition(".")[0]
    return _FACTS + (_FACTS_OF_KIND.get(kind) or _FACTS_OF_KIND.get(family) or ())


def _agree(one: Any, other: Any) -> bool:
    return one is None or other is None or one == other or _plain(one) == _plain(other)


def _plain(value: Any) -> str:
    """Return what two spellings of a value share: `36 (5 GHz)` and 36, `Jo` and `jo`."""
    text = str(value).strip().casefold()
    return _BRACKETS.sub("", text)


def _are_two_records(one: LogEntry, other: LogEntry) -> bool:
    """Return whether both are v1 records with ids of their own, which socket and REST share (B.5)."""
    first, second = record_id(one), record_id(other)
    return first is not None and second is not None and first != second


def record_id(entry: LogEntry) -> str | None:
    """Return the `_id` of the v1 event that an entry is or has taken in, where that record had one."""
    taken_in = entry.metadata.get("v1_id")
    if taken_in or _SAME_RECORDS.isdisjoint(entry.origins):
        return taken_in
    own = entry.raw_data.get("_id")
    return None if own is None else str(own)


def is_bare(value: Any) -> bool:
    """Return whether a value is what a machine goes by where people have names: a MAC, an address, an interface."""
    return is_mac(value) or is_interface(value) or _is_address(value)


def is_interface(value: Any) -> bool:
    """Return whether a value is an interface of a gateway, by which v1 tells a line (docs/protocol.md B.6, F.3)."""
    return isinstance(value, str) and _INTERFACE.match(value) is not None


def _is_address(value: Any) -> bool:
    if not isinstance(value, str) or not _LIKE_AN_ADDRESS.match(value):
        return False
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def is_mac(value: Any) -> bool:
    """Return whether a value is a MAC with colons."""
    return isinstance(value, str) and bool(_MAC.match(value))
