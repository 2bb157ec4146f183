"""REST v2 `system-log/all` -> LogEntry (docs/protocol.md D)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from unifi_scanner.errors import SystemLogCollectionError
from unifi_scanner.logs.base import Collected
from unifi_scanner.logs.normalise import Context
from unifi_scanner.logs.rest_collector import ask
from unifi_scanner.models.enums import Origin


class SystemLog(Protocol):
    """The part of UnifiClient that answers the v2 system log."""

    def system_log(self, since: datetime) -> Sequence[Mapping[str, Any]]:
        """Return system-log rows after `since`."""
        ...


class SystemLogCollector:
    """Reads the system log: the history of Network 9 and the only one of 10.3 and later."""

    source = "system_log"
    origins = frozenset({Origin.SYSTEM_LOG})

    def __init__(self, client: SystemLog, *, context: Context | None = None) -> None:
        self.client = client
        self.context = context or Context()

    def collect(self, since: datetime | None) -> Collected:
        """Return what the system log keeps after `since`; raises SystemLogCollectionError when it failed."""
        wanted = since or datetime.fromisoformat("1970-01-02T00:00:00+00:00")
        part = ask(self.source, self.client.system_log, wanted, self.context, Origin.SYSTEM_LOG)
        for failure in part.failures:
            if not failure.gone:
                raise SystemLogCollectionError(failure.reason)
        return part
