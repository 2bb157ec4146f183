from __future__ import annotations

import threading
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.api.buffer import BufferedEvent, WebSocketEventBuffer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(number: int, kind: str = "wu.connected") -> BufferedEvent:
    return BufferedEvent(NOON, kind, {"n": number})


def numbers(buffer: WebSocketEventBuffer) -> list[int]:
    return [heard.data["n"] for heard in buffer.drain()]


def test_a_drain_gives_everything_once_in_the_order_it_came() -> None:
    buffer = WebSocketEventBuffer()
    for number in range(5):
        buffer.add(event(number, "sta:sync" if number % 2 else "wu.connected"))
    assert len(buffer) == 5
    assert numbers(buffer) == [0, 1, 2, 3, 4]
    assert numbers(buffer) == []


def test_a_flood_of_state_never_evicts_an_event() -> None:
    buffer = WebSocketEventBuffer(10)
    for number in range(10):
        buffer.add(event(number))
    for number in range(1000):
        buffer.add(event(number, "sta:sync"))
    assert (numbers(buffer), buffer.dropped) == (list(range(10)), 1000)


def test_among_events_the_oldest_goes_first() -> None:
    buffer = WebSocketEventBuffer(3)
    for number in range(5):
        buffer.add(event(number))
    assert (numbers(buffer), buffer.dropped) == ([2, 3, 4], 2)


@given(st.integers(1, 20), st.lists(st.booleans(), max_size=60))
def test_what_is_kept_and_what_is_dropped_add_up(size: int, is_state: list[bool]) -> None:
    buffer = WebSocketEventBuffer(size)
    for number, state in enumerate(is_state):
        buffer.add(event(number, "sta:sync" if state else "wu.connected"))
    kept = numbers(buffer)
    assert len(kept) + buffer.dropped == len(is_state)
    assert kept == sorted(kept)
    events = [number for number, state in enumerate(is_state) if not state]
    assert [number for number in kept if not is_state[number]] == events[-size:]


def test_concurrent_adders_and_a_drainer_lose_nothing() -> None:
    buffer = WebSocketEventBuffer(1_000_000)
    heard: list[int] = []

    def add(start: int) -> None:
        for number in range(start, start + 5000):
            buffer.add(event(number))

    adders = [threading.Thread(target=add, args=(start,)) for start in range(0, 20_000, 5000)]
    for adder in adders:
        adder.start()
    while any(adder.is_alive() for adder in adders):
        heard += numbers(buffer)
    heard += numbers(buffer)
    assert sorted(heard) == list(range(20_000))
