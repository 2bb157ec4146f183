"""Whether a service is at work on a data directory; the lock goes with the process, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "in-use.lock"


@contextmanager
def in_use(directory: Path) -> Iterator[None]:
    """Mark the data directory as in use while inside."""
    handle = _open(directory)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


@contextmanager
def unused(directory: Path) -> Iterator[bool]:
    """Give whether nobody uses the data directory; if so, nobody can begin to while inside."""
    handle = _open(directory)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def _open(directory: Path) -> int:
    return os.open(directory / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
