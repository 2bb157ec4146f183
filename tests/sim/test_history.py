"""Asking for history: paging, order, time, and what the rows look like (docs/protocol.md C, D)."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sim.simulated import data_of, json_of, signed_in
from unifi_scanner.sim import Flavour, LedgerRow


def test_system_log_pages_are_zero_based_capped_at_100_and_newest_first() -> None:
    reader = signed_in()
    for _ in range(230):
        reader.console.emit("client_connects", {})
    pages = [json_of(reader.log("all", {"pageNumber": n, "pageSize": 500})) for n in range(4)]
    assert [len(page["data"]) for page in pages] == [100, 100, 30, 0]
    assert [page["has_next"] for page in pages] == [True, True, False, False]
    assert {(page["total_page_count"], page["total_element_count"]) for page in pages} == {(3, 230)}
    rows = [row for page in pages for row in page["data"]]
    assert len({row["id"] for row in rows}) == 230
    assert [row["timestamp"] for row in rows] == sorted((row["timestamp"] for row in rows), reverse=True)


@pytest.mark.parametrize("name", ["all", "count", "admin-activity", "critical"])
def test_system_log_is_post_only(name: str) -> None:
    assert signed_in().log(name, method="GET").status == 405


def test_system_log_keeps_to_the_time_asked_for() -> None:
    reader = signed_in()
    row = reader.console.emit("client_connects", {}).row
    stamp = data_of(reader.log("all"))[0]["timestamp"]
    assert [r["id"] for r in data_of(reader.log("all", {"timestampFrom": stamp, "timestampTo": stamp}))] == [
        row.v2_id
    ]
    assert data_of(reader.log("all", {"timestampFrom": stamp + 1})) == []
    assert data_of(reader.log("all", {"timestampTo": stamp - 1})) == []


def test_count_counts_what_all_returns() -> None:
    reader = signed_in()
    for what in ("client_connects", "client_connects", "device_offline", "honeypot"):
        reader.console.emit(what, {})
    counted = json_of(reader.log("count"))["events"]
    assert {one["name"]: one["count"] for one in counted} == Counter(
        row["event"] for row in data_of(reader.log("all"))
    )


def test_critical_is_a_bare_list_of_what_is_serious() -> None:
    reader = signed_in()
    reader.console.emit("client_connects", {})
    reader.console.emit("device_offline", {"device": "Hall AP"})
    assert [row["key"] for row in json_of(reader.log("critical"))] == ["DEVICE_UNREACHABLE"]


def test_admin_activity_tells_who_changed_what() -> None:
    reader = signed_in(version="10.4.57")
    reader.console.emit("admin_changes", {"admin": "Anna", "ip": "192.168.1.9"})
    (row,) = data_of(reader.log("admin-activity"))
    assert (row["admin"]["name"], row["ip"]) == ("Anna", "192.168.1.9")
    assert row["updates"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_stat_event_takes_its_parameters_from_query_or_body(method: str) -> None:
    reader = signed_in()
    rows = [reader.console.emit("client_connects", {}).row for _ in range(5)]
    asked = {"_sort": "-time", "_start": 1, "_limit": 2}
    query = "?" + "&".join(f"{k}={v}" for k, v in asked.items()) if method == "GET" else ""
    reply = reader.site(method, f"stat/event{query}", asked if method == "POST" else None)
    assert len(data_of(reply)) == 2
    assert json_of(reply)["meta"] == {"rc": "ok", "count": 5}
    assert {row["_id"] for row in data_of(reply)} <= {row.id for row in rows}


def test_stat_event_never_returns_more_than_3000_rows() -> None:
    reader = signed_in()
    for _ in range(3100):
        reader.console.emit("client_connects", {})
    first = reader.site("POST", "stat/event", {"_sort": "-time", "_limit": 10_000})
    rest = reader.site("POST", "stat/event", {"_sort": "-time", "_start": 3000})
    ids = {row["_id"] for reply in (first, rest) for row in data_of(reply)}
    assert (len(data_of(first)), len(data_of(rest)), len(ids)) == (3000, 100, 3100)


def test_stat_event_keeps_to_the_time_and_key_asked_for() -> None:
    reader = signed_in()
    row = reader.console.emit("client_connects", {}).row
    reader.console.emit("wan_down", {})
    assert [r["_id"] for r in data_of(reader.site("POST", "stat/event", {"key": "EVT_WU_Connected"}))] == [
        row.id
    ]
    assert len(data_of(reader.site("POST", "stat/event", {"within": 1}))) == 2
    assert data_of(reader.site("POST", "stat/event", {"start": row.time_ms + 60_000})) == []
    assert data_of(reader.site("POST", "stat/event", {"end": row.time_ms - 60_000})) == []


def test_rest_and_socket_tell_one_event_with_one_id_and_system_log_with_another() -> None:
    reader = signed_in()
    kept = reader.console.emit("client_leaves", {"client": "Anna's iPhone"})
    (rest,) = data_of(reader.site("POST", "stat/event", {}))
    (row,) = data_of(reader.log("all"))
    assert kept.item == rest
    assert rest["_id"] == kept.row.id != row["id"] == kept.row.v2_id
    assert rest["time"] == kept.row.time_ms
    assert rest["time"] % 1000 == 0
    assert 0 <= row["timestamp"] - rest["time"] < 1100


def test_archived_alarms_are_none() -> None:
    reader = signed_in()
    reader.console.emit("device_offline", {})
    assert [row["archived"] for row in data_of(reader.site("GET", "stat/alarm?archived=false"))] == [False]
    assert data_of(reader.site("GET", "stat/alarm?archived=true")) == []
    assert data_of(reader.site("GET", "cnt/alarm"))[0]["count"] == 1


def test_a_reader_may_not_change_anything() -> None:
    reader = signed_in(Flavour.CLASSIC)
    reply = reader.site("POST", "cmd/devmgr", {"cmd": "restart"})
    assert (reply.status, json_of(reply)["meta"]["msg"]) == (403, "api.err.NoPermission")


def test_a_device_that_is_offline_is_told_so_by_stat_device_and_health() -> None:
    reader = signed_in()
    reader.console.emit("device_offline", {"device": "Hall AP"})
    states = {device["name"]: device["state"] for device in data_of(reader.site("GET", "stat/device"))}
    assert states == {"Gateway": 1, "Kitchen AP": 1, "Hall AP": 0, "Rack Switch": 1}
    health = {part["subsystem"]: part for part in data_of(reader.site("GET", "stat/health"))}
    assert (health["wlan"]["status"], health["wlan"]["num_disconnected"]) == ("warning", 1)


def test_stat_sta_lists_who_is_connected_now() -> None:
    reader = signed_in()
    reader.console.emit("client_connects", {"client": "Anna's iPhone", "ap": "Hall AP"})
    here = {client["hostname"]: client for client in data_of(reader.site("GET", "stat/sta"))}
    assert set(here) == {"Annas-iPhone", "diskstation"}
    assert (here["Annas-iPhone"]["essid"], here["Annas-iPhone"]["is_wired"]) == ("Home", False)
    reader.console.emit("client_leaves", {"client": "Anna's iPhone"})
    assert len(data_of(reader.site("GET", "stat/sta"))) == 1


@pytest.mark.parametrize(
    ("key", "fields", "actor"),
    [
        ("EVT_WU_Connected", {"user": "Anna's iPhone"}, "user"),
        ("EVT_WG_Connected", {}, "guest"),
        ("EVT_LU_Disconnected", {"client": "NAS"}, "user"),
        ("EVT_AP_Lost_Contact", {"ap": "Hall AP"}, "ap"),
        ("EVT_SW_PoeOverload", {"port": 5}, "sw"),
        ("EVT_DM_Lost_Contact", {}, "dm"),
        ("EVT_XG_Connected", {}, "xg"),
        ("EVT_GW_WANTransition", {"state": "inactive"}, "gw"),
    ],
)
def test_a_v1_event_names_its_actor_in_the_field_of_its_role(
    key: str, fields: dict[str, object], actor: str
) -> None:
    item = signed_in().console.emit(key, fields).item
    assert item is not None
    assert item["key"] == key
    assert item[actor].count(":") == 5
    assert "[]" not in item["msg"]
    assert "{" not in item["msg"]


def test_an_event_outside_the_table_is_pushed_as_it_is_asked_for() -> None:
    kept = signed_in().console.emit("EVT_XY_Unheard", {"user": "aa:bb:cc:dd:ee:ff", "msg": "something"})
    assert kept.item is not None
    assert (kept.item["key"], kept.item["user"], kept.item["msg"]) == (
        "EVT_XY_Unheard",
        "aa:bb:cc:dd:ee:ff",
        "something",
    )
    assert kept.row.sources == {"websocket", "rest"}


def test_a_word_that_means_nothing_is_refused() -> None:
    with pytest.raises(KeyError):
        signed_in().console.emit("client_dances", {})


def test_an_unknown_client_keeps_the_mac_it_was_given() -> None:
    row: LedgerRow = signed_in().console.emit("client_connects", {"client": "aa:bb:cc:dd:ee:ff"}).row
    assert (row.client, row.client_name, row.fields["user"]) == (
        "aa:bb:cc:dd:ee:ff",
        None,
        "aa:bb:cc:dd:ee:ff",
    )


def test_a_list_forgets_what_is_older_than_it_keeps() -> None:
    reader = signed_in(Flavour.UNIFI_OS, "8.6.9")
    reader.console.emit("threat_blocked", {})
    lists = {"rest": "stat/event", "alarm": "list/alarm", "ips": "stat/ips/event"}
    assert all(data_of(reader.site("POST", path, {})) for path in lists.values())
    for name in lists:
        reader.console.retention_ms[name] = -1
    assert [data_of(reader.site("POST", path, {})) for path in lists.values()] == [[], [], []]


def test_pages_shift_and_are_capped_as_told() -> None:
    reader = signed_in()
    for _ in range(50):
        reader.console.emit("client_connects", {})
    reader.console.faults.page_cap, reader.console.faults.shifting = 20, 3
    first, second = (json_of(reader.log("all", {"pageNumber": n, "pageSize": 100})) for n in (0, 1))
    assert (len(first["data"]), first["total_element_count"], second["total_element_count"]) == (20, 50, 53)
    assert {row["id"] for row in first["data"]} & {row["id"] for row in second["data"]}


def test_anomalies_are_one_row_for_each_problem_of_a_client() -> None:
    reader = signed_in()
    for name in ("USER_HIGH_TCP_LATENCY", "USER_HIGH_TCP_LATENCY", "USER_LOW_PHY_RATE"):
        reader.console.emit("client_anomaly", {"anomaly": name})
    rows = data_of(reader.site("GET", "stat/anomalies?scale=hourly"))
    assert [(row["anomaly"], len(row["timestamps"])) for row in rows] == [
        ("USER_HIGH_TCP_LATENCY", 2),
        ("USER_LOW_PHY_RATE", 1),
    ]
