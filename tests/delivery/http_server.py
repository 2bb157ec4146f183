"""A real HTTP server on loopback that keeps what it is sent, and misbehaves on request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Taken:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What arrived; `status` is what is answered, `how` is answer, drop (hang up without a word) or hang."""

    port: int = 0
    status: int = 200
    how: str = "answer"
    taken: list[Taken] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def receiver(port: int = 0, **how: object) -> Iterator[Receiver]:
    """Run a receiver while inside."""
    mine = Receiver(**how)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if mine.how == "hang":
                mine.release.wait(10)
                return
            mine.taken.append(
                Taken(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            )
            if mine.how == "drop":
                return
            with suppress(OSError):
                self.send_response(mine.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

        do_GET = do_POST  # noqa: N815 - the library's names

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    mine.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield mine
    finally:
        mine.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def unused_port() -> int:
    """Return a port nobody listens at."""
    with receiver() as gone:
        return gone.port


__all__ = ["Receiver", "Taken", "receiver", "unused_port"]
