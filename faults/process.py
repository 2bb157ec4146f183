"""`unifi-scanner run` itself, as a process a user would start, with the interface of a Life."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from faults.life import WAIT_S
from faults.living import Spec

SETTINGS = {"UNIFI_INGEST_INTERVAL_S": "0.5", "UNIFI_POLL_INTERVAL_S": "1"}


class ServiceProcess:
    """The whole program: command line, settings, schedule and signals."""

    def __init__(self, environ: Mapping[str, str], log: Path, **how: Any) -> None:
        spec = Spec(environ=dict(environ), log=str(log), **how)
        own = {name: value for name, value in os.environ.items() if not name.startswith("UNIFI_")}
        self._environ = own | dict(spec.environ) | SETTINGS
        with log.open("ab") as out:
            self._process = subprocess.Popen(_command("run"), env=self._environ, stdout=out, stderr=out)

    @property
    def alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.poll() is None

    def tell(self) -> bool:
        """Have `report` say what the store holds, and keep that beside the delivered reports."""
        said = subprocess.run(
            _command("report", "--since", "1h", "--format", "json"),
            env=self._environ, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        reports = Path(self._environ["UNIFI_FILE_DIR"])
        reports.mkdir(exist_ok=True)
        (reports / f"report-{len(list(reports.iterdir()))}.json").write_bytes(said.stdout)
        return said.returncode == 0

    def kill(self) -> None:
        """End it with SIGKILL, at whatever it is doing."""
        self._process.kill()
        self._process.wait(WAIT_S)

    def stop(self) -> int | None:
        """End it with SIGTERM and return its exit code, None where it had to be killed."""
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(WAIT_S)
        self.kill()
        return None


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "unifi_scanner", *words]
