"""Wire records in few words, an analyser's answer to them, and whether that answer reads well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.detection.test_laws import GAPS, MOST_GRADE, MOST_WORDS, grade_of, text_of
from unifi_scanner.detection import Analyser
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.finding import Finding

T = 1_764_579_600_000  # Mon 1 Dec 2025 09:00 UTC
MINUTE = 60_000
Record = Mapping[str, Any]


def told(analyser: Analyser, records: Iterable[Record]) -> list[Finding]:
    """Return what an analyser finds in wire records, each finding read once for its words."""
    for record in records:
        for entry in normalise_record(record):
            if entry.kind in analyser.kinds:
                analyser.see(entry)
    findings = list(analyser.findings())
    for finding in findings:
        check_words(finding)
    return findings


def check_words(finding: Finding) -> None:
    """Assert that a finding reads well and leaves no gap."""
    text = text_of(finding)
    assert not re.search(r"[{}\[\]]|  |\bNone\b|\.\.|EVT_|!", text), text
    assert [
        gap for gap in GAPS if gap in text and gap not in ("something", "an administrator", "an unknown")
    ] == [], text
    assert grade_of(finding) <= MOST_GRADE, (grade_of(finding), text)
    for sentence in re.split(r"(?<=[.?!:])\s+", text):
        assert len(sentence.split()) <= MOST_WORDS, sentence


def alert(
    minute: float = 0, *, source: str = "203.0.113.9", target: str = "192.168.1.20", **fields: Any
) -> Record:
    """Return a row of the IPS list (docs/protocol.md C.4)."""
    row = {
        "_id": f"{minute}-{source}-{target}-{sorted(fields.items())}",
        "key": "EVT_IPS_IpsAlert",
        "time": int(T + minute * MINUTE),
        "src_ip": source,
        "dest_ip": target,
        "inner_alert_action": "blocked",
        "inner_alert_signature": "ET SCAN Potential SSH Scan",
        "inner_alert_signature_id": 2001219,
    }
    return {name: value for name, value in {**row, **fields}.items() if value is not None}


def line_event(minute: float, event: str, **roles: Mapping[str, str]) -> Record:
    """Return a system-log row on an Internet line (docs/protocol.md D.3)."""
    usual = {"WAN_ID": {"id": "WAN", "name": "WAN"}, "ISP_NAME": {"name": "Northline"}, "PORT": {"id": "9"}}
    return {
        "key": f"{event}_2",
        "event": event,
        "timestamp": int(T + minute * MINUTE),
        "parameters": usual | roles,
    }


def transition(minute: float, state: str, iface: str = "eth8") -> Record:
    """Return a v1 event on an Internet line (docs/protocol.md B.6)."""
    gateway = "74:ac:b9:58:b9:ce"
    return {
        "key": "EVT_GW_WANTransition",
        "gw": gateway,
        "iface": iface,
        "state": state,
        "time": int(T + minute * MINUTE),
    }


def admin_event(minute: float, key: str, admin: str = "Anna", **roles: Mapping[str, str]) -> Record:
    """Return a system-log row on an administrator (docs/protocol.md D.3)."""
    parameters = {"ADMIN": {"id": "a1", "name": admin}, **roles}
    return {"key": key, "timestamp": int(T + minute * MINUTE), "parameters": parameters}
