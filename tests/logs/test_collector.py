from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from unifi_scanner.logs.base import Collected
from unifi_scanner.logs.collector import LogCollector
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store import Shard, SqliteStore, open_store

NOON_MS = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp() * 1000)
SHARD = Shard("10.0.0.1", "default")
MAC = "d0:21:f9:00:00:01"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "data.db")
    yield opened
    opened.close()


def by_v1() -> LogEntry:
    item = {"_id": "a" * 24, "key": "EVT_AP_Lost_Contact", "ap": MAC, "ap_name": "Attic", "time": NOON_MS}
    return normalise_record(item, origin=Origin.REST)[0]


def by_v2() -> LogEntry:
    row = {
        "id": "b" * 24,
        "key": "DEVICE_UNREACHABLE",
        "timestamp": NOON_MS + 6,
        "parameters": {"DEVICE": {"id": MAC, "name": "Attic"}},
    }
    return normalise_record(row, origin=Origin.SYSTEM_LOG)[0]


class Source:
    def __init__(self, name: str, *entries: LogEntry) -> None:
        self.source = name
        self.entries = entries

    def collect(self, since: datetime | None) -> Collected:
        return Collected(entries=list(self.entries))


def read(store: SqliteStore, *sources: Source) -> None:
    store.add(SHARD, LogCollector(sources).hear().entries)


def test_an_event_between_the_reads_of_two_sources_is_one_entry(store: SqliteStore) -> None:
    read(store, Source("rest"), Source("system_log", by_v2()))
    read(store, Source("rest", by_v1()), Source("system_log", by_v2()))
    assert [entry.origins for entry in store.entries(SHARD)] == [{Origin.REST, Origin.SYSTEM_LOG}]


def test_an_event_stays_one_entry_when_only_its_second_source_still_answers(store: SqliteStore) -> None:
    read(store, Source("rest", by_v1()), Source("system_log", by_v2()))
    read(store, Source("system_log", by_v2()))
    assert store.count(SHARD) == 1


def test_what_a_caller_collects_holds_each_event_once() -> None:
    sources = [Source("rest", by_v1()), Source("system_log", by_v2())]
    assert len(LogCollector(sources).collect()) == 1
