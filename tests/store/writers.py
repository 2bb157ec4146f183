"""Programs that write to a store in a process of their own; the tests kill, race and starve them."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.store.making import HOME, connected, joined_row
from unifi_scanner.errors import StoreError
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store import open_store

BATCH = 40
APART = timedelta(seconds=30)


def batch_of(number: int, how: Callable[..., LogEntry] = connected) -> list[LogEntry]:
    """Return the `number`-th batch: clients no other batch has."""
    return [how(number * BATCH + one, after=APART * number) for one in range(BATCH)]


def write_for_ever(path: Path, first: int) -> None:
    """Add batch after batch, each in both ways of hearing it, and say which are kept."""
    store, number = open_store(path), first
    while True:
        store.add(HOME, [*batch_of(number), *batch_of(number, joined_row)])
        _say(str(number))
        number += 1


def beget_writers(path: Path) -> None:
    """For every number that comes in, begin a writer that writes for ever from there; say when it is gone."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            write_for_ever(path, int(line))
        _say(f"pid {child}")
        os.waitpid(child, 0)
        _say("gone")


def write_as_one_source(path: Path, source: str) -> None:
    """Add twenty batches, as the REST history or as the system log tells them, once a line comes in."""
    how = connected if source == "rest" else joined_row
    store, batches = open_store(path), [batch_of(number, how) for number in range(20)]
    _say("ready")
    sys.stdin.readline()
    for batch in batches:
        store.add(HOME, batch)
    store.close()


def write_without_room(path: Path) -> None:
    """Add a batch, then one for which there is no room, then the same when there is room again."""
    store = open_store(path)
    store.add(HOME, batch_of(0))
    used = max(one.stat().st_size for one in path.parent.iterdir())
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (used + 8192, hard))
    long_one = [connected(n, after=APART * n, msg="x" * 500) for n in range(1000, 2000)]
    try:
        store.add(HOME, long_one)
        failure = ""
    except StoreError as exc:
        failure = str(exc)
    starved = store.count(HOME)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    store.add(HOME, long_one)
    _say(json.dumps({"failure": failure, "starved": starved, "relieved": store.count(HOME)}))
    store.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["nursery", path]:
            beget_writers(Path(path))
        case ["one-source", path, source]:
            write_as_one_source(Path(path), source)
        case ["without-room", path]:
            write_without_room(Path(path))
