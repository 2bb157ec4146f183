"""The page: self-contained, in order, and nothing a stranger wrote is ever markup."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from tests.reports.hostile import NASTY, nasty_text, report_full_of
from tests.reports.samples import ALL_SEEN, bad_week, half_blind, quiet_week, report
from unifi_scanner.models.report import Report
from unifi_scanner.reports import render_email_html, render_html

VOID = {"meta", "use", "path", "circle", "rect", "line", "br", "img"}
Shape = list[tuple[str, tuple[str, ...]]]


class Reader(HTMLParser):
    """Reads a page into its tags with the names of their attributes, its text by tag, and what stays open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shape: Shape = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text_of: dict[str, str] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self.open[-1:]:
            self.text_of[tag] = self.text_of.get(tag, "") + data


def shape_of(page: str) -> Shape:
    return Reader(page).shape


def words_of(page: str) -> str:
    """Return a page as it is read: without tags, and without the notes behind words."""
    without_tips = re.sub('<span class="tip".*?</span>', "", page, flags=re.DOTALL)
    return html.unescape(re.sub("<[^>]+>", "", without_tips))


PLAIN_PAGE = shape_of(render_html(report_full_of("x")))
PLAIN_MAIL = shape_of(render_email_html(report_full_of("x")))


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_changes_no_tag_and_no_attribute(text: str) -> None:
    _check_inert(text)


@settings(max_examples=30, deadline=None)
@given(nasty_text)
def test_no_text_in_any_field_changes_a_tag_or_an_attribute(text: str) -> None:
    _check_inert(text)


def _check_inert(text: str) -> None:
    made = report_full_of(f"x{text}")
    page, mail = render_html(made), render_email_html(made)
    assert shape_of(page) == PLAIN_PAGE
    assert shape_of(mail) == PLAIN_MAIL
    for control in "\x1b\u202e\u2066\u2028\x85\x00":
        assert control not in page + mail
    page.encode()


@pytest.mark.parametrize("made", [bad_week(), quiet_week(), half_blind()])
def test_the_verdict_is_the_first_heading_and_has_its_id(made: Report) -> None:
    page = render_html(made)
    found = re.search(r'<h1 id="verdict">(.*?)</h1>', page, re.DOTALL)
    assert found
    assert found[1].replace("&#39;", "'") == made.verdict.sentence


def test_the_sections_stand_in_their_order() -> None:
    page = render_html(bad_week())
    places = [
        page.index(f'id="{name}"') for name in ("verdict", "needs", "need-1", "need-3", "happened", "seen")
    ]
    assert places == sorted(places)
    assert 'lang="en"' in page
    for landmark in ("<header", "<main>", "<footer>"):
        assert page.count(landmark) == 1


def test_every_tag_is_closed_in_turn() -> None:
    for made in (bad_week(), quiet_week(), half_blind()):
        assert Reader(render_html(made)).open == []
        assert Reader(render_email_html(made)).open == []


def test_the_page_loads_and_runs_nothing() -> None:
    page = render_html(bad_week())
    reader = Reader(page)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & {
        tag for tag, _ in reader.shape
    }
    names = {name for name, _ in reader.attributes}
    assert not {"src", "style", "srcset", "action"} & names
    assert not [name for name in names if name.startswith("on")]
    assert all(value.startswith("#") for name, value in reader.attributes if name == "href")
    assert "http:" not in page
    assert "https:" not in page
    assert set(re.findall(r"url\([^)]*\)", page)) == {"url(#hatch)"}  # a shape of the page's own


def test_only_our_own_style_may_apply() -> None:
    page = render_html(quiet_week())
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page


def test_every_status_has_a_word_beside_its_shape_and_colour() -> None:
    page = render_html(bad_week())
    for kind, word in (
        ("urgent", "Urgent"),
        ("attention", "Needs attention"),
        ("note", "Worth knowing"),
        ("fine", "Over"),
    ):
        assert re.search(
            rf'<span class="st {kind}"><svg[^>]*><use href="#i-{kind}"/></svg> {word}</span>', page
        )


def test_evidence_is_folded_and_no_event_code_is_shown() -> None:
    page = render_html(bad_week())
    assert "<summary>See 2 of the 3 entries behind this</summary>" in page
    assert "Tue 24 Nov 01:36:00" in page
    assert "EVT_" not in page


def test_the_coverage_names_what_is_missing_and_why() -> None:
    page = words_of(render_html(bad_week()))
    for words in (
        "Since Tue 24 Nov 04:00: no live events (The connection was refused). Nothing filled this gap. It is still open.",
        "Mon 23 Nov 01:00 to 03:00: no live events for 2 hours (The console was being updated). Filled in later from system log.",
        "Received but not kept: 37 events (state reports, because the buffer was full).",
        "The mail server did not answer.",
        "3 entries of 2 kinds we don't know yet. Kept; nothing judged by them.",
        "2 records could not be read. Kept as they came.",
        "4 entries without a time",
        "11,519 entries read, 11,482 kept.",
        "The console refused us.",
        "Seen Tue 17 Nov 07:00 to Tue 24 Nov 07:00.",
    ):
        assert words in page


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render_html(bad_week()) == render_html(bad_week())
    assert render_email_html(bad_week()) == render_email_html(bad_week())


def test_a_mail_shows_twenty_of_the_rest_and_says_how_many_more() -> None:
    from tests.reports.samples import finding

    mail = render_email_html(report(*(finding(f"n{i:03}") for i in range(60)), coverage=ALL_SEEN))
    assert "37 more are in the attached report." in mail
    assert len(mail.encode()) < 100_000  # larger mails are cut off by readers
