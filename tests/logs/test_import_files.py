from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.errors import InputError
from unifi_scanner.logs.cef import parse_cef
from unifi_scanner.logs.import_files import entries_in
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.logs.normalise import Context

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


@given(st.text(max_size=200))
def test_any_line_is_one_entry(line: str) -> None:
    assert entry_of_line(line, Context()).kind in ("unreadable", "unknown") or "Ubiquiti" in line
