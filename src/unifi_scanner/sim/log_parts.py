"""The parts of system-log, and which rows each of them has (docs/protocol.md D.1). Pure data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from unifi_scanner.sim.codes import V2, Code

PARTS: Final[Mapping[str, Callable[[V2], bool]]] = {
    "critical": lambda v2: v2.severity in {"HIGH", "VERY_HIGH"},
    "system-critical-alert": lambda v2: v2.severity in {"HIGH", "VERY_HIGH"} and v2.place.nine != "SECURITY",
    "threat-alert": lambda v2: v2.place.sub in {"SECURITY_INTRUSION_PREVENTION", "SECURITY_HONEYPOT"},
    "client-alert": lambda v2: v2.place.ten == "CLIENT_DEVICES",
    "device-alert": lambda v2: v2.place.ten == "UNIFI_DEVICES",
    "update-alert": lambda v2: v2.place.ten == "SOFTWARE_UPDATES",
    "vpn-alert": lambda v2: v2.place.ten == "VPN",
    "next-ai-alert": lambda _v2: False,
}
# rows of these have shapes of their own (docs/protocol.md D.5)
SHAPED: Final = frozenset({"admin-activity", "admin-access", "threats", "triggers"})
# only from the version on that has the whole log
WHOLE: Final = frozenset({"all", "count", "filter-data"})


def is_in_some_part(code: Code) -> bool:
    """Say whether a version without the whole log has the event in one of its parts."""
    return code.v2 is not None and (is_triggered(code) or any(fits(code.v2) for fits in PARTS.values()))


def is_triggered(code: Code) -> bool:
    """Say whether a policy of the firewall did it."""
    return code.v2 is not None and code.v2.place.sub == "SECURITY_FIREWALL"
