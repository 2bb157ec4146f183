"""A start while the controller is off: an end with 3, or patience, as it was asked for."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import ask_to_stop, command, entries_of, environment, until
from unifi_scanner.sim import SimulatedController, load_scenario


@pytest.mark.slow
def test_a_patient_start_outlasts_a_controller_that_is_off(tmp_path: Path) -> None:
    twin = SimulatedController(load_scenario("quiet-week"))
    with twin:  # its port is known from now on
        environ = environment(twin, tmp_path / "data")
    log = tmp_path / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(command("run", "--wait"), env=environ, stdout=out, stderr=out)
    try:
        assert until(lambda: "controller_lost" in log.read_text()), log.read_text()
        assert process.poll() is None
        with twin:
            assert until(lambda: twin.connections() == 1, 60), log.read_text()
            twin.emit("EVT_WU_Connected", user="02:00:00:00:00:01", ssid="Home")
            assert until(lambda: any(e.kind == "client.connected" for e in entries_of(tmp_path / "data")))
        assert ask_to_stop(process)[0] == 0
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(10)


def test_patience_does_not_help_against_a_refused_password(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as twin:
        environ = environment(twin, tmp_path / "data", UNIFI_PASSWORD="wrong")
        done = subprocess.run(
            command("run", "--wait"), env=environ, capture_output=True, timeout=60, check=False
        )
    assert done.returncode == 4
