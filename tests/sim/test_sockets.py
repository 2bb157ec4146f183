"""WebSockets, TLS and threads of the running controller (docs/protocol.md B)."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import WSMsgType

from tests.sim.simulated import eventually, http_session, small_home, wait_until
from unifi_scanner.sim import Flavour, SimulatedController, load_scenario, wire_events
from unifi_scanner.sim.frames import HUGE, MALFORMED

QUIET = '[serving]\nstate_frames_every = "0s"\n'
Socket = aiohttp.ClientWebSocketResponse


async def _sign_in(session: aiohttp.ClientSession, sim: SimulatedController) -> None:
    login = "/api/login" if sim.flavour is Flavour.CLASSIC else "/api/auth/login"
    body = {"username": "scanner", "password": "correct horse"}
    async with session.post(sim.base_url + login, json=body, ssl=False) as reply:
        assert reply.status == 200


def _dial(session: aiohttp.ClientSession, sim: SimulatedController, path: str | None = None) -> Any:
    path = path or f"{sim.flavour.prefix}/wss/s/default/events"
    return session.ws_connect(sim.base_url + path, ssl=False, max_msg_size=0, autoping=True)


def _with_socket(
    sim: SimulatedController, use: Callable[[Socket], Awaitable[None]], path: str | None = None
) -> None:
    async def run() -> None:
        async with http_session() as session:
            await _sign_in(session, sim)
            async with _dial(session, sim, path) as socket:
                await eventually(lambda: sim.connections() == 1, "the socket")
                await use(socket)

    asyncio.run(run())


async def _next_events(socket: Socket) -> list[dict[str, Any]]:
    """Return the items of the next `events` frame."""
    while True:
        frame = msgspec.json.decode((await socket.receive(10)).data)
        if frame["meta"]["message"] == "events":
            items: list[dict[str, Any]] = frame["data"]
            return items


async def _handshake(sim: SimulatedController, path: str | None = None, *, sign_in: bool = True) -> int:
    """Return the status a handshake is answered with."""
    async with http_session() as session:
        if sign_in:
            await _sign_in(session, sim)
        try:
            async with _dial(session, sim, path):
                return 101
        except aiohttp.WSServerHandshakeError as refused:
            return refused.status


@pytest.mark.parametrize("flavour", list(Flavour))
def test_every_event_arrives_once_and_in_order(flavour: Flavour) -> None:
    ids: list[str] = []

    async def use(socket: Socket) -> None:
        for _ in range(50):
            sim.emit("client_connects")
        while len(ids) < 50:
            ids.extend(item["_id"] for item in await _next_events(socket))

    with SimulatedController(small_home(), flavour=flavour) as sim:
        _with_socket(sim, use)
        assert ids == [row.id for row in sim.ledger()]


def test_happenings_emitted_together_share_a_frame() -> None:
    async def use(socket: Socket) -> None:
        sim.emit_together(("client_connects", {}), ("client_roams", {}))
        assert [item["key"] for item in await _next_events(socket)] == ["EVT_WU_Connected", "EVT_WU_Roam"]

    with SimulatedController(small_home()) as sim:
        _with_socket(sim, use)


def test_frames_begin_with_meta_or_with_data() -> None:
    starts: set[str] = set()

    async def use(socket: Socket) -> None:
        for _ in range(6):
            sim.emit("client_connects")
        for _ in range(7):
            starts.add((await socket.receive(10)).data[:7])

    with SimulatedController(small_home(QUIET)) as sim:
        _with_socket(sim, use)
    assert starts == {'{"meta"', '{"data"'}


@pytest.mark.parametrize(("query", "kind"), [("", "sta:sync"), ("?clients=v2", "client:sync")])
def test_a_quiet_site_is_never_silent(query: str, kind: str) -> None:
    kinds: set[str] = set()

    async def use(socket: Socket) -> None:
        while not {"device:sync", "unifi-device:sync", kind} <= kinds:
            kinds.add(msgspec.json.decode((await socket.receive(10)).data)["meta"]["message"])

    with SimulatedController(small_home('[serving]\nstate_frames_every = "10ms"\n')) as sim:
        _with_socket(sim, use, f"/proxy/network/wss/s/default/events{query}")
    assert len({"sta:sync", "client:sync"} & kinds) == 1
    assert not any(row for row in sim.ledger())


@pytest.mark.parametrize("kind", MALFORMED)
def test_every_malformed_frame_really_reaches_the_wire(kind: str) -> None:
    heard: list[aiohttp.WSMessage] = []

    async def use(socket: Socket) -> None:
        assert (await socket.receive(10)).type is WSMsgType.TEXT
        sim.push_malformed(kind)
        heard.append(await socket.receive(20))

    with SimulatedController(small_home(QUIET)) as sim:
        _with_socket(sim, use)
    (message,) = heard
    match kind:
        case "invalid_utf8":
            assert message.type is WSMsgType.ERROR
        case "binary":
            assert message.type is WSMsgType.BINARY
        case "huge":
            assert len(message.data) == HUGE
            assert msgspec.json.decode(message.data)["meta"]["message"] == "device:sync"
        case "empty" | "ping":
            assert message.data == ("" if kind == "empty" else "ping")
        case "truncated":
            with pytest.raises(msgspec.DecodeError):
                msgspec.json.decode(message.data)
        case _:
            assert message.type is WSMsgType.TEXT
            assert msgspec.json.decode(message.data) != {}


@pytest.mark.parametrize("raw", ["so it is", b"\x00\xff"])
def test_raw_frames_are_pushed_verbatim(raw: str | bytes) -> None:
    async def use(socket: Socket) -> None:
        await socket.receive(10)
        sim.push_raw(raw)
        assert (await socket.receive(10)).data == raw

    with SimulatedController(small_home(QUIET)) as sim:
        _with_socket(sim, use)


@pytest.mark.parametrize(("how", "code"), [("close", 1001), ("abort", 1006)])
def test_a_socket_ends_with_or_without_a_close_frame(how: str, code: int) -> None:
    async def use(socket: Socket) -> None:
        sim.emit("client_connects")
        assert len(await _next_events(socket)) == 1
        sim.disconnect_all(how)
        assert sim.connections() == 0
        while not socket.closed:
            await socket.receive(10)
        assert socket.close_code == code

    with SimulatedController(small_home()) as sim:
        _with_socket(sim, use)


def test_a_half_open_socket_says_nothing_and_stays_open() -> None:
    async def use(socket: Socket) -> None:
        await socket.receive(10)
        sim.disconnect_all("half_open")
        sim.emit("client_connects")
        await socket.ping()
        with pytest.raises(TimeoutError):
            await socket.receive(0.2)
        assert sim.connections() == 0
        assert not socket.closed
        socket._writer.transport.abort()

    with SimulatedController(small_home(QUIET)) as sim:
        _with_socket(sim, use)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 502])
def test_handshakes_are_refused_with_the_status_asked_for(status: int) -> None:
    with SimulatedController(small_home()) as sim:
        sim.refuse_sockets(status)
        assert asyncio.run(_handshake(sim)) == status
        sim.refuse_sockets(None)
        assert asyncio.run(_handshake(sim)) == 101


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_handshake_needs_the_flavours_prefix_a_session_and_a_known_site(flavour: Flavour) -> None:
    other = "/wss/s/default/events" if flavour.prefix else "/proxy/network/wss/s/default/events"
    with SimulatedController(small_home(), flavour=flavour) as sim:
        assert asyncio.run(_handshake(sim)) == 101
        assert asyncio.run(_handshake(sim, other)) == 404
        assert asyncio.run(_handshake(sim, sign_in=False)) == 401
        assert asyncio.run(_handshake(sim, f"{flavour.prefix}/wss/s/nowhere/events")) == 404
        assert ("GET", f"{flavour.prefix}/wss/s/default/events", 101) in sim.requests()


def test_a_socket_may_be_accepted_and_closed_at_once() -> None:
    async def run() -> WSMsgType:
        async with http_session() as session:
            await _sign_in(session, sim)
            async with _dial(session, sim) as socket:
                message: aiohttp.WSMessage = await socket.receive(10)
                return message.type

    with SimulatedController(small_home()) as sim:
        sim.close_at_once(True)
        assert asyncio.run(run()) is WSMsgType.CLOSE
        assert sim.connections() == 0


def test_the_second_site_has_a_socket_on_which_nothing_is_said() -> None:
    async def use(socket: Socket) -> None:
        sim.emit("client_connects")
        with pytest.raises(TimeoutError):
            await socket.receive(0.1)

    with SimulatedController(small_home('[serving]\nstate_frames_every = "10ms"\n')) as sim:
        _with_socket(sim, use, "/proxy/network/wss/s/h0l1day7/events")
    assert len(sim.ledger()) == 1


def test_a_path_fails_as_often_as_asked_and_dawdles_as_long_as_asked() -> None:
    async def statuses() -> list[int]:
        async with http_session() as session:
            url, told = f"{sim.base_url}/proxy/network/status", []
            for _ in range(3):
                async with session.get(url, ssl=False) as reply:
                    told.append(reply.status)
            return told

    with SimulatedController(small_home()) as sim:
        sim.fail("/status", 502, times=2)
        assert asyncio.run(statuses()) == [502, 502, 200]
        sim.fail("/status", 503)
        sim.fail("/status", None)
        sim.delay("/status", 0.1)
        began = time.monotonic()
        assert asyncio.run(statuses()) == [200, 200, 200]
        assert time.monotonic() - began >= 0.3


def test_the_certificate_is_its_own_authority_and_has_the_fingerprint_told(tmp_path: Path) -> None:
    with SimulatedController(small_home()) as sim:
        path = tmp_path / "controller.pem"
        path.write_text(sim.certificate_pem)
        context = ssl.create_default_context(cafile=str(path))
        pin = aiohttp.Fingerprint(bytes.fromhex(sim.fingerprint.replace(":", "")))

        async def ask(trust: ssl.SSLContext | aiohttp.Fingerprint | bool) -> int:
            async with http_session() as session, session.get(f"{sim.base_url}/", ssl=trust) as reply:
                return reply.status

        assert asyncio.run(ask(context)) == 200
        assert asyncio.run(ask(pin)) == 200
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            asyncio.run(ask(True))


def test_stopping_leaves_no_thread_and_no_socket_whatever_state_it_is_in() -> None:
    before = set(threading.enumerate())
    for how in (None, "half_open", "abort"):
        sim = SimulatedController(load_scenario("busy-day"))
        sim.stop()
        sim.start()
        sim.start()
        sim.play()

        async def use(_socket: Socket, how: str | None = how, sim: SimulatedController = sim) -> None:
            if how is not None:
                sim.disconnect_all(how)
            await asyncio.to_thread(sim.stop)

        _with_socket(sim, use)
        sim.stop()
    assert set(threading.enumerate()) == before


def test_a_port_that_is_taken_is_an_oserror_and_leaves_no_thread() -> None:
    with SimulatedController(small_home()) as sim:
        before = set(threading.enumerate())
        with pytest.raises(OSError, match="address already in use"):
            SimulatedController(small_home(), port=sim.port).start()
        assert set(threading.enumerate()) == before


def test_a_scenario_is_played_to_its_end_in_compressed_time() -> None:
    scenario = small_home()
    start = 1_700_000_000_000
    with SimulatedController(scenario, speed=20_000, start_at=start) as sim:
        sim.play()
        sim.play()
        wait_until(sim.finished, "the end of the scenario")
        rows = sim.ledger()
    assert len(rows) > 20
    assert [row.id for row in rows] == [event["_id"] for event in wire_events(scenario, start)]
    assert start <= rows[0].time_ms < rows[-1].time_ms <= start + scenario.duration_ms
    assert start + scenario.duration_ms <= sim.now_ms() < start + scenario.duration_ms + 60_000


def test_scripted_faults_are_inflicted_at_their_time() -> None:
    script = """
    [[fault]]
    at = "10m"
    do = "expire_sessions"
    [[fault]]
    at = "20m"
    do = "fail"
    endpoint = "stat/event"
    status = 503
    [[fault]]
    at = "30m"
    do = "upgrade"
    version = "10.4.57"
    [[fault]]
    at = "40m"
    do = "limit_logins"
    [[fault]]
    at = "50m"
    do = "disconnect"
    how = "abort"
    """

    async def use(socket: Socket) -> None:
        sim.play()
        while not socket.closed:
            await socket.receive(10)
        assert socket.close_code == 1006

    async def sign_in() -> int:
        async with http_session() as session:
            body = {"username": "scanner", "password": "correct horse"}
            async with session.post(f"{sim.base_url}/api/auth/login", json=body, ssl=False) as reply:
                return reply.status

    with SimulatedController(small_home(script), speed=20_000) as sim:
        _with_socket(sim, use)
        wait_until(sim.finished, "the end of the scenario")
        assert asyncio.run(sign_in()) == 429
        assert all("rest" not in row.sources for row in sim.ledger())
