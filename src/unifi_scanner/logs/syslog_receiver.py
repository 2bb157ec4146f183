"""SyslogReceiver: syslog over UDP, TCP and TLS, on an asyncio loop in a daemon thread of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from unifi_scanner.logs.framing import Text
from unifi_scanner.logs.intake import MISSED, NO_TLS, TOO_MANY_CONNECTIONS, Intake, OnLine
from unifi_scanner.logs.listening import Door, Listening, open_doors, tls_context
from unifi_scanner.logs.peers import Limits, Peer, Peers, sweep
from unifi_scanner.logs.rate import RateLimit
from unifi_scanner.logs.received import LineBuffer, ReceivedLine, nothing
from unifi_scanner.logs.senders import AllowList, plain_address
from unifi_scanner.logs.syslog import split_messages

__all__ = ["Limits", "Listening", "ReceivedLine", "SyslogReceiver"]

LONGEST_DATAGRAM, DATAGRAMS_AT_ONCE = 65_536, 100
JOIN_S, SWEEP_S, PAUSE_S, LAST_STEPS_S = 4.5, 1.0, 0.2, 0.005
DEFAULT_LIMITS = Limits()
log = structlog.get_logger(__name__)


class SyslogReceiver:
    """Receives syslog lines in the background; does nothing until started.

    `on_line` is called for every accepted line before it is buffered, in the receiver's thread: it must be quick.
    `on_drain` is called when the buffer is emptied; no line is between the two.
    """

    def __init__(
        self,
        listening: Listening,
        *,
        limits: Limits = DEFAULT_LIMITS,
        on_line: OnLine | None = None,
        on_drain: Callable[[], None] = nothing,
        split: Callable[[bytes], list[str]] = split_messages,
    ) -> None:
        self.listening = listening
        self.limits = limits
        self._split = split
        self._on_drain = on_drain
        self._buffer = LineBuffer(limits.lines, limits.bytes)
        rate = RateLimit(
            listening.lines_per_s, listening.lines_per_s * limits.burst_s, max_senders=limits.senders
        )
        self._intake = Intake(AllowList(listening.allow), rate, self._buffer, on_line)
        self._doors: list[Door] = []
        self._missed = 0
        self._running = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._guard = threading.Lock()  # what the two threads share
        self._lifecycle = threading.RLock()  # one start or stop at a time

    def start(self) -> None:
        """Open the ports and begin to receive; raises ConfigError where one cannot be opened. Harmless when it runs."""
        with self._lifecycle:
            if self._running:
                return
            context = tls_context(self.listening)
            self._doors = open_doors(self.listening)
            self._running = True
            self._thread = threading.Thread(
                target=self._run_loop, args=(self._doors, context), name="unifi-syslog", daemon=True
            )
            self._thread.start()
        log.info("syslog_receiver_started", ports=self.ports())

    def stop(self) -> None:
        """Stop receiving and let go of thread, loop and sockets; safe at any moment, within 5 s."""
        with self._lifecycle:
            was_running, self._running = self._running, False
            self._count_missed()
            self._ask_to_end()
            thread = self._thread
            if thread is not None and thread is not threading.current_thread():
                thread.join(JOIN_S)
                self._thread = None
            self._doors = []
        if was_running:
            log.info("syslog_receiver_stopped", **self.counts())

    def is_running(self) -> bool:
        """Return whether lines are being received."""
        thread = self._thread
        return self._running and thread is not None and thread.is_alive()

    def ports(self) -> dict[str, int]:
        """Return the port behind each open way (`udp`, `tcp`, `tls`)."""
        return {door.way: int(door.sock.getsockname()[1]) for door in self._doors if door.sock.fileno() >= 0}

    def drain(self) -> list[ReceivedLine]:
        """Return and clear what was received, oldest first; what came before a stop is still there."""
        return self._buffer.drain(self._on_drain)

    def counts(self) -> dict[str, int]:
        """Return how many lines were received and kept, and how many connections there were."""
        return dict(self._intake.counts)

    def drops(self) -> dict[str, int]:
        """Return how much was lost or altered so far, by reason.

        Lines lost: `not_allowed`, `too_fast`, `buffer_full`, `missed_by_the_system` (datagrams, counted by the kernel).
        Lines kept, but altered: `too_long`, `binary`. Connections refused or closed: `too_many_connections`,
        `tls_failed`, `idle`.
        """
        self._count_missed()
        return {reason: count for reason, count in dict(self._intake.drops).items() if count}

    def refused_by_sender(self) -> dict[str, int]:
        """Return how many lines of each sender were over its limit."""
        return self._intake.rate.refused_by_sender()

    def _count_missed(self) -> None:
        udp = [door.sock for door in self._doors if door.way == "udp" and door.sock.fileno() >= 0]
        missed = missed_datagrams(udp)
        if missed > self._missed:
            self._intake.drops[MISSED] += missed - self._missed
        self._missed = missed

    def _ask_to_end(self) -> None:
        with self._guard:
            if self._loop is not None and self._main is not None:
                self._loop.call_soon_threadsafe(self._main.cancel)

    def _run_loop(self, doors: list[Door], context: ssl.SSLContext | None) -> None:
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(_note_trouble)
        service = _Service(loop, doors, self._intake, Peers(self.limits))
        service.split, service.context = self._split, context
        with self._guard:
            self._loop, self._main = loop, loop.create_task(service.serve())
            if not self._running:
                self._main.cancel()
        main = self._main
        try:
            loop.run_until_complete(asyncio.wait({main}))
            if not main.cancelled() and (broken := main.exception()) is not None:
                log.error("syslog_receiver_failed", exc_info=broken)
        finally:
            with self._guard:
                self._loop = self._main = None
            _wind_up(loop, service)


class _Service:
    """What runs on the loop: the doors, the peers behind them, and a broom."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, doors: list[Door], intake: Intake, peers: Peers
    ) -> None:
        self.loop = loop
        self.doors = doors
        self.intake = intake
        self.peers = peers
        self.split: Callable[[bytes], list[str]] = split_messages
        self.context: ssl.SSLContext | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._datagram = bytearray(LONGEST_DATAGRAM)

    async def serve(self) -> None:
        """Receive until cancelled."""
        for door in self.doors:
            self._open(door)
        while True:
            await asyncio.sleep(SWEEP_S)
            sweep(self.peers, self.intake)

    def close(self) -> None:
        """Close every socket there is; the peers' close in the next steps of the loop."""
        self.peers.close_all()
        for door in self.doors:
            self.loop.remove_reader(door.sock)
            door.sock.close()

    def _open(self, door: Door) -> None:
        if door.way == "udp":
            self.loop.add_reader(door.sock, self._read, door.sock)
        else:
            self._spawn(self._accept(door.sock, self.context if door.way == "tls" else None))

    def _read(self, sock: socket.socket) -> None:
        """Take the datagrams that wait, but not so many that the peers would have to wait for us."""
        for _ in range(DATAGRAMS_AT_ONCE):
            try:
                size, address = sock.recvfrom_into(self._datagram)
            except OSError:  # none is waiting, or an error of an earlier one: there is nobody to tell
                return
            sender = plain_address(address[0])
            if self.intake.admits(sender):
                self._take(sender, bytes(self._datagram[:size]))

    def _take(self, sender: str, datagram: bytes) -> None:
        for text in self.split(datagram):
            # a datagram is shorter than the longest line, so nothing is ever cut here
            self.intake.take(sender, Text(text, binary="\ufffd" in text))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        while True:
            try:
                connection, address = await self.loop.sock_accept(listener)
            except OSError as exc:  # out of file descriptors, or the peer has gone already
                log.warning("syslog_accept_failed", reason=str(exc))
                await asyncio.sleep(PAUSE_S)
                continue
            # decided before the handshake: whom we do not listen to costs us nothing more
            if self._enters(sender := plain_address(address[0])):
                self._spawn(self._greet(connection, sender, context))
            else:
                connection.close()

    def _enters(self, sender: str) -> bool:
        if not self.intake.admits(sender):
            return False
        if self.peers.enter(sender):
            return True
        self.intake.drops[TOO_MANY_CONNECTIONS] += 1
        return False

    async def _greet(self, connection: socket.socket, sender: str, context: ssl.SSLContext | None) -> None:
        peer = Peer(sender, self.intake, self.peers)
        wait = self.peers.limits.handshake_s if context is not None else None
        try:
            await self.loop.connect_accepted_socket(
                lambda: peer, connection, ssl=context, ssl_handshake_timeout=wait
            )
        except OSError as exc:  # also a failed handshake: SSLError, ConnectionError, TimeoutError
            self.intake.drops[NO_TLS] += 1
            log.info("syslog_peer_failed", sender=sender, reason=str(exc))
        finally:
            if not peer.was_connected:
                self.peers.leave(sender)


def missed_datagrams(sockets: list[socket.socket]) -> int:
    """Return how many datagrams the kernel threw away because these sockets were full (Linux; elsewhere 0)."""
    inodes = {str(os.fstat(sock.fileno()).st_ino) for sock in sockets}
    missed = 0
    for table in (Path("/proc/net/udp"), Path("/proc/net/udp6")) if inodes else ():
        with suppress(OSError):
            rows = [line.split() for line in table.read_text(encoding="ascii").splitlines()[1:]]
            missed += sum(int(row[-1]) for row in rows if len(row) > 12 and row[9] in inodes)
    return missed


def _note_trouble(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    log.warning("syslog_receiver_troubled", what=context.get("message"), exc_info=context.get("exception"))


def _wind_up(loop: asyncio.AbstractEventLoop, service: _Service) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    service.close()
    loop.run_until_complete(asyncio.sleep(LAST_STEPS_S))  # transports close in steps of the loop
    service.intake.tell_floods()
    loop.close()
