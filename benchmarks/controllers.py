"""Memory and CPU of one process that listens to very many controllers, and what one more of them costs."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from unifi_scanner.sim import SimulatedController, load_scenario

COUNTS = (1, 100, 200)
TARGET_MB = 1.5
LINEAR_WITHIN = 1.35  # of the cost of the first hundred, the cost of the second
SETTLE_S, WATCH_S, PATIENCE_S = 20.0, 10.0, 240.0


def run() -> list[dict[str, Any]]:
    """Return the figures as rows of the benchmark table."""
    figures = [_measured(count) for count in COUNTS]
    (_, first), (half, cpu_half), (whole, cpu) = [(mb, cpu) for mb, cpu in figures]
    base = figures[0][0]
    each_of_first = (half - base) / (COUNTS[1] - COUNTS[0])
    each_of_second = (whole - half) / (COUNTS[2] - COUNTS[1])
    each = (whole - base) / (COUNTS[2] - COUNTS[0])
    ratio = each_of_second / each_of_first
    return [
        {
            "name": f"resident memory with {COUNTS[2]} controllers streaming",
            "value": whole,
            "unit": "MB",
            "yardstick": base,
            "ratio": whole / base,
            "target": "told, not judged",
            "ok": True,
        },
        {
            "name": "memory of one more controller",
            "value": each,
            "unit": "MB",
            "yardstick": each_of_first,
            "ratio": ratio,
            "target": f"< {TARGET_MB} MB, and the second hundred costs at most {LINEAR_WITHIN} times the first",
            "ok": each < TARGET_MB and ratio <= LINEAR_WITHIN,
        },
        {
            "name": f"CPU with {COUNTS[2]} controllers streaming",
            "value": cpu * 100,
            "unit": "% of one core",
            "yardstick": cpu_half * 100,
            "ratio": cpu / max(cpu_half, first, 0.0001),
            "target": "told, not judged",
            "ok": True,
        },
    ]


def _controllers(count: int, pipe: Connection) -> None:
    """Be `count` quiet controllers until told to end."""
    quiet = load_scenario("quiet-week")
    serving = msgspec.structs.replace(quiet.serving, state_frames_every="5s")
    scenario = msgspec.structs.replace(quiet, serving=serving)
    twins = [SimulatedController(scenario) for _ in range(count)]
    for twin in twins:
        twin.start()
    pipe.send([(twin.port, twin.fingerprint) for twin in twins])
    while not pipe.poll(0.2):
        pass
    pipe.recv()
    deadline = time.monotonic() + PATIENCE_S
    while sum(twin.connections() for twin in twins) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    pipe.send(sum(twin.connections() for twin in twins))
    pipe.recv()
    os._exit(0)


def _measured(count: int) -> tuple[float, float]:
    """Return megabytes, and the share of one core, with so many controllers streaming."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    twins = context.Process(target=_controllers, args=(count, there), daemon=True)
    twins.start()
    tables = here.recv()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "scanner.toml"
        config.write_text(
            f'username = "scanner"\npassword = "correct horse"\ndata_dir = "{folder}/data"\n'
            + "".join(
                f'[[controllers]]\nhost = "127.0.0.1"\nport = {port}\ntls_fingerprint = "{pin}"\n'
                for port, pin in tables
            )
        )
        environ = {name: value for name, value in os.environ.items() if not name.startswith("UNIFI_")}
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "unifi_scanner", "run", "--config", str(config)],
            env=environ,
            stderr=subprocess.DEVNULL,
        )
        try:
            here.send("are they connected?")
            connected = here.recv()
            if connected != count:
                raise RuntimeError(f"only {connected} of {count} controllers were connected to")
            time.sleep(SETTLE_S)
            return _memory_mb(process.pid), _cpu_share(process.pid)
        finally:
            process.terminate()
            process.wait(20)
            here.send("end")
            twins.join(10)


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def _cpu_share(pid: int) -> float:
    before = _cpu_seconds(pid)
    time.sleep(WATCH_S)
    return (_cpu_seconds(pid) - before) / WATCH_S


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    for row in run():
        print(row)
