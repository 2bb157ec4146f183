"""All of a batch or nothing: killed, starved of disk, raced by another process, with a damaged file."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.store.making import HOME, connected
from tests.store.writers import BATCH
from unifi_scanner.errors import StoreError
from unifi_scanner.models.enums import Origin
from unifi_scanner.store import open_store

KILLS = 20


def writer(*words: str) -> subprocess.Popen[str]:
    """Start one of the writers."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.writers", *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip


def kill_one(nursery: subprocess.Popen[str], first: int, acknowledged: int, moment: float) -> int:
    """Begin a writer and kill it a moment after it said so often that a batch is kept; return how often it said so."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{first}\n")
    nursery.stdin.flush()
    said, pid = 0, 0
    while said < acknowledged or not pid:
        word = nursery.stdout.readline()
        pid = int(word.removeprefix("pid ")) if word.startswith("pid ") else pid
        said += word.strip().isdigit()
    deadline = time.perf_counter() + moment
    while time.perf_counter() < deadline:
        pass
    os.kill(pid, signal.SIGKILL)
    while (word := nursery.stdout.readline()) != "gone\n":
        said += word.strip().isdigit()
    return said


def test_a_batch_is_whole_or_absent_after_each_of_twenty_kills(tmp_path: Path) -> None:
    path, chance, said = tmp_path / "data.db", random.Random(20), 0
    with writer("nursery", str(path)) as nursery:
        for kill in range(KILLS):
            said += kill_one(nursery, kill * 50, chance.randint(1, 4), chance.random() * 0.02)
            store = open_store(path)
            assert store.set_aside is None
            kept = list(store.entries(HOME))
            store.close()
            assert max(Counter(entry.client_mac for entry in kept).values()) == 1
            assert len(kept) % BATCH == 0
            assert len(kept) >= said * BATCH
            assert {entry.origins for entry in kept} == {frozenset({Origin.REST, Origin.SYSTEM_LOG})}


def test_two_processes_that_tell_the_same_at_once_keep_it_once(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    racers = [writer("one-source", str(path), source) for source in ("rest", "system_log")]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    for racer in racers:
        racer.communicate()
        assert racer.returncode == 0
    store = open_store(path)
    kept = list(store.entries(HOME))
    store.close()
    assert len(kept) == 20 * BATCH
    assert {entry.origins for entry in kept} == {frozenset({Origin.REST, Origin.SYSTEM_LOG})}


def test_a_full_disk_keeps_nothing_of_a_batch_and_all_of_it_once_there_is_room(tmp_path: Path) -> None:
    process = writer("without-room", str(tmp_path / "data.db"))
    out, _ = process.communicate()
    seen = json.loads(out)
    assert "full" in seen["failure"] or "could not be written" in seen["failure"]
    assert (seen["starved"], seen["relieved"]) == (BATCH, BATCH + 1000)


def test_a_damaged_file_is_set_aside_and_the_next_batch_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    store = open_store(path)
    store.add(HOME, [connected(n) for n in range(200)])
    store.close()
    path.write_bytes(path.read_bytes()[:8192] + os.urandom(16_384))
    store = open_store(path)
    assert store.set_aside is not None
    assert store.set_aside.exists()
    assert store.add(HOME, [connected(1)]).new == 1
    store.close()


def test_a_file_damaged_while_open_costs_one_batch_and_service_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    store = open_store(path)
    store.add(HOME, [connected(n) for n in range(8000)])  # more than SQLite keeps in memory
    store._db.give_back_room()  # everything into the file itself, where the damage will be
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    with pytest.raises(StoreError, match="set aside"):
        store.add(HOME, [connected(n, _id=f"f{n:023x}") for n in range(2000)])
    assert store.add(HOME, [connected(1)]).new == 1
    assert store.set_aside is not None
    store.close()
