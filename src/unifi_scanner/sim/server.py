"""The aiohttp server in a thread of its own: TLS, REST and WebSockets around a Console."""

from __future__ import annotations

import asyncio
import threading
from asyncio.trsock import TransportSocket
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog
from aiohttp import web

from unifi_scanner.sim.certificate import Certificate
from unifi_scanner.sim.console import Admission, Console
from unifi_scanner.sim.frames import Frame
from unifi_scanner.sim.http import Ask, Reply
from unifi_scanner.sim.sockets import Sockets

T = TypeVar("T")
log = structlog.get_logger(__name__)
PATIENCE_S = 15.0
GOOD_BYE_S = 0.2
GOOD_BYE_TURNS = 400
LARGEST_REQUEST = 4 * 1024 * 1024


class Server:
    """Answers for a console until stopped; `call` runs something inside its loop from any other thread."""

    def __init__(
        self,
        console: Console,
        lock: threading.RLock,
        certificate: Certificate,
        first_frames: Callable[[], list[Frame]],
    ) -> None:
        self.sockets = Sockets()
        self.requests: list[tuple[str, str, int]] = []
        self.port = 0
        self._console = console
        self._lock = lock
        self._certificate = certificate
        self._first_frames = first_frames
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._lines: set[TransportSocket] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that everything here runs in."""
        if self._loop is None:
            raise RuntimeError("the simulated controller is not started")
        return self._loop

    @property
    def is_running(self) -> bool:
        """Say whether the thread serves."""
        return self._thread is not None and self._thread.is_alive() and self._loop is not None

    def start(self, host: str, port: int) -> None:
        """Listen; return when requests are answered. OSError where the port cannot be had."""
        self._ready.clear()
        self._failure = None
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(host, port)), name="simulated-controller", daemon=True
        )
        self._thread.start()
        self._ready.wait(PATIENCE_S)
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            self.stop()
            raise self._failure

    def stop(self) -> None:
        """End every socket and the thread; harmless when it does not run."""
        thread, loop, stopping = self._thread, self._loop, self._stopping
        if thread is None:
            return
        if loop is not None and stopping is not None and thread.is_alive():
            loop.call_soon_threadsafe(stopping.set)
        thread.join(PATIENCE_S)
        self._thread = None

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in the loop from another thread, and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Keep `work` running in the loop until it ends or the server stops; call it inside the loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("simulation_failed", exc_info=failure)

    async def _run(self, host: str, port: int) -> None:
        self._stopping = asyncio.Event()
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await self._serve(runner, host, port, self._stopping)
        except OSError as exc:
            self._failure = exc
        finally:
            await self._shut(runner)
            self._ready.set()

    async def _serve(self, runner: web.AppRunner, host: str, port: int, stopping: asyncio.Event) -> None:
        """Listen until told to stop; not by a TCPSite, which cannot limit how long a TLS good-bye may take."""
        loop, server = asyncio.get_running_loop(), runner.server
        assert server is not None  # noqa: S101 - set up just now
        context = self._certificate.server_context()
        listener = await loop.create_server(server, host, port, ssl=context, ssl_shutdown_timeout=GOOD_BYE_S)
        self.port = int(listener.sockets[0].getsockname()[1])
        self._loop = loop
        self._ready.set()
        try:
            await stopping.wait()
        finally:
            listener.close()

    async def _shut(self, runner: web.AppRunner) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.shut()
        await runner.cleanup()
        await self._hang_up()
        self._loop = None

    async def _hang_up(self) -> None:
        """Wait for the TLS good-byes, each of which has its own short limit, so that none outlives the loop."""
        for _ in range(GOOD_BYE_TURNS):
            await asyncio.sleep(0.005)
            if all(line.fileno() == -1 for line in self._lines):
                return

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self._lines = {line for line in self._lines if line.fileno() != -1}
        self._lines.add(request.get_extra_info("socket"))
        ask = await _read(request)
        with self._lock:
            wait = self._console.faults.wait_for(ask.path)
        if wait:
            await asyncio.sleep(wait)
        if ask.headers.get("upgrade", "").lower() == "websocket":
            return await self._upgrade(request, ask)
        with self._lock:
            reply = self._console.answer(ask)
        return self._respond(ask, reply)

    async def _upgrade(self, request: web.Request, ask: Ask) -> web.StreamResponse:
        with self._lock:
            admission = self._console.admit(ask)
            first = self._first_frames()
        if not isinstance(admission, Admission):
            return self._respond(ask, admission)
        self.requests.append((ask.method, ask.path, 101))
        return await self.sockets.serve(request, admission, first)

    def _respond(self, ask: Ask, reply: Reply) -> web.Response:
        self.requests.append((ask.method, ask.path, reply.status))
        response = web.Response(
            status=reply.status, body=reply.body, content_type=reply.content_type, charset="utf-8"
        )
        response.headers.update(reply.headers)
        for cookie in reply.cookies:
            response.headers.add("Set-Cookie", cookie)
        return response


async def _read(request: web.Request) -> Ask:
    return Ask(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        cookies=dict(request.cookies),
        body=await request.read(),
    )
