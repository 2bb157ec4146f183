"""What `explain` answers: to codes, to Kinds, to pasted lines and records, and to nonsense."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import FIXTURES, needs_fixtures
from unifi_scanner.app.explain_code import answers_to
from unifi_scanner.app.explain_pages import json_of, page_of
from unifi_scanner.app.explaining import MOST_ANSWERS, Answer, Shelf
from unifi_scanner.detection import ignored_kinds, load_rules
from unifi_scanner.detection.catalogue_loader import load_catalogue

SHELF = Shelf(load_catalogue(), load_rules(), ignored_kinds(), {"pairs": ("client.roamed",)})
CEF = (
    "<14>Dec  1 09:00:00 Hall-Gateway CEF:0|Ubiquiti|UniFi Network|10.4.57|512|Device Offline|7|"
    "UNIFIcategory=UniFi Devices UNIFIdeviceMac=d0:21:f9:14:2a:01 UNIFIdeviceName=Attic AP "
    "UNIFIutcTime=2025-12-01T09:00:00.000Z msg=Attic AP went offline."
)
HOSTAPD = (
    "<13>Sep 24 19:54:14 Attic d021f9142a01,U7-Pro-8.7.11+19419: hostapd[4429]: wifi1ap1: "
    "STA 3c:06:30:4b:11:07 IEEE 802.11: associated"
)
ROAM = {"key": "EVT_WU_Roam", "user": "3c:06:30:4b:11:07", "hostname": "Kims-iPad", "time": 1764579600000}
LOST = {"key": "EVT_AP_Lost_Contact", "ap": "d0:21:f9:14:2a:01", "ap_name": "Attic AP", "time": 1764579600000}
FRAME = json.dumps({"meta": {"rc": "ok", "message": "events"}, "data": [ROAM, LOST]})


def explained(text: str) -> Sequence[Answer]:
    """Return the answers to a text."""
    return answers_to(text, SHELF)


def page(text: str) -> str:
    """Return the page that answers a text."""
    answers = explained(text)
    return page_of(text, answers, () if answers else SHELF.catalogue.nearest(text[:100]))


def told(text: str) -> list[tuple[str | None, str | None]]:
    """Return the code and the Kind of each answer."""
    return [(answer.code.code if answer.code else None, answer.kind) for answer in explained(text)]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("EVT_WU_Roam", [("EVT_WU_Roam", "client.roamed")]),
        ("wu.roam", [("EVT_WU_Roam", "client.roamed")]),
        ("CLIENT_ROAMED_V9", [("CLIENT_ROAMED", "client.roamed")]),
        ("UniFi OS 1000", [("CEF:OS:1000", "admin.signed_in")]),
        ("client.roamed", [(None, "client.roamed")]),
        ("events", [("events", None)]),
        (CEF, [("CEF:Network:512", "device.offline")]),
        (CEF.removeprefix("<14>Dec  1 09:00:00 Hall-Gateway "), [("CEF:Network:512", "device.offline")]),
        (json.dumps(LOST), [("EVT_AP_Lost_Contact", "device.offline")]),
        (FRAME, [("EVT_WU_Roam", "client.roamed"), ("EVT_AP_Lost_Contact", "device.offline")]),
        (HOSTAPD, [(None, "wifi.associated")]),
        (
            "[2026-08-23T03:49:17,123+02:00] <inform-32> INFO event - stored EVT_SW_Overheat for a switch",
            [("EVT_SW_Overheat", "device.overheating")],
        ),
        ("EVT_WU_Rome", []),
        ("xyzzy", []),
    ],
)
def test_a_text_is_taken_for_what_it_is(text: str, answers: list[tuple[str | None, str | None]]) -> None:
    assert told(text) == answers


def test_a_pasted_line_is_told_in_a_sentence_with_its_names() -> None:
    assert [answer.says for answer in explained(CEF)] == ["Attic AP went offline."]


def test_a_record_nobody_knows_is_called_unknown_and_keeps_its_own_words() -> None:
    (answer,) = explained('{"key": "EVT_ZZ_Sprouted", "msg": "A new thing sprouted", "time": 1764579600000}')
    assert not answer.is_known
    assert "A new thing sprouted" in answer.says
    assert "We do not know this one." in page_of("", [answer], ())


def test_a_code_nobody_knows_is_answered_with_the_nearest_ones() -> None:
    assert "We do not know “EVT_WU_Rome”." in page("EVT_WU_Rome")
    assert "EVT_WU_Roam" in page("EVT_WU_Rome")


def test_a_page_of_records_is_cut_off() -> None:
    rows = [{**LOST, "ap_name": f"AP {number}", "time": 1764579600000 + number} for number in range(50)]
    assert len(explained(json.dumps(rows))) == MOST_ANSWERS


def test_the_page_tells_all_there_is() -> None:
    shown = page("EVT_AP_Lost_Contact")
    entry = SHELF.catalogue.kinds["device.offline"]
    flat = " ".join(shown.split())
    for text in (entry.severity_why, entry.why, *entry.do, *entry.do_9, *entry.do_8, entry.false_alarm):
        assert " ".join(text.split()) in flat
    assert "seen on real networks" in shown
    assert "device-offline (high)" in shown
    assert "DEVICE_UNREACHABLE" in shown
    assert max(map(len, shown.splitlines())) <= 90


def test_a_page_names_the_versions_whose_menus_differ() -> None:
    entries = SHELF.catalogue.kinds.values()
    kind = next(entry.kind for entry in entries if entry.do_8 and not entry.do_9)
    assert "What to do on UniFi Network 9 and 10" in page(kind)
    assert "What to do on UniFi Network 8" in page(kind)


def test_a_code_whose_facts_decide_names_what_it_may_become() -> None:
    assert "wan.down: The Internet connection went down." in page("EVT_GW_WANTransition")
    assert "wan.down:" not in page(
        '{"key": "EVT_GW_WANTransition", "gw": "d0:21:f9:14:2a:04", "state": "active"}'
    )


def test_code_of_its_own_that_looks_at_a_kind_is_named_with_the_rules() -> None:
    assert "pairs (as grave as what it finds)" in page("client.roamed")


def test_a_code_that_is_left_out_says_why() -> None:
    assert "Left out on purpose" in page("MONITORING_WIFI")
    assert "No rule looks" not in page("MONITORING_WIFI")


def test_hard_words_are_explained_once() -> None:
    assert page("ap.radar").count("  channel: ") == 1


def test_json_tells_the_same_to_programs() -> None:
    whole = json.loads(json_of(CEF, explained(CEF), ()))
    (answer,) = whole["answers"]
    assert whole["known"] is True
    assert answer["code"] == "CEF:Network:512"
    assert answer["says"] == "Attic AP went offline."
    assert answer["severity"] == SHELF.catalogue.kinds["device.offline"].severity.value
    assert answer["do_8"]
    rules = {rule["name"]: rule["severity"] for rule in answer["rules"]}
    assert rules["device-offline"] == "high"
    assert json.loads(json_of("xyzzy", [], ["x"])) == {
        "asked": "xyzzy", "known": False, "answers": [], "nearest": ["x"], "words": {},
    }  # fmt: skip


HOSTILE = (
    "\x1b]0;pwn\x07EVT_x\x1b[31m",
    '{"key":"EVT_WU_Connected","user":"3c:06:30:4b:11:07","hostname":"\\u001b[31m\\u202eevil\\nFAKE"}',
    "<14>Dec  1 09:00:00 h CEF:0|Ubiquiti|UniFi Network|9|400|x|1|UNIFIclientAlias=\x1b[2Jevil\x9b31m msg=a\rb",
    "{{x}} {client} <script>alert(1)</script> \u2028 a b c",
    "[" * 100_000,
    '{"key": {"a": 1}, "data": [[]]}',
    "a " * 50_000,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_inert(text: str) -> None:
    assert_inert(page(text))
    assert_inert(json_of(text, explained(text), ()))


@given(
    st.text(max_size=200)
    | st.sampled_from(HOSTILE).flatmap(lambda text: st.permutations(text[:60]).map("".join))
)
def test_any_text_gets_an_answer_that_is_inert(text: str) -> None:
    assert_inert(page(text))


def assert_inert(shown: str) -> None:
    """Check that nothing in a page moves the cursor, changes colours or turns the direction of the text."""
    assert {unicodedata.category(char) for char in shown if char != "\n"}.isdisjoint(
        {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )


@needs_fixtures
def test_every_recorded_line_gets_an_answer() -> None:
    lines = [
        line
        for file in sorted(FIXTURES.rglob("*.log"))
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip()
    ]
    assert len(lines) > 50
    assert [line for line in lines if not explained(line)] == []
