"""What the controller does wrong on request: endpoints that fail, dawdle or answer nonsense, sockets that are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from unifi_scanner.sim.http import Reply, status_reply

NONSENSE: Final[tuple[Any, ...]] = (
    None, 7, "row", [], {}, {"key": None, "time": "soon"}, {"parameters": 3, "timestamp": {}},
)  # fmt: skip


class Failing:
    """One endpoint that answers with an error, for ever or a number of times, perhaps only after a while."""

    def __init__(
        self,
        status: int,
        body: str | None,
        times: int | None,
        *,
        retry_after: int | None = None,
        after: int = 0,
    ) -> None:
        self.status = status
        self.body = body
        self.left = times
        self.retry_after = retry_after
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
        reply = status_reply(self.status, self.body)
        return (
            reply if self.retry_after is None else reply.with_headers({"Retry-After": str(self.retry_after)})
        )


class Twist(msgspec.Struct, frozen=True, kw_only=True):
    """A good answer made into another one; `seconds` is how late rows come, `edge_ms` which older ones are forgotten."""

    how: str
    seconds: float = 0.0
    edge_ms: int = 0

    def __post_init__(self) -> None:
        if self.how not in TWISTS:
            raise ValueError(f"{self.how!r} is none of {', '.join(TWISTS)}")

    def apply(self, reply: Reply, now_ms: int) -> Reply:
        """Return what is answered instead; an answer without a list of rows stays as it is."""
        if self.how == "not_json":
            return msgspec.structs.replace(reply, body=reply.body[: len(reply.body) // 2] + b"\x00")
        body = msgspec.json.decode(reply.body) if reply.status == 200 and reply.body[:1] == b"{" else None
        if not isinstance(body, dict) or not isinstance(body.get("data"), list):
            return reply
        rows = TWISTS[self.how](body["data"], self.edge_ms or now_ms - round(self.seconds * 1000))
        return msgspec.structs.replace(reply, body=msgspec.json.encode({**body, "data": rows}))


def _time_of(row: Any) -> int:
    return int(row.get("time") or row.get("timestamp") or 0) if isinstance(row, Mapping) else 0


TWISTS: Final[Mapping[str, Callable[[list[Any], int], list[Any]]]] = {
    "empty": lambda _rows, _edge: [],
    "malformed": lambda rows, _edge: [*NONSENSE, *rows, *NONSENSE],
    "twice": lambda rows, _edge: [row for one in rows for row in (one, one)],
    "late": lambda rows, edge: [row for row in rows if _time_of(row) <= edge],
    "forgetful": lambda rows, edge: [row for row in rows if _time_of(row) >= edge],
    "not_json": lambda rows, _edge: rows,
}


class Faults(msgspec.Struct):
    """The faults that are on now. Its owner sees to locking."""

    failing: dict[str, Failing] = {}
    twisted: dict[str, Twist] = {}
    slow: dict[str, float] = {}
    refused: int | None = None
    close_at_once: bool = False
    page_cap: int = 100
    shifting: int = 0
    picky_flows: bool = False
    get_only: bool = False

    def fail(
        self,
        endpoint: str,
        status: int | None,
        body: str | None,
        times: int | None,
        *,
        retry_after: int | None = None,
        after: int = 0,
    ) -> None:
        """Let every path that contains `endpoint` answer `status`, after so many good answers; None ends it."""
        self.failing.pop(endpoint, None)
        if status is not None:
            self.failing[endpoint] = Failing(status, body, times, retry_after=retry_after, after=after)

    def twist(self, endpoint: str, twist: Twist | None) -> None:
        """Let every path that contains `endpoint` answer otherwise than it would; None ends it."""
        self.twisted.pop(endpoint, None)
        if twist is not None:
            self.twisted[endpoint] = twist

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

    def told_otherwise(self, path: str, reply: Reply, now_ms: int) -> Reply:
        """Return the answer as this path must give it now."""
        for part, twist in self.twisted.items():
            if part in path:
                reply = twist.apply(reply, now_ms)
        return reply

    def wait_for(self, path: str) -> float:
        """Return how many seconds this path dawdles."""
        return max((seconds for part, seconds in self.slow.items() if part in path), default=0.0)
