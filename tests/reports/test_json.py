"""The JSON: valid by its own schema, always, and the same bytes for the same report."""

from __future__ import annotations

import json
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.reports.hostile import NASTY, nasty_text, report_full_of
from tests.reports.samples import NOW, bad_week, finding, half_blind, quiet_week, report
from tests.reports.week import told_bad, told_half_blind
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.finding import Evidence
from unifi_scanner.models.log_entry import NO_TIME
from unifi_scanner.models.report import SCHEMA_VERSION, Period, Report
from unifi_scanner.reports import render_json

SCHEMA = json.loads(
    (files("unifi_scanner.reports") / "schema" / f"report-{SCHEMA_VERSION}.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
DOC = Path(__file__).resolve().parents[2] / "docs" / "report-schema.md"


def read(made: Report) -> Any:
    value = json.loads(render_json(made))
    VALIDATOR.validate(value)
    return value


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "made",
    [
        bad_week(),
        told_bad(),
        told_half_blind(),
        quiet_week(),
        half_blind(),
        report(coverage=Coverage(), entries=0),
    ],
)
def test_every_report_is_valid_by_the_schema(made: Report) -> None:
    assert read(made)["schema_version"] == SCHEMA_VERSION


def test_all_findings_are_there_and_what_needs_you_comes_first() -> None:
    value = read(bad_week())
    assert [f["id"] for f in value["findings"]][:3] == value["needs_you"]
    assert len(value["findings"]) == 6
    first = value["findings"][0]
    assert first["do"] == ["Look at its plug.", "UniFi Devices > Workshop PC > Settings > Restart"]
    assert first["evidence"] == ["Workshop PC-1", "Workshop PC-3"]
    assert first["evidence_sentences"] == ["Workshop PC fell silent.", "Workshop PC fell silent again."]
    assert first["last_seen"] == "2026-11-24T08:00:00Z"


def test_the_coverage_is_told_row_by_row() -> None:
    coverage = read(half_blind())["coverage"]
    assert coverage["blind"] == ["security"]
    assert coverage["sources"][-1] == {
        "source": "ips",
        "area": "security",
        "state": "failed",
        "reason": "Our account, unifi-scanner, may not read the blocked threats.",
        "since": "2026-11-17T13:00:00Z",
        "until": "2026-11-24T13:00:00Z",
        "last_event": None,
        "entries": 9,
    }


def test_a_time_nobody_knows_is_null() -> None:
    import msgspec

    timeless = msgspec.structs.replace(
        finding("x"),
        first_seen=NO_TIME,
        last_seen=NO_TIME,
        evidence=(Evidence(entry_id="1", timestamp=NO_TIME, sentence="It happened."),),
    )
    value = read(report(timeless, period=Period(start=None, end=NOW)))
    assert value["findings"][0]["first_seen"] is None
    assert value["period"]["start"] is None


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_is_kept_exactly_and_inert(text: str) -> None:
    _check_kept(text)


@given(nasty_text)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    _check_kept(text)


def _check_kept(text: str) -> None:
    written = render_json(report_full_of(text))
    assert not [c for c in written if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    written.encode()
    value = json.loads(written)
    VALIDATOR.validate(value)
    assert value["title"] == text
    assert value["findings"][0]["what"] == text


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render_json(bad_week()) == render_json(bad_week())


def test_every_key_of_the_schema_is_documented() -> None:
    text = DOC.read_text(encoding="utf-8")
    parts = (SCHEMA, SCHEMA["$defs"]["finding"], SCHEMA["$defs"]["coverage"])
    for key in {key for part in parts for key in part["properties"]}:
        assert f"`{key}`" in text
