"""The delivery faults once each, those that lose or double most easily; `make delivery-faults` plays all, often."""

from __future__ import annotations

import pytest
from faults.delivery import held, play


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["down", "drops", "kill", "disk-full-after"])
def test_no_message_is_lost_and_none_comes_twice_under_two_names(fault: str) -> None:
    outcomes = play(fault, seed=1)
    assert {one.channel for one in outcomes} == {"e-mail", "webhook", "file"}
    assert [one for one in outcomes if not held(one)] == []
