"""WebSocketManager: the stream on its own asyncio loop, in a background thread, for a program that is not async."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

import structlog

from unifi_scanner.api.buffer import BufferedEvent, WebSocketEventBuffer
from unifi_scanner.api.link import Policy
from unifi_scanner.api.websocket import FreshCookies, LinkChange, SignIn, UnifiWebSocketClient
from unifi_scanner.models.enums import DeviceType

JOIN_S, GRACE_S, LAST_STEPS_S = 4.5, 1.5, 0.005
REMEMBERED_CHANGES = 1000
log = structlog.get_logger(__name__)


class WebSocketManager:
    """Runs one UnifiWebSocketClient in the background; does nothing until started."""

    def __init__(self, buffer_size: int = 10_000) -> None:
        self._buffer = WebSocketEventBuffer(buffer_size)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: UnifiWebSocketClient | None = None
        self._running = False
        self._changes: deque[LinkChange] = deque(maxlen=REMEMBERED_CHANGES)
        self._guard = threading.Lock()  # what the two threads share
        self._lifecycle = threading.RLock()  # one start or stop at a time
        self._main: asyncio.Task[None] | None = None

    def start(
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
    ) -> None:
        """Begin to listen in a daemon thread; harmless when it already does."""
        with self._lifecycle:
            if self._running:
                return
            self._client = UnifiWebSocketClient(
                base_url,
                site,
                cookies,
                device_type,
                verify_ssl,
                ssl_context=ssl_context,
                sign_in=sign_in,
                api_key=api_key,
                fresh_cookies=fresh_cookies,
                policy=policy,
                on_link=self._changes.append,
            )
            self._running = True
            self._thread = threading.Thread(target=self._run_loop, name="unifi-websocket", daemon=True)
            self._thread.start()
        log.info("websocket_manager_started", site=site)

    def _run_loop(self) -> None:
        """Listen until stopped, on a loop of this thread's own; whatever happens is logged."""
        client = self._client
        if client is None:
            return
        loop = asyncio.new_event_loop()
        with self._guard:
            self._loop, self._main = loop, loop.create_task(self._listen(client))
            if not self._running:
                self._main.cancel()
        try:
            with suppress(asyncio.CancelledError):
                loop.run_until_complete(self._main)
        finally:
            with self._guard:
                self._loop = self._main = None
            _wind_up(loop)

    async def _listen(self, client: UnifiWebSocketClient) -> None:
        try:
            await client.listen(self._on_event)
        except Exception:
            log.exception("websocket_listener_failed")
            self._changes.append(_failed())

    def _on_event(self, event: BufferedEvent) -> None:
        """Put an event into the buffer."""
        self._buffer.add(event)

    def drain_events(self) -> list[BufferedEvent]:
        """Return and clear what is buffered, oldest first; what came before a disconnect is still there."""
        return self._buffer.drain()

    def stop(self) -> None:
        """Stop listening and let go of thread, loop and socket; safe at any moment, within 5 s."""
        with self._lifecycle:
            was_running, self._running = self._running, False
            self._ask_to_end()
            thread = self._thread
            if thread is not None and thread is not threading.current_thread():
                thread.join(JOIN_S)
                self._thread = None
        if was_running:
            log.info("websocket_manager_stopped")

    def _ask_to_end(self) -> None:
        with self._guard:
            loop, client, main = self._loop, self._client, self._main
            if loop is not None and client is not None and main is not None:
                loop.call_soon_threadsafe(_end, client, main)

    def is_running(self) -> bool:
        """Return whether the thread is alive and the client connected."""
        thread, client = self._thread, self._client
        return (
            self._running
            and thread is not None
            and thread.is_alive()
            and client is not None
            and client.is_connected()
        )

    @property
    def dropped(self) -> int:
        """Return how many events the buffer had to drop so far."""
        return self._buffer.dropped

    def counts(self) -> dict[str, int]:
        """Return how many frames came and what became of them."""
        return dict(self._client.counts) if self._client is not None else {}

    def link_changes(self) -> list[LinkChange]:
        """Return and clear when the stream was opened and lost, oldest first."""
        changes: list[LinkChange] = []
        while self._changes:
            changes.append(self._changes.popleft())
        return changes


def _end(client: UnifiWebSocketClient, main: asyncio.Task[None]) -> None:
    async def end() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(client.stop(), GRACE_S)
        # a dial that is about to end is left to end: cut off in its handshake it would leave a socket behind
        await asyncio.wait({main}, timeout=GRACE_S)
        main.cancel()

    main.get_loop().create_task(end())


def _wind_up(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(asyncio.sleep(LAST_STEPS_S))  # transports close in steps of the loop
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _failed() -> LinkChange:
    from unifi_scanner import clock

    return LinkChange(clock.now(), False, "the listener failed; see the log")


__all__ = ["WebSocketManager"]
