"""Heard: what was fed to an engine: how much, from when to when, and who else looks at it on the way. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from unifi_scanner.detection.dispatch import Seer
from unifi_scanner.models.log_entry import NO_TIME


class Heard(msgspec.Struct):
    """How many entries were fed, and the first and the last time any of them told."""

    entries: int = 0
    without_time: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def seers(self) -> Iterable[Seer]:
        """Return who looks at the entries beside rules and analysers."""
        return ()

    def note_no_later(self, when: datetime) -> bool:
        """Count an entry that is the first, or not later than those before; return whether it has a time."""
        if when == NO_TIME:
            self.without_time += 1
            return False
        if self.first is None:
            self.first = self.last = when
        elif when < self.first:
            self.first = when
        return True
