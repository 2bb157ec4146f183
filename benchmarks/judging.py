"""A million stored entries: CPU and memory to read them, to judge them, and to make a report of thirty days of them.

The report on schedule is what `run` makes: most of its entries were judged while they came in.
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks import rules as busy
from unifi_scanner.detection import load_rules
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.models.enums import Origin
from unifi_scanner.pipeline.publish import Publish
from unifi_scanner.store import Shard, open_store

HOME = Shard("console", "default")
FEW, MANY, BATCH, RUNS = 100_000, 1_000_000, 1000, 5
DAYS = timedelta(days=30)  # of many; few are the same network's first days, so that only their number differs
END = busy.START + DAYS
JUDGING_S, REPORT_S, MEMORY_MB, LINEAR = 6.0, 2.0, 200.0, 1.2
HEARD = frozenset({Origin.REST})


class Cost(NamedTuple):
    """Seconds of CPU to read the entries, and to read and judge them, and the peak memory in MB."""

    read: float
    report: float
    memory: float

    @property
    def judging(self) -> float:
        """Return what the judging alone costs."""
        return self.report - self.read


def run() -> list[dict[str, Any]]:
    """Return the figures as rows of the benchmark table."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = _costs(Path(folder))
        ahead_s, ahead_mb = _in_a_process(judge_ahead, Path(folder) / str(MANY), MANY)
        told = [_in_a_process(tell, Path(folder) / str(MANY), MANY) for _ in range(RUNS)]
    told_s, told_mb = min(seconds for seconds, _ in told), max(memory for _, memory in told)
    growth = many.judging / few.judging / (MANY / FEW)
    light = many.memory < MEMORY_MB
    return [
        _row("read back 1,000,000 stored entries", many.read, "part of the next", ok=True),
        _row(
            f"judge 1,000,000 stored entries, read apart ({many.memory:.0f} MB, {growth:.2f} times linear)",
            many.judging,
            f"<= {JUDGING_S} with < {MEMORY_MB:.0f} MB, at most {LINEAR} times linear",
            ok=many.judging <= JUDGING_S and light and growth <= LINEAR,
        ),
        _row(
            f"judge them ahead of the report, as they come ({ahead_mb:.0f} MB)",
            ahead_s,
            f"spread over the 30 days, with < {MEMORY_MB:.0f} MB",
            ok=ahead_mb < MEMORY_MB,
        ),
        _row(
            f"report of 30 days and 1,000,000 stored entries, on schedule ({told_mb:.0f} MB)",
            told_s,
            f"<= {REPORT_S} with < {MEMORY_MB:.0f} MB",
            ok=told_s <= REPORT_S and told_mb < MEMORY_MB,
        ),
        _row(
            f"the same, asked for with --since, nothing judged ahead ({many.memory:.0f} MB)",
            many.report,
            f"no limit on time, with < {MEMORY_MB:.0f} MB",
            ok=light,
        ),
    ]


def _row(name: str, value: float, target: str, *, ok: bool) -> dict[str, Any]:
    return {"name": name, "value": round(value, 2), "unit": "s CPU", "target": target, "ok": ok}


def _costs(folder: Path) -> list[Cost]:
    """Return what few and many cost, measured in turns, so that a machine which is slow for a while is so for both."""
    sizes = (FEW, MANY)
    for count in sizes:
        _in_a_process(fill, folder / str(count), count)
    bare: dict[int, list[float]] = {count: [] for count in sizes}
    made: dict[int, list[tuple[float, float]]] = {count: [] for count in sizes}
    for _ in range(RUNS):
        for count in sizes:
            made[count].append(_in_a_process(report, folder / str(count), count))
            bare[count].append(_in_a_process(read, folder / str(count), count)[0])
    return [
        Cost(min(bare[count]), min(s for s, _ in made[count]), max(mb for _, mb in made[count]))
        for count in sizes
    ]


def _in_a_process(work: Callable[[Path, int, Any], None], path: Path, count: int) -> tuple[float, float]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=work, args=(path, count, there))
    process.start()
    there.close()  # so that a child that dies is an end, not a wait for ever
    seconds, memory = here.recv()
    process.join()
    return float(seconds), float(memory)


def fill(path: Path, count: int, pipe: Any) -> None:
    """Store `count` entries of a busy office, as close to each other in time as many of them are."""
    busy.ENTRIES, busy.WEEK_S = count, int(DAYS.total_seconds()) * count // MANY
    store = open_store(path)
    waiting = []
    for one in busy._entries():
        waiting.append(msgspec.structs.replace(one, origins=HEARD))
        if len(waiting) == BATCH:
            store.add(HOME, waiting)
            waiting = []
    store.add(HOME, waiting)
    store.close()
    pipe.send((0.0, 0.0))


def read(path: Path, count: int, pipe: Any) -> None:
    """Read everything back and look at none of it."""
    store = open_store(path)
    began = time.process_time()
    found = sum(1 for _ in store.entries(HOME, since=busy.START))
    seconds = time.process_time() - began
    store.close()
    assert found == count
    pipe.send((seconds, _peak_mb()))


def report(path: Path, count: int, pipe: Any) -> None:
    """Make the report of the whole period."""
    publish = _publish(path)
    began = time.process_time()
    made = publish.report(since=busy.START, now=busy.START + DAYS * count / MANY)
    seconds = time.process_time() - began
    publish.store.close()
    assert made.entry_count == count
    pipe.send((seconds, _peak_mb()))


def judge_ahead(path: Path, count: int, pipe: Any) -> None:
    """Do what the running service does every few minutes, for the whole period."""
    publish = _publish(path)
    assert publish.store.count(HOME) == count
    began = time.process_time()
    while publish.judge_ahead(END):
        pass
    seconds = time.process_time() - began
    publish.store.close()
    pipe.send((seconds, _peak_mb()))


def tell(path: Path, count: int, pipe: Any) -> None:
    """Make the report of everything not told yet, and the message with every rendering of it, as the schedule does."""
    publish = _publish(path)
    assert publish.store.count(HOME) == count
    began = time.process_time()
    publish.queue_period(END)
    seconds = time.process_time() - began
    publish.store.close()
    pipe.send((seconds, _peak_mb()))


def _publish(path: Path) -> Publish:
    return Publish(
        open_store(path),
        HOME,
        rules=load_rules(),
        channels=(),
        facts=ControllerFacts(title="Office", zone="Europe/Berlin"),
    )


def _peak_mb() -> float:
    # not `ru_maxrss`: a spawned process inherits its parent's
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
