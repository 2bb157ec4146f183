from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.e2e.running import (
    PASSWORD,
    ask_to_stop,
    clean_environment,
    command,
    differences,
    entries_of,
    service,
    until,
)
from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.sim import Flavour, SimulatedController, load_scenario
from unifi_scanner.store import open_store


def settings(directory: Path, *tables: str) -> dict[str, str]:
    directory.mkdir(exist_ok=True)
    config = directory / "scanner.toml"
    config.write_text(
        f'username = "scanner"\npoll_interval_s = 2\ningest_interval_s = 0.5\ndata_dir = "{directory / "data"}"\n'
        + "".join(f"[[controllers]]\n{table}\n" for table in tables)
    )
    return clean_environment() | {"UNIFI_CONFIG": str(config), "UNIFI_PASSWORD": PASSWORD}


def table(twin: SimulatedController, **more: str) -> str:
    said = {"host": "127.0.0.1", "tls_fingerprint": twin.fingerprint, **more}
    return f"port = {twin.port}\n" + "\n".join(f'{key} = "{value}"' for key, value in said.items())


@contextmanager
def deaf_port() -> Iterator[int]:
    """Accept connections and never say a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as deaf:
        yield deaf.getsockname()[1]


def test_one_controller_that_is_down_and_one_that_hangs_delay_no_other(tmp_path: Path) -> None:
    scenario = load_scenario("quiet-week")
    other = msgspec.structs.replace(scenario, seed=scenario.seed + 1)
    with (
        SimulatedController(scenario) as twin,
        SimulatedController(other, flavour=Flavour.CLASSIC, network_version="8.6.9") as classic,
        deaf_port() as deaf,
    ):
        environ = settings(
            tmp_path / "several",
            'host = "127.0.0.2"\nport = 1',
            f'host = "127.0.0.3"\nport = {deaf}',
            table(twin, site="all"),
            table(classic),
        )
        with service(environ, tmp_path / "log") as process:
            assert until(lambda: twin.connections() == 2, 40), (tmp_path / "log").read_text()
            assert until(lambda: classic.connections() == 1, 10)
            for number in range(10):
                twin.emit("EVT_WU_Connected", user=f"02:00:00:00:00:{number:02x}", ssid="Home")
                classic.emit("EVT_WU_Connected", user=f"02:00:00:00:01:{number:02x}", ssid="Home")

            def wrong() -> list[str]:
                both = [*twin.ledger(), *classic.ledger()]
                return differences(both, entries_of(tmp_path / "several" / "data"))

            assert until(lambda: not wrong(), 10), wrong()
            assert process.poll() is None
            code, seconds = ask_to_stop(process)
    assert code == 0
    assert seconds < 10
    store = open_store(tmp_path / "several" / "data" / DATA_FILE)
    sites = {shard.site for shard in store.shards() if list(store.entries(shard))}
    store.close()
    assert "default" in sites


def test_a_controller_that_comes_later_is_signed_in_to_without_a_restart(tmp_path: Path) -> None:
    scenario = load_scenario("quiet-week")
    late = SimulatedController(scenario)
    late.start()
    port = late.port
    late.stop()
    with SimulatedController(scenario) as twin:
        environ = settings(tmp_path / "late", table(twin), table(late).replace("port = 0", f"port = {port}"))
        with service(environ, tmp_path / "log") as process:
            assert until(lambda: twin.connections() == 1, 30), (tmp_path / "log").read_text()
            late.start()
            try:
                assert until(lambda: late.connections() == 1, 30), (tmp_path / "log").read_text()
            finally:
                code, _ = ask_to_stop(process)
                late.stop()
    assert code == 0


def test_a_report_tells_every_site_and_leaves_out_what_does_not_answer(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as twin:
        twin.emit("EVT_AP_Lost_Contact", device="Living Room AP")
        environ = settings(tmp_path / "report", table(twin, site="all"), 'host = "127.0.0.2"\nport = 1')
        told = subprocess.run(
            command("report", "--since", "1h"), env=environ, capture_output=True, text=True, check=False
        )
    assert told.returncode == 0, told.stderr
    assert "Living Room AP" in told.stdout
    assert "Holiday Cottage" in told.stdout
    assert "127.0.0.2" in told.stderr
