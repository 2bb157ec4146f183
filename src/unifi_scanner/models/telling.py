"""An entry in one plain-English sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.phrasing import phrase


def facts_of(entry: LogEntry) -> Mapping[str, object]:
    """Return the facts a sentence about `entry` may use; names come before MACs."""
    return {
        **entry.metadata,
        "client": entry.client_name or entry.client_mac,
        "device": entry.device_name or entry.device_mac,
    }


def sentence_of(entry: LogEntry) -> str:
    """Return what happened as one sentence without codes or braces; the same entry gives the same words."""
    return phrase(info_of(entry.kind).sentence, facts_of(entry))
