"""Durable writes per second beside bare SQLite, and the memory a report needs over very many entries."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from unifi_scanner.detection import Engine, load_rules
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store import Shard, open_store
from unifi_scanner.store.rows import row_of

HOME = Shard("console", "default")
WRITES, BATCH, RUNS = 50_000, 1000, 3
FEW, MANY = 100_000, 1_000_000
WRITE_TARGET, MEMORY_TARGET_MB, FLAT_TARGET = 0.5, 150.0, 1.2
START = datetime(2026, 3, 1, tzinfo=UTC)
CODES = ("EVT_WU_Connected", "EVT_WU_Disconnected", "EVT_WU_Roam", "EVT_AP_ChannelChanged")
BARE = """
    CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, shard INTEGER, id TEXT, ts INTEGER,
      origins INTEGER, match_key TEXT, body BLOB, raw BLOB);
    CREATE UNIQUE INDEX entries_by_id ON entries (shard, id);
    CREATE INDEX entries_by_time ON entries (shard, ts);
"""


def run() -> list[dict[str, Any]]:
    """Return the figures as rows of the benchmark table."""
    return [_write_row(), *_memory_rows()]


def entry(number: int) -> LogEntry:
    """Return the `number`-th entry of a busy site: one every six seconds."""
    item = {
        "key": CODES[number % 4], "user": f"02:00:00:00:00:{number % 200:02x}", "ssid": "Office", "channel": "36",
        "ap": f"02:00:00:00:01:{number % 12:02x}", "ap_from": "02:00:00:00:01:00", "ap_to": "02:00:00:00:01:01",
        "time": int((START + timedelta(seconds=6 * number)).timestamp() * 1000), "_id": f"{number:024x}",
        "hostname": "laptop", "msg": "User[02:00:00:00:00:01] has connected to AP[02:00:00:00:01:01]",
    }  # fmt: skip
    return normalise_record(item, origin=Origin.REST)[0]


def _write_row() -> dict[str, Any]:
    entries = [entry(number) for number in range(WRITES)]
    with tempfile.TemporaryDirectory() as folder:
        bare, ours = (
            min(work(entries, Path(folder) / f"{work.__name__}{n}") for n in range(RUNS))
            for work in (_bare_seconds, _our_seconds)
        )
    rate, yardstick = WRITES / ours, WRITES / bare
    return {
        "name": f"durable writes, batches of {BATCH}",
        "value": rate,
        "unit": "entries/s",
        "yardstick": yardstick,
        "ratio": rate / yardstick,
        "target": f">= {WRITE_TARGET} of bare executemany of the same rows",
        "ok": rate / yardstick >= WRITE_TARGET,
    }


def _our_seconds(entries: Sequence[LogEntry], path: Path) -> float:
    store = open_store(path)
    began = time.perf_counter()
    for start in range(0, len(entries), BATCH):
        store.add(HOME, entries[start : start + BATCH])
    seconds = time.perf_counter() - began
    store.close()
    return seconds


def _bare_seconds(entries: Sequence[LogEntry], path: Path) -> float:
    rows = [row_of(one, 1) for one in entries]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(BARE)
    began = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO entries (shard, id, ts, origins, match_key, body, raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows[start : start + BATCH],
        )
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def _memory_rows() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_peak_in_a_process(Path(folder) / str(count), count) for count in (FEW, MANY))
    flat = many / few
    return [
        {
            "name": f"peak memory of a report on {MANY:,} stored entries",
            "value": many,
            "unit": "MB",
            "yardstick": few,
            "ratio": flat,
            "target": f"< {MEMORY_TARGET_MB:.0f} MB, and at most {FLAT_TARGET} times that of {FEW:,}",
            "ok": many < MEMORY_TARGET_MB and flat <= FLAT_TARGET,
        }
    ]


def _peak_in_a_process(path: Path, count: int) -> float:
    context = multiprocessing.get_context("spawn")
    for work in (fill, analyse):
        here, there = context.Pipe()
        process = context.Process(target=work, args=(path, count, there))
        process.start()
        answer = here.recv()
        process.join()
    return float(answer)


def fill(path: Path, count: int, pipe: Any) -> None:
    """Store `count` entries; a process of its own, so that its memory does not count."""
    store = open_store(path)
    for start in range(0, count, BATCH):
        store.add(HOME, [entry(number) for number in range(start, start + BATCH)])
    store.close()
    pipe.send(0)


def analyse(path: Path, _count: int, pipe: Any) -> None:
    """Read everything back through every rule and send the peak memory of this process in MB."""
    store = open_store(path)
    engine = Engine(load_rules())
    engine.feed(store.entries(HOME))
    found = engine.findings()
    store.close()
    assert found
    # not `ru_maxrss`: a spawned process inherits its parent's
    status = Path("/proc/self/status").read_text(encoding="ascii")
    pipe.send(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024)


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
