"""What the simulator says must look like what real controllers were recorded saying."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.shared_data import json_lines, needs_fixtures
from tests.sim.simulated import data_of, signed_in

# facts of single installations, of firmware older than the ones simulated, or of a gateway of another family
ODDITIES = {"xg", "xg_name", "xg_model", "xg_displayName", "gw_name", "gw_model", "radio"}
FILES = ["github-issues/ws_events.jsonl", "misc-events/ws_events_2020.jsonl", "aiounifi/ws_frames.jsonl"]
KEYS = ["EVT_WU_Connected", "EVT_WU_Disconnected", "EVT_WU_Roam", "EVT_WU_RoamRadio", "EVT_LU_Connected",
        "EVT_LU_Disconnected", "EVT_WG_Connected", "EVT_AP_RadarDetected", "EVT_SW_PoeOverload",
        "EVT_SW_DetectRogueDHCP", "EVT_DM_Lost_Contact", "EVT_DM_Connected", "EVT_DM_Upgraded",
        "EVT_GW_WANTransition", "EVT_XG_Lost_Contact", "EVT_XG_AutoReadopted"]  # fmt: skip


def _recorded(key: str) -> Iterator[dict[str, Any]]:
    for name in FILES:
        for frame in json_lines(name):
            if frame.get("meta", {}).get("message") == "events":
                yield from (item for item in frame["data"] if item["key"] == key)


@needs_fixtures
@pytest.mark.parametrize("key", KEYS)
def test_an_event_has_every_field_that_was_ever_recorded_for_it(key: str) -> None:
    recorded = {field for item in _recorded(key) for field in item}
    item = signed_in().console.emit(key, {}).item
    assert item is not None
    assert recorded - set(item) - ODDITIES == set()


@needs_fixtures
def test_a_system_log_row_has_the_fields_and_words_of_a_captured_one() -> None:
    captured = next(
        row for row in json_lines("v2-system-log/entries.jsonl") if row.get("event") == "CLIENT_ROAMED"
    )
    reader = signed_in(version="10.4.57")
    reader.console.emit("client_roams", {})
    (row,) = data_of(reader.log("all"))
    assert set(captured) - set(row) == {"_src"}
    same = (
        "category",
        "event",
        "key",
        "severity",
        "subcategory",
        "target",
        "title_raw",
        "type",
        "message_raw",
    )
    assert {field: row[field] for field in same} == {field: captured[field] for field in same}
