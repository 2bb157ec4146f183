from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import os, sys, structlog
from unifi_scanner.log import set_up_logging
set_up_logging("INFO")
sys.stderr.close()
structlog.get_logger().warning("socket_lost", reason="the disk is full")
sys.stderr = open("/dev/full", "w", buffering=1)
structlog.get_logger().warning("socket_lost", reason="the disk is full")
print("still running", flush=True)
os._exit(0)
"""


def test_a_log_that_cannot_be_written_stops_nothing_else() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "still running\n")
