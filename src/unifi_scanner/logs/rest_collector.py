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


class RestLogCollector:
    """Reads what the v1 endpoints keep; each of them fails alone."""

    source = "rest"

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        self.client = client
        self.context = context or Context()

    def collect(self, since: datetime | None) -> Collected:
        """Return what v1 keeps after `since`; raises RestCollectionError when no endpoint answered at all."""
        wanted = since or datetime.fromisoformat("1970-01-02T00:00:00+00:00")
        endpoints: list[tuple[str, Callable[[datetime], Rows], Origin]] = [
            ("rest", self.client.events, Origin.REST),
            ("alarm", self.client.alarms, Origin.ALARM),
            ("ips", self.client.ips_events, Origin.IPS),
        ]
        parts = [ask(name, fetch, wanted, self.context, origin) for name, fetch, origin in endpoints]
        return whole(parts, RestCollectionError)


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


def whole(parts: Sequence[Collected], error: type[RestCollectionError]) -> Collected:
    """Return the parts as one; raises `error` when all of them failed for a real reason."""
    failures = [failure for part in parts for failure in part.failures]
    if len(failures) == len(parts) and not all(failure.gone for failure in failures):
        raise error("; ".join(dict.fromkeys(failure.reason for failure in failures)))
    return Collected(
        entries=[entry for part in parts for entry in part.entries],
        heard=[heard for part in parts for heard in part.heard],
        failures=failures,
    )
