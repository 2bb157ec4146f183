from __future__ import annotations

import pytest
from faults.__main__ import play
from faults.scenarios import FAULTS, NEEDS

WITH_BOTH_HISTORIES = "9.3.43"
JOBS = 6


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_fault_whose_needs_are_met_costs_nothing() -> None:
    wanted = [(name, 1, WITH_BOTH_HISTORIES) for name in FAULTS if name not in NEEDS]
    assert [(one.name, one.notes) for one in play(wanted, JOBS) if not one.held] == []


def test_what_still_needs_something_is_a_fault_we_play() -> None:
    assert NEEDS.keys() <= FAULTS.keys()
