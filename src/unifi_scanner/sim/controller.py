"""The simulated controller as tests and the demo use it: start it, script it, look at what it knows."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from unifi_scanner.sim.certificate import make_certificate
from unifi_scanner.sim.console import Console, session_lifetime
from unifi_scanner.sim.flavour import Flavour
from unifi_scanner.sim.frames import Frame, malformed_frame
from unifi_scanner.sim.ledger import LedgerRow
from unifi_scanner.sim.player import Player
from unifi_scanner.sim.scenario import Scenario
from unifi_scanner.sim.scenario_file import Fault, duration_ms, read_address
from unifi_scanner.sim.second_factor import SecondFactor
from unifi_scanner.sim.server import Server
from unifi_scanner.sim.sessions import Sessions
from unifi_scanner.sim.switches_answers import AnswerSwitches
from unifi_scanner.sim.switches_sign_in import SignInSwitches
from unifi_scanner.sim.syslog_sender import Protocol, SyslogSender
from unifi_scanner.sim.voice import Voice


class SimulatedController(SignInSwitches, AnswerSwitches):
    """A controller that answers on a real port with TLS; its methods may be called from any thread but its own."""

    def __init__(
        self, scenario: Scenario, *, flavour: Flavour = Flavour.UNIFI_OS, network_version: str = "9.3.43",
        host: str = "127.0.0.1", port: int = 0, username: str = "scanner",
        password: str = "correct horse",  # noqa: S107 - the account of a controller that is not real
        api_key: str | None = None, totp_secret: str | None = None, speed: float | None = None,
        start_at: datetime | int | None = None, syslog_to: tuple[str, int] | None = None,
        syslog_proto: Protocol | None = None,
    ) -> None:  # fmt: skip
        self.scenario = scenario
        self.flavour = flavour
        self._host = host
        self._asked_port = port
        self._start_ms = round(start_at.timestamp() * 1000) if isinstance(start_at, datetime) else start_at
        self._lock = threading.RLock()
        self._certificate = make_certificate(host)
        self._sessions = Sessions(flavour, username, password, session_lifetime(scenario))
        if totp_secret is not None:
            self._sessions.second_factor = SecondFactor(secret=totp_secret)
        self._console = Console(
            scenario, flavour, network_version, self._sessions, api_key=api_key, start_ms=self._start_ms
        )
        self._console.speed = scenario.speed if speed is None else speed
        self._server = Server(self._console, self._lock, self._certificate, self._first_frames)
        self._syslog = _sender(scenario, syslog_to, syslog_proto)
        if self._syslog is not None:
            heard = scenario.syslog
            self._console.voice = Voice(clock_ahead_ms=heard.clock_ahead_ms, noise=heard.noise)
        self._player = Player(
            self._console, self._lock, self._server.sockets, self._inflict,
            self._syslog.send if self._syslog else None,
        )  # fmt: skip
        self._plays = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Return https://HOST:PORT."""
        return f"https://{self._host}:{self.port}"

    @property
    def port(self) -> int:
        """Return the port it listens on; 0 before it was started."""
        return self._server.port

    @property
    def fingerprint(self) -> str:
        """Return the certificate's SHA-256 as openssl prints it: AA:BB:…"""
        return self._certificate.fingerprint

    @property
    def certificate_pem(self) -> str:
        """Return the certificate as PEM; it is its own authority."""
        return self._certificate.pem

    def start(self) -> None:
        """Listen and answer; the scripted world waits for `play`. OSError where the port cannot be had."""
        if self._syslog is not None:
            self._syslog.start()
        if not self._server.is_running:
            self._server.start(self._host, self._server.port or self._asked_port)
            self._server.loop.call_soon_threadsafe(self._server.spawn, self._player.chatter())

    def stop(self) -> None:
        """Close every socket and end the thread; harmless twice or before start."""
        self._server.stop()
        if self._syslog is not None:
            self._syslog.stop()

    def restart(self, down: float = 0.0) -> None:
        """Close the port for `down` seconds, forget every session, and answer again on the same port."""
        self.stop()
        self.expire_sessions()
        time.sleep(down)
        self.start()

    def play(self) -> None:
        """Start the scripted world's clock; harmless twice."""
        with self._lock:
            if self._plays:
                return
            self._plays = True
            began_ms = self._console.clock.now_ms() if self._start_ms is None else self._start_ms
            self._console.began_ms = began_ms
            self._console.clock.set(rate=self._console.speed, at_ms=began_ms)
        self._server.loop.call_soon_threadsafe(self._server.spawn, self._player.play())

    def finished(self) -> bool:
        """Say whether the whole scenario has been played."""
        return self._player.is_finished.is_set()

    def now_ms(self) -> int:
        """Return the simulated moment: real time until `play`, then `speed` times as fast until the end."""
        return self._console.clock.now_ms()

    def ledger(self) -> list[LedgerRow]:
        """Return everything that really happened so far, oldest first."""
        with self._lock:
            return self._console.ledger.rows(self._console.answers)

    def emit(self, key: str, **fields: Any) -> LedgerRow:
        """Let one thing happen now: `key` is a happening's name, an EVT code or a system-log key.

        `client` and `device` take a name or a MAC; any other field goes to the wire as it is.
        KeyError for a word that is none of these.
        """
        return self.emit_together((key, fields))[0]

    def emit_together(self, *happenings: tuple[str, Mapping[str, Any]]) -> list[LedgerRow]:
        """Let several things happen at once: their v1 events share one frame."""
        with self._lock:
            kept = [self._console.emit(key, fields) for key, fields in happenings]
            rows = [one.row for one in kept]
            if self._server.is_running:  # inside the lock, so that frames keep the ledger's order
                self._server.loop.call_soon_threadsafe(lambda: self._player.tell(*kept))
        return rows

    def push_raw(self, frame: str | bytes) -> None:
        """Push a frame to every socket as it is: text for str, binary for bytes."""
        raw = (
            Frame(frame.encode("utf-8", "surrogatepass"))
            if isinstance(frame, str)
            else Frame(frame, text=False)
        )
        self._server.loop.call_soon_threadsafe(lambda: self._server.sockets.push(raw))

    def push_malformed(self, kind: str) -> None:
        """Push one of: empty, ping, binary, truncated, non_object, invalid_utf8, huge, big, empty_data, no_meta."""
        frame = malformed_frame(kind)
        self._server.loop.call_soon_threadsafe(lambda: self._server.sockets.push(frame))

    def disconnect_all(self, how: str = "close") -> None:
        """End every socket: "close" with a frame, "abort" without, "half_open" by falling silent on open TCP."""
        self._server.call(self._server.sockets.end_all(how))

    def connections(self) -> int:
        """Return how many sockets are connected now; half-open ones do not count."""
        return len(self._server.sockets.live)

    def requests(self) -> list[tuple[str, str, int]]:
        """Return every request so far as method, path, status; a WebSocket that was let in is a 101."""
        return list(self._server.requests)

    def upgrade(self, network_version: str) -> None:
        """Be another Network version from now on."""
        with self._lock:
            self._console.upgrade(network_version)

    def syslog_sent(self) -> int:
        """Return how many syslog lines a receiver was sent so far."""
        return self._syslog.sent if self._syslog is not None else 0

    def _first_frames(self) -> list[Frame]:
        return self._player.first_frames()

    async def _inflict(self, fault: Fault) -> None:
        """Carry out a fault of the script, inside the loop."""
        match fault.do:
            case "disconnect":
                await self._server.sockets.end_all(fault.how)
            case "malformed" | "huge_frame":
                kind = "huge" if fault.do == "huge_frame" else fault.kind
                self._server.sockets.push(malformed_frame(kind))
            case "restart":
                # from a thread of its own: this loop is what it stops
                down = duration_ms(fault.lasting or "0s") / 1000 / self._console.speed
                threading.Thread(target=self.restart, args=(down,), daemon=True).start()
            case "expire_sessions":
                self.expire_sessions()
            case "rotate_csrf":
                self.rotate_csrf()
            case "upgrade":
                self.upgrade(fault.version)
            case _:
                self._switch(fault, on=True)
                if fault.lasting is not None:
                    self._server.spawn(self._end_later(fault))

    async def _end_later(self, fault: Fault) -> None:
        await asyncio.sleep(duration_ms(fault.lasting or "0s") / 1000 / self._console.speed)
        self._switch(fault, on=False)

    def _switch(self, fault: Fault, *, on: bool) -> None:
        match fault.do:
            case "limit_logins":
                self.limit_logins(on, fault.retry_after)
            case "refuse_sockets":
                self.refuse_sockets(fault.status or 503 if on else None)
            case "close_at_once":
                self.close_at_once(on)
            case "fail":
                self.fail(fault.endpoint, fault.status or 502 if on else None, times=fault.times)
            case "twist":
                seconds = duration_ms(fault.keep) / 1000
                self.twist(fault.endpoint, fault.kind if on else None, seconds)
            case "accept_sockets":
                self.refuse_sockets(None)
            case "recover":
                self.fail(fault.endpoint, None)
                self.twist(fault.endpoint, None)


def _sender(scenario: Scenario, to: tuple[str, int] | None, proto: Protocol | None) -> SyslogSender | None:
    asked = scenario.syslog
    address = to or (read_address(asked.to) if asked.to else None)
    return SyslogSender(*address, proto or asked.proto) if address is not None else None
