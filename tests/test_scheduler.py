from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from unifi_scanner.scheduler import Schedule, is_set_back


@pytest.mark.parametrize(
    ("by_the_wall", "truly", "set_back"),
    [(1.0, 1.0, False), (-3600.0, 1.0, True), (0.5, 1.0, False), (3600.0, 1.0, False), (-1.5, 1.0, True)],
)
def test_a_clock_is_set_back_when_it_shows_less_than_what_passed(
    by_the_wall: float, truly: float, set_back: bool
) -> None:
    assert is_set_back(timedelta(seconds=by_the_wall), timedelta(seconds=truly)) is set_back


def test_a_stopped_schedule_leaves_no_thread() -> None:
    schedule = Schedule(on_failure=lambda _name, _error: None)
    schedule.every(10, "job", schedule.stop)
    schedule.run()
    for thread in threading.enumerate():
        if thread.name.startswith("schedule-"):
            thread.join(5)
            assert not thread.is_alive()
