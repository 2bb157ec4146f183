"""Each event is kept once, however often, by whichever way and by however many processes it is heard."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.making import CABIN, HOME, NOON, connected, joined_row
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.enums import Origin
from unifi_scanner.store import SqliteStore, open_store

SECOND = timedelta(seconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = open_store(tmp_path / "data.db", clock=lambda: NOON)
    yield made
    made.close()


def test_the_same_record_is_kept_once_in_a_batch_and_over_batches(store: SqliteStore) -> None:
    assert store.add(HOME, [connected(1), connected(1)]) == (1, 0, 1)
    assert store.add(HOME, [connected(1), connected(2)]) == (1, 0, 1)
    assert store.count(HOME) == 2


def test_an_entry_is_known_again_after_the_store_was_closed(tmp_path: Path) -> None:
    for new in (1, 0):
        store = open_store(tmp_path / "data.db")
        assert store.add(HOME, [connected(1)]).new == new
        store.close()


def test_another_way_of_hearing_it_adds_its_origin_and_what_it_knows(store: SqliteStore) -> None:
    store.add(HOME, [connected(1)])
    assert store.add(HOME, [joined_row(1)]) == (0, 1, 0)
    (kept,) = store.entries(HOME)
    assert kept.id == connected(1).id
    assert kept.origins == {Origin.REST, Origin.SYSTEM_LOG}
    assert (kept.client_name, kept.device_name, kept.metadata["ssid"]) == ("Phone 1", "Hall AP", "Home")


@pytest.mark.parametrize("batches", [[[1], [2]], [[1, 2]]])
def test_an_id_that_was_merged_is_known_ever_after(store: SqliteStore, batches: list[list[int]]) -> None:
    ways = {1: connected(1), 2: joined_row(1)}
    for batch in batches:
        store.add(HOME, [ways[n] for n in batch])
    assert store.add(HOME, [joined_row(1), connected(1)]) == (0, 0, 2)
    assert store.count(HOME) == 1


def test_what_was_told_is_not_told_again_when_another_source_tells_it(store: SqliteStore) -> None:
    store.add(HOME, [connected(1)])
    store.mark_told(HOME, store.last_seq(HOME), report_id="r", channel="file", at=NOON)
    store.add(HOME, [joined_row(1)])
    assert list(store.entries(HOME, after_seq=store.told_upto(HOME))) == []


def test_two_joins_of_one_client_stay_two_although_both_sources_tell_both(store: SqliteStore) -> None:
    store.add(HOME, [connected(1), connected(1, _id="b" * 24, after=SECOND * 5)])
    store.add(HOME, [joined_row(1), joined_row(1, id="c" * 24, after=SECOND * 5)])
    assert [entry.timestamp for entry in store.entries(HOME)] == [NOON, NOON + SECOND * 5]


def test_shards_share_nothing(store: SqliteStore) -> None:
    store.add(HOME, [connected(1)])
    assert store.add(CABIN, [connected(1), joined_row(1)]) == (1, 1, 0)


def test_a_socket_record_without_an_id_is_the_history_row_with_one(store: SqliteStore) -> None:
    item = {k: v for k, v in connected(1).raw_data.items() if k != "_id"}
    heard = normalise_record(item, origin=Origin.WEBSOCKET)
    store.add(HOME, [joined_row(1)])
    store.add(HOME, heard)
    assert store.add(HOME, [connected(1)]) == (0, 1, 0)


def test_a_second_history_row_is_never_swallowed_by_an_entry_that_has_one(store: SqliteStore) -> None:
    """The first row to be heard was the system log's, so the entry's own record does not show the v1 id."""
    live = normalise_record(dict(connected(1).raw_data), origin=Origin.WEBSOCKET)
    store.add(HOME, [joined_row(1)])
    store.add(HOME, live)
    missed_by_the_others = connected(1, after=SECOND, _id="b" * 24)
    assert store.add(HOME, [missed_by_the_others]) == (1, 0, 0)


def test_a_flood_split_over_batches_is_counted_exactly(store: SqliteStore) -> None:
    rows = [connected(1, _id=f"{n:024x}") for n in range(200)]
    told = [joined_row(1, id=f"e{n:023x}") for n in range(200)]
    store.add(HOME, rows)
    for start in range(0, 200, 30):
        store.add(HOME, told[start : start + 30])
    assert (store.count(HOME), {len(e.origins) for e in store.entries(HOME)}) == (200, {2})


def test_counts_by_hour_follow_what_an_entry_turned_out_to_be(store: SqliteStore) -> None:
    store.add(HOME, normalise_record({**connected(1).raw_data, "user": None, "hostname": "Phone 1"}))
    store.add(HOME, [joined_row(1)])
    assert [(r.subject, r.count) for r in store.rollup(HOME)] == [("02:00:00:00:00:01", 1)]


def test_a_batch_that_fails_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    store = open_store(path)
    other = sqlite3.connect(path)
    other.execute(
        "CREATE TRIGGER no BEFORE INSERT ON entries WHEN new.ts > 1772366400000000 BEGIN SELECT raise(ABORT, 'no'); END"
    )
    other.close()
    with pytest.raises(Exception, match="could not be used: no"):
        store.add(HOME, [connected(1), connected(2, after=SECOND)])
    assert (store.count(HOME), list(store.rollup(HOME))) == (0, [])
    store.close()


def test_a_known_entry_that_no_sample_would_show_is_kept_once(store: SqliteStore) -> None:
    entries = [connected(n, after=timedelta(minutes=n)) for n in range(1000)]
    for number in (1, 977):
        store.add(HOME, [entries[number]])
    added = store.add(HOME, entries)
    assert (added.new, added.merged, added.known) == (998, 0, 2)
    assert [entry.id for entry in store.entries(HOME)] == [entry.id for entry in entries]
    assert sum(counted.count for counted in store.rollup(HOME)) == 1000


def test_a_large_batch_that_was_heard_under_other_ids_is_known(store: SqliteStore) -> None:
    first = [connected(n, after=timedelta(minutes=n)) for n in range(200)]
    rows = [joined_row(n, after=timedelta(minutes=n)) for n in range(200)]
    store.add(HOME, first)
    assert store.add(HOME, rows).merged == 200
    assert store.add(HOME, rows).known == 200
    assert store.count(HOME) == 200
