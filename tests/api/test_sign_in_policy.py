from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.api.sign_in_policy import LONGEST_PAUSE_S, Gate, retry_after_s

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
DATE = "Fri, 02 Jan 2026 12:00:00 GMT"
LATER = "Fri, 02 Jan 2026 12:02:00 GMT"


@pytest.mark.parametrize(
    ("value", "date", "pause"),
    [
        (None, None, None),
        ("", None, None),
        ("soon", None, None),
        ("120", None, 120.0),
        (" 7 ", None, 7.0),
        ("0", None, 1.0),
        ("86400", None, LONGEST_PAUSE_S),
        ("-5", None, None),
        ("9" * 400, None, LONGEST_PAUSE_S),
        ("٣", None, None),
        (LATER, None, 120.0),
        (LATER, DATE, 120.0),
        (LATER, "Fri, 02 Jan 2026 12:01:30 GMT", 30.0),
        (LATER, "no date", 120.0),
        (DATE, "Fri, 02 Jan 2026 13:00:00 GMT", 1.0),
        ("Fri, 02 Jan 2027 12:00:00 GMT", DATE, LONGEST_PAUSE_S),
        ("Fri, 02 Jan 2026 12:02:00 -0000", None, 120.0),
    ],
)
def test_a_pause_is_read_in_both_its_forms(value: str | None, date: str | None, pause: float | None) -> None:
    assert retry_after_s(value, date, NOON) == pause


@given(st.none() | st.text(), st.none() | st.text())
def test_any_header_is_a_pause_within_bounds_or_none(value: str | None, date: str | None) -> None:
    pause = retry_after_s(value, date, NOON)
    assert pause is None or 1.0 <= pause <= LONGEST_PAUSE_S


def test_the_first_sign_in_and_those_after_two_refusals_need_not_wait() -> None:
    gate = Gate()
    assert gate.wait(0.0) == 0
    assert gate.signed_in(0.0).wait(0.1) == 0
    assert gate.signed_in(0.0).signed_in(0.1).wait(0.1) == 0
    assert gate.signed_in(0.0).signed_in(0.1).signed_in(0.2).wait(0.2) == 60


def test_sign_ins_that_keep_being_needed_wait_60_s_and_then_twice_as_long_up_to_15_minutes() -> None:
    gate, now, waits = Gate(), 0.0, []
    for _ in range(9):
        gate = gate.signed_in(now)
        waits.append(gate.wait(now))
        now += gate.wait(now)
    assert waits == [0, 0, 60, 120, 240, 480, 900, 900, 900]


def test_a_session_that_lasted_makes_the_next_refusal_the_first_again() -> None:
    gate = Gate().signed_in(0.0).signed_in(1.0).signed_in(2.0).signed_in(62.0)
    assert gate.wait(62.0) == 120
    assert gate.signed_in(61.0 + 3600).wait(61.0 + 3600) == 0


def test_a_controller_that_names_no_time_is_left_alone_for_longer_each_time() -> None:
    gate, waits = Gate(), []
    for _ in range(5):
        gate = gate.throttled(0.0, None)
        waits.append(gate.wait(0.0))
    assert waits == [60, 120, 240, 300, 300]
    assert Gate().throttled(0.0, 7.0).wait(0.0) == 7
    assert Gate().throttled(0.0, 7.0).wait(8.0) == 0


@given(st.lists(st.tuples(st.sampled_from(["in", "429"]), st.floats(0, 2000)), max_size=60))
def test_no_history_makes_more_than_three_sign_ins_a_minute_or_waits_over_15_minutes(
    history: list[tuple[str, float]],
) -> None:
    gate, now, made = Gate(), 0.0, []
    for what, later in history:
        now += later
        if gate.wait(now):
            assert gate.wait(now) <= 900
            continue
        if what == "in":
            made.append(now)
        gate = gate.signed_in(now) if what == "in" else gate.throttled(now, None)
    assert all(fourth - first >= 60 for first, fourth in zip(made, made[3:], strict=False))
