"""A service that fails, hangs or breaks takes nothing with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.running import until
from unifi_scanner.errors import IntegrationError
from unifi_scanner.integrations.guard import Guarded
from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.section import Section

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FINE = Section(id="weather", title="Weather", state=SourceState.OK, sentences=("Sun.",))


class Weather:
    """A service that does what it is told to."""

    name, title, areas = "weather", "Weather", ("sky", "sea")

    def __init__(self, answer: Callable[[], Section]) -> None:
        self.answer = answer
        self.asked = 0

    def collect(self, since: datetime, now: datetime) -> Section:
        self.asked += 1
        return self.answer()


def fine() -> Section:
    return FINE


def down() -> Section:
    raise IntegrationError("The weather is out.")


def ask(guarded: Guarded) -> Section:
    guarded.begin(NOON - timedelta(days=1), NOON)
    assert until(lambda: not guarded.is_asking, 5)
    return guarded.section()


def test_what_a_service_tells_is_passed_on() -> None:
    assert ask(Guarded(Weather(fine))) == FINE


def test_a_failure_becomes_a_section_that_says_so_for_every_part() -> None:
    section = ask(Guarded(Weather(down)))
    assert section.state is SourceState.FAILED
    assert [(row.source, row.area, row.state, row.reason) for row in section.sources] == [
        ("weather", "sky", SourceState.FAILED, "The weather is out."),
        ("weather", "sea", SourceState.FAILED, "The weather is out."),
    ]


def test_a_service_that_hangs_is_not_waited_for_and_not_asked_twice() -> None:
    gate = threading.Event()

    def hangs() -> Section:
        gate.wait(10)
        return FINE

    weather = Weather(hangs)
    guarded = Guarded(weather)
    guarded.begin(NOON, NOON)
    assert guarded.section().sources[0].reason == "Weather did not answer in time."
    guarded.begin(NOON, NOON)
    gate.set()
    assert until(lambda: not guarded.is_asking, 5)
    assert weather.asked == 1
    assert guarded.section() == FINE


def test_one_that_keeps_failing_is_left_alone_and_tried_again_later() -> None:
    weather = Weather(down)
    guarded = Guarded(weather, most_failures=2, left_alone_s=0.2)
    assert [ask(guarded).sources[0].reason for _ in range(2)] == ["The weather is out."] * 2
    assert "It is left alone for 1 minute, then" in ask(guarded).sources[0].reason
    assert weather.asked == 2
    weather.answer = fine
    assert until(lambda: ask(guarded) == FINE, 5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_costs_its_section_only() -> None:
    def broken() -> Section:
        raise KeyError("oops")

    section = ask(Guarded(Weather(broken)))
    assert section.state is SourceState.FAILED
    assert "did not foresee" in section.sources[0].reason
