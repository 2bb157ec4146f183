"""Seconds from a frame on the socket to a mail in the inbox, at the settings a user has unless told otherwise."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from faults.receivers import Mailbox, Trouble

from unifi_scanner.sim import SimulatedController, load_scenario

TARGET_S, FRAMES, WAIT_S = 2.0, 15, 20.0
GATEWAY = "74:ac:b9:58:b9:ce"


def run() -> list[dict[str, Any]]:
    """Return the figure as a row of the benchmark table."""
    mailbox = Mailbox(Trouble(), 0)
    mailbox.start()
    try:
        with (
            SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin,
            tempfile.TemporaryDirectory() as data,
        ):
            took = _measure(twin, mailbox, _environment(twin, mailbox.port, data))
    finally:
        mailbox.stop()
    median = statistics.median(took)
    return [
        {
            "name": f"frame to mail, median of {len(took)} (slowest {max(took):.1f} s)",
            "value": median,
            "unit": "s",
            "yardstick": None,
            "ratio": None,
            "target": f"< {TARGET_S:.0f} s",
            "ok": median < TARGET_S,
        }
    ]


def _environment(twin: SimulatedController, smtp_port: int, data: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("UNIFI_")} | {
        "UNIFI_HOST": "127.0.0.1",
        "UNIFI_PORT": str(twin.port),
        "UNIFI_USERNAME": "scanner",
        "UNIFI_PASSWORD": "correct horse",
        "UNIFI_TLS_FINGERPRINT": twin.fingerprint,
        "UNIFI_DATA_DIR": data,
        "UNIFI_SMTP_HOST": "127.0.0.1",
        "UNIFI_SMTP_PORT": str(smtp_port),
        "UNIFI_SMTP_SECURITY": "none",
        "UNIFI_EMAIL_TO": "anna@example.org",
        "UNIFI_ALERT_DEBOUNCE_S": "0",  # that pause is asked for, and is not what is measured
        "UNIFI_ALERT_BUDGET_PER_DAY": "1000",
    }


def _measure(twin: SimulatedController, mailbox: Mailbox, environ: dict[str, str]) -> list[float]:
    process = subprocess.Popen(
        [sys.executable, "-m", "unifi_scanner", "run"], env=environ, stderr=subprocess.DEVNULL
    )
    try:
        _wait(lambda: twin.connections() == 1)
        time.sleep(3)
        return [_one(twin, mailbox, number) for number in range(FRAMES)]
    finally:
        process.terminate()
        process.wait(15)


def _one(twin: SimulatedController, mailbox: Mailbox, number: int) -> float:
    time.sleep(1.1 + number % 5 / 3)  # at any place between two rounds of the worker
    before, began = len(mailbox.took), time.monotonic()
    state = "active" if number % 2 else "inactive"
    twin.emit("EVT_GW_WANTransition", gw=GATEWAY, iface="eth8", state=state)
    _wait(lambda: len(mailbox.took) > before)
    return time.monotonic() - began


def _wait(claim: Any) -> None:
    deadline = time.monotonic() + WAIT_S
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.005)


if __name__ == "__main__":
    print(run())
