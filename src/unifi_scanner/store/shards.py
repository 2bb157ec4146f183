"""Shards by number, which is what every row carries."""

from __future__ import annotations

import sqlite3

from unifi_scanner.store.base import Shard
from unifi_scanner.store.connection import Database

NOWHERE = -1  # the number of a shard that was never written to
_FIND = "SELECT number FROM shards WHERE controller = ? AND site = ?"
_MAKE = "INSERT INTO shards (controller, site) VALUES (?, ?) ON CONFLICT DO NOTHING"


class Shards:
    """What every part of the store shares: the data file and the numbers of shards."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def _known_number(self, shard: Shard) -> int:
        """Return the shard's number, for reading; a shard nobody wrote to is nowhere."""
        number = self._db.numbers.get(shard)
        if number is None:
            number = self._db.value(_FIND, shard)
        return NOWHERE if number is None else int(number)

    def _number(self, shard: Shard, connection: sqlite3.Connection) -> int:
        """Return the shard's number within a write transaction, given now if need be."""
        number = self._db.numbers.get(shard)
        if number is None:
            connection.execute(_MAKE, shard)
            number = int(connection.execute(_FIND, shard).fetchone()[0])
            self._db.numbers[shard] = number
        return number

    def _shard(self, number: int | None) -> Shard | None:
        rows = self._db.rows("SELECT controller, site FROM shards WHERE number = ?", (number,))
        return Shard(*rows[0]) if rows else None
