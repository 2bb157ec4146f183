"""SqliteStore: the one file of data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from unifi_scanner import clock as wall
from unifi_scanner.store.base import Pruned, Shard
from unifi_scanner.store.connection import Database
from unifi_scanner.store.entries import Entries
from unifi_scanner.store.judged import JudgedSoFar
from unifi_scanner.store.ledger import Ledger
from unifi_scanner.store.outbox import Outbox
from unifi_scanner.store.pruning import prune


class SqliteStore(Entries, JudgedSoFar, Ledger, Outbox):
    """Keeps what was heard in one SQLite file."""

    @property
    def set_aside(self) -> Path | None:
        """Return where a damaged file was put, if there was one."""
        return self._db.set_aside

    def shards(self) -> list[Shard]:
        """Return every shard that was written to."""
        return [Shard(*row) for row in self._db.rows("SELECT controller, site FROM shards ORDER BY number")]

    def prune(self, *, max_age: timedelta, max_bytes: int, now: datetime) -> Pruned:
        """Remove what is too old or too much, oldest first, untold entries last; the file shrinks."""
        return prune(self._db, max_age=max_age, max_bytes=max_bytes, now=now)

    def check_writable(self) -> None:
        """Raise StoreError where nothing can be written."""
        self._db.write("INSERT INTO facts VALUES ('writable', '') ON CONFLICT DO NOTHING")

    def close(self) -> None:
        """Let go of the data file."""
        self._db.close()


def open_store(path: Path, *, clock: Callable[[], datetime] = wall.now) -> SqliteStore:
    """Return the store at `path`, made if need be."""
    return SqliteStore(Database(path, clock))
