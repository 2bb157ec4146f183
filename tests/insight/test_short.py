from __future__ import annotations

import pytest
from insight.__main__ import SHORT, played
from insight.drawing import draw
from insight.files import scenario_paths
from insight.playing import causes
from insight.truth import KINDS
from insight.wires import hear

SCENARIOS = list(scenario_paths())


def test_there_are_forty_scenarios_and_ten_quiet_weeks() -> None:
    drawn = [draw(path, 1) for path in scenario_paths().values()]
    quiet = [one for one in drawn if one.chance.quiet]
    assert len(quiet) == 10
    assert len(drawn) - len(quiet) >= 40
    assert all(one.truths or one.chance.quiet for one in drawn)


@pytest.mark.parametrize("name", ["switch-loses-power", "noisy-day-security"])
def test_the_same_seed_is_always_the_same_run(name: str) -> None:
    path = scenario_paths()[name]
    one, again = (hear(draw(path, 7)) for _ in range(2))
    assert one.batches == again.batches
    assert one.truths == again.truths
    assert draw(path, 8).scenario.network.devices != draw(path, 7).scenario.network.devices


def test_only_words_of_the_vocabulary_are_given_to_rules() -> None:
    assert {kind for kinds in causes().values() for kind in kinds} <= KINDS


def test_a_switch_takes_with_it_what_hangs_on_it() -> None:
    heard = hear(draw(scenario_paths()["switch-loses-power"], 3))
    kinds = [entry.kind for batch in heard.batches for entry in batch]
    assert kinds.count("device.offline") >= 3
    device = next(d for d in heard.samples[0].devices if d.uplink_port is not None)
    assert device.uplink_mac in {other.mac for other in heard.samples[0].devices}


def test_a_few_scenarios_are_told_and_a_quiet_week_stays_quiet() -> None:
    scores = list(played([(name, 1) for name in SHORT], jobs=1))
    assert [one.name for one in scores if one.found < one.real] == []
    assert [one.notes for one in scores if one.wrong] == []
