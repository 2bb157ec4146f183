"""What to do when the stream ends: dial again after a while, or sign in first. Pure."""

from __future__ import annotations

from enum import StrEnum
from random import Random

import msgspec

SETTLED_S = 30.0  # a connection that lived this long was a good one


class Ending(StrEnum):
    """How a connection, or the attempt at one, ended."""

    CLOSED = "closed"
    REFUSED = "refused"  # 401 or 403 in the handshake: the session is no longer good
    THROTTLED = "throttled"
    NO_WEBSOCKET = "no_websocket"  # 404 or 400: wrong prefix, or a proxy without WebSockets
    UNREACHABLE = "unreachable"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Delays in seconds: the first, the longest, the longest for a controller that refuses, and between pings.

    A ping that is not answered within `ping` seconds ends the connection: a half-open one says nothing else.
    """

    first: float = 1.0
    longest: float = 60.0
    longest_refused: float = 300.0
    ping: float = 20.0


class Next(msgspec.Struct, frozen=True):
    """Wait `after` seconds, sign in anew if so said, then dial."""

    after: float
    sign_in: bool = False


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """How often dialling failed in a row, and how often it was refused."""

    policy: Policy = Policy()
    failures: int = 0
    refusals: int = 0

    def opened(self) -> Link:
        """Return the link after a handshake that succeeded: refusals are forgotten, failures only in time."""
        return msgspec.structs.replace(self, refusals=0)

    def after(
        self, ending: Ending, *, lived: float = 0.0, retry_after: float | None = None, rng: Random
    ) -> tuple[Link, Next]:
        """Return the link and what to do after `ending`; `lived` is how long the connection was open."""
        match ending:
            case Ending.CLOSED if lived >= SETTLED_S:
                return Link(policy=self.policy), Next(self._delay(0, self.policy.longest, rng))
            case Ending.REFUSED:
                link = msgspec.structs.replace(self, refusals=self.refusals + 1)
                # the first refusal is an old cookie; a second one right after signing in is a refusal of us
                after = (
                    0.0
                    if self.refusals == 0
                    else self._delay(self.refusals + 1, self.policy.longest_refused, rng)
                )
                return link, Next(after, sign_in=True)
            case Ending.THROTTLED:
                wait = retry_after if retry_after is not None else self.policy.longest
                return msgspec.structs.replace(self, failures=self.failures + 1), Next(
                    min(wait, self.policy.longest_refused)
                )
            case Ending.NO_WEBSOCKET:
                link = msgspec.structs.replace(self, failures=self.failures + 1)
                return link, Next(self._delay(self.failures + 2, self.policy.longest_refused, rng))
            case _:
                link = msgspec.structs.replace(self, failures=self.failures + 1)
                return link, Next(self._delay(self.failures, self.policy.longest, rng))

    def _delay(self, failures: int, longest: float, rng: Random) -> float:
        ceiling = min(longest, self.policy.first * 2.0 ** min(failures, 30))
        return ceiling * rng.uniform(0.5, 1.0)
