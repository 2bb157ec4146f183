from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import PASSWORD, ask_to_stop, clean_environment, command, environment, service, until
from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.sim import SimulatedController, load_scenario


@pytest.fixture(scope="module")
def twin() -> Iterator[SimulatedController]:
    with SimulatedController(load_scenario("quiet-week")) as controller:
        yield controller


def run(*words: str, env: dict[str, str], seconds: float = 40) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), env=env, capture_output=True, text=True, timeout=seconds, check=False
    )


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"UNIFI_PASSWORD": "wrong"}, 4, "password"),
        ({"UNIFI_PORT": "1"}, 3, "UNIFI_HOST"),
        ({"UNIFI_SITE": "Attic"}, 2, "Holiday Cottage"),
        ({"UNIFI_SCHEDULE_CRON": "61 * * * *"}, 2, "UNIFI_SCHEDULE_CRON"),
        ({"UNIFI_SCHEDULE_TIMEZONE": "Mars/Olympus"}, 2, "UNIFI_SCHEDULE_TIMEZONE"),
        ({"UNIFI_PASWORD": "x"}, 2, "UNIFI_PASSWORD"),
        ({"UNIFI_DATA_DIR": "/proc/nowhere"}, 2, "/proc/nowhere"),
        ({"UNIFI_PASSWORD_FILE": "/nowhere/secret", "UNIFI_PASSWORD": ""}, 2, "/nowhere/secret"),
        ({"UNIFI_TLS_FINGERPRINT": ""}, 3, "self-signed"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "report"])
def test_bad_input_has_its_exit_code_and_says_what_to_mend(
    twin: SimulatedController, tmp_path: Path, verb: str, change: dict[str, str], code: int, said: str
) -> None:
    env = {name: value for name, value in (environment(twin, tmp_path / "data") | change).items() if value}
    done = run(verb, env=env)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stderr + done.stdout


def test_doctor_checks_every_step(twin: SimulatedController, tmp_path: Path) -> None:
    done = run("doctor", env=environment(twin, tmp_path / "data"))
    assert done.returncode == 0, done.stdout
    for step in ("Data directory", "Sign-in", "Site", "Devices", "System log", "Live stream", "Schedule"):
        assert step in done.stdout
    assert "[!!]" not in done.stdout


def test_doctor_tells_the_fix_for_what_fails(twin: SimulatedController, tmp_path: Path) -> None:
    done = run("doctor", env=environment(twin, tmp_path / "data") | {"UNIFI_PASSWORD": "wrong"})
    assert done.returncode == 4
    assert "Fix: Check UNIFI_USERNAME" in done.stdout


def test_a_throttled_sign_in_ends_with_4(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as busy:
        busy.limit_logins(True, retry_after=200)
        done = run("report", env=environment(busy, tmp_path / "data"))
    assert (done.returncode, "200 seconds" in done.stderr) == (4, True)


def test_a_report_prints_json_and_entries(twin: SimulatedController, tmp_path: Path) -> None:
    twin.emit("EVT_AP_Lost_Contact", device="Living Room AP")
    env = environment(twin, tmp_path / "data")
    report = json.loads(run("report", "--since", "1h", "--format", "json", env=env).stdout)
    assert report["schema_version"]
    assert report["verdict"]["status"] in ("attention", "urgent")
    lines = run("report", "--since", "1h", "--entries", env=env).stdout.splitlines()
    entries = [json.loads(line) for line in lines]
    assert "device.offline" in {entry["kind"] for entry in entries}
    assert not any("input" in entry for entry in entries)


def test_a_report_that_no_channel_takes_ends_with_5(twin: SimulatedController, tmp_path: Path) -> None:
    env = environment(twin, tmp_path / "data") | {
        "UNIFI_SMTP_HOST": "127.0.0.1",
        "UNIFI_SMTP_PORT": "1",
        "UNIFI_EMAIL_TO": "anna@example.org",
    }
    done = run("report", "--since", "1h", "--deliver", env=env)
    assert done.returncode == 5, done.stderr


def test_a_service_beside_a_report_stops_cleanly(twin: SimulatedController, tmp_path: Path) -> None:
    env = environment(twin, tmp_path / "data")
    with service(env, tmp_path / "log") as process:
        assert until(lambda: twin.connections() == 1, 30), (tmp_path / "log").read_text()
        assert run("report", "--since", "1h", env=env).returncode == 0
        assert run("health", env=env).returncode == 0
        code, seconds = ask_to_stop(process)
    assert (code, seconds < 10) == (0, True)
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_corrupt_database_is_set_aside_and_told(twin: SimulatedController, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / DATA_FILE).write_bytes(os.urandom(8192))
    done = run("report", "--since", "1h", env=environment(twin, data))
    assert done.returncode == 0, done.stderr
    assert "set aside" in " ".join(done.stdout.split())
    assert list(data.glob("*damaged*"))


def test_health_of_a_service_that_never_ran_is_1(tmp_path: Path) -> None:
    done = run("health", env=clean_environment() | {"UNIFI_DATA_DIR": str(tmp_path / "data")})
    assert (done.returncode, "Not healthy" in done.stdout) == (1, True)
