"""Ahead: what is not told yet is judged while it comes in, so that a report on a million entries is there at once.

What came of it lies in the store and holds for as long as nothing it rests on changes: neither an entry, nor a rule, nor the code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import structlog

import unifi_scanner
from unifi_scanner.detection import Rule
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.pipeline.freezing import NotFrozenHere, frozen, thawed
from unifi_scanner.pipeline.judging import Judging, Known
from unifi_scanner.pipeline.told import LastTold
from unifi_scanner.store import EventStore, Shard

SETTLED: Final = timedelta(hours=1)  # what is older has been told by every source that tells of it late
REST: Final = timedelta(hours=1)  # after what was judged did not hold: each time costs a few MB of writing
AT_ONCE: Final = 20_000  # entries: fewer are judged when the report is made, and no more in one go
_JUDGED_BY: Final = ("detection", "models", "pipeline", "reports")
log = structlog.get_logger(__name__)


class Stretch(NamedTuple):
    """What is not told yet: arrivals after `told`, since `start`; `before` is what the last report told."""

    told: int
    start: datetime | None
    before: LastTold


class Ahead(NamedTuple):
    """What was judged ahead: everything that happened before `until`."""

    until: datetime
    known: Known


Begin = Callable[[Known | None], Judging]


class AheadOfReport:
    """Judges a site's untold entries ahead of its report, a few at a time."""

    def __init__(
        self, store: EventStore, shard: Shard, rules: Sequence[Rule], *, at_once: int = AT_ONCE
    ) -> None:
        self._at_once = at_once
        self._store = store
        self._shard = shard
        self._rules = rules
        self._is_of_use = True
        self._made = 0
        self._in_vain_at: datetime | None = None

    def known(self, stretch: Stretch, upto_seq: int) -> Ahead | None:
        """Return what was judged ahead of a report on the arrivals up to `upto_seq`; None where nothing was, or it is void."""
        basis = self._basis(stretch)
        while (kept := self._store.judged(self._shard, basis)) is not None and kept.seq <= upto_seq:
            try:
                return Ahead(kept.until, thawed(kept.state))
            except NotFrozenHere as exc:
                # only a short cut: the entries themselves are all here
                log.warning("judged_ahead_unreadable", site=self._shard.site, reason=str(exc))
                self._store.drop_judged(kept.number)
                self._is_of_use = False  # by this process: what it cannot read again it need not make
        return None

    def go_on(self, stretch: Stretch, begin: Begin, now: datetime) -> bool:
        """Judge some more of what has settled, where that is much; return whether that was done, and holds."""
        settled = now - SETTLED
        basis = self._basis(stretch)
        kept = self._store.judged(self._shard, basis)
        if not self._is_worth_it(0 if kept is None else kept.number, now):
            return False
        since = None if kept is None else kept.until
        if not self._store.has_at_least(
            self._at_once, self._shard, since=since, until=settled, after_seq=stretch.told
        ):
            return False
        number, upto_seq = self._store.begin_judged(self._shard, settled)
        ahead = self.known(stretch, upto_seq)
        judging = begin(None if ahead is None else ahead.known)
        part = _Part(self._untold(stretch, ahead, upto_seq, settled), self._at_once)
        judging.take(part)
        until = part.next_at or settled
        state = frozen(judging.known())
        self._made = number
        return self._store.finish_judged(self._shard, number, until=until, basis=basis, state=state)

    def _is_worth_it(self, kept: int, now: datetime) -> bool:
        """Return whether what is judged now will hold, as far as one can tell; where entries come late all the time, it may not."""
        if kept < self._made:
            self._made, self._in_vain_at = 0, now
        is_resting = self._in_vain_at is not None and abs(now - self._in_vain_at) < REST
        return self._is_of_use and not is_resting

    def _untold(
        self, stretch: Stretch, ahead: Ahead | None, upto_seq: int, until: datetime
    ) -> Iterator[LogEntry]:
        since = None if ahead is None else ahead.until
        return self._store.entries(
            self._shard, since=since, until=until, after_seq=stretch.told, upto_seq=upto_seq
        )

    def _basis(self, stretch: Stretch) -> str:
        start = "" if stretch.start is None else stretch.start.isoformat()
        parts = (
            str(stretch.told),
            start,
            stretch.before.report_id,
            _digest_of(self._rules),
            _digest_of_code(),
        )
        return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


class _Part:
    """The next entries, so many and all of the last one's moment; `next_at` is when those after them happened."""

    def __init__(self, entries: Iterable[LogEntry], most: int) -> None:
        self._entries = entries
        self._most = most
        self.next_at: datetime | None = None

    def __iter__(self) -> Iterator[LogEntry]:
        last: datetime | None = None
        for number, entry in enumerate(self._entries):
            if number >= self._most and entry.timestamp != last:
                self.next_at = entry.timestamp
                return
            last = entry.timestamp
            yield entry


def _digest_of(rules: Sequence[Rule]) -> str:
    """Return what tells one set of rules from another, in every process alike."""
    plain = [msgspec.structs.replace(rule, examples=(), path="") for rule in rules]
    return blake2b(msgspec.json.encode(plain, order="deterministic"), digest_size=16).hexdigest()


@cache
def _digest_of_code() -> str:
    """Return what tells this code from another: what one version knows, another may understand otherwise."""
    digest = blake2b(sys.version.encode(), digest_size=16)
    root = Path(unifi_scanner.__file__).parent
    for file in sorted(file for room in _JUDGED_BY for file in (root / room).rglob("*.[pt][yo]*")):
        if file.suffix in (".py", ".toml"):
            digest.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return digest.hexdigest()
