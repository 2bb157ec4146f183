"""Reading what a controller keeps, list by list, over real TLS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.api.conftest import MakeClient, MakeTwin
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.history import History
from unifi_scanner.api.paging import Read
from unifi_scanner.errors import AnswerUnusable, ControllerUnreachable, EndpointForbidden, EndpointGone
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.sim import Flavour, SimulatedController


def lately() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def signed_in(clients: MakeClient) -> Callable[..., UnifiClient]:
    def make(twin: SimulatedController, **more: Any) -> UnifiClient:
        client = clients(twin, **more)
        client.sign_in()
        return client

    return make


SignIn = Callable[[SimulatedController], UnifiClient]


def connect_many(twin: SimulatedController, count: int) -> list[Any]:
    return [
        twin.emit("EVT_WU_Connected", user=f"02:00:00:00:{n // 256:02x}:{n % 256:02x}", ssid="Home")
        for n in range(count)
    ]


def ids(read: Read) -> list[str]:
    return [str(row.get("_id") or row.get("id")) for row in read.rows]


def test_pages_that_shift_while_they_are_read_give_each_row_once(twins: MakeTwin, signed_in: SignIn) -> None:
    twin = twins()
    rows = connect_many(twin, 350)
    twin.shift_pages(7)
    read = signed_in(twin).system_log(lately())
    assert {row.v2_id for row in rows} <= set(ids(read))
    assert len(ids(read)) == len(set(ids(read)))
    assert read.unread is None


def test_a_lower_page_cap_loses_nothing(twins: MakeTwin, signed_in: SignIn) -> None:
    twin = twins()
    rows = connect_many(twin, 130)
    twin.cap_pages(30)
    assert set(ids(signed_in(twin).system_log(lately()))) == {row.v2_id for row in rows}


def test_a_page_that_fails_in_the_middle_keeps_what_was_read(twins: MakeTwin, signed_in: SignIn) -> None:
    twin = twins()
    rows = connect_many(twin, 250)
    client = signed_in(twin)
    twin.fail("system-log/all", 502, after=2, times=1)
    read = client.system_log(lately())
    assert len(ids(read)) == 200
    assert read.unread is not None
    assert read.unread.until is not None
    assert "502" in read.unread.reason
    rest = client.system_log(read.unread.since, read.unread.until)
    assert set(ids(read)) | set(ids(rest)) == {row.v2_id for row in rows}
    assert len(ids(rest)) < 120


@pytest.mark.parametrize("version", ["8.4.62", "8.6.9"])
def test_a_log_that_is_only_there_in_parts_is_read_part_by_part(
    twins: MakeTwin, signed_in: SignIn, version: str
) -> None:
    twin = twins(Flavour.UNIFI_OS, version)
    names = (
        "client_connects",
        "device_offline",
        "threat_blocked",
        "honeypot",
        "vpn_connects",
        "firewall_blocked",
    )
    rows = [twin.emit(name) for name in names]
    client = signed_in(twin)
    read = client.system_log(lately())
    assert {row.v2_id for row in rows[:5]} <= set(ids(read))
    assert any("trigger" in row for row in read.rows)
    assert len(ids(read)) == len(set(ids(read)))
    twin.fail("system-log/threat-alert", 500)
    partial = client.system_log(lately())
    assert rows[0].v2_id in ids(partial)
    assert partial.unread is not None
    assert partial.unread.until is None


def test_a_log_without_any_part_is_gone(twins: MakeTwin, signed_in: SignIn) -> None:
    with pytest.raises(EndpointGone):
        signed_in(twins(Flavour.UNIFI_OS, "8.3.32")).system_log(lately())


def test_a_question_the_log_refuses_is_an_error_and_not_an_older_version(
    twins: MakeTwin, signed_in: SignIn
) -> None:
    twin = twins()
    twin.fail("system-log/all", 400, '{"errorCode":400,"message":"not one of the values accepted: [A, B]"}')
    with pytest.raises(AnswerUnusable, match="refused the question"):
        signed_in(twin).system_log(lately())


def test_archived_alarms_are_left_out_also_where_the_query_is_ignored(
    twins: MakeTwin, signed_in: SignIn
) -> None:
    for version in ("8.6.9", "10.3.58"):
        twin = twins(Flavour.UNIFI_OS, version)
        twin.emit("device_offline")
        twin.archive_alarms()
        row = twin.emit("poe_overload")
        assert ids(signed_in(twin).alarms(lately())) == [row.id]


def test_an_alarm_list_that_is_cut_at_its_newest_end_is_told_as_partial(
    twins: MakeTwin, signed_in: SignIn
) -> None:
    twin = twins(Flavour.UNIFI_OS, "10.3.58")
    rows = [{"_id": str(n), "key": "EVT_AP_Lost_Contact", "time": 1_700_000_000_000 + n} for n in range(3000)]
    twin.fail("list/alarm", 200, msgspec.json.encode({"meta": {"rc": "ok"}, "data": rows}).decode())
    read = signed_in(twin).alarms(datetime(2020, 1, 1, tzinfo=UTC))
    assert (len(read), read.unread is not None) == (3000, True)


class FewAtATime:
    """A way to a controller that gives at most ten threats an answer, oldest first, and may fail."""

    device_type = DeviceType.UDM_PRO

    def __init__(self, rows: int, fails_at: int = 0) -> None:
        self.rows: list[dict[str, Any]] = [
            {"_id": str(n), "time": 1_764_590_400_000 + n * 60_000} for n in range(rows)
        ]
        self.asked, self.fails_at = 0, fails_at

    def ask(self, method: str, path: str, body: dict[str, Any]) -> Any:
        self.asked += 1
        if self.asked == self.fails_at:
            raise ControllerUnreachable("HTTP 500")
        found = [row for row in self.rows if body["start"] <= row["time"] <= body["end"]]
        return {"meta": {"rc": "ok", "count": len(found)}, "data": found[:10]}


@pytest.mark.parametrize("rows", [0, 9, 10, 11, 137])
def test_more_threats_than_an_answer_holds_are_read_in_smaller_spans(rows: int) -> None:
    way = FewAtATime(rows)
    read = History(way, "default").ips_events(datetime(2025, 11, 30, tzinfo=UTC))  # type: ignore[arg-type]
    assert ids(read) == [str(n) for n in range(rows)]
    assert read.unread is None


@pytest.mark.parametrize("fails_at", range(2, 30))
def test_a_span_of_threats_that_fails_is_told_as_missing(fails_at: int) -> None:
    way = FewAtATime(137, fails_at)
    since = datetime(2025, 11, 30, tzinfo=UTC)
    try:
        read = History(way, "default").ips_events(since)  # type: ignore[arg-type]
    except ControllerUnreachable:
        return
    missing = {row["_id"] for row in way.rows} - set(ids(read))
    assert bool(missing) <= (read.unread is not None)
    for row in way.rows:
        if row["_id"] in missing:
            at = datetime.fromtimestamp(int(row["time"]) / 1000, UTC)
            assert read.unread is not None
            assert read.unread.until is not None
            assert read.unread.since <= at <= read.unread.until


def test_flows_hold_what_was_blocked_and_what_was_noticed(twins: MakeTwin, signed_in: SignIn) -> None:
    twin = twins()
    for name in ("threat_blocked", "threat_detected", "firewall_blocked", "client_connects"):
        twin.emit(name)
    read = signed_in(twin).flows(lately())
    assert sorted((row["action"], bool(row["ips"])) for row in read.rows) == [
        ("allowed", True),
        ("blocked", False),
        ("blocked", True),
    ]


def test_flows_are_read_from_builds_that_want_every_list_and_from_those_that_refuse_them(
    twins: MakeTwin, signed_in: SignIn
) -> None:
    twin = twins()
    twin.emit("threat_blocked")
    client = signed_in(twin)
    twin.want_every_list(True)
    assert len(client.flows(lately())) == 1
    twin.want_every_list(False)
    twin.fail("traffic-flows", 400, times=1)
    assert len(client.flows(lately())) == 1
    with pytest.raises(EndpointGone):
        signed_in(twins(Flavour.CLASSIC, "9.3.43")).flows(lately())


def test_sign_ins_of_a_classic_controller_are_read_beside_its_sites(
    twins: MakeTwin, signed_in: SignIn
) -> None:
    twin = twins(Flavour.CLASSIC, "8.6.9")
    row = twin.emit("admin_signs_in")
    client = signed_in(twin)
    assert ids(client.super_events(lately())) == [row.id]
    twin.fail("/s/super/", 403, "")
    with pytest.raises(EndpointForbidden):
        client.super_events(lately())
    assert ids(client.events(lately())) == []
    with pytest.raises(EndpointGone):
        signed_in(twins()).super_events(lately())


def test_anomalies_are_cut_to_the_time_asked_for(twins: MakeTwin, signed_in: SignIn) -> None:
    twin = twins()
    first = twin.emit("client_anomaly", client="Anna's iPhone")
    client = signed_in(twin)
    (row,) = client.anomalies(lately()).rows
    assert row["timestamps"] == [first.time_ms]
    assert client.anomalies(datetime.now(UTC) + timedelta(minutes=1)).rows == ()


def test_an_account_that_may_only_get_reads_v1_with_get(twins: MakeTwin, signed_in: SignIn) -> None:
    twin = twins(Flavour.UNIFI_OS, "8.6.9")
    row = twin.emit("client_connects")
    client = signed_in(twin)
    twin.allow_only_get(True)
    assert ids(client.events(lately())) == [row.id]
    assert ids(client.ips_events(lately())) == []
    assert ids(client.events(lately())) == [row.id]
    assert twin.sign_ins() <= 3


def test_a_reader_whose_clock_is_hours_off_still_reads_everything(twins: MakeTwin, signed_in: SignIn) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=6)
    twin = twins(Flavour.UNIFI_OS, "8.6.9", start_at=ahead)
    row = twin.emit("client_connects")
    assert ids(signed_in(twin).events(lately())) == [row.id]
    assert row.v2_id in ids(signed_in(twin).system_log(lately()))


def test_a_first_page_that_fails_is_an_error(twins: MakeTwin, signed_in: SignIn) -> None:
    twin = twins()
    twin.fail("system-log/all", 500)
    with pytest.raises(ControllerUnreachable):
        signed_in(twin).system_log(lately())
