"""`demo`: the real service against a simulated controller, a busy day in under a minute."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from unifi_scanner import clock
from unifi_scanner.app.channels import data_file
from unifi_scanner.app.controller import Controller
from unifi_scanner.app.output import put_report, rendered
from unifi_scanner.app.service import Service
from unifi_scanner.app.tail_stream import line_of
from unifi_scanner.config.loading import load_settings
from unifi_scanner.config.settings import Settings
from unifi_scanner.errors import InputError
from unifi_scanner.models.enums import LogLevel, Voice
from unifi_scanner.models.report import Report
from unifi_scanner.sim import SimulatedController, load_scenario
from unifi_scanner.store import open_store

DAY = timedelta(days=1)
TICK_S, STATUS_EVERY_S, GRACE_S = 0.4, 5.0, 10.0
LOUD = (LogLevel.WARNING, LogLevel.ERROR, LogLevel.CRITICAL)


def demo(
    *,
    output_dir: Path = Path(),
    seconds: float = 45.0,
    scenario: str = "busy-day",
    format: str = "text",  # noqa: A002 - the name of the option
    voice: str | None = None,
) -> int:
    """Play a simulated day, print the report, write the HTML beside it and return 0."""
    began = clock.now() - DAY
    with ExitStack() as stack:
        twin = SimulatedController(
            load_scenario(scenario), speed=DAY.total_seconds() / seconds, start_at=began
        )
        stack.enter_context(twin)
        service = stack.enter_context(_service(_settings(twin, stack)))
        _say(
            f"A simulated UniFi console answers at {twin.base_url} (self-signed, pinned by its fingerprint)."
        )
        twin.play()
        _watch(service, twin, seconds)
        made = service.sites[0].publish.report(since=began - timedelta(minutes=5), now=clock.now())
    speaking = Voice(voice or Voice.HOME)
    page = _write_page(made, output_dir, speaking)
    _say("")
    put_report(made, format, None, speaking)
    print(f"\nThe same report as a page: {page}", file=sys.stderr if format == "json" else sys.stdout)
    return 0


def _settings(twin: SimulatedController, stack: ExitStack) -> Settings:
    data = stack.enter_context(tempfile.TemporaryDirectory(prefix="unifi-scanner-demo-"))
    return load_settings(
        environ={},
        overrides={
            "host": "127.0.0.1",
            "port": twin.port,
            "username": "scanner",
            "password": "correct horse",
            "tls_fingerprint": twin.fingerprint,
            "data_dir": data,
            "poll_interval_s": 3.0,
        },
    )


@contextmanager
def _service(settings: Settings) -> Iterator[Service]:
    with ExitStack() as stack:
        store = open_store(data_file(settings))
        stack.callback(store.close)
        controller = Controller(settings, settings.connections()[0], journal_dir=settings.data_path())
        service = Service(settings, [controller], store, [])
        stack.callback(service.close)
        controller.sign_in()
        service.start()
        yield service


def _watch(service: Service, twin: SimulatedController, seconds: float) -> None:
    zone = ZoneInfo(service.sites[0].publish.facts.zone)
    until = clock.monotonic() + seconds + GRACE_S
    told, status_at = 0, 0.0
    while not twin.finished() and clock.monotonic() < until:
        time.sleep(TICK_S)
        service.tick()
        told = _tell_news(service, told, zone)
        if clock.monotonic() - status_at >= STATUS_EVERY_S:
            status_at = clock.monotonic()
            _say(_status(service, twin, zone))
    time.sleep(TICK_S)
    service.catch_up()
    _say(_status(service, twin, zone))


def _status(service: Service, twin: SimulatedController, zone: ZoneInfo) -> str:
    at = datetime.fromtimestamp(twin.now_ms() / 1000, UTC).astimezone(zone)
    site = service.sites[0]
    link = "streaming live" if site.site.manager.is_running() else "stream lost, dialling again"
    count = service.store.count(site.shard)
    return f"── {at:%a %H:%M} simulated time · {link} · {count} events stored"


def _tell_news(service: Service, told: int, zone: ZoneInfo) -> int:
    site = service.sites[0]
    upto = service.store.last_seq(site.shard)
    for entry in service.store.entries(site.shard, after_seq=told, upto_seq=upto):
        if entry.level in LOUD:
            _say(f"   {line_of(entry, zone)}")
    return upto


def _write_page(made: Report, output_dir: Path, voice: Voice) -> Path:
    page = (output_dir / "demo-report.html").resolve()
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(rendered(made, "html", voice), encoding="utf-8")
    except OSError as exc:
        raise InputError(
            f"{page} cannot be written: {exc.strerror or exc}.",
            hint="Choose another directory with --output-dir.",
        ) from exc
    return page


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
