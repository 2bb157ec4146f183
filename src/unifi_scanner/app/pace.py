"""How often one controller is asked: at its usual interval, and less and less often while it fails. Pure."""

from __future__ import annotations

from random import Random

import msgspec

LONGEST_S = 300.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """A controller's circuit breaker: when it is due next, on a clock that never jumps, and its failures in a row."""

    every: float  # seconds
    due_at: float = float("-inf")
    failures: int = 0

    def is_due(self, now: float) -> bool:
        """Return whether it is time to ask."""
        return now >= self.due_at

    def after(self, now: float, *, worked: bool, rng: Random, wait: float | None = None) -> Pace:
        """Return the pace after a round; `wait` is how long the controller asked us to stay away."""
        if worked:
            return msgspec.structs.replace(self, failures=0, due_at=now + self.every)
        failures = self.failures + 1
        pause = min(LONGEST_S, self.every * 2.0 ** min(failures - 1, 20)) * rng.uniform(0.75, 1.0)
        return msgspec.structs.replace(self, failures=failures, due_at=now + max(pause, wait or 0.0))

    def at_once(self) -> Pace:
        """Return the pace of a controller that should be asked right away."""
        return msgspec.structs.replace(self, due_at=float("-inf"))
