"""A whole day told by v1, the system log, flows and CEF: every event is stored once, in whatever order they come."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.one_day import START_MS, Told, tell
from tests.store.making import HOME
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine
from unifi_scanner.sim import load_scenario
from unifi_scanner.store import open_store

DAYS: Final = ("every-generation", "hostile-names")
VERSIONS: Final = ("9.3.43", "9.5.21", "10.0.162", "10.1.85", "10.6.106")
ORDERS: Final = (("v1", "log", "cef"), ("cef", "log", "v1"), ("log", "cef"), ("cef", "log"), ("cef", "v1"))


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_day_heard_in_several_ways_is_stored_once(day: str, version: str, tmp_path: Path) -> None:
    told = tell(load_scenario(day), version)
    assert told.how_many(["cef"]) > 30
    wrong: dict[tuple[tuple[str, ...], str], int] = {}
    for number, order in enumerate(ORDERS):
        batch = [entry for voice in order for entry in told.by(voice)]
        counts = {
            "at once": len(combine(batch)),
            "one after the other": _stored(tmp_path / f"{number}-a", [told.by(voice) for voice in order]),
            "in small portions": _stored(tmp_path / f"{number}-b", _portions(told, order)),
        }
        wrong |= {(order, how): n for how, n in counts.items() if n != told.how_many(order)}
    assert wrong == {}


def _stored(file: Path, batches: Sequence[Sequence[LogEntry]]) -> int:
    store = open_store(file)
    try:
        for batch in batches:
            store.add(HOME, batch)
        return sum(1 for _ in store.entries(HOME))
    finally:
        store.close()


def _portions(told: Told, order: Sequence[str]) -> list[list[LogEntry]]:
    """Return portions of five minutes, each voice a portion later than the one before."""
    width = 300
    portions: dict[int, list[LogEntry]] = {}
    for late, voice in enumerate(order):
        for entry in told.by(voice):
            part = int(entry.timestamp.timestamp() - START_MS / 1000) // width + late
            portions.setdefault(part, []).append(entry)
    rng = random.Random(7)
    for portion in portions.values():
        rng.shuffle(portion)
    return [portions[part] for part in sorted(portions)]
