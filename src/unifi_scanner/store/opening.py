"""Opening the data file: made private, brought up to date, set aside where it is damaged."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog

from unifi_scanner.errors import DataDirectoryError, StoreError
from unifi_scanner.store.rows import to_us

log = structlog.get_logger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT = 10.0  # seconds to wait while another process writes
CHECKED_BELOW = 64 * 1024 * 1024  # bytes: a larger file is checked whole only where it is under suspicion
# 16 MB: a page of the index of ids, which every batch touches, is copied into the file once for several batches
CHECKPOINT_PAGES = 4000
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_SIDE_FILES = ("", "-wal", "-shm")


class Opened(NamedTuple):
    """An open data file, which file it is, and where a damaged one before it went."""

    connection: sqlite3.Connection
    inode: int
    set_aside: Path | None


class Damaged(Exception):
    """The file is not a sound database."""


def open_file(path: Path, clock: Callable[[], datetime], *, suspect: bool = False) -> Opened:
    """Return the data file, open and up to date; raises DataDirectoryError or StoreError."""
    _make_private(path)
    with _alone(path.parent):
        try:
            return Opened(_sound(path, suspect=suspect), path.stat().st_ino, None)
        except Damaged as exc:
            damage = str(exc)
        return _begin_afresh(path, damage, clock())


def _begin_afresh(path: Path, damage: str, at: datetime) -> Opened:
    aside = _set_aside(path, at)
    log.error("data_file_set_aside", path=str(path), aside=str(aside), reason=damage)
    _make_private(path)
    connection = _sound(path, suspect=False)
    _record(connection, aside, at)
    return Opened(connection, path.stat().st_ino, aside)


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # never open a file that exists: closing it would drop the locks of our other connections
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as exc:
        raise _unwritable(path, exc) from exc
    if path.is_dir() or not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise _unwritable(path, None)


def _unwritable(path: Path, exc: OSError | None) -> DataDirectoryError:
    reason = f": {exc.strerror}" if exc and exc.strerror else ""
    return DataDirectoryError(
        f"The data directory {path.parent} cannot be used for {path.name}{reason}.",
        hint="Make it writable for the account that runs the scanner, or set UNIFI_DATA_DIR to another one.",
    )


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Keep other processes from opening at the same moment; a lock on the directory leaves no file behind."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sound(path: Path, *, suspect: bool) -> sqlite3.Connection:
    connection = None
    try:
        connection = connect(path)
        _check(connection, whole=suspect or path.stat().st_size < CHECKED_BELOW)
        _migrate(connection, path)
        return connection
    except sqlite3.Error as exc:
        _let_go(connection)
        if base_code(exc) in DAMAGED:
            raise Damaged(str(exc)) from exc
        raise StoreError(f"The data file {path} cannot be opened: {exc}.") from exc
    except (Damaged, StoreError):
        _let_go(connection)
        raise


def _let_go(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        connection.close()


def base_code(exc: sqlite3.Error) -> int:
    """Return the primary result code; the extended ones only say where."""
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that commits durably and waits for others."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table: the file can shrink
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, *, whole: bool) -> None:
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if whole:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise Damaged(verdict)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    steps = sorted(MIGRATIONS.glob("[0-9]*.sql"))
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(steps):
        raise StoreError(
            f"The data file {path} was written by a newer version of UniFi Scanner.",
            hint="Update UniFi Scanner, or give this one another data directory (UNIFI_DATA_DIR).",
        )
    for number, step in enumerate(steps[version:], start=version + 1):
        _apply(connection, number, step.read_text(encoding="utf-8"))


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _set_aside(path: Path, at: datetime) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{at:%Y%m%dT%H%M%S%f}")
    for side in _SIDE_FILES:
        part = path.with_name(path.name + side)
        if part.exists():
            part.rename(aside.with_name(aside.name + side))
    return aside


def _record(connection: sqlite3.Connection, aside: Path, at: datetime) -> None:
    message = (
        f"The data file was damaged. It was set aside as {aside.name} and a fresh one was begun; "
        "what the controller still has is read again."
    )
    connection.execute(
        "INSERT INTO failures (at, happened, message) VALUES (?, ?, ?)", (to_us(at), "store", message)
    )
