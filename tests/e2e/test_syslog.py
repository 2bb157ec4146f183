"""Log lines sent to the running service, by UDP and TCP, also across a kill."""

from __future__ import annotations

import signal
import socket
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.running import ask_to_stop, entries_of, environment, service, until
from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.models.enums import Origin
from unifi_scanner.sim import SimulatedController, load_scenario
from unifi_scanner.store import Shard, open_store

ZONE = ZoneInfo(load_scenario("quiet-week").network.timezone)
SITE = Shard("127.0.0.1", "default")


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def opens(log: Path) -> bool:
    return log.exists() and "service_started" in log.read_text()


def sign_in_line(number: int) -> str:
    return (
        f"<14>{datetime.now(UTC):%b %e %H:%M:%S} Gateway dropbear[{number}]: "
        f"Bad password attempt for 'root' from 192.0.2.{number}:40000"
    )


def allowed_line(number: int) -> str:
    return (
        f'<13>{datetime.now(ZONE):%b %e %H:%M:%S} Gateway Gateway [LAN_WAN-A-1] DESCR="Allow" IN=br0 OUT=eth8 MAC= '
        f"SRC=192.168.1.{number % 200} DST=203.0.113.9 LEN=60 PROTO=TCP SPT=50000 DPT=443"
    )


def holds(data: Path, lines: int) -> bool:
    return journalled(data) >= lines


def journalled(data: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in data.glob("syslog-*.journal"))


def lines_told(data: Path) -> Counter[str]:
    told = (
        str(entry.raw_data.get("line", "")) for entry in entries_of(data) if Origin.SYSLOG in entry.origins
    )
    return Counter(line for line in told if line)


@pytest.mark.slow
def test_every_line_sent_is_told_once_across_kill_9(tmp_path: Path) -> None:
    data, log, port = tmp_path / "data", tmp_path / "log", free_port(socket.SOCK_DGRAM)
    with SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin:
        environ = environment(twin, data, UNIFI_SYSLOG_UDP_PORT=str(port), UNIFI_SYSLOG_BIND="127.0.0.1")
        sent: list[str] = []
        for round_ in range(3):
            with service(environ, log) as process:
                assert until(lambda: opens(log), 30), log.read_text()[-2000:]
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    for number in range(20):
                        sent.append(sign_in_line(20 * round_ + number + 1))
                        sender.sendto(sent[-1].encode(), ("127.0.0.1", port))
                assert until(partial(holds, data, len(sent))), log.read_text()[-2000:]
                process.send_signal(signal.SIGKILL)
            log.unlink()
        with service(environ, log) as process:
            complete = until(lambda: opens(log) and len(lines_told(data)) == len(sent), 30)
            assert complete, log.read_text()[-2000:]
            code, _ = ask_to_stop(process)
        assert code == 0
        assert lines_told(data) == Counter(sent)
        assert list(data.glob("syslog-*.journal")) == []


@pytest.mark.slow
def test_what_is_only_counted_is_counted_on_after_a_kill(tmp_path: Path) -> None:
    data, log, port = tmp_path / "data", tmp_path / "log", free_port(socket.SOCK_STREAM)
    with SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin:
        environ = environment(twin, data, UNIFI_SYSLOG_TCP_PORT=str(port), UNIFI_SYSLOG_BIND="127.0.0.1")
        for stop in (signal.SIGKILL, signal.SIGTERM):
            with service(environ, log) as process:
                assert until(lambda: opens(log), 30), log.read_text()[-2000:]
                wanted = journalled(data) + 500
                with socket.create_connection(("127.0.0.1", port)) as sender:
                    sender.sendall("".join(allowed_line(n) + "\n" for n in range(500)).encode())
                assert until(partial(holds, data, wanted)), log.read_text()[-2000:]
                process.send_signal(stop)
                process.wait(20)
            log.unlink()
    store = open_store(data / DATA_FILE)
    try:
        checkpoint = store.recall("syslog:checkpoint") or ""
        note = next(note for note in store.sources(SITE) if note.source == "syslog")
    finally:
        store.close()
    assert '\\"count\\":1000,' in checkpoint
    assert note.entries >= 500
    assert list(data.glob("syslog-*.journal")) == []


@pytest.mark.slow
def test_a_port_that_is_taken_is_said_at_the_start(tmp_path: Path) -> None:
    with (
        SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken,
    ):
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        environ = environment(twin, tmp_path, UNIFI_SYSLOG_TCP_PORT=port, UNIFI_SYSLOG_BIND="127.0.0.1")
        with service(environ, tmp_path / "log") as process:
            assert process.wait(20) == 2
    assert "UNIFI_SYSLOG_TCP_PORT" in (tmp_path / "log").read_text()


@pytest.mark.slow
def test_the_simulated_console_is_heard_by_syslog_and_by_its_history_as_one(tmp_path: Path) -> None:
    data, log, port = tmp_path / "data", tmp_path / "log", free_port(socket.SOCK_DGRAM)
    scenario = load_scenario("quiet-week")
    with SimulatedController(scenario, network_version="10.4.57", syslog_to=("127.0.0.1", port)) as twin:
        environ = environment(twin, data, UNIFI_SYSLOG_UDP_PORT=str(port), UNIFI_SYSLOG_BIND="127.0.0.1")
        with service(environ, log) as process:
            assert until(lambda: twin.connections() == 1, 30), log.read_text()[-2000:]
            wireless = [client for client in scenario.network.clients if client.ssid][:5]
            for client in wireless:
                twin.emit("client_connects", client=client.mac)
            assert until(lambda: heard_both_ways(data) == len(wireless), 30), log.read_text()[-2000:]
            ask_to_stop(process)
        kinds = Counter(entry.kind for entry in entries_of(data))
        assert kinds["client.connected"] == len(wireless)


def heard_both_ways(data: Path) -> int:
    entries = [entry for entry in entries_of(data) if entry.kind == "client.connected"]
    return sum(Origin.CEF in entry.origins and len(entry.origins) > 1 for entry in entries)
