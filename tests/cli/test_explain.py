"""`explain` and `rules coverage` from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from unifi_scanner.cli import main
from unifi_scanner.cli.coverage_table import as_markdown
from unifi_scanner.detection.catalogue_loader import load_catalogue


def test_a_code_is_explained_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "EVT_AP_RadarDetected"]) == 0
    assert "What to do" in capsys.readouterr().out


def test_a_line_need_not_be_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "UniFi", "OS", "1005"]) == 0
    assert capsys.readouterr().out.startswith("CEF:OS:1005")


def test_a_code_nobody_knows_ends_well_too_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "EVT_WU_Rome", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["known"] is False
    assert "EVT_WU_Roam" in answer["nearest"]


def test_standard_input_is_read_for_a_dash() -> None:
    row = b'{"key": "EVT_AP_Lost_Contact", "ap": "d0:21:f9:14:2a:01", "ap_name": "Attic AP"}\n\xff'
    command = [sys.executable, "-m", "unifi_scanner", "explain", "-"]
    done = subprocess.run(command, input=row, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Attic AP went offline." in done.stdout


def test_nothing_to_explain_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", " "]) == 2
    assert "There is nothing to explain." in capsys.readouterr().err


def test_coverage_counts_every_source_and_leaves_no_gap(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "coverage"]) == 0
    shown = capsys.readouterr().out
    assert "Every code is explained, or left out for a reason." in shown
    assert "Left out: " in shown


def test_coverage_is_told_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "coverage", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["gaps"] == []
    assert all(one["known"] == one["explained"] + one["left_out"] for one in told["families"])
    assert all(one["reason"].endswith(".") for one in told["left_out"])


def test_the_document_shows_the_table_of_the_command() -> None:
    document = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")
    assert as_markdown(load_catalogue()) in document
