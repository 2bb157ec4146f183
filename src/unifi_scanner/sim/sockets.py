"""The WebSockets that are open now. Everything here runs in the server's loop."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from aiohttp import WSMsgType, web

from unifi_scanner.sim.console import Admission
from unifi_scanner.sim.frames import Frame

FLUSH_S = 2.0
GOOD_BYE_S = 0.5
GOING_AWAY: Final = (1001).to_bytes(2, "big") + b"going away"


class Socket:
    """One connected reader; what is pushed waits here until the reader takes it."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse, admission: Admission) -> None:
        self.admission = admission
        self._request = request
        self._ws = ws
        self._waiting: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())
        self._ended = asyncio.Event()

    def push(self, frame: Frame) -> None:
        """Send a frame as soon as the ones before it are gone."""
        self._waiting.put_nowait(frame)

    async def read(self) -> None:
        """Read, and so answer pings, until the socket ends; then stop writing."""
        try:
            with contextlib.suppress(ConnectionError):  # a ping may come when the line is already gone
                async for _ in self._ws:
                    pass
        finally:
            self._writer.cancel()
            self._ended.set()

    def close(self) -> asyncio.Task[None]:
        """End with a close frame, after what was pushed before; the task returned is done when it has."""
        return asyncio.create_task(self._close())

    async def _close(self) -> None:
        self._waiting.put_nowait(None)
        await asyncio.wait({self._writer}, timeout=FLUSH_S)
        self._writer.cancel()
        with contextlib.suppress(ConnectionError, TimeoutError):
            # not by ws.close(): it hangs up at once, and the reader could not answer the close frame
            await self._ws.send_frame(GOING_AWAY, WSMsgType.CLOSE)
            await asyncio.wait_for(self._ended.wait(), GOOD_BYE_S)
        if not self._ended.is_set():
            self.abort()

    def abort(self) -> None:
        """End without a close frame, as a power cut does."""
        self._writer.cancel()
        if self._request.transport is not None:
            self._request.transport.abort()

    def freeze(self) -> None:
        """Neither read nor write nor answer pings any more, and keep TCP open."""
        self._writer.cancel()
        transport = self._request.transport
        if isinstance(transport, asyncio.Transport):
            transport.pause_reading()

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while (frame := await self._waiting.get()) is not None:
                await self._ws.send_frame(frame.payload, WSMsgType.TEXT if frame.text else WSMsgType.BINARY)


class Sockets:
    """All of them: the live ones, and those that pretend to live."""

    def __init__(self) -> None:
        self.live: set[Socket] = set()
        self._frozen: set[Socket] = set()
        self._closing: set[asyncio.Task[None]] = set()

    async def serve(
        self, request: web.Request, admission: Admission, first: list[Frame]
    ) -> web.WebSocketResponse:
        """Keep one reader until it or we end it; `first` is pushed at once."""
        ws = web.WebSocketResponse(timeout=0.5, max_msg_size=0)
        await ws.prepare(request)
        if admission.closing:
            await ws.close()
            return ws
        socket = Socket(request, ws, admission)
        for frame in first if not admission.silent else []:
            socket.push(frame)
        self.live.add(socket)
        try:
            await socket.read()
        finally:
            self.live.discard(socket)
            self._frozen.discard(socket)
        return ws

    def push(self, frame: Frame, *, v2_clients: bool | None = None) -> None:
        """Push to every live socket of the site, or only to those that asked for v2 clients, or did not."""
        for socket in self.live:
            if not socket.admission.silent and v2_clients in {None, socket.admission.v2_clients}:
                socket.push(frame)

    async def end_all(self, how: str) -> None:
        """Close, abort or freeze every live socket; none of them counts as live afterwards."""
        ending, self.live = self.live, set()
        self._closing = {task for task in self._closing if not task.done()}
        match how:
            case "close":
                # not waited for: the reader that is to answer the close frame may be waiting for us
                self._closing |= {socket.close() for socket in ending}
            case "abort":
                for socket in ending:
                    socket.abort()
            case "half_open":
                self._frozen |= ending
                for socket in ending:
                    socket.freeze()
            case _:
                self.live |= ending
                raise ValueError(f'{how!r} is none of "close", "abort", "half_open"')

    async def shut(self) -> None:
        """End everything, whatever state it is in."""
        for socket in self._frozen:
            socket.abort()
        self._frozen.clear()
        await self.end_all("close")
        await asyncio.gather(*self._closing, return_exceptions=True)
