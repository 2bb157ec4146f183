"""Prometheus reads the numbers of a real data file, over a real socket."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from unifi_scanner.app.programs_told import metrics_text
from unifi_scanner.errors import ConfigError
from unifi_scanner.integrations.metrics import exposition, label_value
from unifi_scanner.integrations.metrics_server import MetricsServer
from unifi_scanner.models.enums import Severity, SourceState, Status
from unifi_scanner.models.standing import Standing
from unifi_scanner.pipeline.books import remember_standing
from unifi_scanner.store import Outgoing, Shard, SqliteStore, open_store
from unifi_scanner.store.gauges import Gauges, read_gauges

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHARD = Shard("192.168.1.1", "default")
Found = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[tuple[SqliteStore, Path]]:
    path = tmp_path / "data.db"
    store = open_store(path)
    yield store, path
    store.close()


def parsed(text: str) -> Found:
    """Return every sample as the reference client for Prometheus reads it."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def at(name: str, shard: Shard | None = SHARD, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    where = {"controller": shard.controller, "site": shard.site} if shard else {}
    return f"unifi_scanner_{name}", frozenset((where | labels).items())


@contextmanager
def serving(make: Callable[[], str]) -> Iterator[MetricsServer]:
    server = MetricsServer("127.0.0.1", 0, make)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_what_the_store_knows_is_what_prometheus_reads(data: tuple[SqliteStore, Path]) -> None:
    store, path = data
    store.note_source(SHARD, "rest", NOON, SourceState.OK, entries=7)
    store.note_source(SHARD, "ips", NOON, SourceState.FAILED, reason="no")
    store.open_gap(SHARD, "websocket", NOON, "It broke.")
    store.record_drop(SHARD, "lines", 12, NOON)
    for kind in ("report", "alert"):
        store.post(
            [Outgoing(id=kind, kind=kind, shard=SHARD, body=b"", channels=("email",), at=NOON)], at=NOON
        )
    store.mark_told(SHARD, 0, report_id="r0", channel="file", at=NOON)
    standing = Standing(
        status=Status.URGENT, sentence="x", at=NOON, open_incidents=2, findings={Severity.HIGH: 3}
    )
    remember_standing(store, SHARD, standing)
    found = parsed(metrics_text(path))
    assert found[at("up", None)] == 1
    assert found[at("entries_total", source="rest")] == 7
    assert (found[at("source_answers", source="rest")], found[at("source_answers", source="ips")]) == (1, 0)
    assert found[at("source_last_answer_timestamp_seconds", source="rest")] == NOON.timestamp()
    assert (found[at("gaps_open", source="websocket")], found[at("gaps_open", source="rest")]) == (1, 0)
    assert found[at("dropped", what="lines")] == 12
    assert (found[at("reports_waiting", None)], found[at("messages_waiting", None)]) == (1, 2)
    assert found[at("incidents_open")] == 2
    assert found[at("last_report_told_timestamp_seconds", None)] == NOON.timestamp()
    assert found[at("findings", severity="high")] == 3
    assert (found[at("status", status="urgent")], found[at("status", status="fine")]) == (1, 0)
    assert found[at("store_bytes", None)] > 0


def test_a_scrape_is_answered_while_the_store_is_being_written(data: tuple[SqliteStore, Path]) -> None:
    store, path = data
    store.note_source(SHARD, "rest", NOON, SourceState.OK, entries=7)
    with store._db.writing() as writing, serving(lambda: metrics_text(path)) as server:
        writing.execute("UPDATE sources SET entries = 8")
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=5) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert parsed(answer.read().decode())[at("entries_total", source="rest")] == 7


def test_a_scrape_writes_nothing(data: tuple[SqliteStore, Path]) -> None:
    _store, path = data
    before = path.read_bytes()
    read_gauges(path)
    assert path.read_bytes() == before


def test_a_data_file_that_cannot_be_read_is_down_not_an_error(tmp_path: Path) -> None:
    assert parsed(metrics_text(tmp_path / "gone.db")) == {at("up", None): 0}
    (tmp_path / "junk.db").write_bytes(b"x" * 5000)
    assert parsed(metrics_text(tmp_path / "junk.db")) == {at("up", None): 0}


def test_nothing_but_the_metrics_is_served() -> None:
    with serving(lambda: "unifi_scanner_up 1\n") as server:
        for path in ("/", "/metrics/../etc/passwd", "/metricsx"):
            with pytest.raises(urllib.error.HTTPError, match="404") as caught:
                urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5)
            caught.value.close()


def test_a_caller_that_says_nothing_does_not_stop_the_next() -> None:
    with (
        serving(lambda: "unifi_scanner_up 1\n") as server,
        socket.create_connection(("127.0.0.1", server.port)) as mute,
    ):
        mute.sendall(b"GET /met")
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as answer:
            assert answer.status == 200


def test_a_port_in_use_is_told_with_what_to_do() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigError, match="UNIFI_METRICS_PORT") as caught,
    ):
        MetricsServer("127.0.0.1", taken.getsockname()[1], str)
    assert caught.value.exit_code == 2


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_name_breaks_out_of_its_label(site: str, what: str) -> None:
    gauges = Gauges(
        shards=(),
        sources=(),
        gaps_open={},
        dropped={(Shard("c", site), what): 5},
        reports_waiting=0,
        messages_waiting=0,
        last_told=None,
        size_bytes=1,
        standings={},
    )
    text = exposition(gauges, {})
    text.encode()
    samples = [key for key in parsed(text) if key[0] == "unifi_scanner_dropped"]
    assert len(samples) == 1
    assert {name for name, _ in samples[0][1]} == {"controller", "site", "what"}
    assert "\n" not in label_value(site)
