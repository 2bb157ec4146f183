"""The words and marks of a report, as literal tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from unifi_scanner.models.enums import Confidence, LogSource, Severity, SourceState, Status
from unifi_scanner.models.report import Thing
from unifi_scanner.reports.plain import plain_line


class Mark(StrEnum):
    """The shape a line stands under; colour only repeats it."""

    URGENT = "urgent"
    ATTENTION = "attention"
    FINE = "fine"
    BLIND = "blind"
    NOTE = "note"


MARK_TEXT: Mapping[Mark, str] = {
    Mark.URGENT: "[!!]",
    Mark.ATTENTION: "[!]",
    Mark.FINE: "[ok]",
    Mark.BLIND: "[?]",
    Mark.NOTE: "[i]",
}
STATUS_WORDS: Mapping[Status, str] = {
    Status.URGENT: "Urgent",
    Status.ATTENTION: "Needs attention",
    Status.FINE: "All fine",
    Status.BLIND: "Partly blind",
}
AREA_WORDS: Mapping[str, str] = {
    "security": "security",
    "internet": "the Internet line",
    "devices": "UniFi devices",
    "wireless": "Wi-Fi",
    "wired": "the wired network",
    "admin": "admin activity",
    "system": "the console itself",
    "firewall": "single firewall decisions",
    "websites": "attacks on your websites",
    "lookups": "look-ups of your names",
    "tunnels": "your tunnels",
}
SOURCE_WORDS: Mapping[str, str] = {
    "websocket": "Live events",
    "rest": "Event history",
    "alarm": "Alarms",
    "ips": "Blocked threats",
    "system_log": "System log",
    "activity": "Administrators' log",
    "flows": "Traffic log",
    "anomalies": "Wi-Fi problems",
    "super": "Controller sign-ins",
    "syslog": "System messages",
    "cef": "System messages",
    "ssh": "Console log files",
    "cloudflare": "Cloudflare",
    "import": "Your files",
    "file": "Your files",
    "files": "Your files",
}
STATE_WORDS: Mapping[SourceState, tuple[Mark, str]] = {
    SourceState.OK: (Mark.FINE, "seen"),
    SourceState.QUIET: (Mark.FINE, "answered, nothing to tell"),
    SourceState.BLIND: (Mark.BLIND, "can't say"),
    SourceState.FAILED: (Mark.BLIND, "did not answer"),
    SourceState.OFF: (Mark.NOTE, "not in use"),
}
SURENESS: Mapping[Confidence, tuple[int, str]] = {
    Confidence.CERTAINLY: (3, "Certainly"),
    Confidence.PROBABLY: (2, "Probably"),
    Confidence.POSSIBLY: (1, "Possibly"),
}
# the area that answers for entries of each source; VPN lines share the Internet line
AREA_OF: Mapping[LogSource, str] = {
    LogSource.SECURITY: "security",
    LogSource.ADMIN: "admin",
    LogSource.INTERNET: "internet",
    LogSource.VPN: "internet",
    LogSource.DEVICE: "devices",
    LogSource.POWER: "devices",
    LogSource.SYSTEM: "devices",
    LogSource.WIRED: "wired",
    LogSource.WIRELESS: "wireless",
}
URGENT_FROM = Severity.HIGH.rank
NEEDS_FROM = Severity.MEDIUM.rank


def area_word(area: str) -> str:
    """Return what to call an area of the network."""
    return AREA_WORDS.get(area) or plain_line(area.replace("_", " "), 40)


def source_word(source: str) -> str:
    """Return what to call a source of information."""
    return SOURCE_WORDS.get(source) or plain_line(source.replace("_", " "), 40)


def is_urgent(thing: Thing) -> bool:
    """Return whether this should not wait: grave, and not known to be over."""
    return thing.severity.rank >= URGENT_FROM and not thing.resolved


def needs_someone(thing: Thing) -> bool:
    """Return whether this is above low, so that something needs doing."""
    return thing.severity.rank >= NEEDS_FROM
