"""The port every source of log entries fits: Collector.collect(since) -> Collected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import msgspec

from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.samples import Samples


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a source could not do; `gone` means this controller never answers it, which is no fault.

    Where only a part could not be read, that part lies between `since` and `until`, or has no end where that is
    None; the source then stands under `heard` too, and must be read again from where it was read last.
    """

    source: str
    reason: str
    gone: bool = False
    since: datetime | None = None
    until: datetime | None = None


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What one source gave: how many entries, possibly none, and when the first and the last of them happened."""

    source: str
    entries: int
    newest: datetime | None = None
    oldest: datetime | None = None


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What a source gave: entries oldest first, what answered, and what failed."""

    entries: Sequence[LogEntry] = ()
    heard: Sequence[Heard] = ()
    failures: Sequence[Failure] = ()
    samples: Samples | None = None


class Collector(Protocol):
    """A source of log entries: what it is called in cursors, gaps and coverage."""

    source: str

    def collect(self, since: datetime | None) -> Collected:
        """Return what happened after `since`; raises CollectionError when the source failed as a whole."""
        ...


@runtime_checkable
class KeepsPlace(Protocol):
    """A source that itself knows how far it has read, and goes on from there."""

    def stored(self) -> None:
        """Note that what it gave the last time is on disk."""
        ...
