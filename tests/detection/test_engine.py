"""What the engine makes of entries."""

from __future__ import annotations

import random
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.entries import START, entry, rule
from unifi_scanner.detection import Engine, detect, load_rules
from unifi_scanner.detection.group import KEPT_FIRST, KEPT_LAST
from unifi_scanner.detection.watch import MOST_GROUPS, MOST_RUNS, RunWatch
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry

OFTEN = {"by": "client", "at_least": 3, "within": "10m"}
OUTAGE: dict[str, Any] = {"resolve": {"kind": ["wan.restored"], "severity": "low"}}
QUICK = {"within": "1m", "severity": "info"}


@pytest.mark.parametrize(
    ("seconds", "count"),
    [
        ((0, 300, 600), 3),
        ((0, 300, 601), None),
        ((0, 300), None),
        ((0, 0, 0), 3),
        ((0, 500, 1000, 1100), 3),
        ((0, 1, 2, 3), 4),
        ((0, 400, 800, 1200), None),
        ((0, 1, 2, 10_000, 10_001, 10_002), 6),
        ((0, 1, 2, 10_000), 3),
    ],
)
def test_a_window_fires_up_to_its_very_edge(seconds: tuple[int, ...], count: int | None) -> None:
    found = detect([entry(s, number=n) for n, s in enumerate(seconds)], [rule(window=OFTEN)])
    assert [f.count for f in found] == ([] if count is None else [count])


def test_matches_of_different_subjects_are_counted_apart() -> None:
    entries = [entry(s, client=name) for s in (0, 1) for name in ("phone", "tablet")]
    assert detect(entries, [rule(window=OFTEN)]) == []
    assert [f.what for f in detect([*entries, entry(2)], [rule(window=OFTEN)])] == ["phone 3"]


def test_without_a_window_repeats_of_a_subject_collapse_into_one_finding() -> None:
    entries = [entry(s) for s in range(50)] + [entry(60, client="tablet")]
    found = {f.what: f for f in detect(entries, [rule()])}
    assert sorted(found) == ["phone 50", "tablet 1"]
    assert (found["phone 50"].first_seen - START).total_seconds() == 0
    assert (found["phone 50"].last_seen - START).total_seconds() == 49
    assert len(found["phone 50"].evidence) == KEPT_FIRST + KEPT_LAST


def test_distinct_counts_values_and_not_entries() -> None:
    window = {"by": "site", "at_least": 3, "within": "10m", "distinct": "client"}
    wanted = rule(window=window, what="{different} in {count}")
    same = [entry(s, client="phone") for s in range(9)]
    assert detect(same, [wanted]) == []
    varied = [entry(s, client=name) for s, name in enumerate(("a", "b", "a", "c"))]
    assert [f.what for f in detect(varied, [wanted])] == ["3 in 3"]


def test_distinct_values_must_lie_within_the_window() -> None:
    window = {"by": "site", "at_least": 3, "within": "10m", "distinct": "client"}
    spread = [entry(s, client=name) for s, name in ((0, "a"), (300, "b"), (601, "c"))]
    assert detect(spread, [rule(window=window)]) == []


@pytest.mark.parametrize(
    ("steps", "what", "severity"),
    [
        (("down 0",), "down", Severity.HIGH),
        (("down 0", "up 60"), "down for 1 minute", Severity.LOW),
        (("down 0", "up 60", "down 100", "up 160"), "down for 2 minutes in all", Severity.LOW),
        (("down 0", "up 60", "down 100"), "down", Severity.HIGH),
        (("down 0", "down 30", "up 60"), "down for 1 minute", Severity.LOW),
        (("down 0", "up 60", "up 90"), "down for 1 minute", Severity.LOW),
        (("up 0", "down 60"), "down", Severity.HIGH),
        (("down 60", "up 0"), "down", Severity.HIGH),
    ],
)
def test_what_ends_trouble_lowers_it_and_tells_how_long_it_took(
    steps: tuple[str, ...], what: str, severity: Severity
) -> None:
    outage = rule("wan.down", window={"by": "wan"}, what="down[ for {downtime}]", **OUTAGE)
    found = detect([_line(step) for step in steps], [outage])
    assert [(f.what.lower(), f.severity, f.resolved) for f in found] == [
        (what, severity, severity is Severity.LOW)
    ]


def _line(step: str, wan: str = "WAN") -> LogEntry:
    state, seconds = step.split()
    kind = {"down": "wan.down", "up": "wan.restored"}[state]
    return entry(float(seconds), kind, client=None, wan=wan)


def test_the_return_of_one_subject_says_nothing_of_another() -> None:
    outage = rule("wan.down", window={"by": "wan"}, what="{wan}", **OUTAGE)
    found = detect([_line("down 0", "WAN"), _line("down 1", "WAN2"), _line("up 60", "WAN2")], [outage])
    assert {f.what: f.resolved for f in found} == {"WAN": False, "WAN2": True}


@pytest.mark.parametrize(
    ("back", "severity"), [(60, Severity.INFO), (60.004, Severity.INFO), (61, Severity.LOW)]
)
def test_trouble_that_is_over_quickly_is_less_grave(back: float, severity: Severity) -> None:
    resolve = OUTAGE["resolve"] | {"quick": QUICK}
    outage = rule("wan.down", window={"by": "wan"}, resolve=resolve)
    assert [f.severity for f in detect([_line("down 0"), _line(f"up {back}")], [outage])] == [severity]


def test_a_line_told_by_its_interface_and_by_its_name_is_one_line() -> None:
    outage = rule("wan.down", window={"by": ["site", "wan"]}, **OUTAGE)
    assert [f.resolved for f in detect([_line("down 0", "eth8"), _line("up 60", "WAN")], [outage])] == [True]
    two_lines = [_line("down 0", "eth8"), _line("down 1", "eth9"), _line("up 60", "WAN")]
    assert [f.resolved for f in detect(two_lines, [outage])] == [False, False]


def test_failures_of_one_line_under_two_names_are_counted_together() -> None:
    outage = rule("wan.down", window={"by": ["site", "wan"]}, what="{count} {downtime}", **OUTAGE)
    steps = [("down 0", "eth8"), ("up 60", "eth8"), ("down 100", "WAN"), ("up 160", "WAN"), ("down 200", "eth8"),
             ("up 260", "WAN")]  # fmt: skip
    for told in (steps, [(step, {"eth8": "WAN", "WAN": "eth8"}[wan]) for step, wan in steps]):
        found = detect([_line(*step) for step in told], [outage])
        assert [(f.what, f.resolved) for f in found] == [("3 3 minutes in all", True)]


def test_two_lines_stay_two_whatever_names_they_go_by() -> None:
    outage = rule("wan.down", window={"by": ["site", "wan"]}, what="{count}", **OUTAGE)
    told = [_line("down 0", "WAN"), _line("down 1", "eth8"), _line("down 2", "eth9"), _line("down 3", "eth8")]
    assert sorted(f.what for f in detect(told, [outage])) == ["1", "3"]


def test_a_line_keeps_its_id_whatever_it_is_called() -> None:
    outage = rule("wan.down", window={"by": ["site", "wan"]}, what="{count}", **OUTAGE)
    told = [entry(n, "wan.down", client=None, wan=name, wan_id="WAN2")
            for n, name in enumerate(("eth9", "Internet 2", "WAN2"))]  # fmt: skip
    assert [f.what for f in detect(told, [outage])] == ["3"]


def test_an_end_without_a_beginning_is_no_finding() -> None:
    assert detect([_line("up 0")], [rule("wan.down", window={"by": "wan"}, **OUTAGE)]) == []


def test_conditions_keep_the_others_out() -> None:
    picky = rule(match={"kind": ["client.roamed"], "where": {"signal": {"at_most": -70}}})
    entries = [entry(0, signal=-60), entry(1), entry(2, signal=-70), entry(3, signal="-80")]
    assert [f.count for f in detect(entries, [picky])] == [2]


def test_a_precondition_wants_something_else_before() -> None:
    after = {"kind": ["client.connected"], "within": "1m"}
    wanted = rule(after=after)
    assert detect([entry(0, "client.connected"), entry(60)], [wanted])
    assert not detect([entry(0, "client.connected"), entry(61)], [wanted])
    assert not detect([entry(0, "client.connected", client="tablet"), entry(30)], [wanted])


def test_a_precondition_may_want_the_opposite() -> None:
    unless = {"kind": ["client.connected"], "within": "1m"}
    wanted = rule(unless=unless)
    assert not detect([entry(0, "client.connected"), entry(60)], [wanted])
    assert detect([entry(0, "client.connected"), entry(61)], [wanted])
    assert detect([entry(0, "client.connected", client="tablet"), entry(30)], [wanted])


def test_a_precondition_may_want_it_several_times() -> None:
    after = {"kind": ["client.connected"], "at_least": 3, "within": "1m"}
    greetings = [entry(s, "client.connected") for s in (0, 10, 20)]
    assert detect([*greetings, entry(60)], [rule(after=after)])
    assert not detect([*greetings[1:], entry(60)], [rule(after=after)])


def test_entries_a_little_out_of_order_are_measured_right() -> None:
    assert detect([entry(300), entry(0), entry(600)], [rule(window=OFTEN)])
    assert not detect([entry(300), entry(0), entry(601)], [rule(window=OFTEN)])


def test_subjects_never_heard_of_again_are_forgotten() -> None:
    engine = Engine([rule(window=OFTEN)])
    engine.feed(entry(n * 5, client=f"phone {n}") for n in range(5_000))
    (watch,) = engine._watches
    assert isinstance(watch, RunWatch)
    assert len(watch._runs) < 1_000


def test_a_flood_of_subjects_is_bounded() -> None:
    engine = Engine([rule(window=OFTEN)])
    engine.feed(entry(n / 1000, client=f"phone {n}") for n in range(MOST_RUNS + 2_000))
    (watch,) = engine._watches
    assert isinstance(watch, RunWatch)
    assert len(watch._runs) <= MOST_RUNS


def test_entries_that_name_no_subject_are_never_taken_for_one() -> None:
    assert detect([entry(n, client=None) for n in range(9)], [rule(window=OFTEN)]) == []


def test_entries_without_a_time_are_counted_but_never_measured() -> None:
    from msgspec.structs import replace

    timeless = [replace(entry(n), timestamp=NO_TIME) for n in range(5)]
    assert detect(timeless, [rule(window=OFTEN)]) == []
    assert [(f.count, f.last_seen) for f in detect(timeless, [rule()])] == [(5, NO_TIME)]


def test_the_number_of_findings_of_one_rule_is_bounded_and_nothing_is_lost() -> None:
    found = detect((entry(n, client=f"phone {n}") for n in range(MOST_GROUPS + 100)), [rule()])
    assert len(found) == MOST_GROUPS + 1
    assert sum(f.count for f in found) == MOST_GROUPS + 100


def test_memory_does_not_grow_with_the_number_of_entries() -> None:
    def peak(entries: int) -> int:
        engine = Engine(RULES)
        tracemalloc.start()
        engine.feed(entry(n, KINDS[n % 5], f"subject {n % 40}", padding="x" * 1000) for n in range(entries))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    few = peak(3_000)
    assert peak(15_000) < 1.2 * few


KINDS = ("client.roamed", "client.connected", "client.disconnected", "device.offline", "device.online")
histories = st.lists(
    st.tuples(st.integers(0, 4000), st.sampled_from(KINDS), st.sampled_from(("a", "b", "c"))), max_size=60
).map(lambda rows: [entry(s, kind, name, number=n) for n, (s, kind, name) in enumerate(sorted(rows))])
RULES = [*load_rules(), rule(window=OFTEN, name="own-often"), rule(name="own-each")]


@settings(max_examples=60, deadline=None)
@given(history=histories, cuts=st.sets(st.integers(0, 60)))
def test_how_entries_are_divided_over_calls_makes_no_difference(
    history: list[LogEntry], cuts: set[int]
) -> None:
    engine = Engine(RULES)
    places = [0, *sorted(cut for cut in cuts if cut < len(history)), len(history)]
    for start, end in pairwise(places):
        engine.feed(history[start:end])
        engine.findings()
    assert engine.findings() == detect(history, RULES)


def test_the_order_of_the_rules_makes_no_difference() -> None:
    history = [entry(n * 7, KINDS[n % 5], f"client {n % 4}", number=n) for n in range(300)]
    shuffled = list(RULES)
    random.Random(3).shuffle(shuffled)
    assert detect(history, shuffled) == detect(history, RULES)


def test_the_gravest_findings_come_first() -> None:
    history = [_line("down 0"), entry(10), entry(20, "device.offline", "switch")]
    ranks = [f.severity.rank for f in _all(history)]
    assert ranks == sorted(ranks, reverse=True)


def test_the_id_of_a_finding_stays_when_more_of_the_same_comes() -> None:
    few, many = _all([entry(0)]), _all([entry(n) for n in range(20)])
    assert {f.id for f in few} <= {f.id for f in many}


def _all(history: list[LogEntry]) -> list[Finding]:
    return detect(history, RULES)
