"""Records as received come back word for word, wherever they were put."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.making import HOME, NOON, connected, joined_row
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store import SqliteStore, open_store
from unifi_scanner.store.opening import MIGRATIONS
from unifi_scanner.store.raws import BLOCK_BYTES
from unifi_scanner.store.rows import row_of

SECOND = timedelta(seconds=1)
PLENTY = 1 << 40


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = open_store(tmp_path / "data.db", clock=lambda: NOON)
    yield made
    made.close()


def records(store: SqliteStore) -> dict[str, Any]:
    return {entry.id: dict(entry.raw_data) for entry in store.entries(HOME, with_raw=True)}


def records_of(entries: Sequence[LogEntry]) -> dict[str, Any]:
    return {entry.id: dict(entry.raw_data) for entry in entries}


def blocks(store: SqliteStore) -> int:
    return int(store._db.value("SELECT count(*) FROM raw_blocks"))


def test_the_records_of_a_large_batch_come_back_as_they_were(store: SqliteStore) -> None:
    entries = [connected(n, after=SECOND * n, msg=f"{n} joined\nagain") for n in range(2500)]
    store.add(HOME, entries)
    assert blocks(store) > 2
    assert records(store) == records_of(entries)


def test_records_of_many_batches_that_interleave_in_time_come_back_as_they_were(store: SqliteStore) -> None:
    entries = [connected(n, after=SECOND * (n % 12 * 1000 + n // 12), msg="joined") for n in range(2400)]
    for start in range(0, 2400, 200):
        store.add(HOME, entries[start : start + 200])
    assert records(store) == records_of(entries)


def test_a_few_entries_keep_their_records_beside_them(store: SqliteStore) -> None:
    store.add(HOME, [connected(1), connected(2)])
    assert blocks(store) == 0
    assert records(store) == records_of([connected(1), connected(2)])


def test_entries_without_a_record_stay_without_one_among_others(store: SqliteStore) -> None:
    entries = [connected(n, after=SECOND * n) for n in range(100)]
    entries[50] = msgspec.structs.replace(entries[50], raw_data={})
    store.add(HOME, entries)
    assert blocks(store) == 1
    assert records(store) == records_of(entries)


def test_one_record_larger_than_a_block_comes_back_whole(store: SqliteStore) -> None:
    entries = [connected(1, msg="x" * BLOCK_BYTES * 3), *(connected(n, after=SECOND) for n in range(2, 9))]
    store.add(HOME, entries)
    assert records(store) == records_of(entries)


def test_an_event_heard_again_in_another_way_finds_the_record_in_its_block(store: SqliteStore) -> None:
    entries = [connected(n, after=timedelta(minutes=n)) for n in range(300)]
    store.add(HOME, entries)
    added = store.add(HOME, [joined_row(n, after=timedelta(minutes=n)) for n in range(300)])
    assert (added.new, added.merged) == (0, 300)
    assert records(store) == records_of(entries)
    # two records of the v1 list are never one event, however near: the block told its id
    assert store.add(HOME, [connected(5, after=timedelta(minutes=5), _id="f" * 24)]).new == 1


def test_a_block_goes_with_the_last_of_its_entries(store: SqliteStore) -> None:
    entries = [connected(n, after=timedelta(days=n), msg="joined " * 20) for n in range(60)]
    store.add(HOME, entries)
    store.prune(max_age=timedelta(days=30), max_bytes=PLENTY, now=NOON + timedelta(days=60))
    assert blocks(store) == 1
    assert records(store) == records_of(entries[30:])
    store.prune(max_age=timedelta(days=1), max_bytes=PLENTY, now=NOON + timedelta(days=90))
    assert (blocks(store), store.count(HOME)) == (0, 0)


def test_what_is_pruned_while_it_is_read_is_left_out(store: SqliteStore) -> None:
    store.add(HOME, [connected(n, after=SECOND * n) for n in range(100)])
    reading = store.entries(HOME, with_raw=True)
    later = connected(200, after=timedelta(days=9))
    store.add(HOME, [later])
    store._db.write("DELETE FROM raw_blocks")
    assert list(reading) == [later]


def test_a_block_that_cannot_be_unpacked_costs_records_and_no_entry(store: SqliteStore) -> None:
    entries = [connected(n, after=SECOND * n) for n in range(100)]
    store.add(HOME, entries)
    store._db.write("UPDATE raw_blocks SET records = x'00'")
    told = list(store.entries(HOME, with_raw=True))
    assert [entry.message for entry in told] == [entry.message for entry in entries]
    assert {entry.raw_data["unreadable"] for entry in told} == {"this record was damaged in the data file"}
    assert store.add(HOME, [joined_row(n, after=SECOND * n) for n in range(100)]).merged == 100


def test_a_data_file_of_before_keeps_its_records(tmp_path: Path) -> None:
    path, entry = tmp_path / "data.db", connected(1)
    steps = [step for step in sorted(MIGRATIONS.glob("*.sql")) if step.name < "0005"]
    with closing(sqlite3.connect(path)) as old:
        for step in steps:
            old.executescript(step.read_text(encoding="utf-8"))
        old.execute(
            "INSERT INTO shards (number, controller, site, last_seq) VALUES (1, 'console', 'default', 1)"
        )
        old.execute(
            "INSERT INTO entries (shard, id, ts, origins, match_key, body, raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
            row_of(entry, 1),
        )
        old.execute(f"PRAGMA user_version = {len(steps)}")
        old.commit()
    with closing(open_store(path)) as store:
        more = [connected(n, after=SECOND * n) for n in range(2, 100)]
        store.add(HOME, [entry, *more])
        assert records(store) == records_of([entry, *more])


TEXT = st.text(max_size=40)
RECORDS = st.lists(
    st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53) | st.none(), max_size=4), max_size=60
)


@settings(max_examples=30, deadline=None)
@given(batches=st.lists(RECORDS, max_size=4), padding=st.sampled_from(("", "x" * 600)))
def test_any_records_come_back_from_any_batches(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[dict[str, Any]]], padding: str
) -> None:
    path = tmp_path_factory.mktemp("raws") / "data.db"
    added: list[LogEntry] = []
    with closing(open_store(path)) as store:
        for batch in batches:
            some = [
                msgspec.structs.replace(connected(len(added) + n), raw_data={**record, "_pad": padding})
                for n, record in enumerate(batch)
            ]
            store.add(HOME, some)
            added += some
        assert records(store) == records_of(added)
