"""When a sign-in may be made, so that no account is ever locked out (docs/protocol.md A.6). Pure.

Moments are seconds of any clock that does not jump; the same one throughout.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

DEFAULT_PAUSE_S, LONGEST_PAUSE_S = 60.0, 300.0
NEVER = float("-inf")


class SignInPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How many sign-ins in a row need not wait; then seconds: the first pause, and the longest; each doubles the last."""

    at_once: int = 3

    first: float = 60.0
    longest: float = 900.0


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a sign-in may be made now.

    The first ones may at once: a controller that restarts twice is nothing strange. After that each waits: 60 s, 120 s,
    up to 15 minutes after the one before. A session that lasted twice that long makes the next sign-in the first again.
    """

    policy: SignInPolicy = SignInPolicy()
    last: float = NEVER
    in_a_row: int = 0
    throttles: int = 0
    not_before: float = NEVER

    def wait(self, now: float) -> float:
        """Return how many seconds no sign-in may be made; 0 where one may."""
        return max(0.0, self.not_before - now)

    def signed_in(self, now: float) -> Gate:
        """Return the gate after the controller let us in."""
        lasted = now - self.last >= 2 * self.policy.longest
        in_a_row = 1 if lasted else self.in_a_row + 1
        pause = 0.0 if in_a_row < self.policy.at_once else self._pause(in_a_row - self.policy.at_once)
        return msgspec.structs.replace(self, last=now, in_a_row=in_a_row, throttles=0, not_before=now + pause)

    def _pause(self, doublings: int) -> float:
        return min(self.policy.longest, self.policy.first * 2.0 ** min(doublings, 30))

    def throttled(self, now: float, asked_for: float | None) -> Gate:
        """Return the gate after a 429; without a time of its own each pause is twice the last."""
        pause = asked_for if asked_for is not None else DEFAULT_PAUSE_S * 2.0 ** min(self.throttles, 30)
        return msgspec.structs.replace(
            self, throttles=self.throttles + 1, not_before=now + min(max(pause, 1.0), LONGEST_PAUSE_S)
        )


def retry_after_s(value: str | None, date: str | None, now: datetime) -> float | None:
    """Return the pause a `Retry-After` asks for, from 1 to 300 s; None where it says nothing that can be read.

    It is seconds, or a date; a date is counted from the answer's own `Date`, for clocks differ.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return _bounded(float(text[:9]))
    until = http_date(text)
    if until is None:
        return None
    return _bounded((until - (http_date(date or "") or now)).total_seconds())


def _bounded(seconds: float) -> float:
    return min(max(seconds, 1.0), LONGEST_PAUSE_S)


def http_date(text: str) -> datetime | None:
    """Return the moment that an HTTP header tells, or None where it tells none."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
