"""`doctor` as a process, against simulated controllers of several kinds."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import clean_environment, command, environment
from tests.logs.ssh_server import Console, make_key, serving
from unifi_scanner.sim import Flavour, SimulatedController, load_scenario

KEY = "sk-an-api-key-of-the-simulation"


def run(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("doctor", *words), env=env, capture_output=True, text=True, timeout=60, check=False
    )


def line(done: subprocess.CompletedProcess[str], name: str) -> str:
    """Return what was said of one step, with its fix."""
    return next(
        (
            part
            for part in done.stdout.replace("\n     ", " ").splitlines()
            if f"] {name}" in part or f"]  {name}" in part
        ),
        "",
    )


def facts(done: subprocess.CompletedProcess[str], source: str) -> dict[str, Any]:
    return next(c["facts"] for c in json.loads(done.stdout) if c["facts"].get("source") == source)


def test_each_version_is_told_what_it_still_answers(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week"), network_version="10.4.57") as twin:
        env = environment(twin, tmp_path / "data")
        done = run(env)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "gone: not there in UniFi Network 10.4" in line(done, "Event history")
        assert "the system log tells it instead" in line(done, "Alarms")
        assert "[ok] System log" in done.stdout
        assert "Settings > Control Plane > Integrations" in line(done, "Syslog")
        told = run(env, "--json")
    assert facts(told, "rest")["state"] == "gone"
    assert facts(told, "websocket")["state"] == "works"
    assert facts(told, "system_log")["endpoints"]["system-log/all"] in ("works", "empty")


def test_an_account_that_may_not_read_the_log_is_told_what_it_needs(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as twin:
        twin.forbid("system-log")
        done = run(environment(twin, tmp_path / "data"))
    assert done.returncode == 4
    assert "not allowed for this account" in line(done, "System log")
    assert "Site Admin" in line(done, "System log")


def test_an_api_key_alone_is_no_failure_and_no_proxy(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week"), network_version="10.4.57", api_key=KEY) as twin:
        env = environment(twin, tmp_path / "data", UNIFI_API_KEY=KEY)
        env = {name: value for name, value in env.items() if name not in ("UNIFI_USERNAME", "UNIFI_PASSWORD")}
        done = run(env)
    assert done.returncode == 0, done.stdout + done.stderr
    stream = line(done, "Live stream")
    assert "does not work with an API key; add a user name and password" in stream
    assert "proxy" not in stream


def test_every_site_that_is_watched_is_examined(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as twin:
        done = run(environment(twin, tmp_path / "data", UNIFI_SITE="all"))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("System log (v2)") == 2
    assert "Holiday Cottage: Live stream: works" in done.stdout


def test_what_was_seen_and_missed_before_is_told_for_each_site(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as twin:
        env = environment(twin, tmp_path / "data")
        assert "Seen so far" not in run(env).stdout
        report = command("report", "--since", "1h")
        subprocess.run(report, env=env, capture_output=True, timeout=60, check=True)
        done, told = run(env), run(env, "--json")
    assert "Watched since" in line(done, "Seen so far (127.0.0.1")
    assert "Live events: did not answer (It was never heard from)" in done.stdout
    block = next(c for c in json.loads(told.stdout) if "coverage" in c["facts"])
    assert {row["source"] for row in block["facts"]["coverage"]["sources"]} >= {
        "rest",
        "system_log",
        "websocket",
    }


def test_a_syslog_port_is_really_tried(tmp_path: Path) -> None:
    with (
        SimulatedController(load_scenario("quiet-week")) as twin,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free,
    ):
        taken.bind(("127.0.0.1", 0))
        free.bind(("127.0.0.1", 0))
        port, open_port = taken.getsockname()[1], free.getsockname()[1]
        free.close()
        done = run(
            environment(
                twin, tmp_path / "data", UNIFI_SYSLOG_BIND="127.0.0.1",
                UNIFI_SYSLOG_UDP_PORT=str(port), UNIFI_SYSLOG_TCP_PORT=str(open_port),
            )
        )  # fmt: skip
        elsewhere = run(
            environment(
                twin, tmp_path / "data", UNIFI_SYSLOG_BIND="192.0.2.1", UNIFI_SYSLOG_UDP_PORT=str(port)
            )
        )
    assert done.returncode == 0, done.stdout
    assert f"port {port} (UDP) is in use; if that is `unifi-scanner run`" in done.stdout
    assert f"can be received on port {open_port} (TCP)" in done.stdout
    assert f"enter 127.0.0.1, port {open_port}" in done.stdout
    assert elsewhere.returncode == 2
    assert "UNIFI_SYSLOG_BIND" in line(elsewhere, "Syslog")


@pytest.mark.parametrize("pinned", [True, False])
def test_ssh_is_really_tried_and_its_host_key_is_shown(tmp_path: Path, pinned: bool) -> None:
    log = tmp_path / "messages"
    log.write_text("Jun 1 00:00:00 host kernel: hello\n")
    with (
        SimulatedController(load_scenario("quiet-week"), flavour=Flavour.UNIFI_OS) as twin,
        serving(Console(user_key=make_key(tmp_path / "id"), host_key=make_key())) as console,
    ):
        trust = (
            {"UNIFI_SSH_HOST_FINGERPRINT": console.fingerprint}
            if pinned
            else {"UNIFI_SSH_TRUST_FIRST_USE": "true"}
        )
        env = environment(
            twin, tmp_path / "data", UNIFI_SSH_ENABLED="true", UNIFI_SSH_KEY_FILE=str(tmp_path / "id"),
            UNIFI_SSH_PORT=str(console.port), UNIFI_SSH_FILES=str(log), **trust,
        )  # fmt: skip
        done = run(env)
        wrong = run(env | {"UNIFI_SSH_HOST_FINGERPRINT": "SHA256:" + "A" * 43})
    assert done.returncode == 0, done.stdout
    said = line(done, "Log files over SSH")
    assert f"1 log file to read, and shows the host key {console.fingerprint}" in said
    assert ("UNIFI_SSH_HOST_FINGERPRINT=" in said) is not pinned
    assert wrong.returncode == 3
    assert console.fingerprint in line(wrong, "Log files over SSH")
    assert console.passwords == []


def test_a_controller_that_is_away_does_not_hide_what_else_can_be_tried(tmp_path: Path) -> None:
    env = clean_environment() | {
        "UNIFI_HOST": "127.0.0.1", "UNIFI_PORT": "1", "UNIFI_USERNAME": "u", "UNIFI_PASSWORD": "correct horse",
        "UNIFI_DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip
    done = run(env)
    assert done.returncode == 3
    assert "[!!] Sign-in" in done.stdout
    assert "Syslog" in done.stdout
