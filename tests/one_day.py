"""One scripted day as each voice of a console tells it: v1 frames, system-log rows with flows, CEF lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.sim import Flavour
from unifi_scanner.sim.cef import cef_line, envelope, tells_cef
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import Network
from unifi_scanner.sim.scenario import Scenario
from unifi_scanner.sim.versions import answers_of
from unifi_scanner.sim.wire import flow_row, row_ids, v1_item, v2_row
from unifi_scanner.sim.world import World

START_MS: Final = 1_772_366_400_000  # 1 March 2026, noon

Telling = Mapping[str, Sequence[LogEntry]]


class Told(NamedTuple):
    """Each event of the day, by every voice that tells it."""

    events: Sequence[Telling]

    def by(self, voice: str) -> list[LogEntry]:
        """Return all that one voice told."""
        return [entry for event in self.events for entry in event.get(voice, ())]

    def how_many(self, voices: Sequence[str]) -> int:
        """Return how many events these voices told together."""
        return sum(any(voice in event for voice in voices) for event in self.events)


def tell(scenario: Scenario, version: str) -> Told:
    """Return the day as the real reader reads it from each voice of a console of this version."""
    book = names_of(scenario.network)
    return Told(
        [
            _telling(scenario, number, one, version, book)
            for number, one in enumerate(World(scenario).occurrences())
        ]
    )


def names_of(network: Network) -> NameBook:
    """Return the names that the lists of devices and clients give."""
    return NameBook(
        {device.mac: device.name for device in network.devices},
        {client.mac: client.shown_name for client in network.clients if client.shown_name},
    )


def _telling(scenario: Scenario, number: int, one: Occurrence, version: str, book: NameBook) -> Telling:
    network, answers = scenario.network, answers_of(version, Flavour.UNIFI_OS)
    at_ms = START_MS + one.at_ms
    v1_id, v2_id = row_ids(scenario.seed, number, at_ms)
    told: dict[str, list[LogEntry]] = {}
    if one.code.v1 is not None:
        frame = {"meta": {"message": "events"}, "data": [v1_item(one, at_ms, v1_id)]}
        told["v1"] = normalise_record(frame, names=book, origin=Origin.WEBSOCKET)
    if one.code.v2 is not None:
        row = v2_row(one, at_ms, v2_id, network, answers)
        told["log"] = normalise_record(row, names=book, origin=Origin.SYSTEM_LOG)
    if one.code.is_threat:
        flow = flow_row(one, at_ms, v2_id, network)
        told["log"] = [*told["log"], *normalise_record(flow, names=book, origin=Origin.IPS)]
    if tells_cef(one, answers.version):
        line = envelope(cef_line(one, at_ms, network, version), at_ms, network).rstrip("\n")
        heard = datetime.fromtimestamp(at_ms / 1000, UTC)
        told["cef"] = [
            entry_of_line(line, Context(names=book, zone=network.timezone, heard=heard, origin=Origin.CEF))
        ]
    return told
