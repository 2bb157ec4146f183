"""The WebSocket buffer -> LogEntry."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec
import structlog

from unifi_scanner.api.buffer import BufferedEvent
from unifi_scanner.errors import WSCollectionError
from unifi_scanner.logs.base import Collected, Heard
from unifi_scanner.logs.entry import Context, unreadable_entry
from unifi_scanner.logs.normalise import entry_of_item
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry

__all__ = ["LiveSource", "WSCollectionError", "WSLogCollector"]

SKEW = timedelta(minutes=5)
REMEMBERED_IDS = 50_000
log = structlog.get_logger(__name__)


class Drainable(Protocol):
    """Whatever hands over buffered events: the WebSocketManager."""

    def drain_events(self) -> list[BufferedEvent]:
        """Return and clear what is buffered, oldest first."""
        ...


class WSLogCollector:
    """Turns what the WebSocket heard into entries."""

    source = "websocket"

    def __init__(
        self, manager: Drainable, since_timestamp: datetime | None = None, *, context: Context | None = None
    ) -> None:
        self.manager = manager
        self.since_timestamp = since_timestamp
        self.context = context or Context()
        self._seen: OrderedDict[str, None] = OrderedDict()

    def collect(self) -> list[LogEntry]:
        """Return the buffered events as entries, oldest first, none of them twice.

        Raises WSCollectionError when the buffer cannot be read; one bad event costs only itself.
        """
        events = self._drain()
        wanted = [event for event in events if self._is_recent(event)]
        entries = sorted(
            (e for e in map(self._convert, wanted) if self._is_new(e)), key=lambda e: e.timestamp
        )
        tell = log.info if events else log.debug
        tell("websocket_events_collected", entries=len(entries), too_old=len(events) - len(wanted))
        return entries

    def _drain(self) -> Sequence[BufferedEvent]:
        try:
            return list(self.manager.drain_events())
        except Exception as exc:  # whatever it was, it goes on as the one error promised, with its cause
            raise WSCollectionError("The live events could not be read from their buffer.", exc) from exc

    def _is_recent(self, event: BufferedEvent) -> bool:
        moment = _moment_of(event)
        return self.since_timestamp is None or moment is None or moment >= aware(self.since_timestamp) - SKEW

    def _convert(self, event: BufferedEvent) -> LogEntry:
        context = msgspec.structs.replace(self.context, heard=_moment_of(event), origin=Origin.WEBSOCKET)
        item: Any = event.data  # whatever the wire held
        if not isinstance(item, Mapping):
            return unreadable_entry(item, context)
        try:
            return entry_of_item(event.event_type, item, context)
        except (AttributeError, TypeError, ValueError, LookupError, OverflowError, RecursionError):
            return unreadable_entry(item, context)

    def _is_new(self, entry: LogEntry) -> bool:
        if entry.id in self._seen:
            return False
        self._seen[entry.id] = None
        if len(self._seen) > REMEMBERED_IDS:
            self._seen.popitem(last=False)
        return True


class LiveSource:
    """The WebSocket as a Collector of the chain; `on_stored` lets go of what was collected so far."""

    source = "websocket"
    origins = frozenset({Origin.WEBSOCKET})

    def __init__(self, collector: WSLogCollector, *, on_stored: Callable[[], None] = lambda: None) -> None:
        self.collector = collector
        self.forget_stored = on_stored

    def collect(self, since: datetime | None) -> Collected:
        """Return what was heard since the last time; the buffer has no past, so `since` only filters."""
        if since is not None:
            self.collector.since_timestamp = since
        entries = self.collector.collect()
        return Collected(entries=entries, heard=[Heard(source=self.source, entries=len(entries))])


def _moment_of(event: BufferedEvent) -> datetime | None:
    moment: Any = event.timestamp
    return aware(moment) if isinstance(moment, datetime) else None


def aware(moment: datetime) -> datetime:
    """Return `moment` in UTC, taking one without a zone as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
