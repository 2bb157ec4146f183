"""Flavour x site -> paths (docs/protocol.md A.1, B.1, C, D.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from unifi_scanner.models.enums import DeviceType

PREFIX = {DeviceType.UDM_PRO: "/proxy/network", DeviceType.SELF_HOSTED: ""}
SUPER = "super"  # where a classic controller keeps what concerns all its sites (docs/protocol.md B.1)
# the parts of the system log, where a version has them and not the whole (docs/protocol.md 0, D.1)
LOG_CLASSES = (
    "client-alert",
    "device-alert",
    "system-critical-alert",
    "threat-alert",
    "update-alert",
    "vpn-alert",
    "triggers",
)
# some builds refuse a question about flows unless every list is there (docs/protocol.md D.6)
_SIDES = ("host", "ip", "mac", "port", "network_id", "domain", "zone_id", "region")
FLOW_LISTS: Mapping[str, Any] = {
    **{name: [] for name in ("risk", "action", "direction", "protocol", "policy", "policy_type", "service")},
    **{f"{side}_{part}": [] for side in ("source", "destination") for part in _SIDES},
    **{name: [] for name in ("in_network_id", "out_network_id", "except_for")},
    "search_text": "",
}
FLOW_QUESTIONS: tuple[Mapping[str, list[Any]], ...] = (
    {"policy_type": ["INTRUSION_PREVENTION"]},
    {"action": ["blocked"]},
)
SIGN_IN = {DeviceType.UDM_PRO: "/api/auth/login", DeviceType.SELF_HOSTED: "/api/login"}


def prefix(flavour: DeviceType) -> str:
    """Return what stands before the Network application's own paths."""
    return PREFIX[flavour]


def sign_in(flavour: DeviceType) -> str:
    """Return the path a sign-in is posted to."""
    return SIGN_IN[flavour]


def sites(flavour: DeviceType) -> str:
    """Return the path that lists the sites."""
    return f"{PREFIX[flavour]}/api/self/sites"


def status(flavour: DeviceType) -> str:
    """Return the path that answers without a sign-in."""
    return f"{PREFIX[flavour]}/status"


def v1(flavour: DeviceType, site: str, what: str) -> str:
    """Return the path of a v1 endpoint such as `stat/event`."""
    return f"{PREFIX[flavour]}/api/s/{quote(site, safe='')}/{what}"


def v2(flavour: DeviceType, site: str, what: str) -> str:
    """Return the path of a v2 endpoint such as `system-log/all`."""
    return f"{PREFIX[flavour]}/v2/api/site/{quote(site, safe='')}/{what}"


def integration(flavour: DeviceType, what: str) -> str:
    """Return a path of the official API, which has no events (docs/protocol.md A.8)."""
    return f"{PREFIX[flavour]}/integration/v1/{what}"


def events_socket(base_url: str, flavour: DeviceType, site: str) -> str:
    """Return the WebSocket address of a site's events."""
    host = base_url.rstrip("/").rpartition("://")[2]
    return f"wss://{host}{PREFIX[flavour]}/wss/s/{quote(site, safe='')}/events"
