"""The store's way with entries: add, read, count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store.adding import add_entries
from unifi_scanner.store.base import Added, RolledUp, Shard
from unifi_scanner.store.cadence import note_cadence
from unifi_scanner.store.reading import period_of, read
from unifi_scanner.store.rows import HOUR_US, bits_of, from_us, to_us
from unifi_scanner.store.shards import Shards

_ROLLUP = """
    SELECT hour, kind, subject, count FROM rollups
    WHERE shard = ? AND hour > ? AND hour < ? ORDER BY hour, kind, subject
"""
_HOURLY = """
    SELECT hour, kind, sum(count) FROM rollups
    WHERE shard = ? AND hour >= ? AND hour < ? GROUP BY hour, kind ORDER BY hour, kind
"""
_SEEN_CLIENTS = """
    SELECT subject, min(hour) FROM rollups
    WHERE shard = ? AND hour >= 0 AND hour < ? AND kind GLOB 'client.*' AND subject != '' GROUP BY subject
"""
_TOLD_BY = """
    SELECT match_key FROM entries
    WHERE shard = ? AND ts BETWEEN ? AND ? AND origins & ? != 0 AND origins & ? = 0 AND match_key IS NOT NULL
"""
_EVER = 2**62


class Entries(Shards):
    """Entries of every shard, each event once."""

    def add(self, shard: Shard, entries: Sequence[LogEntry]) -> Added:
        """Keep `entries` durably, each event once, all of them or none."""
        if not entries:
            return Added(0, 0, 0)
        with self._db.writing() as connection:
            number = self._number(shard, connection)
            note_cadence(connection, number, entries)
            return add_entries(connection, number, entries)

    def entries(
        self,
        shard: Shard,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        after_seq: int = 0,
        upto_seq: int | None = None,
        with_raw: bool = False,
    ) -> Iterator[LogEntry]:
        """Yield entries in time order in bounded memory: `since` <= time < `until`.

        Entries without a time come first, and only where no `since` is given. What arrives after the first
        entry was asked for is left to the next call.
        """
        number = self._known_number(shard)
        upto = self.last_seq(shard) if upto_seq is None else upto_seq
        yield from read(
            self._db,
            period_of(number, since, until, after_seq=after_seq, upto_seq=upto, with_raw=with_raw),
        )

    def last_seq(self, shard: Shard) -> int:
        """Return the sequence number of the latest arrival, 0 where there is none."""
        number = self._known_number(shard)
        return int(self._db.value("SELECT last_seq FROM shards WHERE number = ?", (number,)) or 0)

    def count(self, shard: Shard, *, after_seq: int = 0, upto_seq: int | None = None) -> int:
        """Return how many entries arrived after `after_seq`, up to and with `upto_seq`."""
        return int(
            self._db.value(
                "SELECT count(*) FROM entries WHERE +shard = ? AND seq > ? AND seq <= ?",
                (self._known_number(shard), after_seq, _EVER if upto_seq is None else upto_seq),
            )
        )

    def count_kinds(
        self, shard: Shard, *, by: Origin, not_by: Origin, since: datetime, until: datetime
    ) -> Mapping[str, int]:
        """Return how many entries of each Kind one way of hearing told in that time and another did not."""
        values = (
            self._known_number(shard),
            to_us(since),
            to_us(until),
            bits_of(frozenset({by})),
            bits_of(frozenset({not_by})),
        )
        # a match key begins with the Kind
        return Counter(key.partition(" ")[0] for (key,) in self._db.rows(_TOLD_BY, values))

    def rollup(
        self, shard: Shard, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[RolledUp]:
        """Yield counts by hour, kind and subject for the hours that touch the period."""
        first = -_EVER if since is None else to_us(since) - HOUR_US
        last = _EVER if until is None else to_us(until)
        for hour, *rest in self._db.rows(_ROLLUP, (self._known_number(shard), first, last)):
            yield RolledUp(from_us(hour), *rest)

    def hourly(self, shard: Shard, since: datetime, until: datetime) -> Iterator[RolledUp]:
        """Yield counts by hour and kind, all subjects together, for the hours that begin in the period."""
        period = (self._known_number(shard), to_us(since), to_us(until))
        for hour, kind, count in self._db.rows(_HOURLY, period):
            yield RolledUp(from_us(hour), kind, "", count)

    def seen_clients(self, shard: Shard, until: datetime) -> Iterator[tuple[str, datetime]]:
        """Yield every client that was counted in an hour that began before then, and the first such hour."""
        for subject, hour in self._db.rows(_SEEN_CLIENTS, (self._known_number(shard), to_us(until))):
            yield subject, from_us(hour)
