from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.shared_data import FIXTURES, json_lines, needs_fixtures
from unifi_scanner.cli import main

PHONE, HALL, ATTIC = "5c:52:30:55:7d:67", "d0:21:f9:89:df:f9", "d0:21:f9:87:4e:9d"
ROAM = {
    "user": PHONE,
    "ap_from": HALL,
    "ap_to": ATTIC,
    "key": "EVT_WU_Roam",
    "time": 1672437522587,
    "_id": "63af5f320274390085432736",
}
V2_ROAM = {
    "id": "6a5aefb651c96f670443f18b", "key": "CLIENT_ROAMED_2", "timestamp": 1672437522590, "message_raw": "{CLIENT} roamed.",
    "parameters": {"CLIENT": {"id": PHONE, "name": "Phone"}, "DEVICE_FROM": {"id": HALL, "name": "Hall"}, "DEVICE_TO": {"id": ATTIC, "name": "Attic"}},
}  # fmt: skip


def frame(*items: Any) -> dict[str, Any]:
    return {"meta": {"rc": "ok", "message": "events"}, "data": list(items)}


def entries(
    capsys: pytest.CaptureFixture[str], *files: Path, more: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    assert main(["analyze", "--entries", *more, *map(str, files)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def saved(directory: Path, name: str, *values: Any) -> Path:
    file = directory / name
    file.write_text("\n".join(value if isinstance(value, str) else json.dumps(value) for value in values))
    return file


def test_one_roam_heard_in_three_ways_is_one_entry_with_three_origins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        saved(tmp_path, "ws", frame(ROAM)),
        saved(tmp_path, "rest", ROAM),
        saved(tmp_path, "log", V2_ROAM),
    ]
    (entry,) = entries(capsys, *files)
    assert entry["origins"] == ["rest", "system_log", "websocket"]
    assert (entry["event_type"], entry["client_name"]) == ("wu.roam", "Phone")
    assert entry["sentence"] == "Phone moved from Hall to Attic."
    assert entry["input"] == {"file": str(files[0]), "index": 0}


def test_a_flap_within_one_source_stays_two_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    back = ROAM | {"ap_from": ATTIC, "ap_to": HALL, "time": ROAM["time"] + 3000, "_id": "b"}  # type: ignore[operator]
    assert len(entries(capsys, saved(tmp_path, "ws", frame(ROAM, back)))) == 2


def test_names_come_from_a_device_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    devices = saved(
        tmp_path,
        "devices",
        {"meta": {"rc": "ok"}, "data": [{"mac": HALL, "name": "Hall"}, {"mac": ATTIC, "name": "Attic"}]},
    )
    (entry,) = entries(capsys, saved(tmp_path, "ws", frame(ROAM)), more=("--devices", str(devices)))
    assert entry["message"] == f"Client {PHONE} roamed from Hall to Attic"


def test_an_empty_file_prints_nothing_and_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert entries(capsys, saved(tmp_path, "empty", "")) == []


def test_a_missing_file_ends_with_2_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(tmp_path / "nowhere.json")]) == 2
    assert "nowhere.json" in capsys.readouterr().err


def test_the_json_report_has_the_promised_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = {"key": "EVT_AP_Lost_Contact", "ap": HALL, "ap_name": "Hall", "time": 1672437522587}
    assert main(["analyze", "--format", "json", str(saved(tmp_path, "ws", frame(lost)))]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {"verdict", "findings", "incidents", "coverage", "period", "schema_version"} <= set(report)
    (finding,) = report["findings"]
    assert {
        "id",
        "rule",
        "severity",
        "title",
        "what",
        "why",
        "do",
        "confidence",
        "first_seen",
        "last_seen",
        "count",
        "subjects",
        "evidence",
    } <= set(finding)
    assert report["verdict"]["status"] == "urgent"
    assert "Hall" in finding["what"]


def test_the_same_files_give_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "ws", frame(ROAM))
    outputs = []
    for form in ("text", "text", "html", "html", "json", "json"):
        assert main(["analyze", "--format", form, str(file)]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0::2] == outputs[1::2]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\x1b[31mred\x1b[0m", "\u202eevil", "a\r\nBcc: x@y", "{client}"]
)
def test_a_hostile_name_is_inert_in_every_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    lost = {"key": "EVT_AP_Lost_Contact", "ap": HALL, "ap_name": name, "time": 1672437522587}
    file = saved(tmp_path, "ws", frame(lost))
    for form, dangers in (("text", "\x1b\u202e\r"), ("html", "\x1b\u202e\r"), ("json", "\x1b\u202e")):
        assert main(["analyze", "--format", form, str(file)]) == 0
        out = capsys.readouterr().out
        assert not set(out) & set(dangers)
        assert form != "html" or "<script>alert" not in out
    (entry,) = entries(capsys, file)
    assert not set(entry["sentence"]) & {"\x1b", "\u202e", "\n", "\r", "{", "}"}


def test_a_report_on_files_without_times_names_no_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "odd", {"key": "EVT_AP_Lost_Contact", "ap_name": "Hall"})
    for form in ("text", "html"):
        assert main(["analyze", "--format", form, str(file)]) == 0
        assert "1970" not in capsys.readouterr().out


def test_a_code_in_the_controllers_own_words_is_left_out_of_the_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"key": "EVT_XX_New", "msg": "EVT_XX_New {x} happened after CLIENT_ROAMED_2."},
        {"key": "EVT_XX_Newer", "msg": "EVT_XX_Newer"},
    ]
    told = [entry["sentence"] for entry in entries(capsys, saved(tmp_path, "odd", *rows))]
    assert told == [
        "The network reported something we do not know yet: “(x) happened after”.",
        "The network reported something we do not know yet.",
    ]


def test_half_a_surrogate_pair_or_no_number_breaks_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = r'{"key":"EVT_WU_Connected","user":"5c:52:30:55:7d:67","hostname":"a\ud800b","n":NaN,"m":1e400}'
    file = saved(tmp_path, "odd", odd)
    (entry,) = entries(capsys, file)
    assert (entry["kind"], entry["client_name"]) == ("client.connected", "a\ufffdb")
    for form in ("text", "html", "json"):
        assert main(["analyze", "--format", form, str(file)]) == 0
    capsys.readouterr()


@needs_fixtures
@pytest.mark.parametrize(
    "name",
    [
        "aiounifi/ws_frames.jsonl", "github-issues/ws_events.jsonl", "github-issues/ws_other_frames.jsonl", "misc-events/ws_events_2020.jsonl",
        "jmagar-tests/event.jsonl", "pheonix25-tests/event.jsonl", "sirkirby-unifi-mcp-tests/event.jsonl", "sirkirby-unifi-mcp-tests/v2.jsonl",
        "v2-system-log/entries.jsonl",
    ],
)  # fmt: skip
def test_no_recorded_frame_event_or_row_is_lost(capsys: pytest.CaptureFixture[str], name: str) -> None:
    told = entries(capsys, FIXTURES / name)
    indexes = {entry["input"]["index"] for entry in told}
    for index, value in enumerate(json_lines(name)):
        items = value.get("data", [value]) if isinstance(value, dict) else [value]
        count = len(items) if isinstance(items, list) else 1
        assert sum(entry["input"]["index"] == index for entry in told) == count
    assert indexes == set(range(len(list(json_lines(name)))))
    assert all(entry["sentence"] for entry in told)


@needs_fixtures
def test_recorded_fields_come_out_right(capsys: pytest.CaptureFixture[str]) -> None:
    first, second, *_ = entries(capsys, FIXTURES / "aiounifi/ws_frames.jsonl")
    assert (first["kind"], first["client_mac"], first["device_mac"]) == (
        "client.connected",
        "00:00:00:00:00:01",
        "80:2a:a8:00:01:02",
    )
    assert first["timestamp"] == "2020-04-24T18:37:36.179000Z"
    assert second["kind"] == "client.disconnected"
    rows = entries(capsys, FIXTURES / "v2-system-log/entries.jsonl")
    assert [row["kind"] for row in rows[:4]] == [
        "client.roamed",
        "client.connected",
        "client.roamed",
        "client.wired_disconnected",
    ]
    assert rows[3]["device_name"] == "unifi-switch-1"


ALLOWED = (
    '<13>Mar  5 14:00:0{n} Gate Gate [LAN_WAN-A-1] DESCR="All" IN=br0 OUT=eth8 MAC= SRC=192.168.1.2 DST=203.0.113.9 LEN=60 '
    "PROTO=TCP SPT=50000 DPT=443"
)


def test_log_lines_in_a_bundle_are_entries_with_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = saved(tmp_path, "messages", *(ALLOWED.format(n=n) for n in range(3)))
    bundle = tmp_path / "bundle.tgz"
    with tarfile.open(bundle, "w:gz") as archive:
        archive.add(log, "var/log/messages")
    told = entries(capsys, bundle)
    assert [entry["input"] for entry in told] == [
        {"file": f"{bundle}!var/log/messages", "index": index} for index in range(3)
    ]
    assert {entry["kind"] for entry in told} == {"traffic.allowed"}


def test_a_report_says_what_of_an_archive_was_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "bundle.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("messages", "\n".join(ALLOWED.format(n=n) for n in range(3)))
        archive.writestr("core", b"\x7fELF\0\0")
        archive.writestr("inner.xz", b"\xfd7zXZ\x00\0")
    assert main(["analyze", "--format", "json", str(bundle)]) == 0
    coverage = json.loads(capsys.readouterr().out)["coverage"]
    assert "no text in it: 1 file" in coverage["sources"][0]["reason"]
    assert "packed as xz" in coverage["sources"][0]["reason"]
    assert main(["analyze", str(bundle)]) == 0
    assert "packed as xz" in " ".join(capsys.readouterr().out.split())


def test_a_report_and_its_entries_are_tables_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = saved(tmp_path, "messages", *(ALLOWED.format(n=n) for n in range(3)))
    assert main(["analyze", "--format", "csv", str(log)]) == 0
    assert capsys.readouterr().out.startswith("network,kind,id,rule,")
    assert main(["analyze", "--entries", "--format", "csv", str(log)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_the_voice_of_a_report_can_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = saved(tmp_path, "messages", *(ALLOWED.format(n=n) for n in range(3)))
    assert main(["analyze", "--voice", "msp", str(log)]) == 0
    assert "SERVICE SUMMARY" in capsys.readouterr().out


SWITCH = "d0:21:f9:00:00:09"


def test_a_device_list_tells_which_devices_go_with_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = 1672437522587
    gone = [
        {"_id": "63af5f320274390085432700", "key": "EVT_SW_Lost_Contact", "sw": SWITCH, "time": at},
        {"_id": "63af5f320274390085432701", "key": "EVT_AP_Lost_Contact", "ap": HALL, "time": at + 4000},
        {"_id": "63af5f320274390085432702", "key": "EVT_AP_Lost_Contact", "ap": ATTIC, "time": at + 5000},
    ]
    devices = [
        {"mac": SWITCH, "name": "Cellar", "type": "usw"},
        {"mac": HALL, "name": "Hall", "type": "uap", "uplink": {"uplink_mac": SWITCH}},
        {"mac": ATTIC, "name": "Attic", "type": "uap", "last_uplink": {"uplink_mac": SWITCH}},
    ]
    listed = saved(tmp_path, "devices", {"meta": {"rc": "ok"}, "data": devices})
    told = saved(tmp_path, "rest", *gone)
    assert main(["analyze", "--json", "--devices", str(listed), str(told)]) == 0
    report = json.loads(capsys.readouterr().out)
    (story,) = report["incidents"]
    assert story["title"] == "Cellar went off, and took 2 access points with it"
    assert [finding["incident"] for finding in report["findings"]] == [story["id"]] * 3
    assert report["needs_you"] == [story["id"]]
