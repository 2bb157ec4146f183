"""What each Network version keeps and answers (docs/protocol.md section 0), as a table."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.simulated import Reader, data_of, json_of, signed_in
from unifi_scanner.sim import Flavour

OS = Flavour.UNIFI_OS
# version, then what answers for: stat/event, list/alarm, stat/ips/event, system-log/all, traffic-flows
MATRIX = [
    ("7.5.187", ("rows", "rows", "rows", 404, 404)),
    ("8.6.9", ("rows", "rows", "rows", 404, 404)),
    ("9.0.114", ("rows", "rows", "rows", "rows", "rows")),
    ("9.3.43", ("rows", "rows", "rows", "rows", "rows")),
    ("9.3.45", ("rows", "rows", "empty", "rows", "rows")),
    ("9.5.21", ("rows", "rows", "empty", "rows", "rows")),
    ("10.0.162", ("stale", "rows", "empty", "rows", "rows")),
    ("10.2.84", ("stale", "rows", "empty", "rows", "rows")),
    ("10.3.58", (404, "rows", 404, "rows", "rows")),
    ("10.4.57", (404, 400, 404, "rows", "rows")),
]


def _told(reader: Reader, status: int, rows: list[dict[str, Any]]) -> int | str:
    if status != 200:
        return status
    if not rows:
        return "empty"
    newest = max(int(row["time"] if "time" in row else row["timestamp"]) for row in rows)
    return "rows" if newest >= reader.console.began_ms - 1000 else "stale"


def _happen(reader: Reader) -> None:
    for what in ("client_connects", "device_offline", "threat_detected", "threat_blocked"):
        reader.console.emit(what, {})


@pytest.mark.parametrize(("version", "expected"), MATRIX)
def test_each_version_answers_what_the_matrix_says(version: str, expected: tuple[int | str, ...]) -> None:
    reader = signed_in(OS, version)
    _happen(reader)
    replies = [
        reader.site("POST", "stat/event", {"_sort": "-time"}),
        reader.site("GET", "list/alarm?archived=false"),
        reader.site("POST", "stat/ips/event", {}),
        reader.log("all"),
        reader.ask(
            "POST",
            "/proxy/network/v2/api/site/default/traffic-flows",
            {"policy_type": ["INTRUSION_PREVENTION"]},
        ),
    ]
    told = tuple(_told(reader, r.status, data_of(r) if r.status == 200 else []) for r in replies)
    assert told == expected


@pytest.mark.parametrize("version", ["7.5.187", "8.6.9", "9.0.114", "9.3.45", "10.0.162", "10.3.58"])
@pytest.mark.parametrize("flavour", list(Flavour))
def test_the_ledger_names_exactly_the_sources_that_have_the_event(version: str, flavour: Flavour) -> None:
    reader = signed_in(flavour, version)
    for what in ("client_connects", "client_roams", "client_leaves", "device_offline", "device_restarted", "wan_down",
                 "threat_detected", "honeypot", "isp_latency", "admin_changes", "admin_signs_in", "poe_overload"):  # fmt: skip
        reader.console.emit(what, {})
    asked = {
        "rest": reader.site("POST", "stat/event", {}),
        "alarm": reader.site("GET", "list/alarm"),
        "ips": reader.site("POST", "stat/ips/event", {}),
        "super": reader.site("POST", "stat/event", {}, site="super"),
        "system_log": reader.log("all"),
    }
    found = {
        name: {row.get("_id", row.get("id")) for row in data_of(reply)} if reply.status == 200 else set()
        for name, reply in asked.items()
    }
    if asked["system_log"].status == 404:
        found["system_log"] = {*_in_parts(reader)}
    for row in reader.console.ledger.rows(reader.console.answers):
        there = {name for name, ids in found.items() if ids & {row.id, row.v2_id}}
        assert there == row.sources - {"websocket", "activity"}, row.key or row.v2_key


PARTS = ("client-alert", "device-alert", "system-critical-alert", "threat-alert", "update-alert", "vpn-alert")


def _in_parts(reader: Reader) -> set[str]:
    replies = [reader.log(name) for name in PARTS]
    return {row["id"] for reply in replies if reply.status == 200 for row in data_of(reply)}


@pytest.mark.parametrize(
    ("version", "status"),
    [("7.5.187", 404), ("8.3.32", 404), ("8.4.62", 200), ("8.6.9", 200), ("9.3.43", 200)],
)
def test_the_log_has_parts_from_8_4_on_and_a_whole_from_9_on(version: str, status: int) -> None:
    reader = signed_in(OS, version)
    assert [reader.log(name).status for name in (*PARTS, "triggers", "admin-activity")] == [status] * 8
    assert reader.log("all").status == (200 if version.startswith("9") else 404)


def test_a_classic_controller_keeps_sign_ins_beside_its_sites() -> None:
    reader = signed_in(Flavour.CLASSIC, "8.6.9")
    row = reader.console.emit("admin_signs_in", {}).row
    assert [r["_id"] for r in data_of(reader.site("POST", "stat/event", {}, site="super"))] == [row.id]
    assert data_of(reader.site("POST", "stat/event", {})) == []
    assert signed_in(OS, "8.6.9").site("POST", "stat/event", {}, site="super").status == 400


def test_10_3_gives_alarms_oldest_first_and_archived_ones_too() -> None:
    reader = signed_in(OS, "10.3.58")
    rows = [reader.console.emit("device_offline", {"device": ap}).row for ap in ("Kitchen AP", "Hall AP")]
    reader.console.archived.add(rows[0].id)
    told = data_of(reader.site("GET", "list/alarm?archived=false&_sort=-time"))
    assert [(row["_id"], row["archived"]) for row in told] == [(rows[0].id, True), (rows[1].id, False)]


def test_what_v1_has_no_code_for_is_never_on_the_socket() -> None:
    reader = signed_in(OS, "10.4.57")
    kept = [reader.console.emit(what, {}) for what in ("honeypot", "isp_latency", "admin_changes")]
    assert [one.row.key for one in kept] == [None] * 3
    assert all(one.row.sources == {"system_log"} for one in kept)


def test_from_10_3_on_a_restart_is_told_by_the_socket_only() -> None:
    reader = signed_in(OS, "10.3.58")
    assert reader.console.emit("device_restarted", {}).row.sources == {"websocket"}


def test_an_upgrade_takes_away_what_the_new_version_no_longer_answers() -> None:
    reader = signed_in(OS, "9.3.43")
    reader.console.emit("client_connects", {})
    reader.console.upgrade("10.3.58")
    (row,) = reader.console.ledger.rows(reader.console.answers)
    assert row.sources == {"websocket", "system_log"}
    refused = reader.site("POST", "stat/event", {})
    assert (refused.status, json_of(refused)["meta"]["msg"]) == (404, "api.err.NotFound")


def test_an_upgrade_to_10_0_freezes_stat_event_at_what_it_had() -> None:
    reader = signed_in(OS, "9.5.21")
    before = reader.console.emit("client_connects", {}).row
    reader.console.upgrade("10.0.162")
    after = reader.console.emit("client_roams", {}).row
    assert [row["_id"] for row in data_of(reader.site("POST", "stat/event", {}))] == [before.id]
    assert {row["id"] for row in data_of(reader.log("all"))} == {before.v2_id, after.v2_id}


@pytest.mark.parametrize(
    ("version", "category", "status"),
    [
        ("9.3.43", "MONITORING", 200),
        ("9.3.43", "CLIENT_DEVICES", 400),
        ("10.4.57", "CLIENT_DEVICES", 200),
        ("10.4.57", "MONITORING", 400),
    ],
)
def test_a_category_of_the_other_version_is_a_400_that_lists_those_accepted(
    version: str, category: str, status: int
) -> None:
    reader = signed_in(OS, version)
    reader.console.emit("client_connects", {})
    reply = reader.log("all", {"categories": [category]})
    assert reply.status == status
    if status == 400:
        assert json_of(reply)["errorCode"] == 400
        assert (
            f'from String "{category}": not one of the values accepted for Enum class: ['
            in json_of(reply)["message"]
        )
    else:
        assert [row["category"] for row in data_of(reply)] == [category]


def test_only_9_renders_the_message() -> None:
    nine, ten = signed_in(OS, "9.3.43"), signed_in(OS, "10.4.57")
    for reader in (nine, ten):
        reader.console.emit("client_roams", {"client": "Anna's iPhone", "ap_to": "Hall AP"})
    (old,), (new,) = data_of(nine.log("all")), data_of(ten.log("all"))
    assert old["message"].startswith("Anna's iPhone roamed from Kitchen AP to Hall AP.")
    assert "message" not in new
    assert new["message_raw"].startswith("{CLIENT} roamed from {DEVICE_FROM} to {DEVICE_TO}.")
    assert new["parameters"]["DEVICE_TO"]["name"] == "Hall AP"


def test_a_classic_controller_has_system_log_but_no_flows() -> None:
    reader = signed_in(Flavour.CLASSIC, "10.4.57")
    assert reader.log("all").status == 200
    assert reader.ask("POST", "/v2/api/site/default/traffic-flows", {}).status == 404
