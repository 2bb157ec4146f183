"""How much processor time `unifi-scanner --help` takes, beside a Python that starts and does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

RUNS = 7
TARGET_S = 0.2


def run() -> list[dict[str, Any]]:
    """Return the CPU seconds of `--help`, the best of several runs."""
    bare = _cpu_seconds("-c", "pass")
    ours = _cpu_seconds("-m", "unifi_scanner", "--help")
    return [
        {
            "name": "CPU of `unifi-scanner --help`",
            "value": ours,
            "unit": "s",
            "yardstick": bare,
            "ratio": ours / bare,
            "target": f"under {TARGET_S} s",
            "ok": ours < TARGET_S,
        }
    ]


def _cpu_seconds(*arguments: str) -> float:
    return min(_cpu_of_one(arguments) for _ in range(RUNS))


def _cpu_of_one(arguments: tuple[str, ...]) -> float:
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime
