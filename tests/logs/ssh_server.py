"""A real SSH server, by other people's code, that runs the commands it is given through /bin/sh."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

HERE = "127.0.0.1"


@dataclass
class Console:
    """What the server was asked, and how it misbehaves."""

    user_key: asyncssh.SSHKey
    host_key: asyncssh.SSHKey
    env: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/bin:/bin"})
    shell: tuple[str, ...] = ("/bin/sh",)
    users: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    dialled: int = 0
    hangs: bool = False  # takes commands and never answers
    cut_after: int | None = None  # drops the connection after so many bytes of an answer to a read command
    kills_reads: bool = False  # ends read commands in the middle of their output, the connection goes on
    port: int = 0
    links: set[asyncssh.SSHServerConnection] = field(default_factory=set)
    loop: asyncio.AbstractEventLoop | None = None

    @property
    def fingerprint(self) -> str:
        """The host key as ssh-keygen prints it."""
        return self.host_key.get_fingerprint()

    def drop_links(self) -> None:
        """Cut every connection, as a restart does."""
        assert self.loop is not None
        for link in list(self.links):
            self.loop.call_soon_threadsafe(link.abort)


class _Server(asyncssh.SSHServer):
    def __init__(self, console: Console) -> None:
        self.console = console

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.link = conn
        self.console.dialled += 1
        self.console.links.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self.console.links.discard(self.link)

    def begin_auth(self, username: str) -> bool:
        self.console.users.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self.console.passwords.append(password)
        return False


async def _answer(console: Console, process: asyncssh.SSHServerProcess[bytes]) -> None:
    command = process.command or ""
    console.commands.append(command)
    if console.hangs:
        await asyncio.sleep(3600)
    shell = await asyncio.create_subprocess_exec(
        *console.shell,
        "-c",
        command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=console.env,
        start_new_session=True,
    )
    try:
        out, err = await shell.communicate()
    finally:
        if shell.returncode is None:
            os.killpg(shell.pid, signal.SIGKILL)
            await shell.wait()
    if console.cut_after is not None and "tail" in command:
        process.stdout.write(out[: console.cut_after])
        cut, console.cut_after = console.cut_after, None
        await asyncio.sleep(0.02 if cut else 0)
        process.channel.get_connection().abort()
        return
    if console.kills_reads and "tail" in command:
        out = out[: len(out) // 2]
    process.stdout.write(out)
    process.stderr.write(err)
    process.exit(shell.returncode or 0)


async def _serve(console: Console, ready: threading.Event, done: asyncio.Event) -> None:
    acceptor = await asyncssh.listen(
        HERE,
        console.port,
        server_factory=lambda: _Server(console),
        server_host_keys=[console.host_key],
        authorized_client_keys=asyncssh.import_authorized_keys(console.user_key.export_public_key().decode()),
        process_factory=lambda process: _answer(console, process),
        encoding=None,
    )
    console.port = acceptor.get_port()
    ready.set()
    await done.wait()
    acceptor.close()
    for link in list(console.links):
        link.abort()
    with suppress(TimeoutError):
        await asyncio.wait_for(acceptor.wait_closed(), 1)
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@contextmanager
def serving(console: Console) -> Iterator[Console]:
    """Serve until the end of the block."""
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    def run() -> None:
        loop.run_until_complete(_serve(console, ready, done))
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()

    console.loop = loop
    thread = threading.Thread(target=run, name="ssh-server", daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield console
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)


def make_key(file: Path | None = None) -> asyncssh.SSHKey:
    """Return a fresh key, written to `file` in OpenSSH's form."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    if file is not None:
        file.write_bytes(key.export_private_key("openssh"))
    return key


@contextmanager
def silent_port() -> Iterator[int]:
    """Yield a port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind((HERE, 0))
        listener.listen()
        yield listener.getsockname()[1]
