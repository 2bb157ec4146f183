"""One command's output over SSH, within bounds of time and size."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from unifi_scanner import clock
from unifi_scanner.logs.commands import Output
from unifi_scanner.logs.ssh_place import Patience

if TYPE_CHECKING:
    import paramiko

CHUNK = 256 * 1024
MAX_STDERR = 64 * 1024


class Lost(Exception):
    """The connection ended under a command."""


class Watchdog:
    """Closes the connection when a command takes too long: the library waits for some answers without end."""

    def __init__(self, transport: paramiko.Transport, seconds: float) -> None:
        self.bit = False
        self._transport = transport
        self._timer = threading.Timer(seconds, self._bite)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _bite(self) -> None:
        self.bit = True
        self._transport.close()


class Reading:
    """Reads one command's output within its bounds of time and size."""

    def __init__(self, channel: paramiko.Channel, patience: Patience, max_bytes: int) -> None:
        self.channel = channel
        self.patience = patience
        self.max_bytes = max_bytes
        self.deadline = clock.monotonic() + patience.command_s

    def read(self) -> Output:
        """Return all of it and the exit status; raises TimeoutError and Lost."""
        stdout = self._all()
        stderr = self._errors()
        if not self.channel.status_event.wait(self._left()):
            raise TimeoutError
        status = self.channel.recv_exit_status()
        if not self.channel.get_transport().is_active() and status == -1:
            raise Lost("it ended in the middle of an answer")
        return Output(stdout, stderr, None if status == -1 else status)

    def _all(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while size <= self.max_bytes:
            self.channel.settimeout(self._left())
            part = self.channel.recv(CHUNK)
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
        raise Lost("it answered with more than was asked for")

    def _errors(self) -> str:
        self.channel.settimeout(self._left())
        raw = b""
        while len(raw) < MAX_STDERR and (part := self.channel.recv_stderr(MAX_STDERR)):
            raw += part
        return raw.decode("utf-8", errors="replace")

    def _left(self) -> float:
        left = self.deadline - clock.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self.patience.byte_s)
