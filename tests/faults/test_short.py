from __future__ import annotations

import pytest
from faults.__main__ import play
from faults.scenarios import FAULTS

WITH_BOTH_HISTORIES = "9.3.43"
JOBS = 6


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_fault_costs_nothing() -> None:
    wanted = [(name, 1, WITH_BOTH_HISTORIES) for name in FAULTS]
    assert [(one.name, one.notes) for one in play(wanted, JOBS) if not one.held] == []
