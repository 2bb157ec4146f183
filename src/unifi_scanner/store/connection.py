"""One connection to the data file: transactions, and SQLite's errors in plain words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from unifi_scanner.errors import StoreError
from unifi_scanner.store.opening import DAMAGED, Opened, base_code, open_file

log = structlog.get_logger(__name__)

_FULL = (
    "The disk is full: what was heard could not be kept.",
    "Free some space; nothing is lost as long as the controller still has it.",
)
_IN_PLAIN_WORDS = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: (
        "The data file could not be written or read.",
        "Is the disk full, unplugged or failing?",
    ),
    sqlite3.SQLITE_BUSY: (
        "Another program kept the data file to itself for too long.",
        "Is a second scanner working on the same data directory?",
    ),
    sqlite3.SQLITE_READONLY: (
        "The data file may not be written.",
        "Give the account that runs the scanner the right to write it.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The data file cannot be opened.",
        "Is its directory still there, and may it be written?",
    ),
}
_DAMAGE = (
    "The data file is damaged. It was set aside and a fresh one was begun.",
    "What the controller still has is read again.",
)
Params = Sequence[Any]


class Database:
    """The data file, reopened by itself when it was replaced or had to be set aside."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._closed = False
        self.numbers: dict[tuple[str, str], int] = {}  # shard numbers of this very file
        self.set_aside: Path | None = None
        self._accept(open_file(path, clock))

    def _accept(self, opened: Opened) -> None:
        self._connection = opened.connection
        self._inode = opened.inode
        self.numbers = {}
        self.set_aside = opened.set_aside or self.set_aside

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a transaction that is kept as a whole, or not at all."""
        with self._lock, self._plain_errors():
            self._follow_the_file()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        self.numbers = {}
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def rows(self, sql: str, params: Params = ()) -> list[Any]:
        """Return every row of a query."""
        with self._lock, self._plain_errors():
            return self._connection.execute(sql, params).fetchall()

    def value(self, sql: str, params: Params = ()) -> Any:
        """Return the first column of the first row, or None."""
        rows = self.rows(sql, params)
        return rows[0][0] if rows else None

    def write(self, sql: str, params: Params = ()) -> None:
        """Run one statement in a transaction of its own."""
        with self.writing() as connection:
            connection.execute(sql, params)

    def give_back_room(self) -> None:
        """Let the file shrink by what it does not use."""
        with self._lock, self._plain_errors():
            # not `execute`: that takes a single step of it, which is a single page
            self._connection.executescript("PRAGMA incremental_vacuum")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Let go of the file; twice is harmless."""
        with self._lock:
            self._closed = True
            self._connection.close()

    def _follow_the_file(self) -> None:
        # another process may have set the file aside: what we wrote into the old one would be lost
        if self._closed or self._is_same_file():
            return
        log.warning("data_file_replaced", path=str(self.path))
        self._connection.close()
        self._accept(open_file(self.path, self._clock))

    def _is_same_file(self) -> bool:
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            if base_code(exc) in DAMAGED:
                self._renew(exc)
                raise StoreError(_DAMAGE[0], hint=_DAMAGE[1]) from exc
            raise in_plain_words(exc, self.path) from exc

    def _renew(self, damage: sqlite3.Error) -> None:
        log.error("data_file_damaged", path=str(self.path), reason=str(damage))
        self._connection.close()
        self._accept(open_file(self.path, self._clock, suspect=True))


def in_plain_words(exc: sqlite3.Error, path: Path) -> StoreError:
    """Return the error as a person can act on it."""
    known = _IN_PLAIN_WORDS.get(base_code(exc))
    if known is None:
        return StoreError(f"The data file {path} could not be used: {exc}.")
    return StoreError(f"{known[0]} ({path})", hint=known[1])
