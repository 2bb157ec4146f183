"""The port for read-only commands on a console, and what they print."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Output(msgspec.Struct, frozen=True):
    """What a command printed, and its exit status; None where the server never told one."""

    stdout: bytes
    stderr: str
    status: int | None


class Commands(Protocol):
    """Whatever runs read-only commands on the console: SSHLink."""

    def run(self, command: str, max_bytes: int) -> Output:
        """Return what the command printed; raises SSHCollectionError."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
