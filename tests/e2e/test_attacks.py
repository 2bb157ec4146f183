"""What a sceptic would try on the running service: lock-outs, full disks, hangs, leaks and dead mail servers."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.mail_server import PASSWORD as MAIL_PASSWORD
from tests.delivery.mail_server import USER as MAIL_USER
from tests.delivery.mail_server import mail_server, make_certificate
from tests.e2e.running import (
    PASSWORD,
    ask_to_stop,
    command,
    differences,
    entries_of,
    environment,
    service,
    until,
)
from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.sim import Flavour, SimulatedController, load_scenario

EVERY_MINUTE = {"UNIFI_SCHEDULE_CRON": "* * * * *"}


@pytest.fixture
def twin() -> Iterator[SimulatedController]:
    with SimulatedController(load_scenario("quiet-week")) as controller:
        yield controller


def run(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("verb", ["run", "report", "doctor", "tail"])
@pytest.mark.parametrize("flavour", [Flavour.CLASSIC, Flavour.UNIFI_OS])
def test_a_wrong_password_is_tried_exactly_once(tmp_path: Path, verb: str, flavour: Flavour) -> None:
    with SimulatedController(load_scenario("quiet-week"), flavour=flavour) as twin:
        done = run(verb, env=environment(twin, tmp_path / "data", UNIFI_PASSWORD="wrong horse"))
        tries = [path for method, path, _ in twin.requests() if method == "POST" and "login" in path]
    assert (done.returncode, len(tries)) == (4, 1), done.stderr
    assert "wrong horse" not in done.stdout + done.stderr


def test_a_password_changed_while_running_is_tried_once_more_and_then_told(
    twin: SimulatedController, tmp_path: Path
) -> None:
    env = environment(twin, tmp_path / "data")
    with service(env, tmp_path / "log") as process:
        assert until(lambda: twin.connections() == 1, 30)
        twin._sessions.password = "another"
        twin.expire_sessions()
        twin.disconnect_all("abort")
        assert until(lambda: "not accept" in (tmp_path / "log").read_text(), 30)
        assert not until(lambda: len(sign_in_requests(twin)) > 2, 8)
        assert run("health", env=env).returncode == 1
        assert ask_to_stop(process)[0] == 0


def sign_in_requests(twin: SimulatedController) -> list[str]:
    return [path for method, path, _ in twin.requests() if method == "POST" and "login" in path]


def test_a_disk_that_is_full_for_a_while_loses_nothing_and_stops_nothing(
    twin: SimulatedController, tmp_path: Path
) -> None:
    with service(environment(twin, tmp_path / "data"), tmp_path / "log") as process:
        assert until(lambda: twin.connections() == 1, 30)
        database = tmp_path / "data" / DATA_FILE
        assert until(database.exists)
        # no file may grow: what the system calls a disk that is full
        full = min(
            path.stat().st_size for path in database.parent.glob(DATA_FILE + "*") if path.stat().st_size
        )
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (min(full, 4096), resource.RLIM_INFINITY))
        for number in range(50):
            twin.emit("EVT_WU_Connected", user=f"02:00:00:00:00:{number:02x}", ssid="Home")
        assert until(lambda: "StoreError" in log_of(tmp_path) or "disk" in log_of(tmp_path).lower(), 20)
        assert process.poll() is None
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        complete = until(lambda: not differences(twin.ledger(), entries_of(tmp_path / "data")), 30)
        assert complete, log_of(tmp_path)[-3000:]
        assert ask_to_stop(process)[0] == 0


def log_of(directory: Path) -> str:
    return (directory / "log").read_text()


def test_a_corrupt_database_never_stops_the_service_and_is_told(
    twin: SimulatedController, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / DATA_FILE).write_bytes(b"SQLite format 3\x00" + b"\xff" * 20_000)
    env = environment(twin, data)
    with service(env, tmp_path / "log") as process:
        assert until(lambda: twin.connections() == 1, 30), log_of(tmp_path)
        twin.emit("EVT_AP_Lost_Contact", device="Living Room AP")
        assert until(lambda: any(e.kind == "device.offline" for e in entries_of(data)), 20)
        assert ask_to_stop(process)[0] == 0
    told = " ".join(run("report", "--since", "1h", env=env).stdout.split())
    assert "set aside" in told
    assert "Living Room AP" in told


@pytest.mark.parametrize("hanging", ["/login", "/"])
def test_sigterm_ends_a_service_whose_controller_hangs(
    twin: SimulatedController, tmp_path: Path, hanging: str
) -> None:
    env = environment(twin, tmp_path / "data")
    with service(env, tmp_path / "log") as process:
        assert until(lambda: twin.connections() == 1, 30)
        twin.delay(hanging, 30)
        twin.expire_sessions()
        twin.disconnect_all("abort")
        before = len(twin.requests())
        until(lambda: len(twin.requests()) > before, 6)
        code, seconds = ask_to_stop(process)
    assert (code, seconds < 10) == (0, True), (code, seconds)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_report_waits_for_its_mail_server_across_kill_9_and_comes_once(
    twin: SimulatedController, tmp_path: Path
) -> None:
    with mail_server("none") as closed:
        port = closed.port
    # what cannot wait has tests of its own
    quiet = {"UNIFI_ALERT_SEVERITY": "critical"}
    env = environment(twin, tmp_path / "data", **EVERY_MINUTE, **mail_settings(port), **quiet)
    with service(env, tmp_path / "log") as process:
        assert until(lambda: twin.connections() == 1, 30)
        twin.emit("EVT_AP_Lost_Contact", device="Living Room AP")
        assert until(lambda: waiting(env) == 1, 75), log_of(tmp_path)[-3000:]
        process.kill()
    with mail_server("none", port=port) as inbox, service(env, tmp_path / "log") as process:
        assert until(lambda: bool(inbox.mails), 30), log_of(tmp_path)[-3000:]
        assert "Living Room AP" in str(inbox.mails[0].get_body(("plain",)))
        assert until(lambda: waiting(env) == 0)
        process.kill()
        assert until(lambda: twin.connections() == 0)
    with mail_server("none", port=port) as inbox, service(env, tmp_path / "log") as process:
        assert until(lambda: twin.connections() == 1, 30)
        assert waiting(env) == 0
        assert ask_to_stop(process)[0] == 0
        told = [str(mail.get_body(("plain",))) for mail in inbox.mails]
        assert not [text for text in told if "Living Room AP went offline" in text]


def mail_settings(port: int) -> dict[str, str]:
    return {
        "UNIFI_SMTP_HOST": "127.0.0.1",
        "UNIFI_SMTP_PORT": str(port),
        "UNIFI_SMTP_SECURITY": "none",
        "UNIFI_EMAIL_TO": "anna@example.org",
    }


def waiting(env: dict[str, str]) -> int:
    return int(json.loads(run("health", "--json", env=env).stdout)["reports_waiting"])


def test_what_a_full_buffer_dropped_is_counted_in_the_report(
    twin: SimulatedController, tmp_path: Path
) -> None:
    small = {"UNIFI_WEBSOCKET_BUFFER_SIZE": "5", "UNIFI_INGEST_INTERVAL_S": "3"}
    env = environment(twin, tmp_path / "data", **small)
    with service(env, tmp_path / "log") as process:
        assert until(lambda: twin.connections() == 1, 30)
        for number in range(60):
            twin.emit("EVT_WU_Connected", user=f"02:00:00:00:00:{number:02x}", ssid="Home")
        # history makes good what the buffer could not hold
        assert until(lambda: not differences(twin.ledger(), entries_of(tmp_path / "data")), 30)
        assert ask_to_stop(process)[0] == 0
    told = run("report", "--since", "1h", "--json", env=env).stdout
    assert "came faster than they could be stored" in told


@pytest.mark.parametrize("flavour", [Flavour.UNIFI_OS, Flavour.CLASSIC])
def test_no_secret_is_ever_printed(tmp_path: Path, flavour: Flavour) -> None:
    certificate = make_certificate(tmp_path)
    passwords = {PASSWORD, "mail horse", "wrong horse", "sk-not-a-real-key"}
    secrets = set(passwords)
    told: list[str] = []
    with (
        SimulatedController(load_scenario("quiet-week"), flavour=flavour) as twin,
        mail_server("tls", certificate) as inbox,
    ):
        mail = mail_settings(inbox.port) | {
            "UNIFI_SMTP_SECURITY": "tls",
            "UNIFI_SMTP_USERNAME": MAIL_USER,
            "UNIFI_SMTP_PASSWORD": MAIL_PASSWORD,
            "SSL_CERT_FILE": str(certificate.chain),
        }
        env = environment(twin, tmp_path / "data", UNIFI_LOG_LEVEL="DEBUG", **mail)
        with service(env, tmp_path / "log") as process:
            for _ in range(2):  # as often as one may sign in without a pause
                assert until(lambda: twin.connections() == 1, 30), log_of(tmp_path)
                secrets |= session_secrets(twin)
                twin.emit("EVT_AP_Lost_Contact", device="Living Room AP")
                twin.expire_sessions()
                twin.disconnect_all("abort")
                assert until(lambda: twin.connections() == 0)
            assert until(lambda: twin.connections() == 1, 30)
            twin.rotate_csrf()
            secrets |= session_secrets(twin)
            assert until(lambda: session_secrets(twin) <= secrets, 1)
            ask_to_stop(process)
        for words in (
            ("report", "--json", "--deliver"), ("report", "--format", "html"), ("report", "--entries"), ("report",),
            ("doctor", "--json"), ("health", "--json"), ("config", "show", "--json"), ("config", "show"),
        ):  # fmt: skip
            done = run(*words, env=env)
            assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
            told += [done.stdout, done.stderr]
        for change in (
            {"UNIFI_PASSWORD": "wrong horse"},
            {"UNIFI_API_KEY": "sk-not-a-real-key", "UNIFI_PASSWORD": ""},
            {"UNIFI_SMTP_PASSWORD": "mail horse"},
        ):
            done = run("report", "--deliver", env=env | change)
            told += [done.stdout, done.stderr]
        assert inbox.mails
    told += [log_of(tmp_path), *map(str, inbox.mails)]
    everything = "\n".join(told)
    assert len(secrets) > 8
    assert "eyJ" not in everything
    assert not [secret for secret in secrets if secret in everything]
    for path in (tmp_path / "data").rglob("*"):
        kept = path.is_file() and path.name.startswith(
            "session-"
        )  # the session itself, so that a restart needs none
        assert not kept or path.stat().st_mode & 0o077 == 0
        forbidden = passwords if kept else secrets
        assert not path.is_file() or not [s for s in forbidden if s.encode() in path.read_bytes()]


def session_secrets(twin: SimulatedController) -> set[str]:
    sessions = dict(twin._sessions._sessions)
    return {
        *sessions,
        *(s.csrf for s in sessions.values()),
        *(s.next_csrf for s in sessions.values() if s.next_csrf),
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_still_signs_in_ends_at_once_with_0(
    twin: SimulatedController, tmp_path: Path, number: signal.Signals
) -> None:
    twin.delay("/login", 30)
    with service(environment(twin, tmp_path / "data"), tmp_path / "log") as process:
        assert until(lambda: bool(twin.requests()), 20)
        process.send_signal(number)
        assert process.wait(10) == 0
    assert "Traceback" not in log_of(tmp_path)
