"""What is usual on a network, and what is truly more."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.entries import entry
from unifi_scanner.detection.baseline_words import trend_of, unusual_of
from unifi_scanner.detection.baselines import Comparison, History, compare, is_usual_at, looks_back_to
from unifi_scanner.detection.measures import MEASURES
from unifi_scanner.detection.witness import Seen, Witness
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.kinds import KINDS
from unifi_scanner.models.log_entry import LogEntry

MONDAY = datetime(2025, 11, 10, tzinfo=UTC)
DAY, WEEK, HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)
DROP = "client.disconnected"


class Hour(msgspec.Struct, frozen=True):
    hour: datetime
    kind: str
    count: int


def days(amounts: dict[int, int], *, kind: str = DROP, known: int = 85, at: int = 9) -> Iterator[Hour]:
    """Yield the past: so much on the day so many days before MONDAY, and a sign of life on each of `known` days."""
    for back in range(known, -1, -1):
        start = MONDAY - back * DAY
        yield Hour(start, "device.online", 1)
        if back in amounts:
            yield Hour(start + at * HOUR, kind, amounts[back])


def one(hours: Iterator[Hour], *, start: datetime = MONDAY, length: timedelta = DAY) -> Comparison:
    [found] = compare(History(hours), start, start + length)
    return found


def usual_mondays(today: int, others: int = 30) -> dict[int, int]:
    return {0: today} | {7 * week: others + week % 3 for week in range(1, 13)}


def test_a_monday_is_compared_with_earlier_mondays() -> None:
    found = one(days(usual_mondays(93) | {1: 5000, 2: 5000}))
    assert (found.amount, found.middle, found.usual) == (93, 31, (30, 32))
    assert found.is_unusual
    assert trend_of(found).sentence == "93 Wi-Fi disconnects; 30 to 32 are usual here on a Monday."


@pytest.mark.parametrize(
    ("today", "others", "unusual"),
    [
        (93, 30, True),
        (45, 30, False),  # more, but not clearly
        (31, 30, False),
        (0, 30, False),
        (19, 0, False),  # far more than none, and still only a few
        (1, 0, False),
        (25, 0, True),
        (20, 4, True),
    ],
)
def test_only_what_is_far_out_clearly_more_and_not_just_a_few_is_unusual(
    today: int, others: int, unusual: bool
) -> None:
    found = compare(History(days(usual_mondays(today, others))), MONDAY, MONDAY + DAY)
    assert [c.is_unusual for c in found] == [unusual]


def test_one_wild_week_in_the_past_does_not_change_what_is_usual() -> None:
    assert one(days(usual_mondays(93) | {21: 10_000})).is_unusual


def test_a_wild_network_may_be_wild() -> None:
    amounts = {7 * week: 10 + 20 * (week % 5) for week in range(1, 13)}
    assert not one(days(amounts | {0: 110})).is_unusual


def test_without_four_mondays_a_day_is_compared_with_other_days() -> None:
    found = one(days({0: 93} | dict.fromkeys(range(1, 20), 30), known=20))
    assert found.is_unusual
    assert trend_of(found).sentence == "93 Wi-Fi disconnects; 30 are usual here in a day."


def test_without_a_week_of_days_nobody_says_what_is_usual() -> None:
    found = one(days({0: 93} | dict.fromkeys(range(1, 6), 1), known=6))
    trend = trend_of(found)
    assert (trend.usual, trend.is_unusual) == (None, False)
    assert trend.sentence == (
        "93 Wi-Fi disconnects. We can't say yet whether that is usual here: "
        "it takes 7 whole days, and we have 5 days."
    )


def test_a_week_wants_four_earlier_weeks() -> None:
    few = one(days({0: 700, 8: 5}, known=20), start=MONDAY - 6 * DAY, length=WEEK)
    assert few.usual is None
    assert trend_of(few).sentence.endswith("it takes 28 whole days, and we have 13 days.")
    enough = one(days({0: 700} | {7 * w: 90 for w in range(1, 13)}), start=MONDAY - 6 * DAY, length=WEEK)
    assert enough.is_unusual
    assert trend_of(enough).sentence == "700 Wi-Fi disconnects; 90 are usual here in a week."


def test_days_on_which_nothing_was_heard_are_no_quiet_days() -> None:
    heard = [
        hour for hour in days(usual_mondays(93)) if (MONDAY.date() - hour.hour.date()).days not in {7, 14, 21}
    ]
    found = one(iter(heard))
    assert len(found.past) == 9
    deaf = [hour for hour in days({0: 93}) if (MONDAY - hour.hour) < DAY or hour.hour == MONDAY - 40 * DAY]
    assert one(iter(deaf)).usual is None


def test_hours_are_those_of_the_network_itself() -> None:
    # 23:00 UTC on Sunday is Monday in Berlin
    late = [Hour(MONDAY - back * DAY - HOUR, DROP, 25) for back in range(85, -1, -1)]
    [found] = compare(History(late, "Europe/Berlin"), MONDAY - HOUR, MONDAY + 23 * HOUR)
    assert (found.day, found.amount) == ("Monday", 25)


def test_what_neither_happened_nor_used_to_is_left_out() -> None:
    assert compare(History(days({})), MONDAY, MONDAY + DAY) == []


def test_a_finding_says_how_much_more_when_and_whose() -> None:
    seen = Seen()
    for number in range(60):
        seen.add(entry(number, DROP, client="tablet"))
    for number in range(33):
        seen.add(entry(number + 60, DROP, client=f"phone {number}"))
    finding = unusual_of(one(days(usual_mondays(93))), seen)
    assert finding.title == "Three times as many Wi-Fi disconnects as usual on a Monday"
    assert finding.what == (
        "We counted 93 Wi-Fi disconnects. Here, 30 to 32 are usual on a Monday. "
        "Most of them came between 09:00 and 10:00."
    )
    assert finding.sure_because == "The counts are certain. What is usual, we know from 12 earlier Mondays."
    assert (finding.severity, finding.count, len(finding.evidence)) == (Severity.MEDIUM, 93, 8)


def test_the_one_behind_most_of_it_is_named() -> None:
    witness = Witness()
    for number in range(60):
        told = entry(number, DROP, client="tablet")
        witness.see(_with_mac(told, "02:00:00:00:00:01"))
    finding = unusual_of(one(days(usual_mondays(93))), witness.seen["wifi-disconnects"])
    assert "tablet alone makes up 60 of them." in finding.what
    assert (finding.subjects, finding.about) == (("tablet",), ("client:02:00:00:00:00:01",))


def test_a_witness_keeps_little_however_much_it_sees() -> None:
    witness = Witness()
    for number in range(5000):
        witness.see(_with_mac(entry(number, DROP), f"02:00:00:00:{number // 256:02x}:{number % 256:02x}"))
    seen = witness.seen["wifi-disconnects"]
    assert (seen.count, len(seen.clients), len(seen.evidence())) == (5000, 2000, 8)


def test_every_measure_counts_kinds_that_there_are_each_once() -> None:
    kinds = [kind for measure in MEASURES for kind in measure.kinds]
    assert set(kinds) <= KINDS.keys()
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize(
    ("today", "others", "known", "usual"),
    [(30, 28, 85, True), (45, 28, 85, False), (30, 28, 20, False), (5, 0, 85, False)],
)
def test_an_hour_that_is_like_other_weeks_is_known_as_such(
    today: int, others: int, known: int, usual: bool
) -> None:
    history = History(days({0: today} | {7 * week: others for week in range(1, 13)}, known=known))
    assert is_usual_at(history, "wifi-disconnects", MONDAY + 9.5 * HOUR) is usual


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=12))
def test_middle_and_usual_are_those_of_the_standard_library(past: list[int]) -> None:
    found = Comparison(measure=MEASURES[0], amount=1, past=tuple(past), first=0, length=24, step=24)
    low, middle, high = statistics.quantiles(past, n=4, method="inclusive")
    assert found.usual == pytest.approx((low, high))
    assert found.middle == pytest.approx(middle)


@given(
    amounts=st.dictionaries(st.integers(0, 90), st.integers(0, 10_000), max_size=40),
    length=st.integers(1, 24 * 60),
    known=st.integers(0, 90),
)
@settings(max_examples=60, deadline=None)
def test_any_past_gives_numbers_that_make_sense(amounts: dict[int, int], length: int, known: int) -> None:
    end = MONDAY + DAY
    start = end - length * HOUR
    assert looks_back_to(start, end) < start
    for found in compare(History(days(amounts, known=known)), start, end):
        trend = trend_of(found)
        assert trend.amount >= 0
        assert trend.sentence.endswith(".")
        if trend.usual is not None:
            assert 0 <= trend.usual[0] <= trend.usual[1]
        if found.is_unusual:
            assert found.amount > found.middle


def test_quiet_weeks_of_a_lively_network_are_never_unusual() -> None:
    chance = random.Random(7)
    hours = [
        Hour(MONDAY - hour * HOUR, DROP, max(0, round(chance.gauss(3, 1.5))))
        for hour in range(24 * 200, 0, -1)
    ]
    for week in range(8):
        end = MONDAY - week * WEEK
        told = History(hour for hour in hours if hour.hour < end)
        assert [c.is_unusual for c in compare(told, end - WEEK, end)] == [False]
        assert [c.is_unusual for c in compare(told, end - DAY, end)] == [False]


def _with_mac(told: LogEntry, mac: str) -> LogEntry:
    return msgspec.structs.replace(told, client_mac=mac)
