"""The facts a rule may name, and how to read them from an entry. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from unifi_scanner.detection.ips import family_of
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.same_event import is_interface

# what the normaliser puts into an entry's metadata
ENTRY_FACTS = frozenset(
    {
        "action",
        "admin",
        "amount",
        "ap_from",
        "ap_from_mac",
        "ap_to",
        "ap_to_mac",
        "attacker",
        "attacker_kind",
        "band",
        "band_from",
        "band_to",
        "bssid",
        "bytes",
        "channel",
        "channel_from",
        "channel_to",
        "devices",
        "direction",
        "dst_ip",
        "dst_port",
        "duration",
        "duration_s",
        "failover_wan",
        "guest",
        "heard",
        "iface",
        "ip",
        "isp",
        "latency",
        "link_speed",
        "method",
        "network",
        "other_mac",
        "own_account",
        "period",
        "policy",
        "port",
        "problem",
        "ports",
        "proto",
        "reason",
        "section",
        "signal",
        "signal_before",
        "signature_id",
        "src_ip",
        "src_port",
        "ssid",
        "state",
        "target",
        "target_kind",
        "threat",
        "threat_category",
        "threat_severity",
        "version_from",
        "version_to",
        "vlan",
        "wan",
        "wan_id",
        "zones",
    }
)
OWN_FIELDS: dict[str, Callable[[LogEntry], Any]] = {
    "client": lambda e: e.client_name or e.client_mac,
    "client_mac": attrgetter("client_mac"),
    "device": lambda e: e.device_name or e.device_mac,
    "device_mac": attrgetter("device_mac"),
    "event_type": attrgetter("event_type"),
    "site": attrgetter("site"),
    "threat_family": lambda e: family_of(e.metadata.get("threat"), e.metadata.get("threat_category")),
}
# what is known of a finding as a whole; see wording.py
FINDING_FACTS = frozenset(
    {"count", "different", "downtime", "first", "last", "longest", "repeats", "span", "still", "times"}
)
MATCHABLE = ENTRY_FACTS | OWN_FIELDS.keys()
SAYABLE = MATCHABLE | FINDING_FACTS
GROUPABLE = frozenset({"client", "device", "site"}) | ENTRY_FACTS
# facts of which several may be told in one breath: "ports 5 and 7"
LISTABLE = frozenset(
    {
        "admin",
        "attacker",
        "channel",
        "client",
        "device",
        "devices",
        "ip",
        "isp",
        "network",
        "policy",
        "port",
        "section",
        "ssid",
        "target",
        "threat",
        "threat_family",
        "version_to",
        "wan",
    }
)
_IDENTITY: dict[str, Callable[[LogEntry], Any]] = {
    "client": lambda e: e.client_mac or e.client_name,
    "device": lambda e: e.device_mac or e.device_name,
    "site": attrgetter("site"),
    # an id stays the same, whatever name each source has for the line
    "wan": lambda e: e.metadata.get("wan_id") or e.metadata.get("wan"),
}

# what each source has a name of its own for (docs/protocol.md B.6, D.3)
RENAMED = "wan"

Key = Hashable


def reader_of(field: str) -> Callable[[LogEntry], Any]:
    """Return a function that reads `field`, told by name, from an entry."""
    own = OWN_FIELDS.get(field)
    return own if own is not None else lambda entry: entry.metadata.get(field)


def key_reader(by: tuple[str, ...]) -> Callable[[LogEntry], Key]:
    """Return a function that says which subject an entry belongs to; None where it does not say."""
    readers = tuple(_identity_reader(field) for field in by)
    if len(readers) == 1:
        return readers[0]
    return lambda entry: _joined(readers, entry)


def keys_reader(by: tuple[str, ...]) -> Callable[[Sequence[LogEntry]], Sequence[Key]]:
    """Return a function that says so of several entries at once."""
    if by == ("client",):  # the commonest, without a call for every entry
        return lambda entries: [entry.client_mac or entry.client_name for entry in entries]
    if by == ("device",):
        return lambda entries: [entry.device_mac or entry.device_name for entry in entries]
    read = key_reader(by)
    return lambda entries: [read(entry) for entry in entries]


def _identity_reader(field: str) -> Callable[[LogEntry], Any]:
    own = _IDENTITY.get(field)
    return own if own is not None else lambda entry: entry.metadata.get(field)


def _joined(readers: Iterable[Callable[[LogEntry], Any]], entry: LogEntry) -> Key:
    parts = tuple(read(entry) for read in readers)
    return None if parts[0] is None else parts


def may_be_same(one: Key, other: Key, by: tuple[str, ...]) -> bool:
    """Return whether two keys can mean one subject, where one source names it and the other does not."""
    ones, others = (one, other) if len(by) > 1 else ((one,), (other,))
    if not isinstance(ones, tuple) or not isinstance(others, tuple):
        return False
    return all(_part_fits(field, a, b) for field, a, b in zip(by, ones, others, strict=True))


def _part_fits(field: str, one: Any, other: Any) -> bool:
    if one == other:
        return True
    if field != RENAMED:
        return False
    # v1 tells the line by its interface, system-log by its name (docs/protocol.md B.6, D.3)
    return one is None or other is None or is_interface(one) != is_interface(other)
