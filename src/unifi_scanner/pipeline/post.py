"""The outbox emptied: every channel at its own pace, so that one that is slow or dead is nobody else's trouble."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from unifi_scanner import clock
from unifi_scanner.delivery import Channel, Dispatch, Message, dispatch
from unifi_scanner.errors import DeliveryError, StoreError
from unifi_scanner.store import Delivery, EventStore, Outgoing, Shard

PAUSES_S = (5.0, 10.0, 20.0, 40.0, 80.0, 90.0)  # after so many failures in a row; the last one for days
HELD_AFTER = timedelta(
    minutes=30
)  # what waited longer is no news any more: several of them become one digest
STORE_PAUSE_S = 5.0
MADE_TO_WAIT = ("alert", "digest")
Fold = Callable[[Sequence[Message], str, datetime], Message]
log = structlog.get_logger(__name__)


class Postman:
    """Delivers what waits for one channel. `deliver` is called by one thread only."""

    def __init__(
        self,
        store: EventStore,
        channel: Channel,
        *,
        fold: Fold | None = None,
        pauses: Sequence[float] = PAUSES_S,
    ) -> None:
        self.store = store
        self.channel = channel
        self._fold = fold
        self._pauses = pauses
        self._failures = 0
        self._failed_at: datetime | None = None
        self._rests_until = float("-inf")
        self._due: dict[str, float] = {}
        self._taken: dict[str, Delivery] = {}  # by the channel, and the store could not note it yet

    def deliver(self, now: datetime, *, everything: bool = False) -> dict[str, Dispatch]:
        """Send what is due, or `everything` that waits; return how each went, by its id. Raises StoreError.

        The first failure ends the round: a dead server takes its time to say no.
        """
        for waiting in list(self._taken.values()):
            self._note_taken(waiting, now)
        self._fold_what_was_held(now)
        outcomes: dict[str, Dispatch] = {}
        for waiting in self.store.waiting_for(self.channel.name):
            if not (everything or self._is_due(waiting)):
                continue
            outcome = self._send(waiting, now)
            if outcome is None:
                continue
            outcomes[waiting.id] = outcome
            if not outcome.told:
                break
            everything = True  # it is there again
        return outcomes

    def due_in(self) -> float | None:
        """Return in how many seconds to try again, None where nothing waits. Raises StoreError."""
        waiting = self.store.waiting_for(self.channel.name)
        if not waiting:
            return None
        moments = [self._moment_of(one) for one in waiting]
        return max(0.0, min(moments) - clock.monotonic())

    def _is_due(self, waiting: Delivery) -> bool:
        return self._moment_of(waiting) <= clock.monotonic()

    def _moment_of(self, waiting: Delivery) -> float:
        # news is worth a try even where the last message failed; spans are measured by a clock that never jumps
        is_news = not waiting.attempts and (self._failed_at is None or waiting.at > self._failed_at)
        return float("-inf") if is_news else max(self._due.get(waiting.id, float("-inf")), self._rests_until)

    def _send(self, waiting: Delivery, now: datetime) -> Dispatch | None:
        body = self.store.body_of(waiting.id)
        # noted before it is sent: where that cannot be noted, the end could not be either, and it would go out again
        if body is None or not self.store.begin_delivery(waiting.id, self.channel.name):
            return None
        outcome = self._hand_over(body)
        if outcome.told:
            self._failures, self._failed_at, self._rests_until = 0, None, float("-inf")
            self._taken[waiting.id] = waiting
            self._note_taken(waiting, now)
        else:
            self._note_failure(waiting, outcome.failures[0], now)
        return outcome

    def _hand_over(self, body: bytes) -> Dispatch:
        try:
            message = decode_message(body)
        except StoreError as exc:
            return Dispatch(failures=(DeliveryError(self.channel.name, str(exc)),))
        return dispatch(message, [self.channel])

    def _note_taken(self, waiting: Delivery, now: datetime) -> None:
        name = self.channel.name
        if waiting.kind == "report":
            self.store.mark_told(waiting.shard, waiting.upto_seq, report_id=waiting.id, channel=name, at=now)
            # the next period begins where this report ends, however late it was delivered
            self.store.remember(last_close(waiting.shard), waiting.at.isoformat())
        self.store.settle(waiting.id, name, now)
        self._taken.pop(waiting.id, None)
        self._due.pop(waiting.id, None)

    def _note_failure(self, waiting: Delivery, failure: DeliveryError, now: datetime) -> None:
        self._failures += 1
        self._failed_at = max(now, clock.now())
        self._rests_until = clock.monotonic() + self._pause(self._failures)
        pause = self._pause(waiting.attempts + 1)
        self._due[waiting.id] = clock.monotonic() + pause
        self.store.delay(waiting.id, self.channel.name, now + timedelta(seconds=pause))
        said = str(failure).removeprefix(f"{failure.channel}: ")
        self.store.record_failure(failure.channel, said, now, shard=waiting.shard)

    def _pause(self, failures: int) -> float:
        return self._pauses[min(failures, len(self._pauses)) - 1]

    def _fold_what_was_held(self, now: datetime) -> None:
        """Make one digest of the alerts that could not leave for so long that they are old news."""
        held = [
            one
            for one in self.store.waiting_for(self.channel.name)
            if one.kind in MADE_TO_WAIT and now - one.at > HELD_AFTER
        ]
        bodies = {one.id: self.store.body_of(one.id) for one in held} if len(held) > 1 else {}
        messages = [decode_message(body) for body in bodies.values() if body is not None]
        if self._fold is None or len(messages) < 2:
            return
        digest = self._fold(messages, self.channel.name, now)
        oldest = min(held, key=lambda one: one.at)
        self.store.post(
            [
                Outgoing(
                    id=digest.message_id,
                    kind="digest",
                    shard=oldest.shard,
                    body=encode_message(digest),
                    channels=(self.channel.name,),
                    at=oldest.at,
                )
            ],
            instead_of=[(one.id, self.channel.name) for one in held],
            at=now,
        )
        log.info("held_alerts_folded", channel=self.channel.name, alerts=len(held))


class Post:
    """All channels at work, each on a daemon thread of its own once started."""

    def __init__(self, store: EventStore, channels: Sequence[Channel], *, fold: Fold | None = None) -> None:
        self.postmen = [Postman(store, channel, fold=fold) for channel in channels]
        self._rounds = [_Round(postman) for postman in self.postmen]

    @property
    def is_running(self) -> bool:
        """Return whether messages leave by themselves."""
        return any(one.is_alive() for one in self._rounds)

    def start(self) -> None:
        """Begin to deliver, at once whatever waits from before."""
        for one in self._rounds:
            one.start()

    def wake(self) -> None:
        """Say that something new was queued."""
        for one in self._rounds:
            one.wake()

    def wait_idle(self, seconds: float) -> bool:
        """Return whether every channel had its try at what was queued, within `seconds`."""
        deadline = clock.monotonic() + seconds
        return all(one.idle.wait(max(0.0, deadline - clock.monotonic())) for one in self._rounds)

    def stop(self) -> None:
        """Begin nothing more."""
        for one in self._rounds:
            one.stopped = True
            one.wake()

    def wait(self, seconds: float) -> None:
        """Wait a little for what is being handed over; what is not noted by then is sent again after a start."""
        deadline = clock.monotonic() + seconds
        for one in self._rounds:
            if one.is_alive():
                one.join(max(0.0, deadline - clock.monotonic()))


class _Round(threading.Thread):
    """One postman going round until stopped."""

    def __init__(self, postman: Postman) -> None:
        super().__init__(daemon=True, name=f"post-{postman.channel.name}")
        self.postman = postman
        self.woken = threading.Event()
        self.idle = threading.Event()
        self.stopped = False
        self._failing = ""
        self._lock = threading.Lock()

    def wake(self) -> None:
        with self._lock:
            self.idle.clear()
            self.woken.set()

    def run(self) -> None:
        everything = True
        while not self.stopped:
            self.woken.clear()
            pause = self._go(everything=everything)
            everything = False
            with self._lock:
                if not self.woken.is_set():
                    self.idle.set()
            self.woken.wait(pause)
        self.idle.set()

    def _go(self, *, everything: bool) -> float | None:
        try:
            self.postman.deliver(clock.now(), everything=everything)
            pause = self.postman.due_in()
        except StoreError as exc:
            if str(exc) != self._failing and not self.stopped:
                log.warning("outbox_unusable", channel=self.postman.channel.name, reason=str(exc))
            self._failing = str(exc)
            return STORE_PAUSE_S
        self._failing = ""
        return pause


def retry_pending(store: EventStore, channels: Sequence[Channel], now: datetime) -> dict[str, Dispatch]:
    """Send every message again that some channel has not taken yet; return how each went, by its id."""
    outcomes: dict[str, Dispatch] = {}
    for channel in channels:
        for message_id, outcome in Postman(store, channel).deliver(now, everything=True).items():
            before = outcomes.get(message_id, Dispatch())
            outcomes[message_id] = Dispatch(
                receipts=before.receipts + outcome.receipts, failures=before.failures + outcome.failures
            )
    return outcomes


def last_close(shard: Shard) -> str:
    """Return the name under which the store remembers when the last report of a site ended."""
    return f"last_told:{shard.controller}:{shard.site}"


def encode_message(message: Message) -> bytes:
    """Return a message as bytes that survive a restart."""
    return msgspec.msgpack.encode(message)


def decode_message(body: bytes) -> Message:
    """Return the message of encode_message; raises StoreError when the bytes are not one."""
    try:
        return msgspec.msgpack.decode(body, type=Message)
    except msgspec.DecodeError as exc:
        raise StoreError("A waiting message in the data file cannot be read.") from exc


__all__ = ["Post", "Postman", "decode_message", "encode_message", "last_close", "retry_pending"]
