"""How many lines a second each sender may send: a token bucket per sender, the clock a parameter. Pure."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

OTHERS = "others"  # whom there was no room to count one by one
QUIET_S = 10.0  # without a refused line for so long, a flood is over


class Bucket(msgspec.Struct):
    """What one sender may still send, and what was refused of it."""

    tokens: float
    filled: float
    refused: int = 0
    in_episode: int = 0
    last_refused: float | None = None


class Flood(msgspec.Struct, frozen=True):
    """A sender that began (`over` False) or ceased to send too fast; `refused` lines of it so far."""

    sender: str
    over: bool
    refused: int


class RateLimit:
    """Lets each sender send `per_s` lines a second, and `burst` at once; knows at most `max_senders`.

    Senders beyond that share one bucket, so that made-up addresses can neither fill the memory nor push out
    a sender that is known.
    """

    def __init__(self, per_s: float, burst: float, *, max_senders: int = 4096) -> None:
        self.per_s = per_s
        self.burst = max(1.0, burst)
        self.max_senders = max_senders
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()  # least recently heard first
        self._others: Bucket | None = None
        self._flooding: dict[str, Bucket] = {}
        self._floods: list[Flood] = []
        self._forgotten = 0

    @property
    def refused(self) -> int:
        """Return how many lines were refused so far."""
        return self._forgotten + sum(self.refused_by_sender().values())

    def refused_by_sender(self) -> dict[str, int]:
        """Return the number of refused lines of every sender that had any and is still known."""
        known = list(self._buckets.items())  # at once: the receiver's thread goes on adding
        if self._others is not None:
            known.append((OTHERS, self._others))
        return {sender: bucket.refused for sender, bucket in known if bucket.refused}

    def allows(self, sender: str, now: float) -> bool:
        """Return whether one more line of `sender` may pass at `now` (seconds), and count it."""
        known, bucket = self._bucket(sender, now)
        passed = max(0.0, now - bucket.filled)
        bucket.tokens = min(self.burst, bucket.tokens + passed * self.per_s)
        bucket.filled = now
        if bucket.tokens >= 1.0:
            bucket.tokens -= 1.0
            return True
        self._refuse(known, bucket, now)
        return False

    def floods(self, now: float) -> list[Flood]:
        """Return which floods began and which ended since the last call."""
        for sender, bucket in list(self._flooding.items()):
            if bucket.last_refused is None or now - bucket.last_refused >= QUIET_S:
                self._floods.append(Flood(sender, over=True, refused=bucket.in_episode))
                del self._flooding[sender]
        floods, self._floods = self._floods, []
        return floods

    def _bucket(self, sender: str, now: float) -> tuple[str, Bucket]:
        bucket = self._buckets.get(sender)
        if bucket is None:
            if not self._has_room(now):
                self._others = self._others or Bucket(tokens=self.burst, filled=now)
                return OTHERS, self._others
            bucket = self._buckets[sender] = Bucket(tokens=self.burst, filled=now)
        self._buckets.move_to_end(sender)
        return sender, bucket

    def _has_room(self, now: float) -> bool:
        """Return whether one more sender can be known, forgetting the longest silent one if need be."""
        if len(self._buckets) < self.max_senders:
            return True
        oldest, bucket = next(iter(self._buckets.items()))
        refilled = bucket.tokens + (now - bucket.filled) * self.per_s >= self.burst
        if not refilled or oldest in self._flooding or now - bucket.filled < QUIET_S:
            return False
        del self._buckets[oldest]
        self._forgotten += bucket.refused
        return True

    def _refuse(self, sender: str, bucket: Bucket, now: float) -> None:
        if sender not in self._flooding:
            self._flooding[sender] = bucket
            self._floods.append(Flood(sender, over=False, refused=1))
            bucket.in_episode = 0
        bucket.refused += 1
        bucket.in_episode += 1
        bucket.last_refused = now
