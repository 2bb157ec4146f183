"""Lines on their way from the receiver's thread to whoever drains them: bounded in number and size, and counted."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import datetime

import msgspec

Step = Callable[[], None]
LINE_COST = 150  # bytes a line takes in memory besides its text


def nothing() -> None:
    """Do nothing: there is no journal."""


class ReceivedLine(msgspec.Struct, frozen=True):
    """One line as it came: when we received it (aware UTC), from which address, and its text."""

    at: datetime
    sender: str
    text: str


class LineBuffer:
    """Keeps up to `max_lines` lines and about `max_bytes`; what is beyond is refused, so that what was taken stays."""

    def __init__(self, max_lines: int, max_bytes: int) -> None:
        self.max_lines = max_lines
        self.max_bytes = max_bytes
        self._guard = threading.Lock()
        self._lines: list[ReceivedLine] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._lines)

    def has_room(self, text: str) -> bool:
        """Return whether a line of this text would be taken; only the one thread that adds may rely on it."""
        with self._guard:
            return len(self._lines) < self.max_lines and self._bytes + _cost(text) <= self.max_bytes

    def add(self, line: ReceivedLine, journal: Step = nothing) -> None:
        """Keep a line there is room for, journalled in the same breath: no drain comes in between."""
        with self._guard:
            journal()
            self._lines.append(line)
            self._bytes += _cost(line.text)

    def drain(self, cut: Step = nothing) -> list[ReceivedLine]:
        """Return and clear what is kept, oldest first, and cut the journal at this very point."""
        with self._guard:
            cut()
            lines, self._lines, self._bytes = self._lines, [], 0
        return lines


def _cost(text: str) -> int:
    return sys.getsizeof(text) + LINE_COST
