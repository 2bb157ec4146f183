"""Rows of the smaller lists: threats in every shape, triggers, flows, Wi-Fi problems."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared_data import FIXTURES, json_lines, needs_fixtures
from tests.sim.simulated import signed_in
from unifi_scanner.logs.facts_lists import humanise
from unifi_scanner.logs.import_files import values_in
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine
from unifi_scanner.models.telling import sentence_of
from unifi_scanner.sim import Flavour
from unifi_scanner.sim.versions import answers_of
from unifi_scanner.sim.wire import alarm_row, flow_row, v2_row

NOON_MS = 1_764_590_400_000
ALERT = {
    "action": "blocked",
    "signature": "ET SCAN NMAP",
    "signature_id": 2009582,
    "category": "Recon",
    "severity": 2,
}
FLAT = {
    "_id": "5f1",
    "key": "EVT_IPS_IpsAlert",
    "time": NOON_MS,
    "timestamp": NOON_MS // 1000,
    "src_ip": "203.0.113.9",
    "src_port": 40000,
    "dest_ip": "192.168.1.5",
    "dest_port": 22,
    "proto": "TCP",
    "host": "d0:21:f9:00:00:01",
    "srcipGeo": False,
    "dstipGeo": {},
    "usgipGeo": [],
    "catname": ["recon"],
}


@pytest.mark.parametrize(
    "row",
    [
        FLAT | {f"inner_alert_{name}": value for name, value in ALERT.items()},
        FLAT | {"inner_alert": ALERT},
        FLAT | {"alert": ALERT, "event_type": "alert"},
        {k: v for k, v in FLAT.items() if k != "key"}
        | {"event_type": "alert", "alert": ALERT, "catname": "recon"},
    ],
)
def test_a_threat_is_read_in_its_flat_and_in_its_nested_shapes(row: dict[str, Any]) -> None:
    (entry,) = normalise_record(row, origin=Origin.IPS)
    assert (entry.kind, entry.event_type) == ("threat.blocked", "EVT_IPS_IpsAlert")
    told = {
        name: entry.metadata[name] for name in ("threat", "signature_id", "src_ip", "dst_ip", "direction")
    }
    assert told == {
        "threat": "ET SCAN NMAP",
        "signature_id": "2009582",
        "src_ip": "203.0.113.9",
        "dst_ip": "192.168.1.5",
        "direction": "incoming",
    }
    assert entry.metadata["threat_category"] in ("Recon", "recon")


def test_a_formatted_threat_names_both_ends() -> None:
    row = {"id": "t", "threat_direction": "OUTGOING", "threat_type": "THREAT", "device": "NAS",
           "device_mac": "aa:bb:cc:00:00:01", "counterpart": "203.0.113.9", "timestamp": NOON_MS}  # fmt: skip
    (entry,) = normalise_record(row)
    assert (entry.kind, entry.client_mac) == ("threat.detected", "aa:bb:cc:00:00:01")
    assert (entry.metadata["attacker"], entry.metadata["target"]) == ("NAS", "203.0.113.9")
    (trap,) = normalise_record(row | {"threat_type": "HONEYPOT", "threat_direction": "INCOMING"})
    assert (trap.kind, trap.metadata["attacker"]) == ("honeypot.hit", "203.0.113.9")


def test_a_trigger_is_a_connection_the_firewall_stopped() -> None:
    row = {"id": "t", "key": "SOMETHING_NEW", "timestamp": NOON_MS, "message": "x",
           "source": {"type": "CLIENT", "mac": "aa:bb:cc:00:00:01", "ip": "192.168.1.5", "name": "Camera"},
           "destination": {"ip": "203.0.113.9", "port": 443},
           "trigger": {"type": "FIREWALL_POLICY", "trigger_name": "No cameras outside"}}  # fmt: skip
    (entry,) = normalise_record(row)
    assert (entry.kind, entry.client_name) == ("firewall.blocked", "Camera")
    assert entry.message == "The firewall stopped a connection from Camera to 203.0.113.9."
    assert entry.metadata["policy"] == "No cameras outside"


def test_a_wi_fi_problem_is_an_entry_for_each_time_it_was_noticed() -> None:
    row = {
        "anomaly": "USER_HIGH_TCP_LATENCY",
        "mac": "AA:BB:CC:00:00:01",
        "timestamps": [NOON_MS, NOON_MS + 3_600_000],
    }
    entries = normalise_record(row)
    assert [entry.kind for entry in entries] == ["client.anomaly"] * 2
    assert len({entry.id for entry in entries}) == 2
    assert entries[0].message.endswith("had trouble on the Wi-Fi: high network latency.")
    assert entries == normalise_record({"meta": {"rc": "ok"}, "data": [row]})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("USER_LOW_PHY_RATE", "low radio rate"),
        ("DNS_TIMEOUT", "name lookup timeout"),
        ("NEW_THING", "new thing"),
    ],
)
def test_a_name_becomes_words(name: str, words: str) -> None:
    assert humanise(name) == words


def ways_of_one_threat(what: str) -> dict[str, LogEntry]:
    """Return one threat as every list tells it that has more than its time."""
    reader = signed_in(Flavour.UNIFI_OS, "9.3.43")
    kept, network = reader.console.emit(what, {}), reader.console.network
    item = kept.item
    assert item is not None
    answers = answers_of("9.3.43", Flavour.UNIFI_OS)
    rows = {
        Origin.WEBSOCKET: item,
        Origin.ALARM: alarm_row(item),
        Origin.IPS: item,
        Origin.SYSTEM_LOG: v2_row(kept.occurrence, kept.at_ms, kept.row.v2_id, network, answers),
        Origin.FLOW: flow_row(kept.occurrence, kept.at_ms, kept.row.v2_id, network),
    }
    return {origin.value: normalise_record(row, origin=origin)[0] for origin, row in rows.items()}


@pytest.mark.parametrize("what", ["threat_blocked", "threat_detected"])
def test_one_threat_told_by_every_list_is_one_entry_in_whatever_order(what: str) -> None:
    told = ways_of_one_threat(what)
    for order in permutations(told.values()):
        (entry,) = combine(order)
        assert {origin.value for origin in entry.origins} == set(told)
        assert entry.metadata["signature_id"]


@needs_fixtures
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("jmagar-tests/ips.jsonl", [("threat.blocked", None, "2024-01-01T00:00:00+00:00")]),
        (
            "sirkirby-unifi-mcp/traffic_flows_response.json",
            [
                ("traffic.flow", "aa:bb:cc:00:00:01", "2026-05-25T21:00:00+00:00"),
                ("firewall.blocked", "aa:bb:cc:00:00:02", "2026-05-25T20:58:20+00:00"),
            ],
        ),
        (
            "github-issues/traffic_flow_ips_partial.json",
            [("traffic.flow", "bc:24:11:16:3b:ee", "2026-02-22T14:59:39.446000+00:00")],
        ),
        (
            "sirkirby-unifi-mcp-tests/v2.jsonl",
            [
                ("firewall.blocked", "aa:bb:cc:00:00:01", "2026-08-08T21:38:16.952000+00:00"),
                ("unknown", None, None),
                ("unknown", None, None),
            ],
        ),
    ],
)
def test_recorded_rows_come_out_with_kind_client_and_time(
    file: str, expected: list[tuple[str, str | None, str | None]]
) -> None:
    entries = [e for value in values_in(FIXTURES / file) for e in normalise_record(value)]
    found = [(e.kind, e.client_mac, e.timestamp.isoformat() if e.has_time else None) for e in entries]
    assert found == expected


@needs_fixtures
def test_recorded_flows_are_flows_and_recorded_policies_are_not() -> None:
    kinds = [
        e.kind for row in json_lines("sirkirby-unifi-mcp-tests/flow.jsonl") for e in normalise_record(row)
    ]
    assert kinds == ["state.answer"] * 28 + ["traffic.flow"] * 2


FIELDS = ["anomaly", "timestamps", "mac", "trigger", "source", "destination", "threat_type", "threat_direction", "admin",
          "updates", "operation", "alert", "inner_alert", "src_ip", "key", "id", "ips", "policies", "direction", "service",
          "counterpart", "device_mac", "meta", "ip", "time", "timestamp"]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["aa:bb:cc:00:00:01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=10))
def test_no_row_raises_or_disappears(row: dict[str, Any]) -> None:
    entries = normalise_record(row)
    assert entries or row.get("timestamps") == []
    assert all(entry.kind and entry.id for entry in entries)


UNSAID = "(the record does not say whether it was stopped)"


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ({"inner_alert_action": "blocked"}, "threat.blocked", "was blocked"),
        ({"inner_alert_action": "allowed"}, "threat.detected", "was noticed but not blocked"),
        ({}, "threat.detected", UNSAID),
        ({"inner_alert_action": ""}, "threat.detected", UNSAID),
        ({"inner_alert_action": "a word nobody knows"}, "threat.detected", UNSAID),
        ({"inner_alert": {"signature": "ET SCAN NMAP"}}, "threat.detected", UNSAID),
        ({"key": "EVT_IPS_IpsBlock"}, "threat.blocked", "was blocked"),
        ({"key": "EVT_IPS_ThreatDetected"}, "threat.detected", UNSAID),
    ],
)
def test_an_attack_is_let_through_only_where_the_record_says_so(
    said: dict[str, Any], kind: str, words: str
) -> None:
    (entry,) = normalise_record(FLAT | said)
    assert entry.kind == kind
    assert words in sentence_of(entry)
    assert (UNSAID in sentence_of(entry)) == (words == UNSAID)


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        ({"action": "allowed"}, "was noticed but not blocked"),
        ({"action": "blocked"}, "was blocked"),
        ({}, UNSAID),
    ],
)
def test_a_flow_with_an_alert_says_what_became_of_it_or_that_it_does_not_say(
    flow: dict[str, Any], words: str
) -> None:
    row = {
        "id": "f1", "time": NOON_MS, "flow_start_time": NOON_MS, "protocol": "TCP", "direction": "incoming",
        "source": {"ip": "203.0.113.9", "port": 1}, "destination": {"ip": "192.168.1.5", "port": 22},
        "ips": {"signature": "ET SCAN NMAP"}, "risk": "medium", "traffic_data": {}, "policies": [],
    }  # fmt: skip
    (entry,) = normalise_record(row | flow)
    assert words in sentence_of(entry)


GATEWAY, LAMP = "74:ac:b9:58:b9:ce", "0a:be:db:c8:0d:81"


@pytest.mark.parametrize("end", ["src_mac", "dst_mac"])
def test_an_alert_is_about_the_client_at_either_end_of_it(end: str) -> None:
    other = {"src_mac": "dst_mac", "dst_mac": "src_mac"}[end]
    row = {"key": "EVT_IPS_IpsAlert", "time": 1772366400000, "src_ip": "1.2.3.4", "host": GATEWAY,
           end: LAMP, other: "02:00:00:00:00:99"}  # fmt: skip
    (entry,) = normalise_record(row, names=NameBook({GATEWAY: "Dream Machine"}, {LAMP: "Lamp"}))
    assert (entry.client_mac, entry.client_name, entry.device_name) == (LAMP, "Lamp", "Dream Machine")


def test_the_gateways_end_of_a_flow_is_a_device_with_a_name_and_no_client() -> None:
    flow = {
        "id": "f1", "action": "blocked", "flow_start_time": 1772366400000, "policies": [], "ips": {"signature": "ET X"},
        "source": {"ip": "203.0.113.9"}, "destination": {"ip": "192.168.1.1", "mac": GATEWAY}, "traffic_data": {},
    }  # fmt: skip
    (entry,) = normalise_record(flow, names=NameBook({GATEWAY: "Dream Machine"}, {LAMP: "Lamp"}))
    assert (entry.client_mac, entry.metadata["target"]) == (None, "Dream Machine")
    inside = flow | {"source": {"ip": "192.168.1.9", "mac": LAMP}, "destination": {"ip": "203.0.113.9"}}
    (entry,) = normalise_record(inside, names=NameBook({GATEWAY: "Dream Machine"}, {LAMP: "Lamp"}))
    assert (entry.client_mac, entry.metadata["attacker"]) == (LAMP, "Lamp")
