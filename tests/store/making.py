"""Entries and stores for these tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store import Shard

HOME, CABIN = Shard("console", "default"), Shard("console", "cabin")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def connected(number: int, *, after: timedelta = timedelta(), **more: Any) -> LogEntry:
    """Return the entry of the `number`-th client that joined, `after` noon."""
    moment = NOON + after
    item = {
        "key": "EVT_WU_Connected",
        "user": f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}",
        "ap": "d0:21:f9:89:df:f9",
        "time": int(moment.timestamp() * 1000),
        "_id": f"{number:024x}",
    }
    (entry,) = normalise_record(item | more, origin=Origin.REST)
    return entry


def joined_row(number: int, *, after: timedelta = timedelta(), **more: Any) -> LogEntry:
    """Return how the system log tells what `connected` tells: later by 4 ms, under an id of its own."""
    mac = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
    row = {
        "id": f"f{number:023x}",
        "key": "CLIENT_CONNECTED_WIRELESS_2",
        "event": "CLIENT_CONNECTED_WIRELESS",
        "message_raw": "{CLIENT} connected to {WLAN} on {DEVICE}.",
        "parameters": {
            "CLIENT": {"id": mac, "name": f"Phone {number}"},
            "WLAN": {"id": "w", "name": "Home"},
            "DEVICE": {"id": "d0:21:f9:89:df:f9", "name": "Hall AP"},
        },
        "timestamp": int((NOON + after).timestamp() * 1000) + 4,
    }
    (entry,) = normalise_record(row | more, origin=Origin.SYSTEM_LOG)
    return entry
