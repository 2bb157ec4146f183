from __future__ import annotations

import gc
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.api.conftest import MakeClient, MakeTwin
from unifi_scanner.api.buffer import BufferedEvent
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.link import Policy
from unifi_scanner.api.websocket import UnifiWebSocketClient
from unifi_scanner.api.ws_manager import WebSocketManager
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.sim import Flavour, SimulatedController
from unifi_scanner.sim.certificate import make_certificate

QUICK = Policy(first=0.02, longest=0.2, longest_refused=0.2)
MALFORMED = (
    "empty",
    "ping",
    "binary",
    "truncated",
    "non_object",
    "invalid_utf8",
    "huge",
    "empty_data",
    "no_meta",
)


def until(claim: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.01)
    return claim()


def listening(client: UnifiClient, policy: Policy = QUICK) -> WebSocketManager:
    client.sign_in()
    manager = WebSocketManager()
    manager.start(
        client.base_url,
        client.site,
        client.get_session_cookies(),
        client.device_type,
        ssl_context=client.ssl_context,
        sign_in=client.sign_in_again,
        policy=policy,
    )
    return manager


def heard(manager: WebSocketManager, count: int, into: list[BufferedEvent]) -> bool:
    def enough() -> bool:
        into.extend(e for e in manager.drain_events() if e.event_type != "sta:sync")
        return len(into) >= count

    return until(enough)


def emit(twin: SimulatedController, number: int) -> str:
    return twin.emit("EVT_WU_Connected", user=f"02:00:00:00:00:{number:02x}", ssid="Home").id


@pytest.mark.parametrize("flavour", list(Flavour))
def test_events_are_heard_on_every_flavour(twins: MakeTwin, clients: MakeClient, flavour: Flavour) -> None:
    twin = twins(flavour)
    manager = listening(clients(twin))
    try:
        assert until(manager.is_running)
        sent = [emit(twin, number) for number in range(3)]
        events: list[BufferedEvent] = []
        assert heard(manager, 3, events)
        assert [event.data["_id"] for event in events] == sent
    finally:
        manager.stop()


def test_malformed_and_huge_frames_are_counted_and_survived(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    manager = listening(clients(twin))
    try:
        assert until(manager.is_running)
        for kind in MALFORMED:
            twin.push_malformed(kind)
        emit(twin, 1)
        events: list[BufferedEvent] = []
        assert heard(manager, 1, events)
        counts = manager.counts()
        assert (counts["empty"] >= 1, counts["pings"] >= 1, counts["unreadable"] >= 3) == (True, True, True)
        assert [change.connected for change in manager.link_changes()] == [True]
    finally:
        manager.stop()


@pytest.mark.parametrize("how", ["close", "abort"])
def test_a_hangup_is_followed_by_a_redial(twins: MakeTwin, clients: MakeClient, how: str) -> None:
    twin = twins()
    manager = listening(clients(twin))
    try:
        assert until(manager.is_running)
        before = emit(twin, 1)
        assert until(lambda: len(manager._buffer) >= 1)
        twin.disconnect_all(how)
        assert until(lambda: not manager.is_running())
        assert until(manager.is_running)
        after = emit(twin, 2)
        events: list[BufferedEvent] = []
        assert heard(manager, 2, events)
        assert [event.data["_id"] for event in events] == [before, after]
        assert [change.connected for change in manager.link_changes()] == [True, False, True]
    finally:
        manager.stop()


def test_a_refused_handshake_signs_in_again(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    manager = listening(clients(twin))
    try:
        assert until(manager.is_running)
        twin.expire_sessions()
        twin.disconnect_all("close")
        assert until(lambda: not manager.is_running())
        assert until(manager.is_running)
        assert twin.sign_ins() == 2
    finally:
        manager.stop()


def test_a_sign_in_that_breaks_in_an_unheard_of_way_does_not_end_the_stream_for_good(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    broken = iter([RuntimeError("nobody thought of this"), KeyError("nor of this")])

    def sign_in(old: Mapping[str, str]) -> Mapping[str, str]:
        for error in broken:
            raise error
        return client.sign_in_again(old)

    manager = WebSocketManager()
    manager.start(
        client.base_url, client.site, {"TOKEN": "old"}, client.device_type, ssl_context=client.ssl_context,
        sign_in=sign_in, policy=QUICK,
    )  # fmt: skip
    try:
        assert until(manager.is_running)
        assert [change.connected for change in manager.link_changes()][-1]
    finally:
        manager.stop()


def test_a_server_that_closes_at_once_is_not_hammered(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    twin.close_at_once(True)
    manager = listening(clients(twin), Policy(first=0.1, longest=5.0))
    try:
        time_up = time.monotonic() + 1.5
        until(lambda: time.monotonic() > time_up, 2)
        assert 2 <= sum(status == 101 for _, _, status in twin.requests()) <= 8
    finally:
        manager.stop()


def test_a_first_connection_that_fails_is_tried_again(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    twin.refuse_sockets(502)
    manager = listening(clients(twin))
    try:
        assert until(lambda: any(status == 502 for _, _, status in twin.requests()))
        twin.refuse_sockets(None)
        assert until(manager.is_running)
    finally:
        manager.stop()


def test_a_manager_never_started_has_nothing_and_can_be_stopped() -> None:
    manager = WebSocketManager()
    assert manager.drain_events() == []
    assert not manager.is_running()
    manager.stop()
    manager.stop()


def test_what_was_heard_before_a_stop_can_still_be_drained(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    manager = listening(clients(twin))
    assert until(manager.is_running)
    emit(twin, 1)
    assert until(lambda: any(True for _ in range(len(manager._buffer))))
    manager.stop()
    assert [e.event_type for e in manager.drain_events() if e.event_type != "sta:sync"] == ["wu.connected"]


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "unifi-websocket"]


def test_starts_and_stops_raced_200_times_leave_nothing_behind(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    manager = WebSocketManager()

    def begin() -> None:
        manager.start(
            client.base_url,
            client.site,
            client.get_session_cookies(),
            client.device_type,
            ssl_context=client.ssl_context,
            policy=QUICK,
        )

    for turn in range(200):
        racers = [threading.Thread(target=begin), threading.Thread(target=manager.stop)]
        for racer in racers if turn % 2 else reversed(racers):
            racer.start()
        for racer in racers:
            racer.join(10)
    manager.stop()
    assert until(lambda: not threads())
    assert until(lambda: twin.connections() == 0)
    assert (manager._thread, manager._loop) == (None, None)


@contextmanager
def never_answers_tls() -> Iterator[int]:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield silent.getsockname()[1]


@contextmanager
def swallows_every_packet() -> Iterator[int]:
    """A port whose queue is full: the system drops whoever else calls, as a black hole does."""
    with socket.socket() as full, ExitStack() as callers:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        yield full.getsockname()[1]


@contextmanager
def never_answers_the_handshake() -> Iterator[int]:
    certificate = make_certificate()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        talker = threading.Thread(
            target=_greet_and_fall_silent, args=(listening, certificate.server_context())
        )
        talker.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            talker.join(10)


def _greet_and_fall_silent(listening: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            caller, _ = listening.accept()
            caller.settimeout(10)
            with suppress(OSError), context.wrap_socket(caller, server_side=True) as talking:
                while talking.recv(4096):
                    pass


@pytest.mark.parametrize("wait", [0.0, 0.3])
@pytest.mark.parametrize(
    "server",
    [never_answers_tls, swallows_every_packet, never_answers_the_handshake],
    ids=lambda f: f.__name__,
)
def test_a_stop_during_the_first_connect_returns_within_5_s_and_leaves_nothing(
    server: Callable[[], AbstractContextManager[int]], wait: float
) -> None:
    with server() as port:
        before = open_files()
        manager = WebSocketManager()
        manager.start(f"https://127.0.0.1:{port}", "default", {}, DeviceType.UDM_PRO)
        until(lambda: False, wait)
        began = time.monotonic()
        manager.stop()
        assert time.monotonic() - began < 5
        assert not threads()
        assert not manager.is_running()
        gc.collect()
        assert until(lambda: open_files() <= before)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_stop_while_a_sign_in_hangs_returns_within_5_s(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    asked, free = threading.Event(), threading.Event()

    def hang(_cookies: Mapping[str, str]) -> Mapping[str, str]:
        asked.set()
        free.wait(30)
        return {}

    manager = WebSocketManager()
    manager.start(
        client.base_url, client.site, {"TOKEN": "old"}, client.device_type, ssl_context=client.ssl_context, sign_in=hang, policy=QUICK,
    )  # fmt: skip
    try:
        assert asked.wait(10)
        began = time.monotonic()
        manager.stop()
        assert time.monotonic() - began < 5
        assert not threads()
        # what hangs must not keep the program from ending
        assert all(
            t.daemon
            for t in threading.enumerate()
            if t is not threading.main_thread() and t.name.startswith("unifi")
        )
    finally:
        free.set()


@pytest.mark.parametrize(
    ("base", "device_type", "endpoint"),
    [
        ("https://10.0.0.1", DeviceType.UDM_PRO, "wss://10.0.0.1/proxy/network/wss/s/home/events"),
        (
            "https://10.0.0.1:11443",
            DeviceType.UDM_PRO,
            "wss://10.0.0.1:11443/proxy/network/wss/s/home/events",
        ),
        ("unifi.lan:8443/", DeviceType.SELF_HOSTED, "wss://unifi.lan:8443/wss/s/home/events"),
        ("https://unifi.lan:8443", DeviceType.SELF_HOSTED, "wss://unifi.lan:8443/wss/s/home/events"),
    ],
)
def test_the_endpoint_follows_the_flavour(base: str, device_type: DeviceType, endpoint: str) -> None:
    assert UnifiWebSocketClient(base, "home", {}, device_type).endpoint == endpoint


def test_a_few_frames_of_a_kind_nobody_knows_are_kept_and_all_are_counted(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins()
    manager = listening(clients(twin))
    try:
        assert until(lambda: twin.connections() == 1)
        for number in range(5):
            twin.push_raw(f'{{"meta":{{"rc":"ok","message":"hologram:sync"}},"data":[{{"n":{number}}}]}}')
        twin.push_raw('{"meta":{"rc":"ok","message":"wlanconf:sync"},"data":[{"name":"Home"}]}')
        assert until(lambda: manager.unknown_frames().get("hologram:sync") == 5)
        kept = [e.data for e in manager.drain_events() if e.event_type == "hologram:sync"]
        assert kept == [{"n": 0}, {"n": 1}, {"n": 2}]
        assert "wlanconf:sync" not in manager.unknown_frames()
    finally:
        manager.stop()
