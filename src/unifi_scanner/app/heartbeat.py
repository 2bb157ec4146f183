"""A sign of life to somebody outside: when it stops, they tell you, for we can't any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog

TIMEOUT_S = 10.0
AGAIN_S = 60.0  # after a beat that did not arrive
FIRST_S = 3.0
log = structlog.get_logger(__name__)


class Heartbeat(threading.Thread):
    """Asks `url` every so often while `is_well` says so; what fails is told once, to `on_failure` and the log."""

    def __init__(
        self,
        url: str,
        every_s: float,
        *,
        is_well: Callable[[], bool],
        on_failure: Callable[[str], object],
        first_s: float = FIRST_S,
    ) -> None:
        super().__init__(daemon=True, name="heartbeat")
        self.where = urlsplit(url).hostname or "an unknown host"  # never the whole address: it is a secret
        self.beats = 0
        self._url = url
        self._every = every_s
        self._first = first_s
        self._is_well = is_well
        self._on_failure = on_failure
        self._stopped = threading.Event()
        self._failing = ""

    def run(self) -> None:
        """Beat until stopped."""
        pause = min(self._first, self._every)
        while not self._stopped.wait(pause):
            pause = self._every
            if self._is_well():
                trouble = self._beat()
                self._note(trouble)
                pause = min(self._every, AGAIN_S) if trouble else self._every

    def stop(self) -> None:
        """Beat no more."""
        self._stopped.set()

    def _beat(self) -> str:
        import httpx2  # only where it is used

        try:
            status = httpx2.get(self._url, timeout=TIMEOUT_S, follow_redirects=True).status_code
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as exc:
            return f"{self.where} could not be reached ({type(exc).__name__})."
        return "" if status < 300 else f"{self.where} answered with {status}."

    def _note(self, trouble: str) -> None:
        before, self._failing = self._failing, trouble
        self.beats += not trouble
        if trouble:
            self._on_failure(f"No sign of life could be given: {trouble} Check UNIFI_HEARTBEAT_URL.")
            if not before:
                log.warning("heartbeat_lost", reason=trouble)
        elif before:
            log.info("heartbeat_back", host=self.where)
