"""A copy of the data file that is whole, while others go on writing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from unifi_scanner.store.connection import in_plain_words
from unifi_scanner.store.opening import connect


def copy_data_file(path: Path, to: Path) -> None:
    """Write the data file as it is at this moment to `to`, a file of its own; raises StoreError."""
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(connect(path)) as source, closing(sqlite3.connect(to)) as target:
            # in one go: a reader of a WAL file holds up no writer, and sees none of what is written meanwhile
            source.backup(target)
    except sqlite3.Error as exc:
        raise in_plain_words(exc, path) from exc


def is_sound(path: Path) -> bool:
    """Return whether a file is a data file without damage."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("SELECT count(*) FROM entries").fetchone()
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False
