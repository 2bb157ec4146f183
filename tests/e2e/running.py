"""The real service as a process, against simulated controllers on real TLS sockets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.sim import LedgerRow, SimulatedController
from unifi_scanner.store import SqliteStore, open_store

PASSWORD = "correct horse"


def environment(twin: SimulatedController, data_dir: Path, **more: str) -> dict[str, str]:
    """Return the environment a user would set for this controller, and nothing of ours."""
    mine = {
        "UNIFI_HOST": "127.0.0.1",
        "UNIFI_PORT": str(twin.port),
        "UNIFI_USERNAME": "scanner",
        "UNIFI_PASSWORD": PASSWORD,
        "UNIFI_TLS_FINGERPRINT": twin.fingerprint,
        "UNIFI_DATA_DIR": str(data_dir),
        "UNIFI_POLL_INTERVAL_S": "5",
        "UNIFI_INGEST_INTERVAL_S": "1",
    }
    return clean_environment() | mine | more


def clean_environment() -> dict[str, str]:
    """Return this process's environment without any setting of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("UNIFI_")}


def command(*words: str) -> list[str]:
    """Return the command line that runs the program."""
    return [sys.executable, "-m", "unifi_scanner", *words]


@contextmanager
def service(environ: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `unifi-scanner run` while inside; killed at the end if it still runs."""
    with log.open("ab") as out:
        process = subprocess.Popen(command("run"), env=dict(environ), stdout=out, stderr=out)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(10)


def ask_to_stop(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Send SIGTERM and return the exit code and how many seconds the stop took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    return process.wait(20), time.monotonic() - began


def until(claim: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Return whether `claim` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.05)
    return claim()


def entries_of(data_dir: Path) -> list[LogEntry]:
    """Return everything stored, with its raw data."""
    store: SqliteStore = open_store(data_dir / DATA_FILE)
    try:
        return [entry for shard in store.shards() for entry in store.entries(shard, with_raw=True)]
    finally:
        store.close()


def differences(ledger: list[LedgerRow], stored: list[LogEntry]) -> list[str]:
    """Return, in words, what the store tells otherwise than the ledger: lost, twice, or never happened."""
    names = {own: row.id for row in ledger for own in (row.id, row.v2_id)}
    told: Counter[str] = Counter()
    strangers: list[str] = []
    for entry in stored:
        own = entry.raw_data.get("_id") or entry.raw_data.get("id")
        if own in names:
            told[names[own]] += 1
        else:
            strangers.append(f"never happened: {entry.kind} {dict(entry.raw_data)}")
    lost = [f"lost: {row}" for row in ledger if row.sources and not told[row.id]]
    twice = [f"told {told[row.id]} times: {row}" for row in ledger if told[row.id] > 1]
    return lost + twice + strangers
