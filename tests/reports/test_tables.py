"""CSV that no spreadsheet runs, a PDF that is the same each time, and three voices that tell the same facts."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given

from tests.reports.hostile import NASTY, nasty_text, report_full_of
from tests.reports.samples import quiet_week
from tests.reports.week import told_bad, told_half_blind, told_quiet
from unifi_scanner.errors import ConfigError
from unifi_scanner.models.enums import Voice
from unifi_scanner.reports import (
    entries_csv,
    findings_csv,
    render_email_html,
    render_html,
    render_pdf,
    render_text,
)
from unifi_scanner.reports.tables import ACTIVE, ENTRY_COLUMNS, FINDING_COLUMNS, inert

FORMULAS = ('=HYPERLINK("http://x";"y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1", " =1", "\u200b=1")


def rows_of(page: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(page)))


def test_every_finding_and_incident_is_a_row() -> None:
    head, *rows = rows_of(findings_csv([told_bad(), told_quiet()]))
    assert tuple(head) == FINDING_COLUMNS
    assert [row[1] for row in rows] == [
        "incident",
        "incident",
        "finding",
        "finding",
        "finding",
        "finding",
        "finding",
    ]
    assert {row[0] for row in rows} == {"Acme HQ", "Maple Street"}
    assert all(len(row) == len(head) for row in rows)


@pytest.mark.parametrize("text", [*FORMULAS, *NASTY])
def test_no_cell_is_a_formula_whatever_it_was_called(text: str) -> None:
    _check_inert(text)


@given(nasty_text)
def test_no_text_makes_a_formula_or_a_row_of_its_own(text: str) -> None:
    _check_inert(text)


def _check_inert(text: str) -> None:
    rows = rows_of(findings_csv([report_full_of(text)]))
    assert len(rows) == 4
    assert not [cell for row in rows for cell in row if cell[:1] and cell[0] in ACTIVE]
    entries = rows_of(entries_csv([{"sentence": text, "client_name": text, "origins": ["rest"]}]))
    assert len(entries) == 2
    assert len(entries[1]) == len(ENTRY_COLUMNS)
    assert not [cell for cell in entries[1] if cell[:1] and cell[0] in ACTIVE]


def test_a_list_is_one_cell_and_nothing_is_an_empty_one() -> None:
    assert inert(("a", "b")) == "a | b"
    assert inert(None) == ""
    assert inert(7) == "7"


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\b\d[\d,.]*\b", text))


@pytest.mark.parametrize("voice", list(Voice))
def test_every_voice_tells_the_same_verdict_and_every_number_of_the_plain_one(voice: Voice) -> None:
    plain, told = render_text(told_bad()), render_text(told_bad(), voice=voice)
    assert numbers_in(plain) - numbers_in(told) == set()
    assert told_bad().verdict.sentence.split(":")[0] in " ".join(told.split())


def test_only_technicians_are_told_codes() -> None:
    home, technical = render_html(told_bad()), render_html(told_bad(), Voice.IT)
    for code in ("inside-device-blocked", "client:02:5e:20:00:00:f1", "pc0"):
        assert code not in home
        assert f"<code>{code}</code>" in technical


def test_a_client_is_told_figures_with_their_base() -> None:
    page = render_text(told_bad(), voice=Voice.MSP)
    for line in (
        "Internet availability: 99.6% (of the 168 hours watched; down 31 minutes)",
        "Incidents: 2 (1 closed, 1 open)",
        "Mean time to recovery: 30 minutes (over 1 closed incident)",
    ):
        assert line in page
    assert "Service summary" in render_email_html(told_bad(), Voice.MSP)
    assert "not measured" not in page


def test_what_was_not_measured_is_not_a_figure() -> None:
    assert "Internet availability: not measured" in render_text(quiet_week(), voice=Voice.MSP)


def test_a_blind_report_begins_with_what_would_open_its_eyes() -> None:
    for page in (
        render_text(told_half_blind()),
        render_html(told_half_blind()),
        render_email_html(told_half_blind()),
    ):
        assert "To see the rest" in page
    assert "To see the rest" not in render_text(told_quiet())


def test_a_pdf_is_made() -> None:
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed here")
    made = render_pdf(quiet_week())
    assert made.startswith(b"%PDF-")


def test_without_the_extra_a_pdf_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "weasyprint", None)  # as where it is not installed
    with pytest.raises(ConfigError) as told:
        render_pdf(told_quiet())
    assert "unifi-scanner[pdf]" in told.value.hint
