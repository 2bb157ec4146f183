from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import json_lines, needs_fixtures
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import LogLevel, LogSource, Origin
from unifi_scanner.models.log_entry import NO_TIME
from unifi_scanner.models.telling import sentence_of

PHONE, HALL, ATTIC = "5c:52:30:55:7d:67", "d0:21:f9:89:df:f9", "d0:21:f9:87:4e:9d"
ROAM = {
    "user": PHONE, "ap_from": HALL, "ap_to": ATTIC, "radio_from": "ng", "radio_to": "ng", "channel_from": "6", "channel_to": "1",
    "ssid": "Paris", "key": "EVT_WU_Roam", "subsystem": "wlan", "time": 1672437522587, "datetime": "2022-12-30T21:58:42Z",
    "_id": "63af5f320274390085432736",
}  # fmt: skip
V2_ROAM = {
    "id": "6a5aefb651c96f670443f18b", "key": "CLIENT_ROAMED_2", "event": "CLIENT_ROAMED", "timestamp": 1672437522590,
    "message_raw": "{CLIENT} roamed from {DEVICE_FROM} to {DEVICE_TO}.",
    "parameters": {"CLIENT": {"id": PHONE, "name": "Phone"}, "DEVICE_FROM": {"id": HALL, "name": "Hall"}, "DEVICE_TO": {"id": ATTIC, "name": "Attic"}},
}  # fmt: skip


def frame(*items: Any, message: str = "events") -> dict[str, Any]:
    return {"meta": {"rc": "ok", "message": message}, "data": list(items)}


def test_every_item_of_a_frame_is_an_entry() -> None:
    entries = normalise_record(frame(ROAM, ROAM | {"_id": "b", "time": 1672437529000}))
    assert [e.kind for e in entries] == ["client.roamed", "client.roamed"]
    assert [e.timestamp for e in entries] == [
        datetime(2022, 12, 30, 21, 58, 42, 587000, tzinfo=UTC),
        datetime(2022, 12, 30, 21, 58, 49, tzinfo=UTC),
    ]


def test_a_socket_frame_and_its_rest_row_have_one_id() -> None:
    heard = normalise_record(frame(ROAM))[0]
    read = normalise_record(ROAM | {"time": "1672437522587"}, origin=Origin.REST)[0]
    assert heard.id == read.id
    assert (heard.event_type, read.event_type) == ("wu.roam", "EVT_WU_Roam")
    assert (heard.origins, read.origins) == (frozenset({Origin.WEBSOCKET}), frozenset({Origin.REST}))


def test_one_roam_has_one_kind_in_every_spelling() -> None:
    kinds = {normalise_record(record)[0].kind for record in (frame(ROAM), ROAM, V2_ROAM)}
    assert kinds == {"client.roamed"}


def test_a_roam_that_ends_where_it_began_is_a_change_of_radio() -> None:
    parameters = V2_ROAM["parameters"] | {"DEVICE_TO": {"id": HALL, "name": "Hall"}}  # type: ignore[operator]
    assert normalise_record(V2_ROAM | {"parameters": parameters})[0].kind == "client.switched_radio"


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (ROAM, f"Client {PHONE} roamed from Hall to Attic"),
        ({"key": "EVT_WU_Connected", "user": PHONE, "ap": HALL}, f"Client {PHONE} connected to Hall"),
        ({"key": "EVT_WU_Connected", "user": PHONE, "ap": "00:00:00:00:00:09"}, f"Client {PHONE} connected to 00:00:00:00:00:09"),
        ({"key": "EVT_WG_Disconnected", "guest": PHONE, "ap": HALL}, f"Client {PHONE} disconnected from Hall"),
        ({"key": "EVT_WU_RoamRadio", "user": PHONE, "ap": HALL}, f"Client {PHONE} switched radio on Hall"),
    ],
)  # fmt: skip
def test_the_short_message_names_the_access_point(item: dict[str, Any], message: str) -> None:
    entry = normalise_record(frame(item), names=NameBook({HALL: "Hall", ATTIC: "Attic"}))[0]
    assert (entry.message, entry.source, entry.level) == (message, LogSource.WIRELESS, LogLevel.INFO)


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (V2_ROAM, "Phone moved from Hall to Attic."),
        ({"key": "EVT_GW_WANTransition", "iface": "eth8", "state": "inactive"}, "The Internet connection eth8 went down."),
        ({"key": "EVT_SW_PoeOverload", "sw_name": "Loft", "port": 5}, "Loft cannot give enough power over the cable on port 5."),
        ({"key": "EVT_AD_LoginFailed", "admin": "root", "ip": "203.0.113.9"}, "Someone failed to sign in as root from 203.0.113.9."),
        ({"key": "EVT_XX_Fizz", "msg": f"User[{PHONE}] fizzed"}, "The network reported something we do not know yet: “a device fizzed”."),
        ({"key": "K", "message_raw": "{MYSTERY} hit {DST_IP}.", "parameters": {"DST_IP": {"id": "198.51.100.7"}}},
         "The network reported something we do not know yet: “an unknown mystery hit 198.51.100.7”."),
    ],
)  # fmt: skip
def test_an_entry_reads_as_one_plain_sentence(record: dict[str, Any], sentence: str) -> None:
    assert sentence_of(normalise_record(record)[0]) == sentence


def test_a_record_without_a_time_does_not_get_one() -> None:
    assert normalise_record({"key": "EVT_WU_Connected"})[0].timestamp == NO_TIME


def test_a_record_without_a_time_is_marked_as_heard() -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    entry = normalise_record({"key": "EVT_WU_Connected"}, heard=now)[0]
    assert (entry.timestamp, entry.metadata["heard"]) == (now, True)


def test_the_scanners_own_sign_in_is_marked() -> None:
    row = {
        "key": "ADMIN_ACCESS",
        "timestamp": 1672437522590,
        "parameters": {"ADMIN": {"id": "1", "name": "scanner"}},
    }
    assert normalise_record(row, own_account="scanner")[0].metadata["own_account"] is True
    assert "own_account" not in normalise_record(row, own_account="other")[0].metadata


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"meta": {"message": "device:update"}}, "state.device"),
        (frame({"mac": PHONE}, message="sta:sync"), "client.state"),
        (frame({"_id": "1"}, message="wlanconf:sync"), "state.config"),
        (frame({}, message="Unsupported"), "unknown"),
        (frame(7), "unreadable"),
        ("text", "unreadable"),
        ({"hello": 1}, "unknown"),
        ({"meta": {"rc": "ok", "message": "events"}, "data": ROAM}, "client.roamed"),
        ({"data": [V2_ROAM], "page_number": 0}, "client.roamed"),
        ({"meta": {"rc": "ok"}, "data": [ROAM]}, "client.roamed"),
    ],
)
def test_every_shape_yields_an_entry(record: Any, kind: str) -> None:
    assert [e.kind for e in normalise_record(record)] == [kind]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["meta", "message", "data", "key", "time", "user", "parameters", "id", "_id", "source", "action", "ips", "mac", "CLIENT", "name", "timestamp", "admin", "ap_from", "duration", "events", "deviceEventClassId", "src_ip", "signature", "change_key", "line", "alarm", "triggers", "target_id", "errorCode", "http"])
        | st.text(max_size=8),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
def test_no_record_is_dropped_or_raises(value: Any) -> None:
    entries = normalise_record(value)
    for entry in entries:
        assert entry.timestamp.tzinfo is not None
        assert "{" not in sentence_of(entry)
    empty_envelope = isinstance(value, list | dict) and not entries
    assert entries or empty_envelope


@needs_fixtures
@pytest.mark.parametrize(
    "name",
    ["aiounifi/ws_frames.jsonl", "github-issues/ws_events.jsonl", "github-issues/ws_other_frames.jsonl", "misc-events/ws_events_2020.jsonl", "v2-system-log/entries.jsonl"],
)  # fmt: skip
def test_every_recorded_record_becomes_an_entry_with_its_raw_data(name: str) -> None:
    for value in json_lines(name):
        entries = normalise_record(value)
        assert (
            len(entries) == len(value.get("data", [1]))
            if isinstance(value.get("data"), list)
            else len(entries) == 1
        )
        assert all(entry.raw_data for entry in entries)


@needs_fixtures
def test_recorded_events_of_known_codes_are_never_unknown() -> None:
    for value in json_lines("github-issues/ws_events.jsonl"):
        assert all(entry.is_known for entry in normalise_record(value))


@pytest.mark.parametrize(("name", "told"), [
    ("\U0001f4f1", "\U0001f4f1"), ("☕", "☕"), ("**", None), ("--", None), (" … ", None), ("null", None), ("a", "a"),
])  # fmt: skip
def test_a_name_of_pictures_is_a_name_and_a_row_of_stars_is_none(name: str, told: str | None) -> None:
    record = {"key": "EVT_WU_Connected", "user": "02:00:00:00:00:01", "hostname": name, "time": 1672437522587}
    (entry,) = normalise_record(record)
    assert entry.client_name == told
