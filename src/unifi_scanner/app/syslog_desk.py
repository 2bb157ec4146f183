"""Log lines sent to us, for the whole process: received, journalled, dealt to the sites, and only then let go of."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from unifi_scanner import clock
from unifi_scanner.api.journal import Journal
from unifi_scanner.app.controller import Site
from unifi_scanner.errors import StoreError
from unifi_scanner.logs.base import Collected
from unifi_scanner.logs.listening import Listening
from unifi_scanner.logs.noise import Noise
from unifi_scanner.logs.received import ReceivedLine
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.logs.syslog_collector import LOSSES, SyslogCollector
from unifi_scanner.logs.syslog_receiver import SyslogReceiver
from unifi_scanner.store import EventStore, Shard

CHECKPOINT = "syslog:checkpoint"
CHECKPOINT_EVERY_S = 60.0
SUMMARY = "_summary"
log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode


class _Record(msgspec.Struct, array_like=True):
    at: datetime
    sender: str
    text: str


class _Checkpoint(msgspec.Struct):
    """What is certain: everything journalled up to `mark` is stored, or counted in these `counters`."""

    mark: int = 0
    counters: dict[str, str] = {}


_decode_record = msgspec.json.Decoder(_Record).decode
_decode_checkpoint = msgspec.json.Decoder(_Checkpoint).decode


class Share:
    """The lines of one site, as a source without a past."""

    source = "syslog"

    def __init__(
        self, receiver: SyslogReceiver, site: Site, noise: Noise, *, answers_for_losses: bool
    ) -> None:
        self.site = site
        self.is_stored = True
        self.has_told_an_hour = False  # since the last checkpoint
        self.noise = noise
        self._lines: list[ReceivedLine] = []
        self._receiver = receiver
        self._losses_told: Mapping[str, int] | None = {} if answers_for_losses else None
        self._collector = SyslogCollector(self, entry_of_line, noise=noise)

    def take(self, line: ReceivedLine) -> None:
        """Lay a line by until it is collected."""
        self._lines.append(line)
        self.is_stored = False

    def collect(self, since: datetime | None) -> Collected:
        """Return the entries of the lines laid by, and of the counted hours that are over."""
        self._collector.context = self.site.context
        collected = self._collector.collect(since)
        if collected.entries:
            self.is_stored = False
        self.has_told_an_hour |= any(entry.kind.endswith(SUMMARY) for entry in collected.entries)
        return collected

    def forget_stored(self) -> None:
        """Note that what was collected is on disk."""
        self.is_stored = not self._lines

    def drain(self) -> list[ReceivedLine]:
        """Return and clear the lines laid by."""
        lines, self._lines = self._lines, []
        return lines

    def drops(self) -> Mapping[str, int]:
        """Return nothing: what was lost on the way here is told by `new_losses`."""
        return {}

    def is_running(self) -> bool:
        """Return whether lines are being received."""
        return self._receiver.is_running()

    def new_losses(self) -> dict[str, int]:
        """Return how many lines were lost since the last call, in words; one site answers for all of them."""
        if self._losses_told is None:
            return {}
        drops, told = self._receiver.drops(), self._losses_told
        self._losses_told = drops
        new = {LOSSES[why]: drops.get(why, 0) - told.get(why, 0) for why in LOSSES}
        return {words: count for words, count in new.items() if count > 0}


class SyslogDesk:
    """Deals what was received to the sites' shares. Only the receiver itself runs on another thread."""

    def __init__(self, listening: Listening, data_dir: Path, store: EventStore) -> None:
        self.shares: list[Share] = []
        self._store = store
        self._certain = _recalled(store)
        self._journal = Journal(data_dir, "syslog", stored=self._certain.mark)
        self._left_behind = True
        self._mark = self._certain.mark
        self._checked_at = clock.monotonic()
        self._dealt = 0
        self._receiver = SyslogReceiver(listening, on_line=self._note_down, on_drain=self._cut)

    def start(self) -> None:
        """Begin to receive; raises ConfigError where a port cannot be opened."""
        self._receiver.start()

    def stop(self) -> None:
        """Receive nothing any more; what was received can still be dealt."""
        self._receiver.stop()

    def share_of(self, site: Site) -> Share:
        """Return the share of a site that begins to be watched; it goes on counting where it stopped."""
        noise = Noise(zone=site.zone)
        with suppress(KeyError):
            try:
                noise.restore(self._certain.counters[_name(site.shard)].encode())
            except ValueError as exc:
                log.warning("syslog_counters_lost", site=site.shard.site, reason=str(exc))
        share = Share(self._receiver, site, noise, answers_for_losses=not self.shares)
        self.shares.append(share)
        return share

    def deal(self) -> None:
        """Give each site its lines, once it has stored the last ones; raises StoreError."""
        if not self.shares or not all(share.is_stored for share in self.shares):
            return
        self._check_point()
        if self._left_behind:
            self._left_behind = False
            self._give([line for record in self._journal.recover() if (line := _line_of(record)) is not None])
        self._give(self._receiver.drain())

    def close(self) -> None:
        """Note how far everything is stored, and let go of the journal."""
        if self.shares and all(share.is_stored for share in self.shares):
            self._check_point(at_once=True)
        self._journal.close()

    def _give(self, lines: list[ReceivedLine]) -> None:
        first, others = self.shares[0], self.shares[1:]
        owners = {address: share for share in others for address in share.site.addresses} if others else {}
        for line in lines:
            owners.get(line.sender, first).take(line)
        self._dealt += len(lines)

    def _check_point(self, *, at_once: bool = False) -> None:
        # an hour that was told must not be counted on after a crash: a late line would vanish in it
        told = any(share.has_told_an_hour for share in self.shares)
        is_due = at_once or clock.monotonic() - self._checked_at >= CHECKPOINT_EVERY_S
        if not told and not (is_due and self._dealt):
            return
        counters = self._certain.counters | {
            _name(s.site.shard): s.noise.state().decode() for s in self.shares
        }
        self._certain = _Checkpoint(mark=self._mark, counters=counters)
        self._store.remember(CHECKPOINT, _encode(self._certain).decode())
        self._journal.discard(self._mark)
        self._checked_at, self._dealt = clock.monotonic(), 0
        for share in self.shares:
            share.has_told_an_hour = False

    def _note_down(self, line: ReceivedLine) -> None:
        self._journal.append(_encode((line.at, line.sender, line.text)))

    def _cut(self) -> None:
        self._mark = self._journal.cut()


def _line_of(record: bytes) -> ReceivedLine | None:
    try:
        told = _decode_record(record)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # cut off while it was written
    return ReceivedLine(told.at, told.sender, told.text)


def _recalled(store: EventStore) -> _Checkpoint:
    text = store.recall(CHECKPOINT)
    try:
        return _decode_checkpoint(text) if text else _Checkpoint()
    except msgspec.DecodeError as exc:
        raise StoreError("What is kept about the system messages cannot be read.") from exc


def _name(shard: Shard) -> str:
    return f"{shard.controller}:{shard.site}"
