"""Entries per second through all rules, beside a loop that only counts their Kinds."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from unifi_scanner.detection import Engine, load_rules
from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.log_entry import LogEntry

ENTRIES = 300_000
CLIENTS = 200
ACCESS_POINTS = 12
RUNS = 3
TARGET_PER_S = 500_000
WEEK_S = 7 * 86_400
START = datetime(2025, 11, 10, tzinfo=UTC)
# of a hundred entries: so many of each kind, as on a busy office network
MIX = {
    "client.connected": 35,
    "client.disconnected": 35,
    "client.roamed": 19,
    "client.switched_radio": 8,
    "ap.channel_changed": 1,
    "firewall.blocked": 1,
    "threat.blocked": 1,
}


def run() -> list[dict[str, Any]]:
    """Return the entries per second through every packaged rule, the best of several runs."""
    entries = list(_entries())
    value = ENTRIES / min(_seconds_for(entries) for _ in range(RUNS))
    bare = ENTRIES / min(_seconds_to_look_at(entries) for _ in range(RUNS))
    return [
        {
            "name": f"entries through {len(load_rules())} rules",
            "value": value,
            "unit": "entries/s",
            "yardstick": bare,
            "ratio": value / bare,
            "target": f">= {TARGET_PER_S:,}/s",
            "ok": value >= TARGET_PER_S,
        }
    ]


def _seconds_for(entries: list[LogEntry]) -> float:
    engine = Engine(load_rules())
    begin = time.perf_counter()
    engine.feed(entries)
    engine.findings()
    return time.perf_counter() - begin


def _seconds_to_look_at(entries: list[LogEntry]) -> float:
    seen: dict[str, int] = {}
    begin = time.perf_counter()
    for entry in entries:
        seen[entry.kind] = seen.get(entry.kind, 0) + 1
    return time.perf_counter() - begin


def _entries() -> Iterator[LogEntry]:
    chance = random.Random(7)
    kinds = chance.choices(list(MIX), weights=list(MIX.values()), k=ENTRIES)
    for number, kind in enumerate(kinds):
        yield _entry(number, kind, chance)


def _entry(number: int, kind: str, chance: random.Random) -> LogEntry:
    info = info_of(kind)
    client, ap, other = chance.randrange(CLIENTS), chance.randrange(ACCESS_POINTS), chance.randrange(2, 250)
    return LogEntry(
        timestamp=START + timedelta(seconds=number * WEEK_S / ENTRIES),
        source=info.source,
        level=info.level,
        event_type=kind,
        message=kind,
        metadata={
            "ssid": "Office",
            "ap_from": f"AP {ap}",
            "ap_to": f"AP {(ap + 1) % ACCESS_POINTS}",
            "attacker": f"196.196.244.{other}",
            "direction": "incoming",
        },
        client_mac=f"02:00:00:00:00:{client:02x}",
        client_name=f"Client {client}",
        device_mac=f"02:00:00:00:01:{ap:02x}",
        device_name=f"AP {ap}",
        id=str(number),
        kind=kind,
    )


if __name__ == "__main__":
    print(run())
