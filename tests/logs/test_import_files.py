from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.errors import InputError
from unifi_scanner.logs.cef import parse_cef
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.import_files import MAX_LINE, entries_in
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.telling import sentence_of

EVENT = {"key": "EVT_WU_Connected", "user": "5c:52:30:55:7d:67", "time": 1672437522587}
FRAME = {"meta": {"rc": "ok", "message": "events"}, "data": [EVENT, EVENT | {"time": 1672437529000}]}
CEF = (
    "Oct 26 20:01:31 Express-7 CEF:0|Ubiquiti|UniFi Network|10.0.140|201|Threat Detected and Blocked|7|proto=TCP "
    "src=198.51.100.10 spt=46621 act=blocked UNIFIpolicyName=DShield Block List UNIFIdirection=incoming "
    "UNIFIutcTime=2025-10-26T19:01:31.000Z msg=A network intrusion attempt from 198.51.100.10 to NAS has been blocked."
)


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        (json.dumps(FRAME), [0, 0]),
        (json.dumps(FRAME) + "\n" + json.dumps(EVENT) + "\n", [0, 0, 1]),
        (json.dumps([EVENT, EVENT]), [0, 1]),
        (json.dumps({"meta": {"rc": "ok"}, "data": [EVENT, EVENT]}, indent=2), [0, 1]),
        ("\ufeff" + json.dumps(EVENT) + "\r\n\r\n" + json.dumps(EVENT), [0, 1]),
        ('{"key": "EVT_WU_Conn\n' + json.dumps(EVENT), [0, 1]),
        ("", []),
        ("  \n\n", []),
        ("a line nobody knows", [0]),
    ],
)
def test_the_index_counts_records(tmp_path: Path, text: str, indexes: list[int]) -> None:
    file = tmp_path / "payload"
    file.write_text(text, encoding="utf-8")
    assert [place.index for place in entries_in(file, Context())] == indexes


def test_a_truncated_line_is_kept_as_unreadable(tmp_path: Path) -> None:
    file = tmp_path / "cut.jsonl"
    file.write_text('{"key": "EVT_WU_Conn\n' + json.dumps(EVENT), encoding="utf-8")
    first, second = (place.entry for place in entries_in(file, Context()))
    assert (first.kind, first.raw_data) == ("unreadable", {"line": '{"key": "EVT_WU_Conn'})
    assert second.kind == "client.connected"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        list(entries_in(tmp_path / "nowhere", Context()))


def test_a_cef_line_is_an_entry() -> None:
    entry = entry_of_line(CEF, Context())
    assert (entry.kind, entry.metadata["threat"], entry.metadata["src_ip"]) == (
        "threat.blocked",
        "DShield Block List",
        "198.51.100.10",
    )
    assert entry.timestamp.isoformat() == "2025-10-26T19:01:31+00:00"


def test_the_message_of_a_cef_line_may_hold_anything() -> None:
    line = parse_cef(
        "CEF:0|Ubiquiti|UniFi OS|5.1|1005|Admin Made Config Changes|2|UNIFIhost=H msg=a=b src=1.2.3.4"
    )
    assert line is not None
    assert line.fields == {"UNIFIhost": "H", "msg": "a=b src=1.2.3.4"}


@given(st.binary(max_size=300))
def test_no_bytes_are_dropped_or_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "file"
    file.write_bytes(data)
    entries = list(entries_in(file, Context()))
    text = data.decode("utf-8-sig", errors="replace").strip()
    assert bool(entries) == bool(text) or text.replace(" ", "") == "[]"


def test_log_lines_and_json_lines_may_share_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mixed"
    file.write_text("<30>Gate systemd[1]: x\n" + json.dumps(EVENT) + "\n" + CEF + "\n", encoding="utf-8")
    told = [(place.index, place.entry.kind) for place in entries_in(file, Context())]
    assert told == [(0, "log.routine"), (1, "client.connected"), (2, "threat.blocked")]


def test_a_server_log_is_lines_although_it_begins_like_a_list(tmp_path: Path) -> None:
    file = tmp_path / "server.log"
    file.write_text(
        "[2026-08-23T03:49:17,123+02:00] <inform-32> INFO  dev - Device x will be upgraded\n\tat com.ubnt.A.b(A.java:1)\n",
        encoding="utf-8",
    )
    entries = [place.entry for place in entries_in(file, Context())]
    assert [entry.kind for entry in entries] == ["log.controller", "log.controller"]
    assert [entry.has_time for entry in entries] == [True, False]
    assert entries[0].timestamp.isoformat() == "2026-08-23T01:49:17.123000+00:00"


def year_of(file: Path, context: Context | None = None) -> int:
    return next(iter(entries_in(file, context or Context()))).entry.timestamp.year


def test_the_year_is_the_nearest_to_the_newest_whole_date_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text(
        "Dec 30 10:00:00 Gate systemd[1]: x\n2019-01-02T00:00:00+00:00 Gate systemd[1]: x\n", encoding="utf-8"
    )
    assert year_of(file) == 2018
    assert year_of(file, Context(near=datetime(2025, 1, 1, tzinfo=UTC))) == 2024


def test_without_any_date_no_line_is_later_than_the_file_was_written(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("Feb  1 14:23:45 Gate systemd[1]: x\n", encoding="utf-8")
    written = datetime(2024, 11, 26, tzinfo=UTC).timestamp()
    os.utime(file, (written, written))
    assert year_of(file) == 2024


def test_a_line_longer_than_we_read_is_told_and_the_next_is_read(
    tmp_path: Path,
) -> None:
    file = tmp_path / "log"
    with file.open("wb") as out:
        out.write(b"x" * (MAX_LINE + 10) + b"\n<30>Gate systemd[1]: x\n")
    first, second = entries_in(file, Context())
    assert (first.entry.kind, first.index) == ("unreadable", 0)
    assert "longer than we read" in sentence_of(first.entry)
    assert (second.entry.kind, second.index) == ("log.routine", 1)


ALERT: dict[str, Any] = {
    "_id": {"$oid": "6a5aefb651c96f670443f18b"},
    "site_id": {"$oid": "5ba29dd4e3c58f026e9d7c38"},
    "key": "CLIENT_ROAMED_2",
    "time": {"$numberLong": "1672437522590"},
    "status": "NEW",
    "parameters": {
        "CLIENT": {"target_id": "5c:52:30:55:7d:67", "name": "Phone", "_class": "client"},
        "DEVICE_FROM": {"target_id": "d0:21:f9:89:df:f9", "name": "Hall"},
        "DEVICE_TO": {"target_id": "d0:21:f9:87:4e:9d", "name": "Attic"},
    },
}
AS_THE_SHELL_PRINTS_IT = """{
    "_id" : ObjectId("6a5aefb651c96f670443f18b"), "key" : "CLIENT_ROAMED_2", "time" : NumberLong("1672437522590"),
    "parameters" : { "CLIENT" : { "target_id" : "5c:52:30:55:7d:67", "name" : "Phone" },
        "DEVICE_FROM" : { "target_id" : "d0:21:f9:89:df:f9", "name" : "Hall" }, "DEVICE_TO" : { "target_id" : "d0:21:f9:87:4e:9d", "name" : "Attic" } }
}"""


@pytest.mark.parametrize(
    "text", [json.dumps(ALERT), AS_THE_SHELL_PRINTS_IT, AS_THE_SHELL_PRINTS_IT.replace("\n", " ")]
)
def test_a_row_of_the_database_is_the_row_the_controller_answers(tmp_path: Path, text: str) -> None:
    file = tmp_path / "alert"
    file.write_text(text, encoding="utf-8")
    (place,) = entries_in(file, Context())
    row = {
        "id": "6a5aefb651c96f670443f18b", "key": "CLIENT_ROAMED_2", "timestamp": 1672437522590, "parameters": {
            "CLIENT": {"id": "5c:52:30:55:7d:67", "name": "Phone"}, "DEVICE_FROM": {"id": "d0:21:f9:89:df:f9", "name": "Hall"},
            "DEVICE_TO": {"id": "d0:21:f9:87:4e:9d", "name": "Attic"}},
    }  # fmt: skip
    (answered,) = normalise_record(row)
    assert sentence_of(place.entry) == sentence_of(answered) == "Phone moved from Hall to Attic."
    assert (place.entry.id, place.entry.timestamp) == (answered.id, answered.timestamp)


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"meta": {"rc": "ok"}, "data": []}, "state.answer"),
        ({"meta": {"rc": "error", "msg": "api.err.LoginRequired"}, "data": []}, "state.refusal"),
        (
            {"code": "AUTHENTICATION_FAILED_INVALID_CREDENTIALS", "message": "Invalid", "level": "debug"},
            "state.refusal",
        ),
        ({"errorCode": 400, "message": "JSON parse error"}, "state.refusal"),
        ({"unique_id": "x", "username": "y"}, "state.answer"),
        ({"_id": "x", "name": "NAS", "group_type": "address-group"}, "state.answer"),
        ({"subsystem": "wan", "status": "ok"}, "state.answer"),
        ({"_id": "x", "key": "EVT_XX_New", "msg": "something new"}, "unknown"),
        ({"_id": "x", "message": "something new"}, "unknown"),
        ({"foo": 1}, "unknown"),
    ],
)
def test_an_answer_that_tells_of_no_event_is_no_event_and_one_that_may_is_unknown(
    record: dict[str, Any], kind: str
) -> None:
    (entry,) = normalise_record(record)
    assert entry.kind == kind


@pytest.mark.parametrize(
    ("hook", "kind", "time"),
    [
        (
            {"events": [{"alert_id": "6865fae1897bb377dc0fa3e7", "alert_key": "THREAT_BLOCKED_V3", "id": "event.threat_detected",
                         "scope": {"site_id": "67762da9ac8a666067034163"}}]},
            "threat.blocked", None,
        ),
        (
            {"app": "network", "deviceEventClassId": "400", "name": "WiFi Client Connected", "message": "x", "severity": 1, "version": "9.5.21",
             "alarm_id": "x", "customContent": None, "parameters": {"UNIFIcategory": "Monitoring", "UNIFIutcTime": "2025-12-02T19:31:59.847Z"}},
            "client.connected", "2025-12-02T19:31:59.847000+00:00",
        ),
        (
            {"alarm": {"name": "Door", "triggers": [{"key": "person", "device": "AABBCCDDEEFF"}]}, "timestamp": 1752611059421},
            "protect.event", "2025-07-15T20:24:19.421000+00:00",
        ),
    ],
)  # fmt: skip
def test_a_webhook_of_each_kind_is_its_event(hook: dict[str, Any], kind: str, time: str | None) -> None:
    (entry,) = normalise_record(hook)
    assert (entry.kind, entry.timestamp.isoformat() if entry.has_time else None) == (kind, time)
