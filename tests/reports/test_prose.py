"""Numbers, times and lists as a person would say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.models.log_entry import NO_TIME
from unifi_scanner.reports.prose import Clock, counted, duration, listed, number, small_number, times

CHICAGO = Clock(zone="America/Chicago", year=2025)
moments = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a second"),
        (0.4, "less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (840, "14 minutes"),
        (845, "14 minutes 5 seconds"),
        (7_500, "2 hours 5 minutes"),
        (7_200, "2 hours"),
        (3_601, "1 hour"),
        (93_600, "1 day 2 hours"),
        (-840, "14 minutes"),
    ],
)
def test_a_span_is_told_in_at_most_two_units(seconds: float, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0, "never"), (1, "once"), (2, "twice"), (37, "37 times"), (1_200, "1,200 times")]
)
def test_how_often_is_told_in_words(value: int, words: str) -> None:
    assert times(value) == words


def test_numbers_go_with_their_nouns() -> None:
    assert (counted(1, "entry", "entries"), counted(11_482, "entry", "entries")) == (
        "1 entry",
        "11,482 entries",
    )
    assert (counted(1, "gap"), counted(0, "gap")) == ("1 gap", "0 gaps")
    assert (small_number(3), small_number(11), number(1_000_000)) == ("three", "11", "1,000,000")


@pytest.mark.parametrize(
    ("items", "words"), [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_a_list_reads_as_a_phrase(items: list[str], words: str) -> None:
    assert listed(items) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2025-11-11T15:12", "2025-11-11T15:36", "Tue 11 Nov 09:12 to 09:36"),
        ("2025-11-11T15:12", "2025-11-13T15:19", "Tue 11 Nov 09:12 to Thu 13 Nov 09:19"),
        ("2025-11-11T15:12", "2025-11-11T15:12", "Tue 11 Nov 09:12"),
        ("2024-12-31T15:12", "2025-01-01T15:12", "Tue 31 Dec 2024 09:12 to Wed 1 Jan 09:12"),
        ("2025-11-11T15:12", None, "since Tue 11 Nov 09:12"),
        (None, "2025-11-11T15:12", "up to Tue 11 Nov 09:12"),
        (None, None, "at an unknown time"),
    ],
)  # fmt: skip
def test_a_span_names_its_day_once(start: str | None, end: str | None, words: str) -> None:
    assert CHICAGO.span(_utc(start), _utc(end)) == words


def test_the_hour_that_comes_twice_says_which_one_it_is() -> None:
    first, second = _utc("2025-11-02T06:30"), _utc("2025-11-02T07:30")
    assert CHICAGO.moment(first) == "Sun 2 Nov 01:30 CDT"
    assert CHICAGO.moment(second) == "Sun 2 Nov 01:30 CST"
    assert CHICAGO.span(first, second) == "Sun 2 Nov 01:30 CDT to 01:30 CST"


def test_times_follow_the_clock_change() -> None:
    assert CHICAGO.moment(_utc("2025-03-09T07:59")) == "Sun 9 Mar 01:59"
    assert CHICAGO.moment(_utc("2025-03-09T08:00")) == "Sun 9 Mar 03:00"


@pytest.mark.parametrize(
    ("zone", "at", "words"),
    [
        ("America/Chicago", ["2025-11-11T15:12"], "Chicago time (CST)"),
        ("America/Chicago", ["2025-10-30T15:12", "2025-11-04T15:12"], "Chicago time (CDT/CST)"),
        ("America/Sao_Paulo", ["2025-11-11T15:12"], "Sao Paulo time (UTC-3)"),
        ("Asia/Kathmandu", ["2025-11-11T15:12"], "Kathmandu time (UTC+5:45)"),
        ("America/Chicago", [], "Chicago time"),
        ("UTC", ["2025-11-11T15:12"], "UTC"),
        ("Etc/UTC", ["2025-11-11T15:12"], "UTC"),
        ("Nowhere/At_All", ["2025-11-11T15:12"], "UTC"),
        ("../etc/passwd", ["2025-11-11T15:12"], "UTC"),
    ],
)
def test_the_zone_is_named_as_a_place(zone: str, at: list[str], words: str) -> None:
    assert Clock(zone=zone).name(*map(_utc, at)) == words


def test_a_period_carries_its_year() -> None:
    start, end = _utc("2025-11-11T15:12"), _utc("2025-11-18T15:12")
    assert CHICAGO.period(start, end) == "Tue 11 Nov 09:12 to Tue 18 Nov 2025 09:12"
    assert CHICAGO.period(None, end) == "up to Tue 18 Nov 2025 09:12"


def test_a_time_nobody_knows_is_never_made_up() -> None:
    assert CHICAGO.moment(NO_TIME) == "at an unknown time"
    assert CHICAGO.span(NO_TIME, NO_TIME) == "at an unknown time"


@given(moments, moments, st.sampled_from(sorted(available_timezones())))
def test_any_two_moments_can_be_told_in_any_zone(start: datetime, end: datetime, zone: str) -> None:
    clock = Clock(zone=zone, year=2025)
    assert clock.span(start, end)
    assert clock.period(start, end)
    assert clock.name(start, end)


@given(st.timedeltas())
def test_any_span_has_words_of_at_most_two_units(span: timedelta) -> None:
    assert 2 <= len(duration(span).split()) <= 4


def _utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
