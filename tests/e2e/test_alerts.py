"""From a frame on the socket to a mail in somebody's inbox, through the real service."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.delivery.http_server import receiver
from tests.delivery.mail_server import Inbox, mail_server
from tests.e2e.running import environment, service, until
from unifi_scanner import clock
from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.app.health_check import examine
from unifi_scanner.config import load_settings
from unifi_scanner.sim import SimulatedController, load_scenario
from unifi_scanner.store import open_store

GATEWAY = "74:ac:b9:58:b9:ce"


def mailing(port: int, **more: str) -> dict[str, str]:
    return {
        "UNIFI_SMTP_HOST": "127.0.0.1",
        "UNIFI_SMTP_PORT": str(port),
        "UNIFI_SMTP_SECURITY": "none",
        "UNIFI_EMAIL_TO": "anna@example.org",
        "UNIFI_ALERT_DEBOUNCE_S": "0",
        "UNIFI_ALERT_BUDGET_PER_DAY": "100",
    } | more


def next_second() -> None:
    """Wait for a moment that the wire tells apart from this one."""
    second = int(time.time())
    assert until(lambda: int(time.time()) > second)


def arrived(inbox: Inbox, count: int) -> bool:
    """Return whether so many different mails came within a while."""
    return until(lambda: len({mail["Message-ID"] for mail in inbox.mails}) >= count, 30)


def news(inbox: Inbox) -> list[str]:
    plain = [mail.get_body(("plain",)) for mail in inbox.mails]
    return [str(body.get_content()).partition(":")[0] for body in plain if body is not None]


@pytest.mark.slow
def test_a_frame_is_a_mail_within_seconds_though_writing_waits_for_minutes(tmp_path: Path) -> None:
    with (
        SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin,
        mail_server("none") as inbox,
    ):
        environ = environment(twin, tmp_path / "data", **mailing(inbox.port, UNIFI_INGEST_INTERVAL_S="600"))
        with service(environ, tmp_path / "log"):
            assert until(lambda: twin.connections() == 1, 30), (tmp_path / "log").read_text()[-2000:]
            took: list[float] = []
            for number, state in enumerate(("inactive", "active", "inactive"), start=1):
                next_second()
                began = time.monotonic()
                twin.emit("EVT_GW_WANTransition", gw=GATEWAY, iface="eth8", state=state)
                assert arrived(inbox, number), (tmp_path / "log").read_text()[-3000:]
                took.append(time.monotonic() - began)
        assert news(inbox) == ["URGENT", "ALL CLEAR", "URGENT"]
        first, over, second = inbox.mails
        assert over["In-Reply-To"] == first["Message-ID"]
        assert over["Subject"] == f"Re: {first['Subject']}"
        assert second["In-Reply-To"] is None
        assert sorted(took)[1] < 10, took  # the median; `make bench` says how much less it is


@pytest.mark.slow
def test_a_kill_9_at_any_moment_neither_loses_nor_doubles_an_alert(tmp_path: Path) -> None:
    with (
        SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin,
        mail_server("none") as inbox,
    ):
        environ = environment(twin, tmp_path / "data", **mailing(inbox.port))
        for number, state in enumerate(("inactive", "active"), start=1):
            with service(environ, tmp_path / "log") as process:
                assert until(lambda: twin.connections() == 1, 30), (tmp_path / "log").read_text()[-2000:]
                twin.emit("EVT_GW_WANTransition", gw=GATEWAY, iface="eth8", state=state)
                time.sleep(0.05 * (number - 1))
                process.send_signal(signal.SIGKILL)
            assert until(lambda: twin.connections() == 0)
            with service(environ, tmp_path / "log"):
                assert arrived(inbox, number), (tmp_path / "log").read_text()[-3000:]
        names = [mail["Message-ID"] for mail in inbox.mails]
        assert len(set(names)) == 2
        assert len(names) <= 3  # between the server's yes and our note of it, the same mail may come again


@pytest.mark.slow
def test_the_silence_of_the_service_itself_is_noticed(tmp_path: Path) -> None:
    with (
        SimulatedController(load_scenario("quiet-week"), network_version="9.3.43") as twin,
        receiver() as outside,
    ):
        environ = environment(
            twin,
            tmp_path / "data",
            UNIFI_HEARTBEAT_URL=f"{outside.url}/ping",
            UNIFI_HEARTBEAT_INTERVAL_S="0.3",
        )
        with service(environ, tmp_path / "log"):
            assert until(lambda: len(outside.taken) >= 2, 30), (tmp_path / "log").read_text()[-2000:]
        settings = load_settings(environ=environ)
        with closing(open_store(tmp_path / "data" / DATA_FILE)) as store:
            told = examine(store, settings, clock.now())
            later = examine(store, settings, clock.now() + timedelta(minutes=3))
        assert told["seconds_since_tick"] < 60
        assert not any("has not moved" in problem for problem in told["problems"])
        assert any("has not moved" in problem for problem in later["problems"])
