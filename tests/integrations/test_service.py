"""The real service tells the programs beside it, and loads none of this where nobody asked."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.e2e.running import ask_to_stop, clean_environment, command, environment, service, until
from tests.integrations.brokers import broker, free_port, listener
from unifi_scanner.sim import SimulatedController, load_scenario

LOADED = """
import sys
from unifi_scanner.app import service, report_now
from unifi_scanner.app.programs_told import ProgramsTold
from unifi_scanner.app.services_asked import ServicesAsked
from unifi_scanner.config.loading import load_settings
settings = load_settings(environ={})
ServicesAsked(settings), ProgramsTold(settings, None, None)
print([n for n in sys.modules if n.startswith(("unifi_scanner.integrations", "paho", "pybreaker", "http.server"))])
"""


def scraped(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, ConnectionError):
        return ""


def test_the_service_tells_the_broker_and_prometheus_and_says_good_bye(tmp_path: Path) -> None:
    metrics = free_port()
    with (
        broker(tmp_path) as port,
        listener(port) as other,
        SimulatedController(load_scenario("quiet-week")) as twin,
    ):
        environ = environment(
            twin,
            tmp_path / "data",
            UNIFI_MQTT_HOST="127.0.0.1",
            UNIFI_MQTT_PORT=str(port),
            UNIFI_METRICS_PORT=str(metrics),
        )
        log = tmp_path / "log"
        with service(environ, log) as process:
            told = until(lambda: any(t.endswith("/state") for t in other.heard), 30)
            assert told, log.read_text()
            assert until(lambda: "unifi_scanner_entries_total{" in scraped(metrics))
            assert other.heard["unifi-scanner/availability"] == "online"
            code, _seconds = ask_to_stop(process)
            assert code == 0
        assert until(lambda: other.heard["unifi-scanner/availability"] == "offline")
    state = next(json.loads(text) for topic, text in other.heard.items() if topic.endswith("/state"))
    assert state["status"] is None


def test_a_broker_that_is_not_there_stops_nothing_and_is_told(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as twin:
        environ = environment(
            twin, tmp_path / "data", UNIFI_MQTT_HOST="127.0.0.1", UNIFI_MQTT_PORT=str(free_port())
        )
        log = tmp_path / "log"
        with service(environ, log) as process:
            assert until(lambda: log.exists() and "broker_lost" in log.read_text(), 30), log.read_text()
            assert until(lambda: "service_started" in log.read_text())
            assert until(lambda: "MQTT broker" in _health(environ))
            code, seconds = ask_to_stop(process)
    assert code == 0
    assert seconds < 10


def _health(environ: dict[str, str]) -> str:
    return subprocess.run(command("health"), env=environ, capture_output=True, text=True, check=False).stdout


def test_what_nobody_asked_for_is_not_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_metrics_port_that_is_taken_ends_the_start_with_what_to_do(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as twin:
        environ = environment(twin, tmp_path / "data", UNIFI_METRICS_PORT=str(twin.port))
        done = subprocess.run(
            command("run"), env=environ, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert "UNIFI_METRICS_PORT" in done.stderr
