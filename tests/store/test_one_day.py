"""A whole day told by v1, the system log, flows and CEF: every event is stored once, in whatever order they come."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.store.making import HOME
from unifi_scanner.logs.normalise import Context, normalise_record
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine
from unifi_scanner.sim import Flavour, load_scenario
from unifi_scanner.sim.cef import cef_line, envelope, tells_cef
from unifi_scanner.sim.scenario import Scenario
from unifi_scanner.sim.versions import answers_of
from unifi_scanner.sim.wire import flow_row, row_ids, v1_item, v2_row
from unifi_scanner.sim.world import World
from unifi_scanner.store import open_store

START_MS: Final = 1_772_366_400_000  # 1 March 2026, noon
DAYS: Final = ("every-generation", "hostile-names")
VERSIONS: Final = ("9.3.43", "9.5.21", "10.0.162", "10.1.85", "10.6.106")
ORDERS: Final = (("v1", "log", "cef"), ("cef", "log", "v1"), ("log", "cef"), ("cef", "log"), ("cef", "v1"))


class Told(NamedTuple):
    """How each voice told each event of the day, and how many events each told."""

    voices: Mapping[str, Sequence[LogEntry]]
    events: Mapping[str, frozenset[int]]

    def how_many(self, voices: Sequence[str]) -> int:
        """Return how many events these voices told together."""
        return len(frozenset[int]().union(*(self.events[voice] for voice in voices)))


def tell(scenario: Scenario, version: str) -> Told:
    """Return the day as the real reader reads it from each voice of a console of this version."""
    network, answers = scenario.network, answers_of(version, Flavour.UNIFI_OS)
    book = NameBook(
        {device.mac: device.name for device in network.devices},
        {client.mac: client.shown_name for client in network.clients if client.shown_name},
    )
    voices: dict[str, list[LogEntry]] = {"v1": [], "log": [], "cef": []}
    events: dict[str, set[int]] = {"v1": set(), "log": set(), "cef": set()}

    def add(voice: str, number: int, entries: Sequence[LogEntry]) -> None:
        voices[voice] += entries
        events[voice].add(number)

    for number, one in enumerate(World(scenario).occurrences()):
        at_ms = START_MS + one.at_ms
        v1_id, v2_id = row_ids(scenario.seed, number, at_ms)
        if one.code.v1 is not None:
            record = {"meta": {"message": "events"}, "data": [v1_item(one, at_ms, v1_id)]}
            add("v1", number, normalise_record(record, names=book, origin=Origin.WEBSOCKET))
        if one.code.v2 is not None:
            row = v2_row(one, at_ms, v2_id, network, answers)
            add("log", number, normalise_record(row, names=book, origin=Origin.SYSTEM_LOG))
        if one.code.is_threat:
            flow = flow_row(one, at_ms, v2_id, network)
            add("log", number, normalise_record(flow, names=book, origin=Origin.IPS))
        if tells_cef(one, answers.version):
            line = envelope(cef_line(one, at_ms, network, version), at_ms, network).rstrip("\n")
            heard = datetime.fromtimestamp(at_ms / 1000, UTC)
            context = Context(names=book, zone=network.timezone, heard=heard, origin=Origin.CEF)
            add("cef", number, [entry_of_line(line, context)])
    return Told(voices, {voice: frozenset(numbers) for voice, numbers in events.items()})


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_day_heard_in_several_ways_is_stored_once(day: str, version: str, tmp_path: Path) -> None:
    told = tell(load_scenario(day), version)
    assert told.how_many(["cef"]) > 30
    wrong: dict[tuple[tuple[str, ...], str], int] = {}
    for number, order in enumerate(ORDERS):
        batch = [entry for voice in order for entry in told.voices[voice]]
        counts = {
            "at once": len(combine(batch)),
            "one after the other": _stored(tmp_path / f"{number}-a", [told.voices[voice] for voice in order]),
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
        for entry in told.voices[voice]:
            part = int(entry.timestamp.timestamp() - START_MS / 1000) // width + late
            portions.setdefault(part, []).append(entry)
    rng = random.Random(7)
    for portion in portions.values():
        rng.shuffle(portion)
    return [portions[part] for part in sorted(portions)]
