"""A simulated UniFi controller, for the demo and the end-to-end tests. It shares no code with what it tests."""

from __future__ import annotations

from unifi_scanner.sim.controller import SimulatedController
from unifi_scanner.sim.flavour import Flavour
from unifi_scanner.sim.ledger import LedgerRow
from unifi_scanner.sim.scenario import Scenario, ScenarioError, load_scenario, parse_scenario, scenario_names
from unifi_scanner.sim.scenario_file import read_address
from unifi_scanner.sim.wire import system_log_rows, wire_events
from unifi_scanner.sim.world import World

__all__ = [
    "Flavour",
    "LedgerRow",
    "Scenario",
    "ScenarioError",
    "SimulatedController",
    "World",
    "load_scenario",
    "parse_scenario",
    "read_address",
    "scenario_names",
    "system_log_rows",
    "wire_events",
]
