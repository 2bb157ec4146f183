from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import json_lines, needs_fixtures
from unifi_scanner.api.frames import decode_events, is_wanted, peek_kind
from unifi_scanner.api.websocket import parse_unifi_event
from unifi_scanner.errors import FrameError

HEARD = datetime(2026, 3, 1, tzinfo=UTC)
CONNECTED = {"key": "EVT_WU_Connected", "user": "5c:52:30:55:7d:67", "time": 1672437522587}


def frame(data: Any, message: str = "events", **meta: Any) -> str:
    return json.dumps({"meta": {"rc": "ok", "message": message, **meta}, "data": data})


def test_every_item_of_data_is_an_event() -> None:
    events = decode_events(frame([CONNECTED, CONNECTED | {"key": "EVT_WU_Roam"}]), HEARD)
    assert [event.event_type for event in events] == ["wu.connected", "wu.roam"]


def test_data_that_is_an_object_is_one_item() -> None:
    assert [e.event_type for e in decode_events(frame(CONNECTED), HEARD)] == ["wu.connected"]


def test_a_frame_named_like_an_event_is_understood() -> None:
    (event,) = decode_events(frame([{"user": "5c:52:30:55:7d:67"}], "wu.connected"), HEARD)
    assert (event.event_type, event.timestamp) == ("wu.connected", HEARD)


@pytest.mark.parametrize(
    ("item", "moment"),
    [
        (CONNECTED, datetime(2022, 12, 30, 21, 58, 42, 587000, tzinfo=UTC)),
        (CONNECTED | {"time": "1672437522587"}, datetime(2022, 12, 30, 21, 58, 42, 587000, tzinfo=UTC)),
        (
            {"key": "EVT_X_Y", "datetime": "2020-04-28T02:58:44Z"},
            datetime(2020, 4, 28, 2, 58, 44, tzinfo=UTC),
        ),
        ({"key": "EVT_X_Y"}, HEARD),
        ({"key": "EVT_X_Y", "time": "soon"}, HEARD),
        ({"key": "EVT_X_Y", "time": 10**30}, HEARD),
    ],
)
def test_an_event_has_its_own_time_or_the_time_it_was_heard(item: dict[str, Any], moment: datetime) -> None:
    assert decode_events(frame([item]), HEARD)[0].timestamp == moment


@pytest.mark.parametrize("name", [rb"a\ud800b", b"caf\xe9"])
@pytest.mark.parametrize("meta_first", [True, False])
def test_a_name_that_is_no_text_costs_no_event(name: bytes, meta_first: bool) -> None:
    meta = b'"meta": {"rc": "ok", "message": "events"}'
    data = b'"data": [{"key": "EVT_WU_Connected", "hostname": "%b"}, {"key": "EVT_AP_Lost_Contact"}]' % name
    parts = (meta, data) if meta_first else (data, meta)
    events = decode_events(b"{%b, %b}" % parts, HEARD)
    assert [event.event_type for event in events] == ["wu.connected", "ap.lost_contact"]


@pytest.mark.parametrize(
    "raw", ["", "ping", "{", "[1]", "7", '"x"', b"\xff\xfe", frame([CONNECTED])[:-5], b"\x00\x01"]
)
def test_what_is_no_frame_is_no_event(raw: str | bytes) -> None:
    assert parse_unifi_event(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        frame([{"mac": "x"}], "device:sync"),
        frame([], "events"),
        frame([{}], "events"),
        '{"meta":{"message":"device:update"}}',
        "{}",
    ],
)
def test_a_frame_without_events_has_none(raw: str) -> None:
    assert parse_unifi_event(raw) is None
    assert decode_events(raw, HEARD) == []


@pytest.mark.parametrize(
    "raw",
    [
        '{"meta":{"rc":"ok","message":"device:sync"},"data":[]}',
        '{"data":[{"a":{"b":1}}],"meta":{"rc":"ok","message":"device:sync"}}',
        ' { "data" : [] , "meta" : { "message" : "device:sync" , "mac" : "aa" } } ',
        '{"meta":{"message":"device:sync","note":"a \\" quote"},"data":[]}',
        '{"x":1,"meta":{"message":"device:sync"},"data":[]}',
    ],
)
def test_the_kind_is_found_wherever_meta_stands(raw: str) -> None:
    assert peek_kind(raw.encode()) == "device:sync"


@pytest.mark.parametrize(
    "raw",
    [
        '{"meta":{"message":"events"},"data":[{"key":"EVT_X_Y","ssid":"\\"meta\\":{\\"message\\":\\"device:sync\\"}"}]}',
        '{"data":[{"key":"EVT_X_Y","meta":{"message":"device:sync"}}],"meta":{"message":"events"}}',
        '{"meta":{"message":"events"},"data":[{"key":"EVT_X_Y"}],"x":{"y":1,"meta":{"message":"device:sync"}}}',
    ],
)
def test_nothing_inside_data_can_pose_as_the_kind(raw: str) -> None:
    assert peek_kind(raw.encode()) == "events"
    assert len(decode_events(raw, HEARD)) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=12) | st.just('"meta":{"message":"device:sync"}'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["meta", "message", "data", "key", "rc"]) | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["meta", "data", "x"]), VALUES, max_size=3),
    st.booleans(),
    st.sampled_from(["events", "sta:sync", "device:sync"]),
)
def test_peeking_agrees_with_decoding(rest: dict[str, Any], first: bool, message: str) -> None:
    meta = {"meta": {"rc": "ok", "message": message}}
    without = {key: value for key, value in rest.items() if key != "meta"}
    value = meta | without if first else without | meta
    assert peek_kind(json.dumps(value, separators=(",", ":")).encode()) == message


@given(st.binary(max_size=200) | VALUES.map(lambda v: json.dumps(v).encode()))
def test_no_bytes_raise_anything_but_our_own_error(raw: bytes) -> None:
    try:
        events = decode_events(raw, HEARD)
    except FrameError:
        return
    assert all(event.timestamp.tzinfo is not None for event in events)


@needs_fixtures
@pytest.mark.parametrize(
    "name", ["aiounifi/ws_frames.jsonl", "github-issues/ws_events.jsonl", "misc-events/ws_events_2020.jsonl"]
)
def test_every_recorded_event_frame_gives_all_its_events(name: str) -> None:
    for value in json_lines(name):
        raw = json.dumps(value)
        kind = peek_kind(raw.encode())
        expected = len(value["data"]) if kind == "events" else 0
        assert len(decode_events(raw, HEARD)) == expected
        assert is_wanted(kind) == (kind == "events")
