"""Sends syslog lines to a receiver, from a thread of its own so that nobody waits for a slow one."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable
from typing import Final, Literal

Protocol = Literal["udp", "tcp"]
PATIENCE_S: Final = 2.0
PAUSE_S: Final = 0.05
LARGEST: Final = 100_000  # lines that wait for a receiver that is away; a device forgets the rest


class SyslogSender:
    """Delivers in order: over UDP at once and for good or ill, over TCP again until a receiver takes it."""

    def __init__(self, host: str, port: int, proto: Protocol = "udp") -> None:
        if proto not in ("udp", "tcp"):
            raise ValueError(f"syslog goes over udp or tcp, not {proto!r}")
        self.sent = 0
        self._address = (host, port)
        self._proto = proto
        self._lines: queue.Queue[bytes] = queue.Queue(LARGEST)
        self._closing = threading.Event()
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to deliver; harmless twice."""
        if self._thread is None:
            self._closing.clear()
            self._thread = threading.Thread(target=self._run, name="simulated-syslog", daemon=True)
            self._thread.start()

    def send(self, line: str) -> None:
        """Queue a line; it is lost where far too many wait already."""
        try:
            self._lines.put_nowait(line.encode("utf-8", "replace"))
        except queue.Full:
            return

    def stop(self) -> None:
        """Deliver what a present receiver still takes, then end; harmless twice or before start."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._closing.set()
        thread.join(PATIENCE_S)

    def _run(self) -> None:
        while (line := self._next()) is not None:
            self._deliver(line)
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _next(self) -> bytes | None:
        while True:
            try:
                return self._lines.get(timeout=PAUSE_S)
            except queue.Empty:
                if self._closing.is_set():
                    return None

    def _deliver(self, line: bytes) -> None:
        put: Callable[[bytes], None] = self._by_udp if self._proto == "udp" else self._by_tcp
        while True:
            try:
                put(line)
            except OSError:
                self._drop()
                if self._proto == "udp" or self._closing.wait(PAUSE_S):
                    return
            else:
                self.sent += 1
                return

    def _by_udp(self, line: bytes) -> None:
        if self._socket is None:
            family = socket.getaddrinfo(*self._address, type=socket.SOCK_DGRAM)[0][0]
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.sendto(line, self._address)

    def _by_tcp(self, line: bytes) -> None:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, PATIENCE_S)
        self._socket.sendall(line)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
