"""UnifiWebSocketClient: dial, read, deliver; and dial again for as long as it is wanted."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from random import SystemRandom

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    PayloadTooBig,
    WebSocketException,
)

from unifi_scanner import clock
from unifi_scanner.api.buffer import BufferedEvent, WebSocketEventBuffer
from unifi_scanner.api.endpoints import events_socket
from unifi_scanner.api.frames import decode_events, is_wanted, peek_kind
from unifi_scanner.api.link import Ending, Link, Policy
from unifi_scanner.api.tls import ssl_context as make_context
from unifi_scanner.errors import ControllerError, FrameError, SignInThrottled
from unifi_scanner.models.enums import DeviceType

__all__ = ["BufferedEvent", "UnifiWebSocketClient", "WebSocketEventBuffer", "parse_unifi_event"]

MAX_FRAME = 16 * 1024 * 1024 + 64 * 1024
TOO_BIG = 1009  # the close code for it
OPEN_TIMEOUT_S, CLOSE_TIMEOUT_S = 10.0, 1.0
KNOWN_STATE = ("device:", "unifi-device:", "sta:", "client:", "user:", "setting:")
log = structlog.get_logger(__name__)
OnEvent = Callable[[BufferedEvent], None]
SignIn = Callable[[Mapping[str, str]], Mapping[str, str]]  # old cookies -> newer ones, from any thread


class LinkChange(msgspec.Struct, frozen=True):
    """The stream was opened or lost at a moment, and why."""

    at: datetime
    connected: bool
    reason: str = ""


class UnifiWebSocketClient:
    """One site's event stream. Lives inside one asyncio loop."""

    def __init__(
        self,
        base_url: str,
        site: str,
        cookies: Mapping[str, str],
        device_type: DeviceType,
        verify_ssl: bool = False,
        *,
        ssl_context: ssl.SSLContext | None = None,
        sign_in: SignIn | None = None,
        api_key: str | None = None,
        policy: Policy | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
    ) -> None:
        self._base_url = base_url
        self._site = site
        self._cookies = dict(cookies)
        self._device_type = device_type
        self._ssl = ssl_context or make_context(verify=verify_ssl)
        self._sign_in = sign_in
        self._api_key = api_key
        self._link = Link(policy=policy or Policy())
        self._on_link = on_link or (lambda _change: None)
        self._connection: ClientConnection | None = None
        self._opened_at = 0.0
        self._stopping = asyncio.Event()
        self._lost_told = False
        self._last: tuple[Ending, str, float | None] = (Ending.UNREACHABLE, "", None)
        self.counts: Counter[str] = Counter()
        self.unknown_kinds: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"UnifiWebSocketClient({self.endpoint!r})"

    @property
    def endpoint(self) -> str:
        """Return the address that is dialled (docs/protocol.md B.1)."""
        return events_socket(self._base_url, self._device_type, self._site)

    def is_connected(self) -> bool:
        """Return whether the stream is open now."""
        return self._connection is not None

    async def connect(self) -> bool:
        """Dial once and return whether the stream is open; False where there is no usable WebSocket."""
        if self._connection is not None:
            return True
        self._last = await self._dial()
        if self._connection is None:
            self._tell_lost(self._last[1])
        return self._connection is not None

    async def _dial(self) -> tuple[Ending, str, float | None]:
        try:
            self._connection = await connect(
                self.endpoint,
                ssl=self._ssl,
                additional_headers=self._headers(),
                max_size=MAX_FRAME,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                ping_interval=self._link.policy.ping,
                ping_timeout=self._link.policy.ping,
                max_queue=64,
                proxy=None,
            )
        except InvalidStatus as exc:
            return _of_status(exc.response.status_code, exc.response.headers.get("Retry-After"))
        except InvalidHandshake as exc:
            return Ending.NO_WEBSOCKET, f"the handshake was not understood: {exc}", None
        except (OSError, TimeoutError, WebSocketException) as exc:
            return (
                Ending.UNREACHABLE,
                f"the controller could not be reached: {exc or type(exc).__name__}",
                None,
            )
        self._opened_at = clock.monotonic()
        self._link = self._link.opened()
        self._lost_told = False
        log.info("socket_opened", site=self._site)
        self._on_link(LinkChange(clock.now(), True))
        return Ending.CLOSED, "", None

    def _headers(self) -> dict[str, str]:
        if self._api_key and not self._cookies:
            return {"X-API-KEY": self._api_key}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    async def listen(self, on_event: OnEvent) -> None:
        """Hand every event to `on_event` until `stop`, dialling again whenever the stream ends."""
        try:
            while not self._stopping.is_set():
                if self._connection is not None or await self.connect():
                    self._last = await self._read(on_event)
                if not self._stopping.is_set():
                    await self._recover()
        finally:
            await self._hang_up()

    async def _recover(self) -> None:
        ending, _, retry_after = self._last
        lived = clock.monotonic() - self._opened_at if self._opened_at else 0.0
        self._opened_at = 0.0
        self._link, action = self._link.after(
            ending, lived=lived, retry_after=retry_after, rng=SystemRandom()
        )
        await self._pause(action.after)
        if action.sign_in and not self._stopping.is_set():
            await self._renew()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _renew(self) -> None:
        if self._sign_in is None:
            return
        try:
            self._cookies = dict(await asyncio.to_thread(self._sign_in, self._cookies))
        except SignInThrottled as exc:
            await self._pause(exc.retry_after)
        except ControllerError as exc:
            log.warning("sign_in_failed", reason=str(exc))
            await self._pause(self._link.policy.longest)

    async def _read(self, on_event: OnEvent) -> tuple[Ending, str, float | None]:
        connection = self._connection
        if connection is None:
            return Ending.UNREACHABLE, "it is not open", None
        reason = "the controller closed the stream"
        try:
            while not self._stopping.is_set():
                self._take(await connection.recv(decode=False), on_event)
        except ConnectionClosed as exc:
            self._connection = None
            if isinstance(exc.__cause__, PayloadTooBig) or (
                exc.sent is not None and exc.sent.code == TOO_BIG
            ):
                self.counts["too_large"] += 1
                reason = "a frame was larger than 16 MiB"
        if not self._stopping.is_set():
            self._tell_lost(reason)
        return Ending.CLOSED, reason, None

    def _take(self, raw: bytes, on_event: OnEvent) -> None:
        self.counts["frames"] += 1
        if len(raw) <= 4:
            if not raw.strip():
                self.counts["empty"] += 1
                return
            if raw in (b"ping", b"pong"):
                self.counts["pings"] += 1
                return
        try:
            kind = peek_kind(raw)
            if not is_wanted(kind):
                self._skip(kind)
                return
            events = decode_events(raw, clock.now())
        except FrameError:
            self.counts["unreadable"] += 1
            return
        for event in events:
            self.counts["events"] += 1
            self._deliver(event, on_event)

    def _skip(self, kind: str | None) -> None:
        self.counts["skipped"] += 1
        if kind is None:
            self.counts["without_kind"] += 1
        elif not kind.startswith(KNOWN_STATE) and len(self.unknown_kinds) < 100:
            self.unknown_kinds[kind] += 1

    def _deliver(self, event: BufferedEvent, on_event: OnEvent) -> None:
        try:
            on_event(event)
        except (ValueError, TypeError, LookupError, AttributeError, RuntimeError, OSError) as exc:
            self.counts["not_delivered"] += 1
            log.warning("event_not_delivered", event_type=event.event_type, reason=str(exc))

    def _tell_lost(self, reason: str) -> None:
        if not self._lost_told:
            self._lost_told = True
            log.warning("socket_lost", site=self._site, reason=reason)
            self._on_link(LinkChange(clock.now(), False, reason))

    async def stop(self) -> None:
        """Close the stream and let `listen` return."""
        self._stopping.set()
        await self._hang_up()

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _of_status(status: int, retry_after: str | None) -> tuple[Ending, str, float | None]:
    match status:
        case 401 | 403:
            return Ending.REFUSED, "the session was no longer accepted", None
        case 429:
            seconds = float(retry_after) if retry_after and retry_after.isdecimal() else None
            return Ending.THROTTLED, "the controller asked for a pause", seconds
        case 400 | 404 | 405 | 501:
            return Ending.NO_WEBSOCKET, f"no WebSocket answers there (HTTP {status})", None
        case _:
            return Ending.UNREACHABLE, f"the controller is not ready (HTTP {status})", None


def parse_unifi_event(raw_message: str | bytes) -> BufferedEvent | None:
    """Return the first event of a frame, or None where it carries none."""
    try:
        events = decode_events(raw_message, clock.now())
    except FrameError:
        return None
    return events[0] if events else None
