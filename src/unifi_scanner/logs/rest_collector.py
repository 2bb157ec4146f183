"""REST v1: `stat/event`, alarms and IPS rows -> LogEntry (docs/protocol.md C)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
import structlog

from unifi_scanner.errors import (
    ControllerError,
    EndpointGone,
    RestCollectionError,
    SignInRefused,
    SignInThrottled,
)
from unifi_scanner.logs.base import Collected, Failure, Heard
from unifi_scanner.logs.normalise import Context, entries_of
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry

log = structlog.get_logger(__name__)
Rows = Sequence[Mapping[str, Any]]


class HistoryV1(Protocol):
    """The part of UnifiClient that answers v1 history."""

    def events(self, since: datetime) -> Rows:
        """Return v1 events after `since`."""
        ...

    def alarms(self, since: datetime) -> Rows:
        """Return open alarms after `since`."""
        ...

    def ips_events(self, since: datetime) -> Rows:
        """Return IPS rows after `since`."""
        ...


class EventCollector:
    """Reads `stat/event`."""

    source = "rest"
    origins = frozenset({Origin.REST})

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        self.client = client
        self.context = context or Context()

    def collect(self, since: datetime | None) -> Collected:
        """Return what v1 keeps after `since`; raises RestCollectionError when it failed."""
        return one(self.source, self.client.events, since, self.context, Origin.REST)


class AlarmCollector:
    """Reads the open alarms."""

    source = "alarm"
    origins = frozenset({Origin.ALARM})

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        self.client = client
        self.context = context or Context()

    def collect(self, since: datetime | None) -> Collected:
        """Return the open alarms after `since`; raises RestCollectionError when it failed."""
        return one(self.source, self.client.alarms, since, self.context, Origin.ALARM)


class IpsCollector:
    """Reads `stat/ips/event`."""

    source = "ips"
    origins = frozenset({Origin.IPS})

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        self.client = client
        self.context = context or Context()

    def collect(self, since: datetime | None) -> Collected:
        """Return the threats after `since`; raises RestCollectionError when it failed."""
        return one(self.source, self.client.ips_events, since, self.context, Origin.IPS)


def one(
    name: str, fetch: Callable[[datetime], Rows], since: datetime | None, context: Context, origin: Origin
) -> Collected:
    """Return what one endpoint gave; raises RestCollectionError."""
    part = ask(name, fetch, since or datetime.fromisoformat("1970-01-02T00:00:00+00:00"), context, origin)
    for failure in part.failures:
        if not failure.gone:
            raise RestCollectionError(failure.reason)
    return part


def ask(
    name: str, fetch: Callable[[datetime], Rows], since: datetime, context: Context, origin: Origin
) -> Collected:
    """Return what one endpoint gave, or its failure as a value; sign-in errors concern all and are raised."""
    try:
        rows = fetch(since)
    except (SignInRefused, SignInThrottled):
        raise
    except EndpointGone as exc:
        return Collected(failures=[Failure(source=name, reason=str(exc), gone=True)])
    except ControllerError as exc:
        log.warning("source_failed", source=name, reason=str(exc))
        return Collected(failures=[Failure(source=name, reason=str(exc))])
    told = msgspec.structs.replace(context, origin=origin)
    entries: list[LogEntry] = [
        entry
        for row in rows
        for entry in entries_of(row, told)
        if not entry.has_time or entry.timestamp >= since
    ]
    return Collected(entries=entries, heard=[Heard(source=name, entries=len(entries))])
