"""What the answers of a controller mean, as a table; and what is said when they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.models.capability import (
    ENDPOINTS,
    NOT_ASKED,
    Capabilities,
    Capability,
    Outcome,
    State,
    Trial,
    differences,
    judge,
    judge_empty,
    must_probe,
    without_refuted_guesses,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FULL = Trial(outcome=Outcome.ANSWERED, rows=1, newest=NOON)
BARE = Trial(outcome=Outcome.ANSWERED)
DOWN = Trial(outcome=Outcome.FAILED, reason="HTTP 500")
GONE = Trial(outcome=Outcome.GONE, reason="404")

EMPTY_ANSWERS = [
    # an old list that answers with nothing, its version, what the newer list said, and what follows
    ("stat/event", "7.5.187", None, State.EMPTY),
    ("stat/event", "8.6.9", GONE, State.EMPTY),
    ("stat/event", "9.3.43", BARE, State.EMPTY),
    ("stat/event", "9.3.43", FULL, State.FROZEN),
    ("stat/event", "9.3.43", DOWN, State.UNKNOWN),
    ("stat/event", "9.3.43", None, State.UNKNOWN),
    ("stat/event", None, GONE, State.UNKNOWN),
    ("stat/event", None, BARE, State.EMPTY),
    ("stat/event", "10.0.162", BARE, State.FROZEN),
    ("stat/ips/event", "9.3.44", BARE, State.EMPTY),
    ("stat/ips/event", "9.3.44", FULL, State.FROZEN),
    ("stat/ips/event", "9.3.45", BARE, State.FROZEN),
    ("stat/ips/event", "10.1.85", FULL, State.FROZEN),
    ("list/alarm", "9.3.43", FULL, State.EMPTY),
    ("list/alarm", "9.3.43", DOWN, State.UNKNOWN),
    ("list/alarm", "10.1.85", None, State.UNKNOWN),
]


@pytest.mark.parametrize(("endpoint", "version", "newer", "expected"), EMPTY_ANSWERS)
def test_an_empty_old_list_is_believed_only_when_a_newer_one_agrees(
    endpoint: str, version: str | None, newer: Trial | None, expected: State
) -> None:
    state, reason = judge_empty(endpoint, version=version, newer=newer)
    assert state is expected
    assert reason


@pytest.mark.parametrize(
    ("endpoint", "version", "trial", "newer", "expected"),
    [
        ("stat/event", "9.3.43", FULL, FULL, State.WORKS),
        ("stat/event", "9.3.43", FULL, DOWN, State.WORKS),
        ("stat/event", "10.0.162", FULL, FULL, State.FROZEN),
        ("stat/ips/event", "10.1.85", FULL, BARE, State.WORKS),  # some consoles still have rows
        ("system-log/all", "10.4.57", BARE, None, State.EMPTY),
        ("system-log/all", "10.4.57", FULL, None, State.WORKS),
        ("traffic-flows", "10.4.57", GONE, None, State.GONE),
        ("stat/anomalies", "8.6.9", BARE, None, State.EMPTY),
        ("stat/event", "10.4.57", GONE, FULL, State.GONE),
        ("stat/event", "9.3.43", DOWN, FULL, State.FAILED),
        ("list/alarm", "9.3.43", Trial(outcome=Outcome.FORBIDDEN, reason="403"), FULL, State.FORBIDDEN),
    ],
)
def test_an_answer_is_judged_by_what_it_says(
    endpoint: str, version: str, trial: Trial, newer: Trial | None, expected: State
) -> None:
    assert judge(endpoint, trial, version=version, newer=newer).state is expected


@pytest.mark.parametrize(("behind", "expected"), [(59, State.WORKS), (61, State.FROZEN)])
def test_a_list_whose_newest_row_is_an_hour_behind_the_system_log_is_frozen(
    behind: int, expected: State
) -> None:
    old = msgspec.structs.replace(FULL, newest=NOON - timedelta(minutes=behind))
    assert judge("stat/event", old, version="9.3.43", newer=FULL).state is expected


TRIALS = st.builds(
    Trial,
    outcome=st.sampled_from(Outcome),
    rows=st.integers(0, 2),
    newest=st.none() | st.integers(0, 10**6).map(lambda s: NOON + timedelta(seconds=s)),
)


@settings(deadline=None)
@given(
    st.sampled_from(sorted({e for names in ENDPOINTS.values() for e in names})),
    TRIALS,
    st.none() | TRIALS,
    st.sampled_from([None, "7.5", "8.6.9", "9.3.43", "10.0.162", "10.4.57", "nonsense", "9" * 40]),
)
def test_nothing_heard_is_never_called_good_news_without_a_witness(
    endpoint: str, trial: Trial, newer: Trial | None, version: str | None
) -> None:
    found = judge(endpoint, trial, version=version, newer=newer, at=NOON)
    is_old = endpoint in ("stat/event", "list/alarm", "stat/ips/event")
    if is_old and found.state is State.EMPTY and version not in ("7.5", "8.6.9"):
        assert newer is not None
        assert newer.outcome is Outcome.ANSWERED
    if trial.outcome is not Outcome.ANSWERED:
        assert found.state not in (State.WORKS, State.EMPTY, State.FROZEN)


def known(version: str, **states: State) -> Capabilities:
    names = {name.replace("__", "/").replace("_", "-"): state for name, state in states.items()}
    return Capabilities(
        flavour="udm_pro",
        version=version,
        at=NOON,
        endpoints={name: Capability(state=state, at=NOON) for name, state in names.items()},
    )


def test_a_change_is_told_as_a_sentence_with_what_is_used_instead() -> None:
    before = known("9.5.21", stat__event=State.WORKS, system_log__all=State.WORKS)
    after = known("10.0.162", stat__event=State.FROZEN, system_log__all=State.WORKS)
    assert differences(before, after) == [
        "UniFi Network changed from version 9.5.21 to 10.0.162.",
        "UniFi Network 10.0 stopped answering with new events in its old event list; the system log is used instead.",
    ]
    assert differences(after, after) == []


def test_a_loss_without_a_replacement_says_so() -> None:
    before = known("10.4.57", stat__event=State.WORKS, traffic_flows=State.WORKS)
    after = known("10.4.57", stat__event=State.GONE, traffic_flows=State.FORBIDDEN)
    assert differences(before, after) == [
        "UniFi Network 10.4 no longer has its old event list; nothing else tells the same, so expect to see less.",
        "UniFi Network 10.4 no longer lets this account read its traffic log.",
    ]
    assert differences(after, before)[1] == "UniFi Network 10.4 answers again with its traffic log."


def test_what_was_never_asked_is_asked_and_what_is_gone_is_not() -> None:
    found = known(
        "10.4.57", stat__event=State.GONE, stat__ips__event=State.FROZEN, list__alarm=State.FORBIDDEN
    )
    assert found.sources() == ("system_log", "activity", "flows", "anomalies")
    assert "super" in msgspec.structs.replace(found, flavour="self_hosted").sources()
    assert found.of("nothing") is NOT_ASKED


def test_a_log_that_fails_is_not_well_because_a_part_of_it_answers() -> None:
    parts = {"system_log__threat_alert": State.WORKS}
    assert (
        known("9.3.43", system_log__all=State.FAILED, **parts).of_source("system_log").state is State.FAILED
    )
    assert known("8.6.9", system_log__all=State.GONE, **parts).of_source("system_log").state is State.WORKS


def test_a_list_that_only_looks_frozen_is_still_read() -> None:
    assert "rest" in known("9.3.43", stat__event=State.FROZEN).sources()
    assert "rest" not in known("10.0.162", stat__event=State.FROZEN).sources()


def test_what_was_found_survives_as_json() -> None:
    found = known("9.3.43", stat__event=State.WORKS)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Capabilities) == found


@pytest.mark.parametrize(
    ("version", "hours", "expected"),
    [("9.3.43", 1, False), ("9.3.45", 1, True), ("9.3.43", 25, True), ("9.3.43", -1, True)],
)
def test_it_is_time_to_ask_again_after_an_update_and_daily(version: str, hours: int, expected: bool) -> None:
    assert must_probe(known("9.3.43"), version, NOON + timedelta(hours=hours)) is expected
    assert must_probe(None, version, NOON)


@pytest.mark.parametrize(
    ("version", "endpoint", "before", "told", "after"),
    [
        ("9.3.43", "stat/event", State.FROZEN, "rest", State.WORKS),
        ("9.3.43", "stat/event", State.UNKNOWN, "rest", State.WORKS),
        ("9.3.43", "stat/event", State.FROZEN, "alarm", State.FROZEN),
        ("9.3.44", "stat/ips/event", State.FROZEN, "ips", State.WORKS),
        ("9.3.45", "stat/ips/event", State.FROZEN, "ips", State.FROZEN),
        ("10.0.162", "stat/event", State.FROZEN, "rest", State.FROZEN),
        ("9.3.43", "stat/event", State.GONE, "rest", State.GONE),
        ("9.3.43", "stat/event", State.FROZEN, "ssh", State.FROZEN),
    ],
)
def test_a_guess_that_a_list_is_frozen_ends_with_the_first_new_thing_it_tells(
    version: str, endpoint: str, before: State, told: str, after: State
) -> None:
    known = Capabilities(
        flavour="unifi_os",
        version=version,
        at=NOON,
        endpoints={endpoint: Capability(state=before, reason="why", at=NOON)},
    )
    assert without_refuted_guesses(known, [told]).of(endpoint).state is after
