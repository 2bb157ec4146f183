"""Resident memory of the idle service with its socket open."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from unifi_scanner.sim import SimulatedController, load_scenario

TARGET_MB = 60.0
SETTLE_S = 15.0
# structlog loads rich where it finds it, 5 MB; a developer has it because of the import linter, a user has not
AS_INSTALLED = """
import sys
sys.modules["rich"] = None
from unifi_scanner.__main__ import main
sys.exit(main())
"""


def run() -> list[dict[str, Any]]:
    """Return the figure as a row of the benchmark table."""
    with SimulatedController(load_scenario("quiet-week")) as twin, tempfile.TemporaryDirectory() as data:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("UNIFI_")} | {
            "UNIFI_HOST": "127.0.0.1",
            "UNIFI_PORT": str(twin.port),
            "UNIFI_USERNAME": "scanner",
            "UNIFI_PASSWORD": "correct horse",
            "UNIFI_TLS_FINGERPRINT": twin.fingerprint,
            "UNIFI_DATA_DIR": data,
        }
        process = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", AS_INSTALLED, "run"], env=environ, stderr=subprocess.DEVNULL
        )
        try:
            megabytes = _settled(process, twin)
        finally:
            process.terminate()
            process.wait(15)
    return [
        {
            "name": "resident memory of the idle service, socket open",
            "value": megabytes,
            "unit": "MB",
            "yardstick": None,
            "ratio": None,
            "target": f"< {TARGET_MB:.0f} MB",
            "ok": megabytes < TARGET_MB,
        }
    ]


def _settled(process: subprocess.Popen[bytes], twin: SimulatedController) -> float:
    deadline = time.monotonic() + 30
    while twin.connections() == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(SETTLE_S)
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return kilobytes / 1024


if __name__ == "__main__":
    print(run())
