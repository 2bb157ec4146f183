"""Every list of a controller as a source of its own: it fails alone, and goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.api.conftest import MakeClient, MakeTwin
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.paging import Read, Unread
from unifi_scanner.errors import CollectionError, RestCollectionError, SystemLogCollectionError
from unifi_scanner.logs.base import Collected
from unifi_scanner.logs.collector import LogCollector
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.history_source import LATE_ROWS, HistorySource, Span, spans_to_read
from unifi_scanner.logs.rest_collector import (
    AlarmCollector,
    AnomalyCollector,
    IpsCollector,
    RestLogCollector,
    SuperSiteCollector,
)
from unifi_scanner.logs.sample_collector import SampleCollector
from unifi_scanner.logs.system_log_collector import ActivityCollector, FlowCollector, SystemLogCollector
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND
from unifi_scanner.sim import Flavour, SimulatedController
from unifi_scanner.sim.rows import SECRET
from unifi_scanner.store import Shard, open_store

CLASSIC, OS, SERVER = Flavour.CLASSIC, Flavour.UNIFI_OS, Flavour.UNIFI_OS_SERVER
ALL: tuple[Callable[[UnifiClient], HistorySource], ...] = (
    RestLogCollector,
    SuperSiteCollector,
    AlarmCollector,
    IpsCollector,
    SystemLogCollector,
    ActivityCollector,
    FlowCollector,
    AnomalyCollector,
)
HAPPENINGS = ("client_connects", "client_roams", "device_offline", "threat_blocked", "firewall_blocked",
              "admin_signs_in", "admin_changes", "client_anomaly")  # fmt: skip
ENDPOINTS = {
    "rest": "default/stat/event",
    "super": "super/stat/event",
    "alarm": "list/alarm",
    "ips": "stat/ips/event",
    "system_log": "system-log/all",
    "activity": "system-log/admin-a",
    "flows": "traffic-flows",
    "anomalies": "stat/anomalies",
}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Home = Callable[..., tuple[SimulatedController, list[HistorySource]]]


def lately() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def home(twins: MakeTwin, clients: MakeClient) -> Home:
    def make(
        flavour: Flavour = OS, version: str = "9.3.43"
    ) -> tuple[SimulatedController, list[HistorySource]]:
        twin = twins(flavour, version)
        for what in HAPPENINGS:
            twin.emit(what)
        client = clients(twin)
        client.sign_in()
        return twin, [source(client) for source in ALL]

    return make


def gather(sources: list[HistorySource]) -> Collected:
    return LogCollector(sources).hear(lately())


def kinds_by_origin(collected: Collected) -> dict[str, set[str]]:
    return {
        origin.value: {entry.kind for entry in collected.entries if origin in entry.origins}
        for origin in Origin
        if any(origin in entry.origins for entry in collected.entries)
    }


@pytest.mark.parametrize(
    ("flavour", "version", "heard"),
    [
        (CLASSIC, "7.5.187", {"rest", "super", "alarm", "ips", "anomalies"}),
        (CLASSIC, "8.6.9", {"rest", "super", "alarm", "ips", "system_log", "activity", "anomalies"}),
        (OS, "8.3.32", {"rest", "alarm", "ips", "anomalies"}),
        (OS, "8.6.9", {"rest", "alarm", "ips", "system_log", "activity", "anomalies"}),
        (OS, "9.3.43", {"rest", "alarm", "ips", "system_log", "activity", "flows", "anomalies"}),
        (OS, "10.1.85", {"rest", "alarm", "ips", "system_log", "activity", "flows", "anomalies"}),
        (OS, "10.3.58", {"alarm", "system_log", "activity", "flows", "anomalies"}),
        (SERVER, "10.4.57", {"system_log", "activity", "flows", "anomalies"}),
        (CLASSIC, "10.4.57", {"system_log", "activity", "anomalies"}),
    ],
)
def test_each_generation_is_heard_by_the_sources_it_has(
    home: Home, flavour: Flavour, version: str, heard: set[str]
) -> None:
    _, sources = home(flavour, version)
    collected = gather(sources)
    assert {h.source for h in collected.heard} == heard
    assert {f.source for f in collected.failures if f.gone} == set(ENDPOINTS) - heard
    assert [f for f in collected.failures if not f.gone] == []
    assert {e.kind for e in collected.entries} >= {
        "client.anomaly",
        "client.connected",
    } or version == "10.4.57"
    assert not {e.kind for e in collected.entries} & {UNKNOWN_KIND, UNREADABLE_KIND}


TOLD_BY_V1 = [
    "admin.signed_in",
    "client.anomaly",
    "client.connected",
    "client.roamed",
    "device.offline",
    "threat.blocked",
]
TOLD_BY_ALL = sorted([*TOLD_BY_V1, "admin.changed_settings", "firewall.blocked"])


@pytest.mark.parametrize(
    ("flavour", "version", "expected"),
    [
        (CLASSIC, "7.5.187", TOLD_BY_V1),
        (CLASSIC, "8.6.9", TOLD_BY_ALL),
        (OS, "8.6.9", TOLD_BY_ALL),
        (OS, "9.3.43", TOLD_BY_ALL),
        (OS, "9.5.21", TOLD_BY_ALL),
        (OS, "10.1.85", TOLD_BY_ALL),
        (OS, "10.3.58", TOLD_BY_ALL),
        (SERVER, "10.4.57", TOLD_BY_ALL),
        (CLASSIC, "10.4.57", TOLD_BY_ALL),
    ],
)
def test_each_happening_is_one_entry_however_many_lists_tell_it(
    home: Home, flavour: Flavour, version: str, expected: list[str]
) -> None:
    _, sources = home(flavour, version)
    assert sorted(entry.kind for entry in LogCollector(sources).collect(lately())) == expected


@pytest.mark.parametrize("broken", sorted(ENDPOINTS))
@pytest.mark.parametrize(
    ("status", "body"), [(404, None), (500, None), (200, "<html>"), (403, ""), (200, "[7]")]
)
def test_a_source_that_fails_costs_only_itself(
    home: Home, broken: str, status: int, body: str | None
) -> None:
    flavour = CLASSIC if broken == "super" else OS
    version = "8.6.9" if broken == "super" else "9.3.43"
    twin, sources = home(flavour, version)
    good = {h.source: h.entries for h in gather(sources).heard}
    twin.fail(ENDPOINTS[broken], status, body)
    if broken == "activity":
        twin.fail("system-log/admin-access", status, body)
    bad = gather(sources)
    left = {h.source: h.entries for h in bad.heard}
    assert {s: n for s, n in left.items() if s != broken} == {s: n for s, n in good.items() if s != broken}
    is_answered_in_parts = broken == "system_log" and status == 404
    if (status, body) != (200, "[7]") and not is_answered_in_parts:
        assert broken not in left
        assert broken in {f.source for f in bad.failures}


def test_a_malformed_row_is_an_entry_that_says_so_and_costs_no_other(home: Home) -> None:
    twin, sources = home()
    page = '{"data":["what",{"id":"a","key":"CLIENT_ROAMED_2","timestamp":1764579600000},7],"has_next":false}'
    twin.fail("system-log/all", 200, page)
    (log,) = [s for s in sources if s.source == "system_log"]
    kinds = [entry.kind for entry in log.collect(NOON - timedelta(days=999)).entries]
    assert sorted(kinds) == ["client.roamed", UNREADABLE_KIND, UNREADABLE_KIND]


def test_each_source_tells_when_its_latest_entry_happened(home: Home) -> None:
    _, sources = home()
    for source in sources:
        collected = source.collect(lately())
        if collected.entries:
            assert collected.heard[0].newest == max(e.timestamp for e in collected.entries)
            assert {origin for e in collected.entries for origin in e.origins} == {source.origin}


def test_what_was_typed_as_a_secret_is_not_kept(home: Home) -> None:
    _, sources = home()
    (activity,) = [s for s in sources if s.source == "activity"]
    entries = activity.collect(lately()).entries
    assert {e.kind for e in entries} == {"admin.signed_in", "admin.changed_settings"}
    assert SECRET not in repr(entries)


def test_the_reader_s_own_sign_ins_are_marked(home: Home) -> None:
    twin, sources = home()
    twin.emit("admin_signs_in", admin="scanner")
    for source in sources:
        source.context = Context(own_account="scanner")
    marked = [e for e in LogCollector(sources).collect(lately()) if e.metadata.get("own_account")]
    assert [e.metadata["admin"] for e in marked] == ["scanner"]


def test_an_admin_s_doing_told_by_log_and_activity_is_one_entry(home: Home) -> None:
    _, sources = home()
    changed = [e for e in LogCollector(sources).collect(lately()) if e.kind == "admin.changed_settings"]
    assert [e.origins for e in changed] == [{Origin.SYSTEM_LOG, Origin.ACTIVITY}]


def test_an_event_read_between_two_lists_is_stored_once_all_the_same(home: Home, tmp_path: Path) -> None:
    _, sources = home()
    rest, log = (next(s for s in sources if s.source == name) for name in ("rest", "system_log"))
    store, shard = open_store(tmp_path / "data.db"), Shard("10.0.0.1", "default")
    store.add(shard, LogCollector([log]).hear(lately()).entries)
    store.add(shard, LogCollector([rest, log]).hear(lately()).entries)
    joined = [entry for entry in store.entries(shard) if entry.kind == "client.connected"]
    store.close()
    assert [entry.origins for entry in joined] == [{Origin.REST, Origin.SYSTEM_LOG}]


def test_when_nothing_at_all_answers_that_is_an_error(home: Home) -> None:
    twin, sources = home(OS, "10.4.57")
    twin.stop()
    with pytest.raises(CollectionError):
        gather(sources)


class Listed:
    """A list that gives what it was told to, and remembers for which spans it was asked."""

    def __init__(self, *reads: Read | Exception) -> None:
        self.reads = list(reads)
        self.asked: list[tuple[datetime, datetime | None]] = []

    def __call__(self, since: datetime, until: datetime | None = None) -> Read:
        self.asked.append((since, until))
        read = self.reads.pop(0)
        if isinstance(read, Exception):
            raise read
        return read


class Source(HistorySource):
    source, origin, error = "rest", Origin.REST, RestCollectionError


def partial(until: datetime | None) -> Read:
    return Read(unread=Unread(since=NOON, until=until, reason="HTTP 500"))


def test_what_could_not_be_read_is_read_next_time_from_where_it_stopped() -> None:
    stopped = NOON + timedelta(hours=3)
    fetch = Listed(partial(stopped), Read(), Read(), Read())
    source = Source(fetch)
    before = datetime.now(UTC)
    first = source.collect(NOON)
    assert [(f.since, f.until, f.gone) for f in first.failures] == [(NOON, stopped, False)]
    assert [h.source for h in first.heard] == ["rest"]
    assert source.collect(NOON).failures == []
    assert source.collect(NOON).failures == []
    assert fetch.asked[0] == (NOON, None)
    assert before - LATE_ROWS <= fetch.asked[1][0] <= datetime.now(UTC)
    assert fetch.asked[1][1] is None
    assert fetch.asked[2:] == [(NOON, stopped), (NOON, None)]


def test_where_nobody_knows_what_is_missing_everything_is_read_again() -> None:
    fetch = Listed(partial(None), Read())
    source = Source(fetch)
    source.collect(NOON)
    source.collect(NOON)
    assert fetch.asked == [(NOON, None), (NOON, None)]


@pytest.mark.parametrize(
    ("have", "expected"),
    [
        (None, [Span(NOON, None)]),
        (Span(NOON - timedelta(hours=1), NOON), [Span(NOON, None)]),
        (
            Span(NOON + timedelta(hours=1), NOON + timedelta(hours=5)),
            [Span(NOON + timedelta(hours=5) - LATE_ROWS, None), Span(NOON, NOON + timedelta(hours=1))],
        ),
    ],
)
def test_which_spans_are_left_to_read(have: Span | None, expected: list[Span]) -> None:
    assert spans_to_read(NOON, have) == expected


def test_devices_and_clients_are_seen_as_they_are_now(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    twin.emit("device_offline")
    client = clients(twin)
    client.sign_in()
    samples = SampleCollector(client).collect(None).samples
    assert samples is not None
    assert sorted({device.state for device in samples.devices}) == ["offline", "online"]
    assert {h.subsystem for h in samples.health} == {"wlan", "wan", "www", "lan", "vpn"}
    book = samples.names()
    assert all(book.of(device.mac) == device.name for device in samples.devices)
    here = [c for c in samples.clients if c.is_online]
    assert here
    assert {samples.uplinks()[c.mac] for c in here} <= {device.mac for device in samples.devices}
    twin.fail("stat/health", 500)
    partly = SampleCollector(client).collect(None)
    assert partly.samples is not None
    assert (len(partly.samples.devices), partly.samples.health) == (len(samples.devices), ())
    assert [f.gone for f in partly.failures] == [False]


def test_a_system_log_that_fails_raises_its_own_error(home: Home) -> None:
    twin, sources = home()
    twin.fail("system-log/all", 500)
    (log,) = [s for s in sources if s.source == "system_log"]
    with pytest.raises(SystemLogCollectionError, match="500"):
        log.collect(lately())
