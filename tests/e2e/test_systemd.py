"""systemd hears when the service is ready, that it is alive, and when it stops."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.e2e.running import ask_to_stop, environment, service
from unifi_scanner.app.systemd import watchdog_every
from unifi_scanner.sim import SimulatedController, load_scenario


@pytest.mark.slow
def test_systemd_hears_ready_alive_and_stopping(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
        SimulatedController(load_scenario("quiet-week")) as twin,
    ):
        ear.bind(str(address))
        ear.settimeout(30)
        environ = environment(twin, tmp_path / "data", NOTIFY_SOCKET=str(address), WATCHDOG_USEC="400000")
        with service(environ, tmp_path / "log") as process:
            assert ear.recv(100) == b"READY=1"
            assert ear.recv(100) == b"WATCHDOG=1"
            assert ask_to_stop(process)[0] == 0
        heard = ear.recv(100)
        while heard == b"WATCHDOG=1":
            heard = ear.recv(100)
        assert heard == b"STOPPING=1"


@pytest.mark.parametrize(("said", "every"), [("30000000", 15.0), ("", None), ("0", None), ("soon", None)])
def test_the_watchdog_is_fed_at_half_its_patience(said: str, every: float | None) -> None:
    assert watchdog_every({"WATCHDOG_USEC": said}) == every
