"""The terminal page: fits its width, works without colour and beyond ASCII, and obeys no escape."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.hostile import NASTY, nasty_text, report_full_of
from tests.reports.samples import bad_week, half_blind, quiet_week
from unifi_scanner.models.report import Report
from unifi_scanner.reports import render_text
from unifi_scanner.reports.plain import MAX_LINE, plain_line, width_of, wrapped

MARKS = re.compile(r"\x1b\[[0-9;]+m(\[(?:!!|!|ok|\?|i)\])\x1b\[0m")


@pytest.mark.parametrize("made", [bad_week(), quiet_week(), half_blind()])
@pytest.mark.parametrize("width", [40, 80, 132])
def test_no_line_is_wider_than_the_terminal(made: Report, width: int) -> None:
    assert max(width_of(line) for line in render_text(made, width=width).splitlines()) <= width


def test_the_parts_stand_in_their_order() -> None:
    text = render_text(bad_week())
    parts = (
        "[!!] URGENT",
        "Three things need you",
        "WHAT NEEDS YOU",
        " 1 [!!]",
        " 2 [!]",
        "WHAT HAPPENED",
        "COULD NOT SEE",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_thing_has_what_why_do_how_sure_and_evidence() -> None:
    text = render_text(bad_week())
    first = text[text.index(" 1 [!!]") : text.index(" 2 [!]")]
    for label in ("What  ", "Why   ", "Do    1. ", "Sure  ●●○ Probably.", "Seen  Tue 24 Nov 01:36:00  "):
        assert label in first


def test_the_zone_is_named_at_the_top() -> None:
    assert "Chicago time (CST)" in render_text(bad_week()).splitlines()[0]


def test_only_marks_are_coloured_and_only_on_request() -> None:
    plain, coloured = render_text(bad_week()), render_text(bad_week(), color=True)
    assert "\x1b" not in plain
    assert MARKS.sub(r"\1", coloured) == plain


def test_ascii_means_ascii() -> None:
    assert render_text(bad_week(), ascii=True).isascii()
    assert render_text(report_full_of("Küche → ●"), ascii=True).isascii()
    assert "Kuche" in render_text(report_full_of("Küche"), ascii=True)


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_is_inert_in_a_terminal(text: str) -> None:
    _check_inert(text)


@given(nasty_text)
def test_no_text_in_any_field_reaches_the_terminal_as_a_command(text: str) -> None:
    _check_inert(text)


def _check_inert(text: str) -> None:
    shown = render_text(report_full_of(text))
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert max(width_of(line) for line in shown.splitlines()) <= 80
    assert "\nBcc:" not in shown


def test_the_same_report_gives_the_same_text() -> None:
    assert render_text(bad_week()) == render_text(bad_week())


@given(st.text())
def test_any_text_becomes_one_visible_line(text: str) -> None:
    line = plain_line(text)
    assert len(line) <= MAX_LINE
    assert line.splitlines() in ([], [line])
    assert plain_line(line) == line


@given(st.text(), st.integers(2, 40))
def test_wrapping_loses_nothing_and_keeps_the_width(text: str, width: int) -> None:
    line = plain_line(text)
    lines = wrapped(line, width)
    assert "".join("".join(lines).split()) == "".join(line.split())
    assert all(width_of(piece) <= width for piece in lines)
