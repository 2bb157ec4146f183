"""A Chromium without a window, spoken to over its debugging socket."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-quic", "--remote-debugging-port=0",
)  # fmt: skip


class Browser:
    """One page of a browser."""

    def __init__(self, link: ClientConnection) -> None:
        self._link = link
        self._asked = 0
        self._ask("Page.enable")

    def open(self, page: Path, *, width: int, dark: bool = False) -> None:
        """Show a file in a window of this width."""
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("Page.navigate", url=page.as_uri())
        self._await("Page.loadEventFired")

    def picture(self, width: int) -> bytes:
        """Return the whole page as a PNG."""
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": size["height"], "scale": 1}
        return self._data(self._ask("Page.captureScreenshot", captureBeyondViewport=True, clip=clip))

    def printed(self) -> bytes:
        """Return the page as it is printed, as a PDF."""
        return self._data(self._ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False))

    def _ask(self, method: str, **given: Any) -> dict[str, Any]:
        self._asked += 1
        self._link.send(json.dumps({"id": self._asked, "method": method, "params": given}))
        while True:
            answer = json.loads(self._link.recv(timeout=60))
            if answer.get("id") == self._asked:
                result: dict[str, Any] = answer["result"]
                return result

    def _await(self, event: str) -> None:
        while json.loads(self._link.recv(timeout=60)).get("method") != event:
            pass

    @staticmethod
    def _data(answer: dict[str, Any]) -> bytes:
        return base64.b64decode(answer["data"])


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """Yield a page of a new browser, which ends with the block."""
    with tempfile.TemporaryDirectory(prefix="screenshots-") as profile:
        running = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"], stderr=subprocess.PIPE, text=True
        )
        try:
            with connect(_page_of(running), max_size=None) as link:
                yield Browser(link)
        finally:
            running.kill()
            running.wait()
            if running.stderr:
                running.stderr.close()


def _page_of(running: subprocess.Popen[str]) -> str:
    for line in running.stderr or ():
        found = re.search(r"ws://([^/\s]+)/", line)
        if found:
            with urllib.request.urlopen(f"http://{found[1]}/json", timeout=30) as answer:
                pages = json.load(answer)
            return str(next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"))
    raise RuntimeError("the browser ended before it said where it listens")
