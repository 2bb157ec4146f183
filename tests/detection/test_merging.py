"""Two episodes that turn out to be one story: which thread goes on, and that nothing is told twice or forgotten."""

from __future__ import annotations

from datetime import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.alert_days import CRITICAL, HIGH, POLICY, Day, at, finding, over, story
from unifi_scanner.detection.urgency import Book, Episode, Occasion, Step
from unifi_scanner.models.enums import LogSource, Severity
from unifi_scanner.models.finding import Finding, Incident

TOLD, JOINED, WAITING, HELD = Step.TOLD, Step.JOINED, Step.WAITING, Step.HELD
STORM_BEFORE = finding("storm", 2)  # what something that joined was told as a part of


def episode(name: str, step: Step, minutes: float, **more: object) -> Episode:
    """Return an episode of the day, by half past twelve."""
    one = finding(name, minutes)
    is_said = step in (TOLD, JOINED)
    made = Episode(
        key=f"{name}.1",
        ids=(name,),
        rule=one.rule,
        subjects=one.subjects,
        source=one.source,
        severity=one.severity,
        title=one.title,
        began=one.first_seen,
        seen_at=at(29.5) if step is WAITING else at(minutes),
        last_seen=one.last_seen,
        step=step,
        under="storm.1" if step is JOINED else "",
        told_at=at(minutes + 1) if is_said else None,
        wrote_at=at(minutes + 1) if is_said else None,
        ends=True,
    )
    return msgspec.structs.replace(made, **more)


def day_of(*episodes: Episode) -> Day:
    """Return the day on which these are open; what joined one of them is open too."""
    day = Day()
    storm = [episode("storm", TOLD, 2)] if any(one.under == "storm.1" for one in episodes) else []
    day.book = Book(
        episodes=(*storm, *episodes), begun={one.ids[0]: 1 for one in (*storm, *episodes)}, day="2026-03-01"
    )
    return day


def live(day: Day, thing: Incident, *others: Finding) -> None:
    """Let it stay so for a while, and end all of it at ten to one."""
    for minute in range(30, 45):
        day.at(minute, thing, *others)
    ended = msgspec.structs.replace(thing, ended=at(50), last_seen=at(50))
    for minute in range(50, 55):
        day.at(minute, ended, *(over(one) for one in others))


def threads(day: Day, occasion: Occasion) -> list[str]:
    return [one.episode.key[0] for one in day.notices if one.occasion is occasion and one.episode]


# the steps of the one that began first and of the other; who stays, who is told anew, and whose threads say it is over
TABLE = [
    (TOLD, TOLD, "ab", "", "a"),
    (TOLD, JOINED, "ab", "", "as"),
    (TOLD, WAITING, "a", "", "a"),
    (TOLD, HELD, "a", "", "a"),
    (JOINED, TOLD, "ab", "", "bs"),
    (JOINED, JOINED, "ab", "", "s"),
    (JOINED, WAITING, "a", "", "s"),
    (JOINED, HELD, "a", "", "s"),
    (WAITING, TOLD, "b", "", "b"),
    (WAITING, JOINED, "b", "", "s"),
    (WAITING, WAITING, "a", "a", "a"),
    (WAITING, HELD, "a", "a", "a"),
    (HELD, TOLD, "b", "", "b"),
    (HELD, JOINED, "b", "", "s"),
    (HELD, WAITING, "b", "b", "b"),
    (HELD, HELD, "a", "a", "a"),
]


@pytest.mark.parametrize(("first", "second", "stay", "begin", "clear"), TABLE)
def test_one_story_goes_on_in_the_thread_that_is_there_and_ends_once(
    first: Step, second: Step, stay: str, begin: str, clear: str
) -> None:
    day = day_of(episode("a", first, 10), episode("b", second, 20))
    others = [STORM_BEFORE] if JOINED in (first, second) else []
    day.at(30, story("a", "a", "b", minutes=10), *others)
    assert "".join(one.key[0] for one in day.book.episodes if one.key != "storm.1") == stay
    live(day, story("a", "a", "b", minutes=10), *others)
    assert threads(day, Occasion.URGENT) == list(begin)
    assert threads(day, Occasion.UPDATE) == []
    assert sorted(threads(day, Occasion.CLEAR)) == sorted(clear)
    assert not day.book.episodes


@pytest.mark.parametrize(("first", "second"), [(HELD, WAITING), (HELD, HELD), (WAITING, HELD)])
def test_a_story_that_nobody_was_told_of_began_with_its_first_part(first: Step, second: Step) -> None:
    day = day_of(episode("a", first, 10), episode("b", second, 20))
    live(day, story("a", "a", "b", minutes=10))
    begun = [one.episode for one in day.notices if one.occasion is Occasion.URGENT and one.episode]
    assert [one.began for one in begun] == [at(10)]


def test_two_told_threads_that_become_one_end_in_the_first_with_both_named() -> None:
    day = day_of(episode("a", TOLD, 10), episode("b", TOLD, 20))
    live(day, story("a", "a", "b", minutes=10))
    (last,) = [one for one in day.notices if one.occasion is Occasion.CLEAR]
    assert last.also == ("b is offline",)


def test_what_joined_a_thread_that_becomes_part_of_another_is_still_named() -> None:
    lamp = episode("lamp", JOINED, 25, under="b.1", unsaid=True, told_at=None)
    day = day_of(episode("a", TOLD, 10), episode("b", TOLD, 24), lamp)
    for minute in range(30, 45):
        day.at(minute, story("a", "a", "b", minutes=10), finding("lamp", 25))
    updates = [one for one in day.notices if one.occasion is Occasion.UPDATE]
    assert [(one.episode.key, one.also) for one in updates if one.episode] == [("a.1", ("lamp is offline",))]


def test_what_joined_a_storm_and_belongs_to_a_told_story_is_named_in_its_thread_only() -> None:
    part = episode("b", JOINED, 28, unsaid=True, told_at=None, wrote_at=None)
    day = day_of(episode("a", TOLD, 10), part)
    for minute in range(30, 45):
        day.at(minute, story("a", "a", "b", minutes=10), STORM_BEFORE)
    updates = [one for one in day.notices if one.occasion is Occasion.UPDATE]
    assert [(one.episode.key, one.also) for one in updates if one.episode] == [("a.1", ("b is offline",))]


def test_what_joined_and_becomes_graver_than_what_was_told_has_a_message_of_its_own() -> None:
    day = Day()
    switch, line = finding("switch"), finding("line", 2, rule="internet-down", source=LogSource.INTERNET)
    day.at(0, switch)
    day.at(1, switch)
    day.at(2, switch, line)
    assert day.at(3, switch, line) == []
    gone = msgspec.structs.replace(line, severity=CRITICAL, title="No line works")
    assert day.at(5, switch, gone) == ["urgent"]
    assert day.notices[-1].episode is not None
    assert day.notices[-1].episode.key == "line.1"
    assert day.at(20, switch, gone) == []
    day.at(30, over(switch), over(gone))
    assert day.at(31, over(switch), over(gone)) == ["clear", "clear"]


def test_what_becomes_graver_with_a_thread_of_its_own_already_is_told_there_only() -> None:
    day = day_of(episode("a", TOLD, 10), episode("b", JOINED, 20))
    worse = story("a", "a", "b", minutes=10, severity=CRITICAL)
    for minute in range(30, 45):
        day.at(minute, worse, STORM_BEFORE)
    assert [(one.occasion, one.episode.key) for one in day.notices if one.episode] == [
        (Occasion.UPDATE, "a.1")
    ]


RESTARTS = finding("hall", rule="device-keeps-restarting", title="The hall keeps restarting")


def test_what_can_be_over_is_no_part_of_what_has_no_end() -> None:
    day = Day()
    lamp = finding("lamp", 1)
    assert day.at(0, RESTARTS) == ["urgent"]
    day.at(1, RESTARTS, lamp)
    assert day.at(2, RESTARTS, lamp) == ["urgent"]
    day.at(600, RESTARTS, over(lamp))
    assert day.at(602, RESTARTS, over(lamp)) == ["clear"]
    assert not day.book.episodes


def test_an_all_clear_calls_nothing_over_that_has_no_end() -> None:
    day = Day()
    cut = finding("cut", severity=CRITICAL)
    lamp = finding("lamp", 1)
    day.at(0, cut)
    day.at(1, cut, RESTARTS, lamp)
    day.at(2, cut, RESTARTS, lamp)
    day.at(20, over(cut), RESTARTS, over(lamp))
    assert day.at(21, over(cut), RESTARTS, over(lamp)) == ["clear"]
    assert day.notices[-1].also == ("lamp is offline",)
    assert day.notices[-1].still == ("The hall keeps restarting",)


def test_what_has_no_end_is_never_called_over_because_a_part_of_it_is() -> None:
    day = Day()
    flap = finding("flap", 1, rule="device-keeps-restarting")
    day.at(0, RESTARTS)
    day.at(1, RESTARTS, flap)
    for minute in (20, 22, 400, 402):
        assert day.at(minute, RESTARTS, over(flap)) == []
    assert not day.book.episodes


LINE = finding("line", rule="internet-down", severity=CRITICAL, source=LogSource.INTERNET)
CARRIED = msgspec.structs.replace(
    LINE, rule="on-backup-line", severity=Severity.MEDIUM, title="The backup line carries the house"
)


@pytest.mark.parametrize("rules", [frozenset(), frozenset({"internet-down"})])
def test_what_becomes_milder_than_urgent_is_an_update_once_and_its_end_is_told(rules: frozenset[str]) -> None:
    day = Day(msgspec.structs.replace(POLICY, rules=rules))
    day.at(0, LINE)
    assert day.at(1, LINE) == ["urgent"]
    assert day.at(3, CARRIED) == ["update"]
    told = day.notices[-1]
    assert (told.thing, told.also, told.still) == (CARRIED, (), ())
    for minute in range(4, 60):
        assert day.at(minute, CARRIED) == []
    day.at(60, over(CARRIED))
    assert day.at(61, over(CARRIED)) == ["clear"]
    assert not day.book.episodes


def test_what_was_milder_and_is_grave_again_is_told_again_in_its_thread() -> None:
    day = Day()
    day.at(0, LINE)
    day.at(1, LINE)
    assert day.at(3, CARRIED) == ["update"]
    assert day.at(9, LINE) == ["update"]
    assert day.at(12, CARRIED) == ["update"]


def test_what_became_milder_before_it_was_told_is_not_told() -> None:
    day = Day()
    day.at(0, LINE)
    day.at(0.5, CARRIED)
    assert day.at(2, CARRIED) == []
    assert not day.book.episodes


def test_by_night_a_change_waits_for_the_morning_unless_it_is_or_was_critical() -> None:
    day = Day(msgspec.structs.replace(POLICY, quiet=(time(12, 10), time(13)), severity=Severity.MEDIUM))
    lamp = finding("lamp", severity=Severity.MEDIUM)
    worse = msgspec.structs.replace(lamp, severity=HIGH)
    day.at(0, lamp)
    assert day.at(1, lamp) == ["urgent"]
    assert day.at(15, worse) == []
    assert day.at(61, worse) == ["update"]
    assert day.at(61.5, msgspec.structs.replace(lamp, severity=CRITICAL)) == ["update"]


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["down", "worse", "back", "gone"]), min_size=3, max_size=3),
            st.sampled_from(["", "ab", "bc", "abc"]),
        ),
        max_size=30,
    ),
    st.sampled_from([1, 7, 15]),
)
def test_whatever_becomes_one_story_nothing_stays_open_once_all_of_it_is_over(
    steps: list[tuple[list[str], str]], pace: int
) -> None:
    day = Day(msgspec.structs.replace(POLICY, budget=1000))
    minute = 0
    for states, together in [*steps, (["back"] * 3, ""), (["back"] * 3, "")]:
        minute += pace
        ones = [
            finding(name, minute, severity=CRITICAL if state == "worse" else HIGH, resolved=state == "back")
            for name, state in zip("abc", states, strict=True)
            if state != "gone"
        ]
        parts = [one for one in ones if one.id in together]
        if len(parts) > 1:
            is_over = all(one.resolved for one in parts)
            whole = story(
                f"story of {parts[0].id}",
                *(one.id for one in parts),
                minutes=minute,
                severity=max((one.severity for one in parts), key=lambda each: each.rank),
                ended=at(minute) if is_over else None,
            )
            day.at(minute, whole, *(one for one in ones if one not in parts))
        else:
            day.at(minute, *ones)
        day.book = msgspec.json.decode(msgspec.json.encode(day.book), type=Book)  # a restart
    assert not day.book.episodes
    begun, ended = threads(day, Occasion.URGENT), threads(day, Occasion.CLEAR)
    assert bool(begun) == bool(ended)
    assert len(ended) <= len(begun)
