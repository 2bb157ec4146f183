"""Entries and rules in few words, for the tests of the engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from unifi_scanner.detection.parsing import parse_rule
from unifi_scanner.detection.rule import Rule
from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.log_entry import LogEntry

START = datetime(2025, 11, 10, tzinfo=UTC)


def entry(
    seconds: float, kind: str = "client.roamed", client: str | None = "phone", **facts: Any
) -> LogEntry:
    """Return an entry of `kind`, so many seconds after START."""
    info = info_of(kind)
    is_client = info.subject == "client"
    return LogEntry(
        timestamp=START + timedelta(seconds=seconds),
        source=info.source,
        level=info.level,
        event_type=kind,
        message=kind,
        metadata=facts,
        kind=kind,
        client_name=client if is_client else None,
        device_name=None if is_client else client,
        id=f"{kind}/{client}/{seconds}/{sorted(facts.items())}",
    )


def rule(
    kind: str = "client.roamed",
    *,
    window: dict[str, Any] | None = None,
    what: str = "{client} {count}",
    name: str = "test-rule",
    **tables: Any,
) -> Rule:
    """Return a rule as a file with these tables would give it."""
    values: dict[str, Any] = {
        "title": "A title",
        "severity": "high",
        "match": {"kind": [kind]},
        "explain": {"what": what, "why": "It matters."},
    }
    return parse_rule(values | ({"window": window} if window else {}) | tables, f"rules/wifi/{name}.toml")
