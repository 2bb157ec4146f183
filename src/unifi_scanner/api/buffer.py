"""Bounded, counted, thread-safe hand-over from the stream to whoever drains it."""

from __future__ import annotations

import threading
from collections import deque
from heapq import merge
from operator import itemgetter

from unifi_scanner.api.events import BufferedEvent

__all__ = ["BufferedEvent", "WebSocketEventBuffer"]

STATE_TYPES = frozenset({"sta:sync", "client:sync"})


class WebSocketEventBuffer:
    """Keeps up to `max_size` events; when full, state goes before events a person would miss, oldest first."""

    def __init__(self, max_size: int = 10_000) -> None:
        self.max_size = max(1, max_size)
        self._lock = threading.Lock()
        self._events: deque[tuple[int, BufferedEvent]] = deque()
        self._state: deque[tuple[int, BufferedEvent]] = deque()
        self._number = 0
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Return how many events were lost because the buffer was full."""
        return self._dropped

    def __len__(self) -> int:
        return len(self._events) + len(self._state)

    def add(self, event: BufferedEvent) -> None:
        """Keep `event`, dropping the least valuable one when full."""
        with self._lock:
            self._number += 1
            home = self._state if event.event_type in STATE_TYPES else self._events
            home.append((self._number, event))
            if len(self._events) + len(self._state) > self.max_size:
                (self._state or self._events).popleft()
                self._dropped += 1

    def drain(self) -> list[BufferedEvent]:
        """Return and clear everything, in the order it came."""
        with self._lock:
            events, self._events = self._events, deque()
            state, self._state = self._state, deque()
        if not state:
            return [event for _, event in events]
        return (
            [event for _, event in merge(events, state, key=itemgetter(0))]
            if events
            else [event for _, event in state]
        )
