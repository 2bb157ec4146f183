"""A real mail server that can be away for days."""

from __future__ import annotations

import socket
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


class MailServer:
    """A server on a port of its own; mails wait for it while it is down."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.mails: list[bytes] = []
        self._controller: Any = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail."""
        self.mails.append(envelope.content)
        return "250 OK"

    def start(self) -> None:
        """Answer."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Answer no more; harmless twice."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def pages(self) -> list[str]:
        """Return the page inside every mail, once per message id."""
        found: dict[str, str] = {}
        for raw in self.mails:
            mail = message_from_bytes(raw, policy=default)
            pages = [p for p in mail.iter_attachments() if p.get_content_type() == "text/html"]
            found[str(mail["Message-ID"])] = "".join(str(page.get_content()) for page in pages)
        return list(found.values())
