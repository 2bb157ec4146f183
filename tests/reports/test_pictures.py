"""The pictures: drawn from entries, honest about what nobody saw, and never in the way of a big month."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.reports.samples import finding, report
from tests.reports.week import (
    FULL_WEEK,
    MONDAY,
    at,
    bad_entries,
    beat,
    drawn,
    entry,
    of_device,
    power_story,
    seen_all,
    told_bad,
    told_half_blind,
)
from unifi_scanner.detection.analyser import ANALYSERS, KNOWN_OTHERWISE
from unifi_scanner.models.coverage import Coverage, Gap
from unifi_scanner.models.enums import Role, Severity
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Period
from unifi_scanner.reports import render_html
from unifi_scanner.reports.canvas import Figure
from unifi_scanner.reports.checks import BESIDE, CHECKS
from unifi_scanner.reports.figures import figures_of
from unifi_scanner.reports.prose import Clock, minutes
from unifi_scanner.reports.stories import stories_of

RULES = Path(__file__).parents[2] / "src" / "unifi_scanner" / "detection" / "rules"


def figure(name: str, entries: list[LogEntry], coverage: Coverage | None = None, **more: Any) -> Figure:
    seen = seen_all() if coverage is None else coverage
    pictures = msgspec.structs.replace(drawn(entries, seen), **more)
    made = msgspec.structs.replace(report(coverage=seen, period=FULL_WEEK), pictures=pictures)
    clock = Clock(zone=FULL_WEEK.zone, year=2026)
    return next(f for f in figures_of(made, clock) if f.id == f"pic-{name}")


def outage(day: int, hour: float, lasted: int | None, **facts: str) -> list[LogEntry]:
    down = entry(at(day, hour), "wan.down", **facts)
    return (
        [down]
        if lasted is None
        else [down, entry(at(day, hour) + timedelta(minutes=lasted), "wan.restored", **facts)]
    )


@pytest.mark.parametrize(
    ("entries", "title"),
    [
        ([], "The Internet was up all the 168 hours we watched"),
        (outage(2, 14, 14, wan="A"), "The Internet was up 99.8% of the 168 hours we watched"),
        (outage(2, 14, None, wan="A"), "The Internet has been down since Wed 18 Nov 14:00"),
        (
            [*outage(2, 14, 14, wan="A"), entry(at(2, 14.005), "wan.failover")],
            "The Internet stayed up: the backup line took over once",
        ),
        (
            [entry(at(2, 14), "wan.down", wan="eth8"), entry(at(2, 14.5), "wan.restored", wan="Internet 1")],
            "The Internet was up 99.7% of the 168 hours we watched",
        ),
    ],
)  # fmt: skip
def test_the_internet_picture_says_what_it_shows(entries: list[LogEntry], title: str) -> None:
    entries = sorted(entries, key=lambda e: e.timestamp)
    assert figure("internet", entries).title == title


def test_an_outage_is_told_in_its_row_and_in_the_table() -> None:
    made = figure("internet", outage(2, 14.1, 14, wan="A"))
    assert [row.says for row in made.rows] == ["", "", "down 14 min from 14:06", "", "", "", ""]
    assert made.table == (("Wed 18 Nov 14:06 to 14:20", "14 min", "no Internet"),)


def test_what_nobody_saw_is_hatched_and_keeps_the_title_honest() -> None:
    gaps = tuple(
        Gap(source=name, start=at(1, 0), end=at(4, 0), reason="It was off")
        for name in ("websocket", "system_log")
    )
    made = figure("internet", [], seen_all(*gaps))
    assert made.title == "The Internet was up all the 96 hours we watched"
    assert [row.strip is not None and "g-unseen" in row.strip.body for row in made.rows] == [
        False, True, True, True, False, False, False,
    ]  # fmt: skip
    assert ("g-unseen", "not seen") in made.key


def test_a_gap_that_was_filled_in_is_not_hatched() -> None:
    gap = Gap(source="websocket", start=at(1, 0), end=at(2, 0), reason="It was off", closed=True)
    assert not figure("internet", [], seen_all(gap)).key[2:]


def test_a_picture_that_cannot_be_drawn_keeps_its_place_and_says_what_would_open_it() -> None:
    made = told_half_blind()
    shown = figures_of(made, Clock(zone="America/Chicago", year=2026))
    assert [f.id for f in shown] == [
        "pic-internet",
        "pic-wireless",
        "pic-clients",
        "pic-security",
        "pic-devices",
    ]
    threats = shown[3]
    assert threats.title == "Attacks stopped: no picture yet"
    assert threats.empty.startswith("Our account may not read this. Give it the role")
    assert "That is not the same as “none”" in threats.empty


def test_files_alone_never_show_an_internet_that_was_up() -> None:
    made = figure("internet", outage(2, 14, 14, wan="A"), Coverage())
    assert made.title == "The Internet failed once, for 14 min in all"
    assert all(row.strip and "g-soft" not in row.strip.body for row in made.rows)
    assert figure("internet", [], Coverage()).empty


def test_attacks_are_told_apart_by_where_they_came_from() -> None:
    made = figure("security", bad_entries())
    assert made.title == "395 attacks stopped: 358 from outside, 37 from inside"
    assert made.table[5] == ("Sat 21", "44", "16", "0")


def test_a_device_that_is_still_off_is_told_so() -> None:
    made = figure(
        "devices",
        [of_device(at(0, 0), "device.online", "Gateway"), of_device(at(5, 0), "device.offline", "Reception")],
    )
    assert made.title == "Reception is off now"
    assert [(row.name, row.says) for row in made.rows] == [("Reception", "off now"), ("Gateway", "on")]


def test_clients_are_counted_from_joins_and_leaves_and_from_who_was_here_before() -> None:
    entries = [
        entry(at(0, 1), "client.connected", client_mac="a"),
        entry(at(0, 3), "client.disconnected", client_mac="b"),  # was here before we listened
        entry(at(0, 4), "client.roamed", client_mac="c"),  # so was this one
        entry(at(0, 5), "client.disconnected", client_mac="a"),
    ]
    assert drawn(entries, seen_all()).clients[:7] == (None, 3, 3, 3, 2, 2, 1)


def test_a_day_of_23_hours_is_one_row_and_loses_nothing() -> None:
    period = Period(
        start=MONDAY - timedelta(days=253), end=MONDAY - timedelta(days=252), zone="America/Chicago"
    )
    made = drawn([], seen_all(), period)  # the clocks go forward on 8 March 2026
    assert sum(((day.end or day.start) - day.start).total_seconds() for day in made.days) == 47 * 3_600


def test_memory_stays_flat_however_many_entries_come() -> None:
    from unifi_scanner.reports.almanac import MOST_DEVICES, MOST_PLACES, MOST_SLOTS, MOST_SPANS, Almanac

    almanac = Almanac()
    for number in range(2_500):
        when = MONDAY + timedelta(minutes=61 * number)
        for kind in ("device.offline", "device.online", "wifi.trouble", "client.connected", "threat.blocked"):
            almanac.feed(entry(when, kind, device_mac=f"{number % 300:x}", client_mac=f"c{number}"))
        almanac.feed(entry(when, "wan.down", wan="A"))
        almanac.feed(entry(when, "wan.restored", wan="A"))
    assert len(almanac.spots) <= MOST_PLACES
    assert len(almanac.devices) <= MOST_DEVICES
    assert len(almanac.lines["A"].off) <= MOST_SPANS
    assert len(almanac.outside) <= MOST_SLOTS


def test_a_month_of_ten_thousand_findings_is_a_page_of_less_than_a_megabyte() -> None:
    many = [
        msgspec.structs.replace(
            finding(f"thing {number}", Severity.LOW if number % 3 else Severity.MEDIUM),
            rule=f"rule-{number % 40}",
        )
        for number in range(10_000)
    ]
    page = render_html(report(*many))
    assert len(page.encode()) < 1_000_000
    assert "All 10,000 findings" in page
    assert "more like it" in page


def test_every_rule_is_known_to_a_check_or_beside_them_all() -> None:
    known = {path.stem for path in RULES.rglob("*.toml")} | ANALYSERS.keys() | KNOWN_OTHERWISE
    checked = {rule for check in CHECKS for rule in check.rules}
    assert checked | BESIDE == known
    assert not checked & BESIDE


def test_what_nobody_looked_at_is_never_called_fine() -> None:
    page = render_html(told_half_blind())
    fine, _, rest = page.partition('id="fine"')[2].partition("Not checked")
    assert "Guessed passwords" not in fine
    assert "Guessed passwords" in rest


def test_a_story_links_to_what_to_do_and_a_word_to_its_meaning() -> None:
    page = render_html(told_bad(), glossary={"virus scan": "A program that looks for bad programs."})
    assert page.count('href="#word-virus-scan"') == 1
    assert '<div id="word-virus-scan"><dt>Virus scan</dt>' in page
    targets = set(re.findall(r'href="#([\w-]+)"', page))
    assert targets - set(re.findall(r'id="([\w-]+)"', page)) == set()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (45, "45 s"), (840, "14 min"), (7_500, "2 h 5 min"), (7_200, "2 h"), (200_000, "2 d 7 h")],
)
def test_a_short_span_is_told_in_little_room(seconds: float, words: str) -> None:
    assert minutes(seconds) == words


def test_attacks_that_may_have_got_through_are_in_the_title() -> None:
    entries = [entry(at(1, 2), "threat.blocked", direction="incoming"), entry(at(1, 3), "threat.detected")]
    assert (
        figure("security", entries).title
        == "1 attack stopped, it came from outside; 1 more may have got through"
    )


def test_the_usual_of_each_day_lies_behind_its_bar_and_in_the_table() -> None:
    entries = [entry(at(1, 2 + n), "threat.blocked", direction="incoming") for n in range(4)]
    usual = ((2.0, 6.0), (1.0, 1.0), None, None, None, None, None)
    security = figure("security", entries, usual_blocked=usual)
    assert security.caption.endswith("Shaded: what is usual on such a day.")
    assert [row[-1] for row in security.table][:3] == ["2 to 6", "1", "not known"]
    [row] = security.rows
    assert row.strip is not None
    assert row.strip.body.count("g-band") == 2
    assert max(float(y) for y in re.findall(r'class="g-b[^"]*"[^>]* y="([-0-9.]+)"', row.strip.body)) > 0
    assert min(float(y) for y in re.findall(r'class="g-b[^"]*"[^>]* y="([-0-9.]+)"', row.strip.body)) >= 0


def test_history_that_reaches_back_counts_as_seen_and_no_share_is_told_of_what_was_not() -> None:
    late = at(6, 12)
    rows = [msgspec.structs.replace(row, since=late) for row in seen_all().sources]
    unread = msgspec.structs.replace(seen_all(), sources=tuple(rows))
    read = msgspec.structs.replace(
        unread, sources=tuple(msgspec.structs.replace(row, read_from=MONDAY) for row in rows)
    )
    failed = outage(2, 14, 14, wan="A")
    assert figure("internet", failed, unread).title == "The Internet failed once, for 14 min in all"
    assert figure("internet", failed, read).title == "The Internet was up 99.8% of the 168 hours we watched"


def test_what_happens_again_and_again_is_one_moment_of_a_story() -> None:
    beats = tuple(beat(at(1, 9 + n / 60), Role.CAUSE, "Someone failed to sign in.") for n in range(8))
    told = msgspec.structs.replace(
        power_story(), timeline=(*beats, beat(at(1, 10), Role.CAUSE, "admin signed in."))
    )
    (shown,) = stories_of(report(incidents=(told,)), Clock(zone=FULL_WEEK.zone, year=2026))
    assert [(m.when, m.sentence) for m in shown.moments] == [
        ("09:00", "Someone failed to sign in. 8 times, the last at 09:07."),
        ("10:00", "admin signed in."),
    ]
