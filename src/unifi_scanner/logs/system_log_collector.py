"""REST v2: the system log, what administrators did, and flows, each a source of its own (docs/protocol.md D)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from unifi_scanner.errors import SystemLogCollectionError
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.history_source import Fetch, HistorySource
from unifi_scanner.logs.redaction import redacted
from unifi_scanner.models.enums import Origin


class HistoryV2(Protocol):
    """The part of UnifiClient that answers v2 history."""

    @property
    def system_log(self) -> Fetch: ...
    @property
    def activity(self) -> Fetch: ...
    @property
    def flows(self) -> Fetch: ...


class SystemLogCollector(HistorySource):
    """Reads the system log: the history of Network 9 and the only one of 10.3 and later."""

    source, origin, error = "system_log", Origin.SYSTEM_LOG, SystemLogCollectionError

    def __init__(self, client: HistoryV2, *, context: Context | None = None) -> None:
        super().__init__(client.system_log, context=context)


class ActivityCollector(HistorySource):
    """Reads what administrators did; what they typed as a secret is blanked before anything is kept."""

    source, origin, error = "activity", Origin.ACTIVITY, SystemLogCollectionError

    def __init__(self, client: HistoryV2, *, context: Context | None = None) -> None:
        super().__init__(client.activity, context=context)

    def fit_to_keep(self, row: Any) -> Any:
        """Return a row without what was typed as a secret, also where it has no shape we know."""
        return redacted(row) if isinstance(row, Mapping) else row


class FlowCollector(HistorySource):
    """Reads traffic that was blocked, or that intrusion prevention noticed; only gateways have it."""

    source, origin, error = "flows", Origin.FLOW, SystemLogCollectionError

    def __init__(self, client: HistoryV2, *, context: Context | None = None) -> None:
        super().__init__(client.flows, context=context)
