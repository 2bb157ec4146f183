"""REST v1: events, alarms, threats and Wi-Fi problems, each a source of its own (docs/protocol.md C)."""

from __future__ import annotations

from typing import Protocol

from unifi_scanner.errors import RestCollectionError
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.history_source import Fetch, HistorySource
from unifi_scanner.models.enums import Origin


class HistoryV1(Protocol):
    """The part of UnifiClient that answers v1 history."""

    @property
    def events(self) -> Fetch: ...
    @property
    def super_events(self) -> Fetch: ...
    @property
    def alarms(self) -> Fetch: ...
    @property
    def ips_events(self) -> Fetch: ...
    @property
    def anomalies(self) -> Fetch: ...


class RestLogCollector(HistorySource):
    """Reads `stat/event`: the whole history up to Network 9, frozen from 10 on."""

    source, origin, error = "rest", Origin.REST, RestCollectionError

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        super().__init__(client.events, context=context)


class SuperSiteCollector(HistorySource):
    """Reads what a classic controller keeps of administrators signing in, beside its sites."""

    source, origin, error = "super", Origin.REST, RestCollectionError

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        super().__init__(client.super_events, context=context)


class AlarmCollector(HistorySource):
    """Reads the open alarms."""

    source, origin, error = "alarm", Origin.ALARM, RestCollectionError

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        super().__init__(client.alarms, context=context)


class IpsCollector(HistorySource):
    """Reads threats as v1 tells them: up to Network 9.3.44."""

    source, origin, error = "ips", Origin.IPS, RestCollectionError

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        super().__init__(client.ips_events, context=context)


class AnomalyCollector(HistorySource):
    """Reads the Wi-Fi problems that the controller noticed by itself."""

    source, origin, error = "anomalies", Origin.REST, RestCollectionError

    def __init__(self, client: HistoryV1, *, context: Context | None = None) -> None:
        super().__init__(client.anomalies, context=context)
