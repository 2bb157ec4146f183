"""One life of the service, seen from outside: begun, told what to do, killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from faults.living import Spec, live

WAIT_S = 12.0
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["faults.living", "faults.stage", "unifi_scanner.reports", "unifi_scanner.sim", "httpx2"]
)


class Life:
    """The service as a process."""

    def __init__(self, environ: Mapping[str, str], log: Path, **how: Any) -> None:
        self._commands, theirs = CONTEXT.Pipe()
        spec = Spec(environ=dict(environ), log=str(log), **how)
        self._process = CONTEXT.Process(target=live, args=(theirs, spec), daemon=False)
        self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.is_alive()

    @property
    def exit_code(self) -> int | None:
        """Return what it ended with, None while it runs."""
        return self._process.exitcode

    def tell(self) -> bool:
        """Have a report made and return whether that went without an error."""
        return self._ask("tell", None) == "told"

    def begin_to_tell(self) -> None:
        """Have a report made and do not wait for it."""
        self._commands.send(("tell", None))

    def set_clock(self, ahead_s: float, *, schedule: bool) -> None:
        """Let the machine's wall clock be this many seconds ahead of the true time; the schedule's too, or not."""
        self._ask("clock", (ahead_s, schedule))

    def limit_files(self, size: int | None) -> None:
        """Let no file grow beyond `size` bytes: what a full disk is to a program; None ends it."""
        self._ask("disk", size)

    def _ask(self, word: str, value: Any) -> str | None:
        try:
            self._commands.send((word, value))
            return str(self._commands.recv()) if self._commands.poll(WAIT_S) else None
        except (EOFError, OSError):
            return None

    def kill(self) -> None:
        """End it with SIGKILL, at whatever it is doing."""
        self._process.kill()
        self._gone()

    def stop(self) -> int | None:
        """End it with SIGTERM and return its exit code, None where it had to be killed."""
        if self._process.is_alive() and self._process.pid:
            os.kill(self._process.pid, signal.SIGTERM)
        self._process.join(WAIT_S)
        if self._process.is_alive():
            self.kill()
            return None
        code = self._process.exitcode
        self._gone()
        return code

    def _gone(self) -> None:
        self._process.join(WAIT_S)
        self._commands.close()


def wait_for(claim: Any, seconds: float, pause: float = 0.02) -> bool:
    """Return whether `claim()` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return bool(claim())
        time.sleep(pause)
    return True
