"""`/metrics` over HTTP, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from socket import AF_INET, AF_INET6
from typing import Any

from unifi_scanner.errors import ConfigError
from unifi_scanner.integrations.metrics import CONTENT_TYPE

PATIENCE_S = 1.0  # with one caller; there is one at a time


class MetricsServer:
    """Answers GET /metrics with what `make` returns at that moment, and everything else with 404."""

    def __init__(self, bind: str, port: int, make: Callable[[], str]) -> None:
        """Listen at once; raises ConfigError where that cannot be."""
        try:
            self._server = _server_of(bind)((bind, port), _handler_of(make))
        except OSError as exc:
            raise ConfigError(
                f"UNIFI_METRICS_PORT: {bind} port {port} cannot be listened on ({exc.strerror}).",
                hint="Choose another port, or an address of this machine.",
            ) from exc
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    @property
    def port(self) -> int:
        """Return the port that is listened on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop to answer, and let the port go."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


def _server_of(bind: str) -> type[HTTPServer]:
    class Server(HTTPServer):
        address_family = AF_INET6 if ip_address(bind).version == 6 else AF_INET
        allow_reuse_port = False

        def server_bind(self) -> None:
            # not HTTPServer's, which asks the name service what we are called
            self.allow_reuse_address = True
            super(HTTPServer, self).server_bind()

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing: a caller that breaks off is no matter of ours."""

    return Server


def _handler_of(make: Callable[[], str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_S
        server_version, sys_version = "unifi-scanner", ""

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            body = make().encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Keep quiet: a scrape every few seconds is no event."""

    return Handler
