"""What is written when, decided on values alone."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.alert_days import CRITICAL, HIGH, NOON, POLICY, Day, at, finding, over
from unifi_scanner.detection.urgency import NEWS_FOR, SILENT_FOR, Book, Occasion, next_change
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Evidence, Incident


def test_a_power_cut_is_one_message_and_one_all_clear_not_sixty() -> None:
    day = Day()
    things = [finding(f"device {number}", number / 60) for number in range(60)]
    for second in range(120):
        day.at(second / 60, *[one for one in things if one.first_seen <= at(second / 60)])
    assert day.said() == ["urgent"]
    for minute in range(2, 12):
        day.at(minute, *things)
    assert day.said() == ["urgent", "update"]
    update = day.notices[-1]
    assert len({*update.also, "device 0 is offline"}) == 60
    back = [over(one) for one in things]
    day.at(20, *back)
    assert day.at(21, *back) == ["clear"]
    assert len(day.notices[-1].also) == 59
    assert not day.book.episodes


def test_things_at_the_same_moment_are_told_in_one_first_message() -> None:
    day = Day()
    things = [finding("switch"), finding("camera"), finding("phone")]
    day.at(0, *things)
    day.at(1, *things)
    assert day.said() == ["urgent"]
    assert day.notices[0].episode is not None
    told = {day.notices[0].episode.title, *day.notices[0].also}
    assert told == {one.title for one in things}


def test_an_intruder_is_no_part_of_a_power_cut() -> None:
    day = Day()
    switch = finding("switch")
    trap = finding("trap", 1, rule="trap-touched", source=LogSource.SECURITY)
    day.at(0, switch)
    assert day.at(1, switch, trap) == ["urgent", "urgent"]


def test_what_is_graver_than_what_was_told_has_a_message_of_its_own() -> None:
    day = Day()
    switch = finding("switch")
    line = finding("line", 2, rule="internet-down", severity=CRITICAL, source=LogSource.INTERNET)
    day.at(0, switch)
    day.at(1, switch)
    day.at(2, switch, line)
    assert day.at(3, switch, line) == ["urgent"]


def test_when_the_line_is_back_and_not_all_devices_the_thread_says_so() -> None:
    day = Day()
    line = finding("line", rule="internet-down", severity=CRITICAL, source=LogSource.INTERNET)
    switch = finding("switch")
    day.at(0, line, switch)
    assert day.at(1, line, switch) == ["urgent"]
    day.at(5, over(line), switch)
    assert day.at(6, over(line), switch) == ["update"]
    assert day.notices[-1].still == ("switch is offline",)
    assert day.at(7, over(line), switch) == []
    day.at(9, over(line), over(switch))
    assert day.at(10, over(line), over(switch)) == ["clear"]


def test_quiet_hours_hold_all_but_what_is_critical_and_sum_it_up_in_the_morning() -> None:
    day = Day(msgspec.structs.replace(POLICY, quiet=(time(22), time(7)), zone=ZoneInfo("UTC")))
    night = 12 * 60  # midnight
    lamp, switch = finding("lamp", night), finding("switch", night + 5)
    line = finding("line", night + 10, rule="internet-down", severity=CRITICAL, source=LogSource.INTERNET)
    day.at(night, lamp)
    assert day.at(night + 1, lamp) == []
    assert day.at(night + 6, over(lamp), switch) == []
    day.at(night + 10, over(lamp), switch, line)
    assert day.at(night + 11, over(lamp), switch, line) == ["urgent"]
    day.at(night + 20, over(lamp), switch, over(line))
    assert day.at(night + 21, over(lamp), switch, over(line)) == ["clear"]
    morning = night + 7 * 60
    assert day.at(morning, over(lamp), switch, over(line)) == ["urgent", "summary"]
    assert day.notices[-1].also == ("lamp is offline",)


def test_a_budget_is_kept_and_the_rest_is_summed_up_the_next_day() -> None:
    day = Day(msgspec.structs.replace(POLICY, budget=2))
    traps = [
        finding(f"trap {n}", n, rule="trap-touched", source=LogSource.SECURITY, title=f"Trap {n}")
        for n in range(5)
    ]
    for number in range(5):
        day.at(number, *traps[: number + 1])
    assert day.said() == ["urgent", "urgent"]
    assert [one.is_last_today for one in day.notices] == [False, True]
    assert [one.number for one in day.notices] == [1, 2]


def test_that_it_is_over_is_told_whatever_the_budget() -> None:
    day = Day(msgspec.structs.replace(POLICY, budget=1))
    one = finding("switch")
    day.at(0, one)
    day.at(1, one)
    day.at(5, over(one))
    assert day.at(6, over(one)) == ["clear"]


def test_what_flaps_is_not_called_over_until_it_is_steady() -> None:
    day = Day()
    one = finding("switch")
    day.at(0, one)
    day.at(1, one)
    for minute in range(2, 12):
        again = msgspec.structs.replace(one, last_seen=at(minute), resolved=bool(minute % 2))
        day.at(minute - 0.4 if minute % 2 else minute, again)
    assert "clear" not in day.said()


def test_what_has_no_end_is_told_once_and_again_only_after_a_long_silence() -> None:
    day = Day()
    trap = finding("trap", rule="trap-touched", source=LogSource.SECURITY)
    assert day.at(0, trap) == ["urgent"]
    for minute in range(10, 300, 10):
        assert day.at(minute, msgspec.structs.replace(trap, last_seen=at(minute), count=minute)) == []
    later = 300 + SILENT_FOR.total_seconds() / 60
    day.at(later, msgspec.structs.replace(trap, last_seen=at(290)))
    assert not day.book.episodes
    assert day.at(later + 60, msgspec.structs.replace(trap, last_seen=at(later + 60))) == ["urgent"]


def test_history_is_no_news_and_stays_none() -> None:
    day = Day()
    old = finding("switch")
    late = NEWS_FOR.total_seconds() / 60 + 1
    for minute in range(10):
        assert day.at(late + minute, old) == []
    assert not day.book.episodes


def test_what_becomes_graver_is_told_at_once_in_its_thread() -> None:
    day = Day()
    one = finding("switch")
    day.at(0, one)
    day.at(1, one)
    assert day.at(1.5, msgspec.structs.replace(one, severity=CRITICAL)) == ["update"]
    assert day.at(1.6, msgspec.structs.replace(one, severity=CRITICAL)) == []


def test_an_incident_that_takes_in_a_finding_goes_on_in_its_thread() -> None:
    day = Day()
    one = finding("switch")
    day.at(0, one)
    day.at(1, one)
    story = Incident(
        id="story",
        rule="power-went-out",
        severity=HIGH,
        title="A power cut",
        what="A power cut.",
        why="",
        do=(),
        confidence=Confidence.PROBABLY,
        first_seen=at(0),
        last_seen=at(2),
        count=5,
        subjects=(),
        evidence=(),
        findings=("switch", "camera"),
    )
    assert day.at(2, story) == []
    ended = msgspec.structs.replace(story, ended=at(5))
    day.at(5, ended)
    assert day.at(6, ended) == ["clear"]
    assert day.notices[-1].episode is not None
    assert day.notices[-1].episode.key == "switch.1"


def test_what_is_not_told_of_any_more_is_nothing_to_write_about() -> None:
    day = Day()
    day.at(0, finding("switch"))
    assert day.at(2) == []
    assert not day.book.episodes


def test_what_goes_by_another_name_is_known_by_what_proves_it() -> None:
    day = Day()
    proof = Evidence(entry_id="e1", timestamp=NOON, sentence="The line failed.")
    line = finding("line", rule="internet-down", source=LogSource.INTERNET, evidence=(proof,))
    day.at(0, line)
    assert day.at(1, line) == ["urgent"]
    small = finding(
        "other", rule="on-backup-line", source=LogSource.INTERNET, severity=Severity.LOW, evidence=(proof,)
    )
    assert day.at(2, over(small)) == ["hush"]
    assert day.at(3, over(small)) == ["clear"]


def test_an_all_clear_comes_though_the_thing_is_gone_by_then() -> None:
    day = Day()
    day.at(0, finding("switch"))
    day.at(1, finding("switch"))
    day.at(2, over(finding("switch")))
    assert day.at(3) == ["clear"]
    assert day.notices[-1].thing is not None
    assert day.notices[-1].thing.rule == "device-offline"


def test_off_means_that_only_named_rules_are_told() -> None:
    day = Day(msgspec.structs.replace(POLICY, severity=None, rules=frozenset({"trap-touched"})))
    switch = finding("switch", severity=CRITICAL)
    trap = finding("trap", rule="trap-touched", severity=Severity.LOW, source=LogSource.SECURITY)
    day.at(0, switch, trap)
    day.at(2, switch, trap)
    assert day.said() == ["urgent"]


def test_it_is_known_when_to_look_again_though_nothing_happens() -> None:
    day = Day()
    assert next_change(day.book, POLICY, NOON) is None
    day.at(0, finding("switch"))
    assert next_change(day.book, POLICY, at(0.1)) == at(1)


@pytest.mark.parametrize(("hour", "quiet"), [(21, False), (22, True), (3, True), (7, False), (12, False)])
def test_quiet_hours_reach_over_midnight(hour: int, quiet: bool) -> None:
    policy = msgspec.structs.replace(POLICY, quiet=(time(22), time(7)))
    assert policy.is_quiet(datetime(2026, 3, 1, hour, tzinfo=UTC)) is quiet


@given(
    st.lists(
        st.lists(st.sampled_from(["gone", "down", "back"]), min_size=3, max_size=3), min_size=1, max_size=40
    ),
    st.integers(min_value=1, max_value=5),
)
def test_whatever_happens_each_thread_begins_once_and_ends_at_most_once(
    minutes: list[list[str]], budget: int
) -> None:
    day = Day(msgspec.structs.replace(POLICY, budget=budget))
    seen: dict[str, datetime] = {}
    for minute, states in enumerate(minutes):
        things = []
        for number, state in enumerate(states):
            name = f"device {number}"
            if state == "down":
                seen[name] = at(minute)
            if name in seen and state != "gone":
                one = finding(name, last_seen=seen[name])
                things.append(over(one) if state == "back" else one)
        day.at(minute, *things)
        day.book = msgspec.json.decode(msgspec.json.encode(day.book), type=Book)  # a restart
    begun = [n.episode.key for n in day.notices if n.occasion is Occasion.URGENT and n.episode]
    ended = [n.episode.key for n in day.notices if n.occasion is Occasion.CLEAR and n.episode]
    assert len(begun) == len(set(begun)) <= budget
    assert len(ended) == len(set(ended))
    assert set(ended) <= set(begun)
