"""WebSocketManager: the stream on an asyncio loop in a background thread, for a program that is not async."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from unifi_scanner import clock
from unifi_scanner.api.buffer import BufferedEvent, WebSocketEventBuffer
from unifi_scanner.api.heard import read_heard, write_heard
from unifi_scanner.api.journal import Journal
from unifi_scanner.api.link import Policy
from unifi_scanner.api.stream_cookies import FreshCookies, SignIn
from unifi_scanner.api.stream_thread import JOIN_S, StreamThread, wind_up
from unifi_scanner.api.websocket import LinkChange, UnifiWebSocketClient
from unifi_scanner.models.enums import DeviceType

GRACE_S = 1.5
REMEMBERED_CHANGES = 1000
log = structlog.get_logger(__name__)


class WebSocketManager:
    """Runs one UnifiWebSocketClient in the background; does nothing until started.

    With a `journal`, what was heard survives a kill -9 until `forget_stored`. With a `host`, the loop and its
    thread are shared with other managers.
    """

    def __init__(
        self, buffer_size: int = 10_000, *, journal: Journal | None = None, host: StreamThread | None = None
    ) -> None:
        self._buffer = WebSocketEventBuffer(buffer_size)
        self._journal = journal
        self._host = host
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: UnifiWebSocketClient | None = None
        self._running = False
        self._pause_s = 0.0  # after a failure nobody thought of
        self._changes: deque[LinkChange] = deque(maxlen=REMEMBERED_CHANGES)
        self._guard = threading.Lock()  # what the two threads share
        self._hand_over = threading.Lock()  # journal and buffer hold the same events
        self._mark = 0
        self._lifecycle = threading.RLock()  # one start or stop at a time
        self._main: asyncio.Task[None] | None = None
        self._ended = threading.Event()
        self.unreadable_records = 0
        self.on_heard: Callable[[str], object] | None = (
            None  # told the type of each event, on the stream's thread
        )

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
            self._pause_s = (policy or Policy()).longest
            self._running = True
            self._ended.clear()
            if self._host is None:
                self._thread = threading.Thread(target=self._run_loop, name="unifi-websocket", daemon=True)
                self._thread.start()
            else:
                self._thread, self._loop = self._host.thread, self._host.loop
                self._host.run(self._run_hosted(self._client))
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
            wind_up(loop)
            self._ended.set()

    async def _run_hosted(self, client: UnifiWebSocketClient) -> None:
        try:
            with self._guard:
                self._main = asyncio.current_task()
                wanted = self._running
            if wanted:
                await self._listen(client)
        finally:
            with self._guard:
                self._loop = self._main = None
            self._ended.set()

    async def _listen(self, client: UnifiWebSocketClient) -> None:
        while self._running:
            try:
                await client.listen(self._on_event)
                return
            except Exception:
                log.exception("websocket_listener_failed")
                self._changes.append(LinkChange(clock.now(), False, "the listener failed; see the log"))
            await asyncio.sleep(self._pause_s)

    def _on_event(self, event: BufferedEvent) -> None:
        """Put an event into the buffer, and on disk until it is stored."""
        record = write_heard(event) if self._journal is not None else None
        with self._hand_over:
            if self._journal is not None and record is not None:
                self._journal.append(record)
            self._buffer.add(event)
        if self.on_heard is not None:
            self.on_heard(event.event_type)

    def drain_events(self) -> list[BufferedEvent]:
        """Return and clear what is buffered, oldest first; what came before a disconnect is still there.

        The first time, what an earlier process heard and could not store comes before it.
        """
        if self._journal is None:
            return self._buffer.drain()
        with self._hand_over:
            recovered = [event for record in self._journal.recover() for event in self._recovered(record)]
            self._mark = self._journal.cut()
            if recovered:
                log.info("unstored_events_recovered", events=len(recovered))
            return recovered + self._buffer.drain()

    def _recovered(self, record: bytes) -> list[BufferedEvent]:
        event = read_heard(record)
        if event is None:
            self.unreadable_records += 1
            return []
        return [event]

    def forget_stored(self) -> None:
        """Let the journal forget everything that was drained: it is stored now."""
        if self._journal is not None:
            self._journal.discard(self._mark)

    def stop(self) -> None:
        """Stop listening and let go of thread, loop and socket; safe at any moment, within 5 s."""
        with self._lifecycle:
            was_running, self._running = self._running, False
            self._ask_to_end()
            thread = self._thread
            if thread is not None and thread is not threading.current_thread():
                if self._host is None:
                    thread.join(JOIN_S)
                elif was_running:
                    self._ended.wait(JOIN_S)
                self._thread = None
        if self._journal is not None:
            self._journal.close()
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

    def unknown_frames(self) -> dict[str, int]:
        """Return how often frames of kinds nobody knows came."""
        return dict(self._client.unknown_kinds) if self._client is not None else {}

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


__all__ = ["WebSocketManager"]
