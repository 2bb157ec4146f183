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


def test_a_hastened_job_runs_soon_and_never_beside_another() -> None:
    schedule = Schedule(on_failure=lambda _name, _error: None)
    at_work = threading.Lock()
    ran: list[str] = []

    def work(name: str) -> None:
        assert at_work.acquire(blocking=False), "two jobs at once"
        ran.append(name)
        at_work.release()
        if ran.count("urgent") == 2:
            schedule.stop()
        elif name == "usual" or ran.count("urgent") == 1:
            hasten()

    schedule.every(3600, "usual", lambda: work("usual"))
    hasten = schedule.hasten("urgent", lambda: work("urgent"))
    schedule.run()
    assert ran == ["usual", "urgent", "urgent"]


def test_a_hastened_job_that_fails_is_told_and_runs_again() -> None:
    failed: list[str] = []

    def told(name: str, _error: Exception) -> None:
        failed.append(name)
        if len(failed) == 2:
            schedule.stop()
        hasten()

    def broken() -> None:
        raise ValueError

    schedule = Schedule(on_failure=told)
    hasten = schedule.hasten("urgent", broken)
    hasten()
    schedule.run()
    assert failed == ["urgent", "urgent"]
