"""The laws every analyser obeys."""

from __future__ import annotations

import random

import pytest

from unifi_scanner.detection import ANALYSERS, Engine, load_rules
from unifi_scanner.detection.analyser import KNOWN_OTHERWISE
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.kinds import KINDS
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine
from unifi_scanner.sim import load_scenario, wire_events

MONDAY_MS = 1_762_732_800_000
RULE_NAMES = {rule.name for rule in load_rules()}


def a_day(name: str = "busy-day") -> list[LogEntry]:
    records = wire_events(load_scenario(name), MONDAY_MS)
    return combine([entry for record in records for entry in normalise_record(record)])


def found_by(entries: list[LogEntry], name: str) -> list[object]:
    engine = Engine((), [ANALYSERS[name]()])
    engine.feed(entries)
    return list(engine.findings())


@pytest.mark.parametrize("name", ANALYSERS)
def test_it_looks_at_kinds_there_are(name: str) -> None:
    assert set(ANALYSERS[name]().kinds) <= KINDS.keys()


@pytest.mark.parametrize("name", ANALYSERS)
def test_the_same_entries_give_the_same_findings(name: str) -> None:
    assert found_by(a_day(), name) == found_by(a_day(), name)


@pytest.mark.parametrize("name", ANALYSERS)
def test_entries_a_little_out_of_order_lose_none(name: str) -> None:
    entries = a_day("every-generation")
    shaken = [
        entry
        for _, entry in sorted(
            enumerate(entries), key=lambda pair: pair[0] + random.Random(pair[0]).random() * 2
        )
    ]
    assert len(found_by(shaken, name)) == len(found_by(entries, name))


@pytest.mark.parametrize("name", ANALYSERS)
def test_what_it_finds_is_proved_by_entries_and_belongs_to_somebody(name: str) -> None:
    ids = {entry.id for entry in a_day()}
    engine = Engine((), [ANALYSERS[name]()])
    engine.feed(a_day())
    for finding in engine.findings():
        assert {proof.entry_id for proof in finding.evidence} <= ids
        assert finding.evidence
        assert finding.rule not in RULE_NAMES
        assert finding.rule in KNOWN_OTHERWISE | ANALYSERS.keys()
        assert finding.count > 0
