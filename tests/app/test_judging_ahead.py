"""The service at work on what waits for its next report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.api.conftest import MakeTwin
from tests.store.making import connected
from unifi_scanner import clock
from unifi_scanner.app.channels import data_file
from unifi_scanner.app.controller import Controller
from unifi_scanner.app.service import Service
from unifi_scanner.config.loading import load_settings
from unifi_scanner.pipeline.ahead import AT_ONCE
from unifi_scanner.store import open_store


@pytest.fixture
def service(twins: MakeTwin, tmp_path: Path) -> Iterator[Service]:
    twin = twins()
    settings = load_settings(
        environ={},
        overrides={
            "host": "127.0.0.1",
            "port": twin.port,
            "username": "scanner",
            "password": "correct horse",
            "tls_fingerprint": twin.fingerprint,
            "data_dir": str(tmp_path),
        },
    )
    store = open_store(data_file(settings))
    controller = Controller(settings, settings.connections()[0], journal_dir=settings.data_path())
    controller.sign_in()
    made = Service(settings, [controller], store, [])
    made.start()
    yield made
    made.stop_listening()()
    made.close()
    store.close()


def test_the_service_judges_a_busy_site_ahead_of_its_report(service: Service) -> None:
    [site] = service.sites
    now = clock.now()
    begin = connected(0).timestamp
    long_ago = now - timedelta(days=2) - begin
    joins = [connected(n, after=long_ago + n * timedelta(seconds=1)) for n in range(AT_ONCE + 500)]
    site.store.add(site.shard, joins)
    service.judge_ahead()
    ahead = site.publish.ahead.known(site.publish.stretch(), site.store.last_seq(site.shard))
    assert ahead is not None
    assert ahead.until == joins[AT_ONCE].timestamp
    told = site.publish.queue_period(clock.now())
    [made] = [json.loads(one.data) for one in told.attachments if one.name.endswith(".json")]
    assert made["coverage"]["entries_read"] == site.store.count(site.shard)
