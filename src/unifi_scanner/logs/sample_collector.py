"""Devices, clients and health -> Samples: names for MACs, what hangs on what, and how it fares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import structlog

from unifi_scanner import clock
from unifi_scanner.errors import (
    ControllerError,
    EndpointForbidden,
    EndpointGone,
    RestCollectionError,
    SignInRefused,
    SignInThrottled,
)
from unifi_scanner.logs.base import Collected, Failure, Heard
from unifi_scanner.models.samples import Samples, clients_of, devices_of, health_of

log = structlog.get_logger(__name__)
Rows = Sequence[Mapping[str, Any]]


class Inventory(Protocol):
    """The part of UnifiClient that tells what is there."""

    def devices(self) -> Rows: ...
    def clients(self) -> Rows: ...
    def known_clients(self) -> Rows: ...
    def health(self) -> Rows: ...


class SampleCollector:
    """Looks at the network as it is now; it has no past, and gives no entries."""

    source = "samples"

    def __init__(self, client: Inventory) -> None:
        self.client = client

    def collect(self, since: datetime | None) -> Collected:
        """Return the network as it is now, whatever `since`; a list that fails costs only itself.

        Raises RestCollectionError where none of them could be read.
        """
        del since
        failures: list[Failure] = []
        devices = self._ask("devices", self.client.devices, failures)
        online = self._ask("clients", self.client.clients, failures)
        known = self._ask("known clients", self.client.known_clients, failures)
        health = self._ask("health", self.client.health, failures)
        if len(failures) == 4:
            raise RestCollectionError("; ".join(dict.fromkeys(failure.reason for failure in failures)))
        samples = Samples(
            at=clock.now(),
            devices=devices_of(devices),
            clients=clients_of(online, known),
            health=health_of(health),
        )
        return Collected(heard=[Heard(source=self.source, entries=0)], failures=failures, samples=samples)

    def _ask(self, what: str, fetch: Callable[[], Rows], failures: list[Failure]) -> Rows:
        try:
            return fetch()
        except (SignInRefused, SignInThrottled):
            raise
        except ControllerError as exc:
            log.warning("sample_missing", what=what, reason=str(exc))
            gone = isinstance(exc, EndpointGone | EndpointForbidden)
            failures.append(Failure(source=self.source, reason=f"The list of {what}: {exc}", gone=gone))
            return ()
