"""What the Internet lines went through, from wire records."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.analysers.wire import Record, line_event, told, transition
from unifi_scanner.detection.analysers.internet import MOST_LINES, Internet
from unifi_scanner.detection.analysers.lines import Span, common, length_of, united
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.finding import Finding

DOWN, BACK, OVER = "NETWORK_WAN_FAILED", "NETWORK_WAN_RESTORED", "NETWORK_FAILED_OVER_TO_BACKUP_WAN"
HOME = "NETWORK_RETURNED_FROM_BACKUP_WAN"
TO_WAN2 = {"FAILOVER_WAN_ID": {"id": "WAN2"}}
WAN2 = {"WAN_ID": {"id": "WAN2", "name": "WAN2"}, "ISP_NAME": {"name": "Mobile Co"}}


def one(*records: Record) -> Finding:
    (finding,) = told(Internet(), records)
    return finding


@pytest.mark.parametrize(
    ("records", "severity", "rule", "what"),
    [
        pytest.param(
            [transition(0, "inactive")],
            "critical", "internet-down", "The Internet connection went down. We have not seen it come back.",
            id="down, and not back",
        ),
        pytest.param(
            [line_event(0, DOWN), line_event(14, BACK)],
            "high", "internet-down", "The Internet connection of Northline went down and was away for 14 minutes.",
            id="down for 14 minutes",
        ),
        pytest.param(
            [transition(0, "inactive"), line_event(4, BACK)],
            "high", "internet-down", "The Internet connection of Northline went down and was away for 4 minutes.",
            id="one source calls the line eth8, the other WAN",
        ),
        pytest.param(
            [line_event(0, DOWN), line_event(0.5, BACK)],
            "low", "internet-down", "The Internet connection of Northline went down and was away for 30 seconds.",
            id="half a minute",
        ),
        pytest.param(
            [event for k in range(4) for event in (transition(7 * k, "inactive"), transition(7 * k + 2, "active"))],
            "high", "internet-comes-and-goes",
            "The Internet connection went down 4 times and was away for 8 minutes in all, 2 minutes at the longest.",
            id="four short failures in a morning",
        ),
        pytest.param(
            [transition(0, "inactive"), transition(600, "inactive"), transition(604, "active")],
            "high", "internet-down",
            "The Internet connection went down twice and was away for 4 minutes in all. How long one of them took, nobody told.",
            id="nobody told the end of the first",
        ),
        pytest.param(
            [line_event(0, f"{DOWN}_TEMPORARY", DURATION={"id": "30", "name": "30s"})],
            "low", "internet-briefly-down", "The Internet connection of Northline was briefly down and was away for 30 seconds.",
            id="told when it was over",
        ),
        pytest.param(
            [line_event(0, OVER, **TO_WAN2)],
            "medium", "on-backup-line",
            "The main line WAN of Northline failed, and the Internet moved to the backup line WAN2. It has not come back.",
            id="on the backup",
        ),
        pytest.param(
            [line_event(0, DOWN), line_event(0.5, OVER, **TO_WAN2), line_event(25, HOME)],
            "low", "on-backup-line",
            "The main line WAN of Northline failed, and the Internet moved to the backup line WAN2. The main line was back after 25 minutes.",
            id="a backup that carries the house is no outage",
        ),
        pytest.param(
            [line_event(0, DOWN), line_event(20, OVER, **TO_WAN2)],
            "medium", "on-backup-line",
            "The main line WAN of Northline failed, and the Internet moved to the backup line WAN2 after 20 minutes. It has not come back.",
            id="on a backup that came late",
        ),
        pytest.param(
            [line_event(0, DOWN), line_event(20, OVER, **TO_WAN2), line_event(45, HOME)],
            "high", "on-backup-line",
            "The main line WAN of Northline failed, and the Internet moved to the backup line WAN2 after 20 minutes. The main line was back after 45 minutes.",
            id="until a late backup took over, the house had no Internet",
        ),
        pytest.param(
            [line_event(0, DOWN), line_event(600, OVER, **TO_WAN2), line_event(604, HOME)],
            "low", "on-backup-line",
            "The main line WAN of Northline failed twice, and the Internet moved to the backup line WAN2."
            " The main line was back after 4 minutes in all.",
            id="hours later it is another failure, and nobody told the end of the first",
        ),
        pytest.param(
            [line_event(0, f"{OVER}_TEMPORARY", **TO_WAN2)],
            "low", "backup-line-briefly", "The Internet of Northline ran on the backup line WAN2 for a short time.",
            id="a moment on the backup",
        ),
        pytest.param(
            [transition(0, "active", "eth0"), transition(1, "inactive", "eth1")],
            "medium", "one-line-down",
            "The Internet line went down. We have not seen it come back. Another line of yours stayed up.",
            id="one of two lines",
        ),
        pytest.param(
            [line_event(0, OVER, **TO_WAN2), line_event(10, DOWN, **WAN2), line_event(15, BACK, **WAN2), line_event(40, HOME)],
            "high", "internet-down",
            "For 5 minutes none of your Internet lines worked. WAN failed once, for 40 minutes. WAN2 failed once, for 5 minutes.",
            id="the backup fails too: minutes without Internet are those when both were down",
        ),
        pytest.param(
            [line_event(0, OVER, **TO_WAN2), line_event(10, DOWN, **WAN2)],
            "critical", "internet-down",
            "No line works now. WAN failed once, and is still down. WAN2 failed once, and is still down.",
            id="both are down now",
        ),
    ],
)  # fmt: skip
def test_a_day_of_lines_is_told_as(records: list[Record], severity: str, rule: str, what: str) -> None:
    found = one(*records)
    assert (found.severity, found.rule) == (severity, rule)
    assert found.what == what
    assert found.resolved == (
        severity != "critical" and "has not come back" not in what and "stayed up" not in what
    )


def test_a_backup_without_a_name_is_the_next_line_that_has_one() -> None:
    lines = [line_event(0, OVER), line_event(10, HOME), line_event(60, DOWN, **WAN2)]
    carried, down = told(Internet(), lines)[:2]
    assert carried.what == (
        "The main line WAN of Northline failed, and the Internet moved to the backup line WAN2."
        " The main line was back after 10 minutes."
    )
    assert (down.rule, down.about) == ("one-line-down", ("wan:WAN2",))


def test_a_backup_that_nobody_names_has_no_name() -> None:
    found = one(line_event(0, OVER))
    assert found.what.endswith("the Internet moved to the backup line. It has not come back.")


def test_a_line_that_comes_up_is_no_news() -> None:
    assert told(Internet(), [transition(0, "active"), line_event(1, HOME)]) == []


def test_a_finding_names_the_line_for_machines() -> None:
    assert one(line_event(0, DOWN)).about == ("wan:WAN", "wan:WAN1")


def test_the_minutes_without_internet_are_those_when_no_line_worked() -> None:
    lines = Internet()
    told(
        lines,
        [
            line_event(0, DOWN),
            line_event(30, BACK),
            line_event(20, DOWN, **WAN2),
            line_event(25, BACK, **WAN2),
        ],
    )
    assert lines.without_internet() == timedelta(minutes=5)


def test_the_id_stays_when_the_line_comes_back() -> None:
    assert one(line_event(0, DOWN)).id == one(line_event(0, DOWN), line_event(3, BACK)).id


def test_another_word_on_the_same_outage_is_no_second_one() -> None:
    assert one(line_event(0, DOWN), line_event(1, DOWN), line_event(5, BACK)).count == 1


def test_a_stranger_cannot_fill_the_memory_with_lines() -> None:
    names = [{"WAN_ID": {"id": f"WAN{n}", "name": f"WAN{n}"}} for n in range(200)]
    found = told(Internet(), [line_event(n, DOWN, **name) for n, name in enumerate(names)])
    assert len(found) <= MOST_LINES


spans = st.lists(
    st.tuples(st.integers(0, 500), st.integers(1, 60)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=12,
)


@given(ones=spans, others=spans)
def test_what_is_common_is_what_both_hold(ones: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    first, second = united(map(_span, ones)), united(map(_span, others))
    both = common(first, second)
    minutes = _minutes(ones) & _minutes(others)
    assert length_of(both) == timedelta(minutes=len(minutes))
    assert united(both) == both or length_of(united(both)) == length_of(both)


def _span(pair: tuple[int, int]) -> Span:
    (start,) = normalise_record(transition(pair[0], "active"))
    (end,) = normalise_record(transition(pair[1], "active"))
    return Span(start.timestamp, end.timestamp)


def _minutes(pairs: list[tuple[int, int]]) -> set[int]:
    return {minute for start, end in pairs for minute in range(start, end)}
