from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from unifi_scanner.api.buffer import BufferedEvent
from unifi_scanner.errors import WSCollectionError
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.ws_collector import WSLogCollector
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import LogLevel, LogSource, Origin

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PHONE, HALL, ATTIC = "5c:52:30:55:7d:67", "d0:21:f9:89:df:f9", "d0:21:f9:87:4e:9d"


class Heard:
    """A stand-in for the manager at its one seam: it hands over what it was given."""

    def __init__(self, *events: Any, error: Exception | None = None) -> None:
        self.events = list(events)
        self.error = error

    def drain_events(self) -> list[BufferedEvent]:
        if self.error is not None:
            raise self.error
        drained, self.events = self.events, []
        return drained


def event(event_type: str = "wu.connected", *, at: datetime = NOON, **data: Any) -> BufferedEvent:
    return BufferedEvent(at, event_type, {"user": PHONE, "ap": HALL} | data)


@pytest.mark.parametrize(
    ("heard", "level", "message"),
    [
        (event("wu.connected"), LogLevel.INFO, f"Client {PHONE} connected to Hall"),
        (event("wu.disconnected"), LogLevel.INFO, f"Client {PHONE} disconnected from Hall"),
        (
            event("wu.roam", ap_from=HALL, ap_to=ATTIC),
            LogLevel.INFO,
            f"Client {PHONE} roamed from Hall to {ATTIC}",
        ),
        (event("wu.roam_radio"), LogLevel.INFO, f"Client {PHONE} switched radio on Hall"),
        (BufferedEvent(NOON, "sta:sync", {"mac": PHONE}), LogLevel.DEBUG, f"Client {PHONE} state sync"),
        (event("wu.connected", ap_name="Den"), LogLevel.INFO, f"Client {PHONE} connected to Den"),
    ],
)
def test_each_event_type_has_its_source_level_and_message(
    heard: BufferedEvent, level: LogLevel, message: str
) -> None:
    collector = WSLogCollector(Heard(heard), context=Context(names=NameBook({HALL: "Hall"})))
    (entry,) = collector.collect()
    assert (entry.source, entry.level, entry.message) == (LogSource.WIRELESS, level, message)
    assert (entry.event_type, entry.timestamp, entry.client_mac) == (heard.event_type, NOON, PHONE)
    assert entry.origins == {Origin.WEBSOCKET}


def test_events_older_than_the_tolerance_are_left_out() -> None:
    old, skewed = event(at=NOON - timedelta(minutes=6)), event(at=NOON - timedelta(minutes=4))
    entries = WSLogCollector(Heard(old, skewed), since_timestamp=NOON).collect()
    assert [e.timestamp for e in entries] == [skewed.timestamp]


def test_tolerance_never_tells_an_event_twice() -> None:
    manager = Heard(event(_id="1"))
    collector = WSLogCollector(manager, since_timestamp=NOON)
    assert len(collector.collect()) == 1
    manager.events = [event(_id="1"), event(_id="2")]
    assert len(collector.collect()) == 1


def test_an_event_that_cannot_be_converted_says_so_and_costs_no_other() -> None:
    broken = BufferedEvent(NOON, "wu.connected", "not an object")  # type: ignore[arg-type]
    entries = WSLogCollector(Heard(broken, event())).collect()
    assert sorted(e.kind for e in entries) == ["client.connected", "unreadable"]
    assert next(e for e in entries if e.kind == "unreadable").raw_data == {"unreadable": "not an object"}


def test_entries_come_oldest_first() -> None:
    later, sooner = event(at=NOON + timedelta(seconds=9), _id="b"), event(at=NOON, _id="a")
    entries = WSLogCollector(Heard(later, sooner)).collect()
    assert [e.timestamp for e in entries] == [sooner.timestamp, later.timestamp]


def test_a_buffer_that_cannot_be_read_is_told_as_such() -> None:
    cause = RuntimeError("gone")
    with pytest.raises(WSCollectionError) as caught:
        WSLogCollector(Heard(error=cause)).collect()
    assert caught.value.cause is cause


@pytest.mark.parametrize("event_type", ["wu.connected", "wu.roam", "made.up", "sta:sync", "ap.lost_contact"])
def test_the_same_words_5_s_later_are_a_second_event(event_type: str) -> None:
    first, again = event(event_type), event(event_type, at=NOON + timedelta(seconds=5))
    told = WSLogCollector(Heard(first, again)).collect()
    assert [entry.timestamp for entry in told] == [first.timestamp, again.timestamp]


def test_the_same_event_handed_over_twice_is_told_once() -> None:
    collector = WSLogCollector(Heard(event()))
    assert len(collector.collect()) == 1
    collector.manager = Heard(event())
    assert collector.collect() == []


@pytest.mark.parametrize(
    "odd",
    [
        BufferedEvent("noon", "wu.connected", {"user": PHONE}),  # type: ignore[arg-type]
        BufferedEvent(NOON, None, {"user": PHONE}),  # type: ignore[arg-type]
        BufferedEvent(NOON, 7, {"key": 7}),  # type: ignore[arg-type]
        BufferedEvent(NOON, "wu.connected", None),  # type: ignore[arg-type]
    ],
)
def test_an_event_that_cannot_be_converted_says_so_and_costs_the_others_nothing(odd: BufferedEvent) -> None:
    since = NOON - timedelta(hours=1)
    told = WSLogCollector(Heard(event(), odd, event("wu.roam")), since).collect()
    assert len(told) == 3
    assert {entry.kind for entry in told} >= {"client.connected", "client.roamed"}
    (kept,) = [e for e in told if e.kind in ("unreadable", "unknown") or not e.has_time]
    assert kept.raw_data


@pytest.mark.parametrize("error", [Exception("gone"), ZeroDivisionError("gone"), MemoryError("gone")])
def test_whatever_fails_as_a_whole_is_one_error_with_its_cause(error: Exception) -> None:
    with pytest.raises(WSCollectionError) as caught:
        WSLogCollector(Heard(error=error)).collect()
    assert caught.value.cause is error


def test_two_events_of_one_moment_that_differ_only_in_type_are_two() -> None:
    types = ["wu.connected", "wu.disconnected", "wu.roam_radio"]
    told = WSLogCollector(Heard(*map(event, types))).collect()
    assert sorted(entry.event_type for entry in told) == types
