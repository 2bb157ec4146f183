"""How far each remote file has been read: in this process, and as kept on disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from unifi_scanner.logs.ssh_files import Position


class Positions(Protocol):
    """Where it is kept how far each file has been read; survives a restart."""

    def get(self, path: str) -> Position | None:
        """Return the position of a file, or None for one never read."""
        ...

    def put(self, path: str, position: Position) -> None:
        """Keep the position of a file."""
        ...


class Progress:
    """What was read so far, ahead of what is kept: positions are kept only once the entries are."""

    def __init__(self, positions: Positions) -> None:
        self.positions = positions
        self._reached: dict[str, Position] = {}
        self._new_since: dict[str, datetime | None] = {}
        self._turn = 0

    def position_of(self, path: str) -> Position | None:
        """Return how far a file has been read."""
        return self._reached.get(path) or self.positions.get(path)

    def reach(self, path: str, position: Position) -> None:
        """Note how far a file has been read."""
        self._reached[path] = position

    def keep(self) -> None:
        """Hand on what was reached."""
        for path, position in self._reached.items():
            if self.positions.get(path) != position:
                self.positions.put(path, position)
        self._reached.clear()

    def go_back(self) -> None:
        """Forget what was reached and not kept: what was read there has not come to the disk."""
        self._reached.clear()

    def begin(self, path: str, since: datetime | None) -> None:
        """Note that a file is read for the first time, and from when on its lines matter."""
        self._new_since.setdefault(path, since)

    def matters_from(self, path: str) -> datetime | None:
        """Return from when on a file's lines matter; None where all do, because it was read before."""
        return self._new_since.get(path)

    def caught_up(self, path: str) -> None:
        """Note that a file has been read to its end: from now on, every line of it matters."""
        self._new_since.pop(path, None)

    def in_turn(self, paths: Sequence[str]) -> list[str]:
        """Return the paths, each time beginning with another, so that one that grows fast starves none."""
        self._turn += 1
        first = self._turn % len(paths) if paths else 0
        return [*paths[first:], *paths[:first]]
