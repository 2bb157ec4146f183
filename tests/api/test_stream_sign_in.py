"""How the stream is let in: by key, by the account's cookie, and after a pause."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.api.conftest import MakeClient, MakeTwin
from tests.api.test_stream import QUICK, emit, heard, until
from unifi_scanner.api.buffer import BufferedEvent
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.websocket import NO_KEY_STREAM, LinkChange
from unifi_scanner.api.ws_manager import WebSocketManager
from unifi_scanner.sim import SimulatedController

KEY = "key-0123456789"
KEY_ONLY: dict[str, Any] = {"username": None, "password": None, "api_key": KEY}


def listening(client: UnifiClient) -> WebSocketManager:
    client.sign_in()
    manager = WebSocketManager()
    manager.start(
        client.base_url,
        client.site,
        client.get_session_cookies(),
        client.device_type,
        ssl_context=client.ssl_context,
        sign_in=client.sign_in_again,
        api_key=client.transport.api_key,
        fresh_cookies=client.transport.cookies_for_stream,
        policy=QUICK,
    )
    return manager


def dials(twin: SimulatedController) -> int:
    return sum(status == 101 for _, _, status in twin.requests())


def test_a_stream_that_closes_without_a_frame_is_blamed_on_the_key_once(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins(api_key=KEY)
    manager = listening(clients(twin, **KEY_ONLY))
    changes: list[LinkChange] = []
    try:
        assert until(lambda: dials(twin) >= 5)
        assert not manager.is_running()
    finally:
        manager.stop()
    changes = manager.link_changes()
    assert [(change.connected, change.reason) for change in changes] == [(False, NO_KEY_STREAM)]
    assert twin.sign_ins() == 0


def test_a_stream_that_works_with_a_key_is_heard(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins(api_key=KEY)
    twin.stream_by_key(True)
    manager = listening(clients(twin, **KEY_ONLY))
    try:
        assert until(manager.is_running)
        sent = emit(twin, 1)
        events: list[BufferedEvent] = []
        assert heard(manager, 1, events)
        assert [event.data["_id"] for event in events] == [sent]
        assert [change.connected for change in manager.link_changes()] == [True]
    finally:
        manager.stop()


def test_with_key_and_account_the_stream_is_opened_by_the_account(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins(api_key=KEY)
    client = clients(twin, api_key=KEY)
    manager = listening(client)
    try:
        assert until(manager.is_running)
        emit(twin, 1)
        events: list[BufferedEvent] = []
        assert heard(manager, 1, events)
        assert twin.sign_ins() == 1
    finally:
        manager.stop()


def test_an_account_that_is_refused_leaves_the_stream_to_the_key(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins(api_key=KEY)
    twin.stream_by_key(True)
    manager = listening(clients(twin, api_key=KEY, password="wrong horse"))
    try:
        assert until(manager.is_running)
        assert sum("login" in path for _, path, _ in twin.requests()) == 1
    finally:
        manager.stop()


def test_a_redial_with_a_session_over_12_hours_old_signs_in_first(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins(version="10.4.57")
    client = clients(twin)
    manager = listening(client)
    try:
        assert until(manager.is_running)
        twin.age_sessions(timedelta(hours=25))
        present = client.transport._sign_in.session
        old = msgspec.structs.replace(present, made=present.made - 25 * 3600)
        client.transport._sign_in._session = old
        twin.disconnect_all("close")
        assert until(lambda: dials(twin) == 2)
        assert until(manager.is_running)
        assert not [status for _, path, status in twin.requests() if "wss" in path and status == 401]
        assert twin.sign_ins() == 2
    finally:
        manager.stop()


@pytest.mark.parametrize("as_date", [False, True])
def test_a_handshake_that_is_told_to_wait_is_no_reason_to_sign_in(
    twins: MakeTwin, clients: MakeClient, as_date: bool
) -> None:
    twin = twins()
    twin.throttle("/wss/", 1, as_date=as_date)
    manager = listening(clients(twin))
    try:
        assert until(lambda: any(status == 429 for _, _, status in twin.requests()))
        twin.throttle("/wss/", on=False)
        assert until(manager.is_running)
        assert twin.sign_ins() == 1
        assert [change.reason for change in manager.link_changes()] == [
            "the controller asked for a pause",
            "",
        ]
    finally:
        manager.stop()
