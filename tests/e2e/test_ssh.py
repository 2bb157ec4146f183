"""The console's log files, read over SSH by the running service."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.running import ask_to_stop, entries_of, environment, service, until
from tests.logs.ssh_server import HERE, Console, make_key, serving
from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.models.enums import Origin, SourceState
from unifi_scanner.sim import SimulatedController, load_scenario
from unifi_scanner.store import Shard, SourceNote, open_store

SITE = Shard("127.0.0.1", "default")


def ssh_settings(console: Console, key: Path, *files: Path) -> dict[str, str]:
    return {
        "UNIFI_SSH_ENABLED": "true",
        "UNIFI_SSH_HOST": HERE,
        "UNIFI_SSH_PORT": str(console.port),
        "UNIFI_SSH_KEY_FILE": str(key),
        "UNIFI_SSH_HOST_FINGERPRINT": console.fingerprint,
        "UNIFI_SSH_FILES": ",".join(map(str, files)),
    }


def append(file: Path, *numbers: int) -> list[str]:
    lines = [
        f"{datetime.now(UTC):%b %e %H:%M:%S} Gateway dropbear[{n}]: "
        f"Bad password attempt for 'root' from 192.0.2.{n}:40000"
        for n in numbers
    ]
    with file.open("a") as out:
        out.write("".join(line + "\n" for line in lines))
    return lines


def read_lines(data: Path) -> Counter[str]:
    entries = [entry for entry in entries_of(data) if Origin.SSH in entry.origins]
    return Counter(str(entry.raw_data.get("line")) for entry in entries)


def notes(data: Path) -> dict[str, SourceNote]:
    store = open_store(data / DATA_FILE)
    try:
        return {note.source: note for note in store.sources(SITE)}
    finally:
        store.close()


def has_read(data: Path, lines: list[str]) -> bool:
    return (data / DATA_FILE).exists() and read_lines(data) == Counter(lines)


@pytest.mark.slow
def test_each_line_of_a_file_on_the_console_is_told_once_across_kill_9(tmp_path: Path) -> None:
    console = Console(user_key=make_key(tmp_path / "id"), host_key=make_key())
    messages, missing, data, log = (
        tmp_path / "messages",
        tmp_path / "none",
        tmp_path / "data",
        tmp_path / "log",
    )
    with (
        serving(console),
        SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin,
    ):
        environ = environment(twin, data, **ssh_settings(console, tmp_path / "id", messages, missing))
        lines = append(messages, 1, 2, 3)
        with service(environ, log) as process:
            assert until(partial(has_read, data, lines), 30), log.read_text()[-2000:]
            process.send_signal(signal.SIGKILL)
        lines += append(messages, 4, 5)
        with service(environ, log) as process:
            assert until(partial(has_read, data, lines), 30), log.read_text()[-2000:]
            code, seconds = ask_to_stop(process)
    assert (code, seconds < 10) == (0, True)
    told = notes(data)
    assert told["ssh"].state in (SourceState.OK, SourceState.QUIET)
    assert told[f"ssh {missing}"].state is SourceState.FAILED


@pytest.mark.slow
def test_a_console_that_refuses_our_key_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    console = Console(user_key=make_key(), host_key=make_key())
    make_key(tmp_path / "id")
    data, log = tmp_path / "data", tmp_path / "log"
    with (
        serving(console),
        SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin,
    ):
        environ = environment(twin, data, **ssh_settings(console, tmp_path / "id", tmp_path / "messages"))
        with service(environ, log):
            assert until(lambda: twin.connections() == 1, 30), log.read_text()[-2000:]
            twin.emit("EVT_WU_Connected", user="02:00:00:00:00:01", ssid="Home")
            assert until(lambda: "ssh" in notes(data) and len(entries_of(data)) > 0, 30)
    assert notes(data)["ssh"].state is SourceState.FAILED
    assert [entry.kind for entry in entries_of(data)] == ["client.connected"]
