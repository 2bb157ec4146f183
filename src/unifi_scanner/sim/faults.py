"""What the controller does wrong on request: endpoints that fail or dawdle, sockets that are refused."""

from __future__ import annotations

import msgspec

from unifi_scanner.sim.http import Reply, status_reply


class Failing:
    """One endpoint that answers with an error, for ever or a number of times, perhaps only after a while."""

    def __init__(self, status: int, body: str | None, times: int | None, after: int = 0) -> None:
        self.status = status
        self.body = body
        self.left = times
        self.first_let_through = after

    def take(self) -> Reply | None:
        """Return the error to answer with, or None once it has been answered often enough."""
        if self.first_let_through > 0:
            self.first_let_through -= 1
            return None
        if self.left == 0:
            return None
        if self.left is not None:
            self.left -= 1
        return status_reply(self.status, self.body)


class Faults(msgspec.Struct):
    """The faults that are on now. Its owner sees to locking."""

    failing: dict[str, Failing] = {}
    slow: dict[str, float] = {}
    refused: int | None = None
    close_at_once: bool = False
    page_cap: int = 100
    shifting: int = 0
    picky_flows: bool = False
    get_only: bool = False

    def fail(
        self, endpoint: str, status: int | None, body: str | None, times: int | None, after: int = 0
    ) -> None:
        """Let every path that contains `endpoint` answer `status`, after so many good answers; None ends it."""
        self.failing.pop(endpoint, None)
        if status is not None:
            self.failing[endpoint] = Failing(status, body, times, after)

    def delay(self, endpoint: str, seconds: float) -> None:
        """Let every path that contains `endpoint` answer that much later; 0 ends it."""
        self.slow.pop(endpoint, None)
        if seconds > 0:
            self.slow[endpoint] = seconds

    def failure(self, path: str) -> Reply | None:
        """Return the error this path must answer with now, if any."""
        for part, failing in self.failing.items():
            if part in path and (reply := failing.take()) is not None:
                return reply
        return None

    def wait_for(self, path: str) -> float:
        """Return how many seconds this path dawdles."""
        return max((seconds for part, seconds in self.slow.items() if part in path), default=0.0)
