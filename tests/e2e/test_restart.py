from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.running import differences, entries_of, environment, service, until
from unifi_scanner.sim import SimulatedController, load_scenario


@pytest.mark.slow
def test_nothing_is_lost_or_told_twice_across_kill_9(tmp_path: Path) -> None:
    rng = random.Random(7)
    with SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin:
        environ = environment(twin, tmp_path / "data")
        for _ in range(5):
            with service(environ, tmp_path / "log") as process:
                assert until(lambda: twin.connections() == 1, 30), (tmp_path / "log").read_text()[-2000:]
                for number in range(20):
                    client = f"02:00:00:00:00:{number:02x}"
                    twin.emit("EVT_WU_Connected", user=client, ssid="Home")
                time.sleep(rng.uniform(0, 0.05))
                process.send_signal(signal.SIGKILL)
            assert until(lambda: twin.connections() == 0)
            twin.emit("EVT_WU_Connected", user="02:00:00:00:01:00", ssid="Home")
        with service(environ, tmp_path / "log"):
            complete = until(lambda: not differences(twin.ledger(), entries_of(tmp_path / "data")), 30)
        assert complete, differences(twin.ledger(), entries_of(tmp_path / "data"))[:5]


@pytest.mark.slow
def test_what_only_the_socket_told_survives_kill_9(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week"), network_version="10.4.57") as twin:
        environ = environment(twin, tmp_path / "data", UNIFI_INGEST_INTERVAL_S="600")
        for endpoint in ("stat/event", "list/alarm", "system-log"):
            twin.fail(endpoint, 500)
        with service(environ, tmp_path / "log") as process:
            assert until(lambda: twin.connections() == 1, 30), (tmp_path / "log").read_text()[-2000:]
            # the first round drains, then reads; the next one is minutes away
            assert until(lambda: any("system-log" in path for _, path, _ in twin.requests()))
            for number in range(20):
                twin.emit("EVT_WU_Connected", user=f"02:00:00:00:00:{number:02x}", ssid="Home")
            journal = tmp_path / "data"
            assert until(lambda: sum(f.read_bytes().count(b"\n") for f in journal.glob("*.journal")) == 20)
            process.send_signal(signal.SIGKILL)
        assert entries_of(tmp_path / "data") == []
        with service(environ, tmp_path / "log"):
            complete = until(lambda: not differences(twin.ledger(), entries_of(tmp_path / "data")), 30)
        assert complete, differences(twin.ledger(), entries_of(tmp_path / "data"))[:5]
        assert until(lambda: not list((tmp_path / "data").glob("*.journal")))
