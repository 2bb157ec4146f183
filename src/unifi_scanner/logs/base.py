"""The port every source of log entries fits: Collector.collect(since) -> Collected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a source could not do; `gone` means this controller never answers it, which is no fault."""

    source: str
    reason: str
    gone: bool = False


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What one endpoint of a source gave: how many entries, possibly none."""

    source: str
    entries: int


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What a source gave: entries oldest first, what answered, and what failed."""

    entries: Sequence[LogEntry] = ()
    heard: Sequence[Heard] = ()
    failures: Sequence[Failure] = ()


class Collector(Protocol):
    """A source of log entries."""

    source: str

    def collect(self, since: datetime | None) -> Collected:
        """Return what happened after `since`; raises CollectionError when the source failed as a whole."""
        ...


class HistoryCollector(Collector, Protocol):
    """A source that keeps a past; `origins` is how its entries say that they come from it."""

    origins: frozenset[Origin]
