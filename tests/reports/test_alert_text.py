"""Alerts in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest

from unifi_scanner.delivery.email import build_mail
from unifi_scanner.detection import ANALYSERS, KNOWN_OTHERWISE, load_rules
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.pipeline import fold_held
from unifi_scanner.pipeline.judging import ending_rules
from unifi_scanner.pipeline.late_news import message_of
from unifi_scanner.reports.alert_media import WIDTH
from unifi_scanner.reports.alert_text import (
    Alert,
    Told,
    all_clear,
    digest,
    subject_of,
    summary,
    update,
    urgent,
)
from unifi_scanner.reports.alert_words import BACK, CALLED, OF_THE_HOUSE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRAVE = [rule for rule in load_rules() if rule.severity.rank >= Severity.HIGH.rank]
HOSTILE = "<script>alert(1)</script>\r\nBcc: all@example.org\u202e"


def finding(**more: Any) -> Finding:
    told: dict[str, Any] = {
        "id": "f",
        "rule": "device-offline",
        "severity": Severity.HIGH,
        "title": "Hall is offline",
        "what": "Hall is offline.",
        "why": "Nobody in the hall has Wi-Fi.",
        "do": ("Look at its light.", "Pull its plug, wait 30 seconds, and plug it in again. " * 2),
        "first_seen": NOON,
        "last_seen": NOON,
        "subjects": ("Hall",),
    }
    return Finding(**(told | more))


def told(**more: Any) -> Told:
    given: dict[str, Any] = {
        "site": "Home",
        "zone": "Europe/Oslo",
        "now": NOON + timedelta(minutes=1),
        "subject": "Home: Device offline (Hall), Sun 1 Mar 13:00",
        "began": NOON,
        "number": 1,
        "budget": 10,
    }
    return Told(**(given | more))


def every_kind(thing: Finding, **more: Any) -> list[Alert]:
    over = NOON + timedelta(minutes=14)
    return [
        urgent(thing, told(also=("Camera is offline",), **more)),
        update(thing, told(also=("Camera is offline",), **more)),
        update(thing, told(still=("Camera is offline",), **more)),
        all_clear(thing, told(over=over, wrote=NOON + timedelta(minutes=1), steady_for="1 minute", **more)),
        all_clear(thing, told(over=over, **more)),
        summary(["Lamp was offline"], told(**more)),
        digest([{"subject": "Home: Internet outage", "news": "ALL CLEAR: it is back."}], told(**more)),
    ]


@pytest.mark.parametrize("rule", GRAVE, ids=lambda rule: rule.name)
def test_every_grave_rule_has_a_subject_that_is_true_at_the_end_too(rule: Any) -> None:
    assert rule.name in CALLED, "add a line to CALLED in reports/alert_words.py"


@pytest.mark.parametrize("rule", sorted(ending_rules(load_rules())))
def test_whatever_can_be_over_has_a_subject_and_an_all_clear(rule: str) -> None:
    assert rule in CALLED, "add a line to CALLED in reports/alert_words.py"
    assert rule in BACK, "add a line to BACK in reports/alert_words.py"


def test_no_words_are_kept_for_a_rule_that_is_gone() -> None:
    known = {rule.name for rule in load_rules()} | set(ANALYSERS) | KNOWN_OTHERWISE
    assert {*CALLED, *BACK, *OF_THE_HOUSE} <= known


def test_the_first_words_carry_the_news() -> None:
    marks = [alert.text.partition(":")[0] for alert in every_kind(finding())]
    assert marks == ["URGENT", "UPDATE", "UPDATE", "ALL CLEAR", "ALL CLEAR", "SUMMARY", "LATE NEWS"]


def test_it_fits_a_mail_reader_and_a_phone() -> None:
    for alert in every_kind(finding()):
        assert max(len(line) for line in alert.text.splitlines()) <= WIDTH
        assert len(alert.short) <= 900
        assert "{" not in alert.text


def test_it_says_when_where_what_to_do_how_sure_and_what_comes_next() -> None:
    text = " ".join(urgent(finding(sure_because="It said so."), told()).text.split())
    for part in (
        "At Home, since Sun 1 Mar 13:00.",
        "Do this 1. Look at its light.",
        "How sure we are: certainly. It said so.",
        "We watch it, and write once more when it is over.",
        "Message 1 of at most 10 today. Times are Oslo time (CET).",
    ):
        assert part in text


def test_an_all_clear_says_since_when_and_how_long_and_what_we_wrote() -> None:
    text = every_kind(finding())[3].text
    assert "ALL CLEAR: Hall is back at Home since 13:14. It lasted 14 minutes." in " ".join(text.split())
    assert "13:01  We wrote to you." in text


@pytest.mark.parametrize(
    ("subjects", "back"),
    [
        ((), "it is back"),
        (("Hall",), "Hall is back"),
        (("Hall", "Attic"), "Hall and Attic are back"),
        (("A", "B", "C", "D", "E"), "A, B, C and 2 more are back"),
    ],
)
def test_an_all_clear_names_who_is_back(subjects: tuple[str, ...], back: str) -> None:
    alert = all_clear(finding(subjects=subjects), told(over=NOON + timedelta(minutes=14)))
    assert " ".join(alert.text.split()).startswith(f"ALL CLEAR: {back} at Home since 13:14.")


def test_an_all_clear_does_not_call_what_may_go_on_nothing_to_do() -> None:
    alert = all_clear(
        finding(),
        told(over=NOON + timedelta(minutes=14), also=("Lamp was offline",), still=("Rack is too hot",)),
    )
    text = " ".join(alert.text.split())
    assert "Nothing needs you now." not in text
    assert "This is over too: - Lamp was offline" in text
    assert "Nothing tells us whether this is over, so have a look at it: - Rack is too hot" in text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)


def test_nothing_a_stranger_named_is_markup_or_a_header() -> None:
    thing = finding(title=HOSTILE, what=HOSTILE, why=HOSTILE, do=(HOSTILE,), subjects=(HOSTILE,), rule="own")
    subject = subject_of(HOSTILE, thing, NOON, "UTC")
    for alert in every_kind(thing, site=HOSTILE):
        page = _Tags()
        page.feed(alert.html)
        assert page.tags <= {"html", "head", "meta", "title", "body", "p", "br"}
        message = message_of(
            "alert.x\r\nBcc: a@b.c.1", alert, kind="alert", at=NOON, in_reply_to="alert.x\r\nX: 1"
        )
        raw = build_mail(message, "a@example.org", ["b@example.org"]).as_bytes()
        mail = message_from_bytes(raw, policy=default)
        assert mail["Bcc"] is None
        assert mail["X"] is None
    assert "\n" not in subject
    assert "\r" not in subject


def test_a_digest_of_digests_is_flat() -> None:
    one = message_of("a", urgent(finding(), told()), kind="alert", at=NOON)
    first = fold_held([one, one], "email", NOON)
    second = fold_held([first, one], "email", NOON + timedelta(hours=1))
    assert len(second.data["items"]) == 3
    assert second.subject == "Home: 3 messages that come late"
