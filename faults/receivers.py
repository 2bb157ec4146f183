"""Servers that take messages, and misbehave while they are told to."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

HANG_S = 2.0


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Trouble:
    """What goes wrong with every server right now, and what is done when a message is in but not confirmed."""

    def __init__(self, how: str = "") -> None:
        self.how = how
        self.on_taken: Callable[[], None] | None = None

    def taken(self) -> None:
        """Note that a message is in."""
        if self.on_taken is not None:
            self.on_taken()


class Mailbox:
    """A mail server."""

    def __init__(self, trouble: Trouble, port: int) -> None:
        self.trouble, self.port = trouble, port
        self.took: Counter[str] = Counter()
        self.tries = 0
        self._controller: Any = None

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take the mail, or not."""
        how = self.trouble.how
        self.tries += 1
        if how == "refuses":
            return "451 come back later"
        if how == "hangs":
            await asyncio.sleep(HANG_S)
            server.transport.abort()
            return "451 too late"
        self.took[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        self.trouble.taken()
        if how == "drops":
            server.transport.abort()
        return "250 OK"

    def start(self) -> None:
        """Answer."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port or free_port())
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Answer no more."""
        if self._controller is not None:
            self._controller.stop()


class Hook:
    """A web server that takes webhooks, or what an ntfy server takes."""

    def __init__(self, trouble: Trouble, port: int) -> None:
        self.trouble, self.port = trouble, port
        self.took: Counter[str] = Counter()
        self.tries = 0
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Answer."""
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status = mine._status(self.headers.get("webhook-id") or json.loads(body).get("title", ""))
                if status is None:
                    return
                with suppress(OSError):  # it was killed, or did not wait
                    self.send_response(status)
                    self.send_header("content-length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")

            def log_message(self, *_said: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def _status(self, name: str) -> int | None:
        how = self.trouble.how
        self.tries += 1
        if how == "refuses":
            return 503
        if how == "hangs":
            threading.Event().wait(HANG_S)
            return None
        self.took[name] += 1
        self.trouble.taken()
        return None if how == "drops" else 200

    def stop(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
