"""The verdict: never better than what was found, never better than what was seen."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.reports.samples import (
    ALL_SEEN,
    AREAS,
    BLIND,
    FAILED,
    NOW,
    OFF,
    QUIET,
    SECURITY_BLIND,
    bad_week,
    finding,
    report,
    seen,
    source,
)
from unifi_scanner.models.coverage import Coverage, Drop, Gap
from unifi_scanner.models.enums import Severity, Status
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.report import Period
from unifi_scanner.reports.verdict import headline, lede

FILES = Coverage(entries_read=37, entries_kept=37)
OPEN_GAP = Gap(source="websocket", start=NOW - timedelta(hours=2), end=None, reason="The link was down.")
SHORT_GAP = msgspec.structs.replace(OPEN_GAP, end=OPEN_GAP.start + timedelta(minutes=2))
CLOSED_GAP = msgspec.structs.replace(OPEN_GAP, end=NOW, closed=True, closed_by="rest")
URGENT = finding("Workshop PC", Severity.CRITICAL, title="Workshop PC may be infected.")
OVER = finding("Old trouble", Severity.CRITICAL, resolved=True)
MEDIUM = finding("Switch", title="A switch keeps losing power.")
LOW = finding("Printer", Severity.LOW)
NOTHING_ANSWERED = seen(*source("websocket", FAILED), *source("rest", BLIND))

CASES = [
    (
        (URGENT,),
        ALL_SEEN,
        9,
        Status.URGENT,
        "One thing needs you, and it can't wait: Workshop PC may be infected.",
    ),
    ((OVER,), ALL_SEEN, 9, Status.ATTENTION, "One thing needs you: Old trouble keeps losing its place."),
    ((MEDIUM,), ALL_SEEN, 9, Status.ATTENTION, "One thing needs you: a switch keeps losing power."),
    ((MEDIUM, finding("B")), ALL_SEEN, 9, Status.ATTENTION, "Two things need you. The first:"),
    ((URGENT, MEDIUM), ALL_SEEN, 9, Status.URGENT, "Two things need you, and one can't wait: Workshop PC"),
    (
        (URGENT, finding("B", Severity.HIGH)),
        ALL_SEEN,
        9,
        Status.URGENT,
        "Two things need you, and neither can wait.",
    ),
    ((URGENT, finding("B", Severity.HIGH), MEDIUM), ALL_SEEN, 9, Status.URGENT, "and two can't wait."),
    (
        (LOW,),
        ALL_SEEN,
        9,
        Status.FINE,
        "All fine this week: we saw every source, so this is a real all-clear.",
    ),
    ((), ALL_SEEN, 9, Status.FINE, "a real all-clear"),
    ((), seen(*source("rest", QUIET)), 0, Status.FINE, "a real all-clear"),
    ((), seen(*source("rest", BLIND), *source("system_log")), 9, Status.FINE, "could check every area"),
    ((), seen(*source("websocket"), gaps=(CLOSED_GAP,)), 9, Status.FINE, "a real all-clear"),
    (
        (),
        seen(*source("websocket"), gaps=(SHORT_GAP,)),
        9,
        Status.FINE,
        "isn't a full all-clear: 1 gap could not",
    ),
    (
        (),
        seen(*source("websocket"), gaps=(OPEN_GAP,)),
        9,
        Status.BLIND,
        "for part of the time we could see nothing",
    ),
    (
        (),
        seen(*source("rest"), *source("system_log", FAILED)),
        9,
        Status.BLIND,
        "“System log” did not answer, and may have had something to tell",
    ),
    (
        (),
        seen(*source("websocket"), drops=(Drop(what="x", count=3),)),
        9,
        Status.FINE,
        "3 events could not be kept",
    ),
    (
        (),
        seen(*source("websocket", FAILED), *source("rest")),
        9,
        Status.BLIND,
        "“Live events” did not answer",
    ),
    (
        (MEDIUM,),
        seen(*source("websocket", FAILED), *source("rest")),
        9,
        Status.ATTENTION,
        "there may be more",
    ),
    ((), SECURITY_BLIND, 9, Status.BLIND, "This isn't an all-clear: we couldn't check security."),
    ((LOW,), SECURITY_BLIND, 9, Status.BLIND, "we couldn't check security"),
    (
        (MEDIUM,),
        SECURITY_BLIND,
        9,
        Status.ATTENTION,
        "We also couldn't check security, so there may be more.",
    ),
    ((URGENT,), SECURITY_BLIND, 9, Status.URGENT, "We also couldn't check security, so there may be more."),
    ((), NOTHING_ANSWERED, 0, Status.BLIND, "no source answered"),
    ((), NOTHING_ANSWERED, 9, Status.BLIND, "no source answered"),
    ((MEDIUM,), NOTHING_ANSWERED, 9, Status.ATTENTION, "We also couldn't check"),
    ((), seen(*source("ssh", OFF)), 0, Status.BLIND, "nothing to read"),
    (
        (),
        FILES,
        37,
        Status.FINE,
        "Nothing in these 37 entries needs you. We judged only what is in your files.",
    ),
    ((), Coverage(), 0, Status.BLIND, "nothing to read"),
    ((), Coverage(unreadable=3), 3, Status.BLIND, "couldn't read any of the 3 records"),
    ((), Coverage(unreadable=1), 3, Status.FINE, "but 1 record could not be read"),
    ((), seen(*source("import")), 37, Status.FINE, "only what is in your files"),
    ((), seen(*source("ssh", OFF)), 37, Status.FINE, "only what is in your files"),
    ((MEDIUM,), FILES, 37, Status.ATTENTION, "One thing needs you"),
]


@pytest.mark.parametrize(("findings", "coverage", "entries", "status", "words"), CASES)
def test_the_verdict_fits_what_was_found_and_what_was_seen(
    findings: tuple[Finding, ...], coverage: Coverage, entries: int, status: Status, words: str
) -> None:
    verdict = report(*findings, coverage=coverage, entries=entries).verdict
    assert verdict.status is status
    assert words in verdict.sentence


@pytest.mark.parametrize("area", AREAS)
def test_one_blind_area_is_enough_to_turn_the_verdict(area: str) -> None:
    rest = tuple(other for other in AREAS if other != area)
    coverage = seen(*source("websocket", areas=rest), *source("rest", FAILED, (area,)))
    assert report(coverage=coverage).verdict.status is Status.BLIND


@pytest.mark.parametrize("findings", [(), (LOW,), (MEDIUM,), (URGENT,)])
def test_nobody_says_there_were_no_threats_while_security_is_blind(findings: tuple[Finding, ...]) -> None:
    made = report(*findings, coverage=SECURITY_BLIND)
    told = f"{made.verdict.sentence} {lede(made)} {headline(made)}".lower()
    assert "threat" not in told
    assert "all fine" not in told
    assert "real all-clear" not in told
    assert "security" in made.verdict.sentence


def test_at_most_three_things_need_you_and_the_rest_is_ranked() -> None:
    made = report(*(finding(name) for name in "ABCDE"), LOW, URGENT)
    assert [f.id for f in made.needs_you] == ["Workshop PC", "A", "B"]
    assert [f.id for f in made.findings] == ["C", "D", "E", "Printer"]
    assert lede(made) == "Three more things to look at are told below. One thing is worth knowing."


def test_what_is_low_never_needs_you() -> None:
    assert report(LOW, finding("x", Severity.INFO)).needs_you == ()


def test_rank_is_severity_then_still_going_on_then_the_latest() -> None:
    findings = (
        finding("old", hours_ago=9),
        finding("over", resolved=True, hours_ago=1),
        finding("new", hours_ago=2),
        finding("grave", Severity.HIGH, resolved=True, hours_ago=20),
        finding("least", Severity.INFO, hours_ago=0),
    )
    made = report(*findings)
    assert [f.id for f in (*made.needs_you, *made.findings)] == ["grave", "new", "old", "over", "least"]


def test_what_cannot_wait_stands_first_even_where_something_graver_is_over() -> None:
    made = report(OVER, finding("Now", Severity.HIGH))
    assert made.needs_you[0].id == "Now"
    assert "can't wait: Now keeps" in made.verdict.sentence


def test_the_order_of_the_findings_does_not_change_the_report() -> None:
    findings = [finding(name) for name in "ABCDE"]
    assert report(*findings) == report(*reversed(findings))


@pytest.mark.parametrize(
    ("days", "words"), [(7, "All fine this week: "), (1, "All fine in the last day: "), (30, "All fine: ")]
)
def test_an_all_clear_names_the_span_it_is_for(days: int, words: str) -> None:
    period = Period(start=NOW - timedelta(days=days), end=NOW)
    assert report(period=period).verdict.sentence.startswith(words)


@pytest.mark.parametrize(
    ("made", "subject"),
    [
        (report(MEDIUM), "Maple Street: 1 thing needs you. A switch keeps losing power"),
        (report(URGENT, MEDIUM), "Maple Street: 2 things need you, 1 urgent. Workshop PC may be infected"),
        (report(MEDIUM, coverage=SECURITY_BLIND), "Maple Street: 1 thing needs you, security not checked. A switch keeps losing power"),
        (report(), "Maple Street: all fine, nothing needs you"),
        (report(coverage=FILES, title=""), "Your network: nothing needs you in what we saw"),
        (report(coverage=SECURITY_BLIND), "Maple Street: not an all-clear, security not checked"),
        (bad_week(), "Acme HQ: 3 things need you, 1 urgent. Workshop PC may be infected. Take it off the network today"),
    ],
)  # fmt: skip
def test_the_headline_is_the_verdict_in_short(made: object, subject: str) -> None:
    assert headline(made) == subject  # type: ignore[arg-type]


def test_what_can_not_wait_is_never_told_further_down() -> None:
    urgent = [finding(f"Thing {n}", Severity.HIGH) for n in range(5)]
    made = report(*urgent, MEDIUM)
    assert len(made.needs_you) == 5
    assert made.verdict.sentence.startswith("Five things need you, and none of them can wait.")
    assert [f.id for f in made.findings] == [MEDIUM.id]
