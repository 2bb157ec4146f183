from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.connection import Connection
from unifi_scanner.sim import Flavour, SimulatedController, load_scenario

MakeTwin = Callable[..., SimulatedController]
MakeClient = Callable[..., UnifiClient]


@pytest.fixture
def twins() -> Iterator[MakeTwin]:
    with ExitStack() as stack:

        def make(
            flavour: Flavour = Flavour.UNIFI_OS, version: str = "9.3.43", **more: Any
        ) -> SimulatedController:
            twin = SimulatedController(
                load_scenario("quiet-week"), flavour=flavour, network_version=version, **more
            )
            return stack.enter_context(twin)

        yield make


@pytest.fixture
def clients() -> Iterator[MakeClient]:
    with ExitStack() as stack:

        def make(twin: SimulatedController, **more: Any) -> UnifiClient:
            known: dict[str, Any] = {
                "host": "127.0.0.1",
                "port": twin.port,
                "username": "scanner",
                "password": "correct horse",
                "tls_fingerprint": twin.fingerprint,
            }
            return stack.enter_context(UnifiClient(Connection(**(known | more))))

        yield make
