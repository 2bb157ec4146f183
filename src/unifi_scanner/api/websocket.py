"""UnifiWebSocketClient: dial, read, deliver; and dial again for as long as it is wanted."""

from __future__ import annotations

import asyncio
import ssl
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
from unifi_scanner.api.frame_intake import FrameIntake, OnEvent
from unifi_scanner.api.frames import decode_events
from unifi_scanner.api.link import Ending, Link, Policy, ending_of
from unifi_scanner.api.sign_in_policy import retry_after_s
from unifi_scanner.api.stream_cookies import FreshCookies, SignIn, StreamCookies
from unifi_scanner.api.tls import ssl_context as make_context
from unifi_scanner.errors import ControllerError, FrameError, SignInThrottled
from unifi_scanner.models.enums import DeviceType

__all__ = ["BufferedEvent", "UnifiWebSocketClient", "WebSocketEventBuffer", "parse_unifi_event"]

MAX_FRAME = 16 * 1024 * 1024 + 64 * 1024
TOO_BIG = 1009  # the close code for it
OPEN_TIMEOUT_S, CLOSE_TIMEOUT_S = 10.0, 1.0
log = structlog.get_logger(__name__)
KEY_PROVEN_S, KEY_CHANCES = 2.0, 2  # docs/protocol.md A.8
NO_KEY_STREAM = "the live stream does not work with an API key"


class LinkChange(msgspec.Struct, frozen=True):
    """The stream was opened at a moment, or not heard from that moment on, and why."""

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
        fresh_cookies: FreshCookies | None = None,
        policy: Policy | None = None,
        on_link: Callable[[LinkChange], None] | None = None,
    ) -> None:
        self._base_url = base_url
        self._site = site
        self._cookies = StreamCookies(cookies, sign_in, fresh_cookies, api_key)
        self._device_type = device_type
        self._ssl = ssl_context or make_context(verify=verify_ssl)
        self._key_failures = 0
        self._link = Link(policy=policy or Policy())
        self._on_link = on_link or (lambda _change: None)
        self._connection: ClientConnection | None = None
        self._opened_at = 0.0
        self._heard_at: datetime | None = None
        self._stopping = asyncio.Event()
        self._lost_told = False
        self._is_told = False
        self._last: tuple[Ending, str, float | None] = (Ending.UNREACHABLE, "", None)
        self._intake = FrameIntake()
        self.counts = self._intake.counts
        self.unknown_kinds = self._intake.unknown_kinds

    def __repr__(self) -> str:
        return f"UnifiWebSocketClient({self.endpoint!r})"

    @property
    def endpoint(self) -> str:
        """Return the address that is dialled (docs/protocol.md B.1)."""
        return events_socket(self._base_url, self._device_type, self._site)

    def is_connected(self) -> bool:
        """Return whether the stream is open now; with an API key only once that is proven."""
        return self._connection is not None and self._is_told

    async def connect(self) -> bool:
        """Dial once and return whether the stream is open; False where there is no usable WebSocket."""
        if self._connection is not None:
            return True
        await self._cookies.freshen()
        self._last = await self._dial()
        if self._connection is None:
            self._tell_lost(self._last[1])
        return self._connection is not None

    async def _dial(self) -> tuple[Ending, str, float | None]:
        try:
            self._connection = await connect(
                self.endpoint,
                ssl=self._ssl,
                additional_headers=self._cookies.headers(),
                max_size=MAX_FRAME,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                ping_interval=self._link.policy.ping,
                ping_timeout=self._link.policy.ping,
                max_queue=64,
                proxy=None,
            )
        except InvalidStatus as exc:
            headers = exc.response.headers
            pause = retry_after_s(headers.get("Retry-After"), headers.get("Date"), clock.now())
            return (*ending_of(exc.response.status_code), pause)
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
        if not self._cookies.is_key:
            self._tell_opened()
        return Ending.CLOSED, "", None

    def _tell_opened(self) -> None:
        self._lost_told = False
        self._is_told = True
        self._heard_at = clock.now()
        log.info("socket_opened", site=self._site)
        self._on_link(LinkChange(self._heard_at, True))

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
        try:
            await self._cookies.renew()
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
            await self._prove(connection, on_event)
            while not self._stopping.is_set():
                frame = await connection.recv(decode=False)
                self._heard_at = clock.now()
                self._intake.take(frame, on_event)
        except ConnectionClosed as exc:
            self._connection = None
            if isinstance(exc.__cause__, PayloadTooBig) or (
                exc.sent is not None and exc.sent.code == TOO_BIG
            ):
                self.counts["too_large"] += 1
                reason = "a frame was larger than 16 MiB"
        was_told, self._is_told = self._is_told, False
        if self._stopping.is_set():
            return Ending.CLOSED, reason, None
        if not was_told:
            return self._blame_key(reason)
        self._tell_lost(reason)
        return Ending.CLOSED, reason, None

    def _blame_key(self, reason: str) -> tuple[Ending, str, float | None]:
        self._key_failures += 1
        if self._key_failures < KEY_CHANCES:
            return Ending.CLOSED, reason, None
        self._tell_lost(NO_KEY_STREAM)
        return Ending.NO_KEY_STREAM, NO_KEY_STREAM, None

    async def _prove(self, connection: ClientConnection, on_event: OnEvent) -> None:
        """With an API key the stream counts as open when a frame came, or when it was left open for a while."""
        if self._is_told:
            return
        try:
            first = await asyncio.wait_for(connection.recv(decode=False), KEY_PROVEN_S)
        except TimeoutError:
            first = None
        self._key_failures = 0
        self._tell_opened()
        if first is not None:
            self._intake.take(first, on_event)

    def _tell_lost(self, reason: str) -> None:
        if not self._lost_told:
            self._lost_told = True
            log.warning("socket_lost", site=self._site, reason=reason)
            # a dead line is found out late: nothing was heard since the last frame
            self._on_link(LinkChange(self._heard_at or clock.now(), False, reason))

    async def stop(self) -> None:
        """Close the stream and let `listen` return."""
        self._stopping.set()
        await self._hang_up()

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def parse_unifi_event(raw_message: str | bytes) -> BufferedEvent | None:
    """Return the first event of a frame, or None where it carries none."""
    try:
        events = decode_events(raw_message, clock.now())
    except FrameError:
        return None
    return events[0] if events else None
