from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from unifi_scanner.errors import (
    CollectionError,
    ControllerUnreachable,
    RestCollectionError,
    SignInRefused,
    WSCollectionError,
)
from unifi_scanner.logs import LogCollector
from unifi_scanner.logs.base import Collected, Heard
from unifi_scanner.models import LogEntry, LogLevel, LogSource

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOINED = LogEntry(
    timestamp=NOON,
    source=LogSource.WIRELESS,
    level=LogLevel.INFO,
    event_type="wu.connected",
    message="Client 5c:52:30:55:7d:67 connected to Hall",
)


class Told:
    """A source that answers, or fails, as it is told."""

    def __init__(self, source: str, answer: Sequence[LogEntry] | Exception) -> None:
        self.source = source
        self.answer = answer

    def collect(self, since: datetime | None) -> Collected:
        if isinstance(self.answer, Exception):
            raise self.answer
        return Collected(
            entries=list(self.answer), heard=[Heard(source=self.source, entries=len(self.answer))]
        )


@pytest.mark.parametrize(
    "error",
    [
        WSCollectionError("the buffer is gone"),
        ControllerUnreachable("it is off"),
        OSError("the network is down"),
        ValueError("an answer nobody expected"),
        KeyError("data"),
    ],
)
@pytest.mark.parametrize("failing", ["websocket", "system_log"])
def test_one_sources_failure_never_costs_anothers_entries(failing: str, error: Exception) -> None:
    chain = LogCollector([Told("rest", [JOINED]), Told(failing, error)])
    told = chain.gather(None)
    assert list(told.entries) == [JOINED]
    assert [failure.source for failure in told.failures] == [failing]


def test_only_when_every_source_failed_is_it_an_error() -> None:
    chain = LogCollector([Told("websocket", WSCollectionError("a")), Told("rest", RestCollectionError("b"))])
    with pytest.raises(CollectionError, match=r"a.*b"):
        chain.collect()


def test_a_refused_sign_in_is_told_as_what_it_is() -> None:
    with pytest.raises(SignInRefused):
        LogCollector([Told("rest", SignInRefused("no"))]).collect()


def test_the_chain_asks_the_socket_first_and_ssh_last() -> None:
    sources = [Told(name, []) for name in ("ssh", "system_log", "rest", "websocket")]
    assert [s.source for s in LogCollector(sources).sources] == ["websocket", "rest", "system_log", "ssh"]
