"""The report as a mail: images travel in it, nothing is loaded from outside, and no reader cuts it off."""

from __future__ import annotations

import re

import pytest

from tests.delivery.mail_server import mail_server
from tests.reports.week import told_bad, told_half_blind, told_quiet
from unifi_scanner.delivery import EmailChannel, compose
from unifi_scanner.models.report import Report
from unifi_scanner.reports import render_all, render_email_html

REPORTS = (told_bad(), told_quiet(), told_half_blind())


def test_every_image_of_the_mail_is_in_the_mail_and_has_words_for_who_cannot_see_it() -> None:
    pytest.importorskip("resvg_py", reason="nothing here makes images")
    with mail_server("none") as inbox:
        sender = EmailChannel(
            "127.0.0.1", inbox.port, "none", None, None, "s@acme.example", ["it@acme.example"]
        )
        sender.send(compose(REPORTS[0], render_all(REPORTS[0])))
    page = inbox.mails[0].get_body(("html",))
    assert page is not None
    images = re.findall("<img [^>]+>", page.get_content())
    shown = [(_attribute(image, "src").removeprefix("cid:"), _attribute(image, "alt")) for image in images]
    carried = {
        part["Content-ID"].strip("<>"): part.get_payload(decode=True)
        for part in inbox.mails[0].walk()
        if part.get_content_type() == "image/png"
    }
    assert len(shown) >= 3
    assert {name for name, _ in shown} == set(carried)
    assert all(isinstance(data, bytes) and data.startswith(b"\x89PNG") for data in carried.values())
    assert all(alt for _, alt in shown)
    assert [part.get_filename() for part in inbox.mails[0].iter_attachments()] == [
        "report-2026-11-23T0700.html"
    ]


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', tag)
    return found[1] if found else ""


@pytest.mark.parametrize("made", REPORTS)
def test_a_mail_loads_nothing_and_fits(made: Report) -> None:
    page = render_email_html(made)
    assert len(page.encode()) < 90_000
    assert not re.findall(r"https?:|<svg|<script|<link|@import", page)
    assert all(source.startswith("cid:") for source in re.findall(r'src="([^"]+)"', page))
    assert page.count("<style") == 1  # what dark mode needs; the rest stands in each tag
    assert 'class="sheet"' in page
    assert "max-width: 600px" in page


def test_the_preheader_is_the_first_thing_to_do() -> None:
    page = render_email_html(REPORTS[0])
    assert re.search(r'<div class="pre"[^>]*>1\. Pull its network cable', page)


def test_the_subject_says_what_needs_somebody_and_how_long_the_internet_was_down() -> None:
    assert render_all(REPORTS[0]).headline == "Acme HQ: 3 things need you, 1 urgent, Internet was down 31 min"
    assert render_all(REPORTS[1]).headline == "Maple Street: all fine, nothing needs you"
    assert (
        render_all(REPORTS[2]).headline
        == "Maple Street: not an all-clear, security or admin activity not checked"
    )


def test_the_same_report_gives_the_same_mail_and_the_same_images() -> None:
    first, second = render_all(REPORTS[0]), render_all(told_bad())
    assert first == second
