from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.making import CABIN, HOME, NOON, connected
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.store import SqliteStore, open_store
from unifi_scanner.store.pruning import UNTOLD

DAY, YEAR = timedelta(days=1), timedelta(days=365)
PLENTY = 1 << 40


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = open_store(tmp_path / "data.db", clock=lambda: NOON)
    yield made
    made.close()


def long_text(number: int) -> str:
    """Return text that nothing makes smaller by half."""
    return random.Random(number).randbytes(500).hex()


def told(store: SqliteStore, upto: int) -> None:
    store.mark_told(HOME, upto, report_id="r", channel="file", at=NOON)


def test_what_is_older_than_the_age_goes_and_the_rest_stays(store: SqliteStore) -> None:
    store.add(HOME, [connected(n, after=DAY * n) for n in range(10)])
    pruned = store.prune(max_age=DAY * 4, max_bytes=PLENTY, now=NOON + DAY * 10)
    assert (pruned.entries, pruned.why) == (6, "too old")
    assert [e.timestamp for e in store.entries(HOME)] == [NOON + DAY * n for n in range(6, 10)]


def test_a_pruned_entry_that_is_heard_again_is_not_confused_with_another(store: SqliteStore) -> None:
    store.add(HOME, [connected(1), connected(2, after=DAY)])
    store.prune(max_age=DAY, max_bytes=PLENTY, now=NOON + DAY * 1.5)
    assert store.add(HOME, [connected(1)]).new == 1
    assert store.last_seq(HOME) == 3


def test_an_entry_without_a_time_is_as_old_as_what_came_with_it(store: SqliteStore) -> None:
    old, timeless = connected(1), normalise_record({"key": "EVT_WU_Connected", "user": "02:00:00:00:00:09"})
    later = normalise_record({"key": "EVT_WU_Connected", "user": "02:00:00:00:00:08"})
    store.add(HOME, [old, *timeless])
    store.add(HOME, [connected(2, after=DAY * 3), *later])
    store.prune(max_age=DAY, max_bytes=PLENTY, now=NOON)
    assert store.count(HOME) == 4
    store.prune(max_age=DAY, max_bytes=PLENTY, now=NOON + DAY * 3)
    assert {e.client_mac for e in store.entries(HOME)} == {"02:00:00:00:00:02", "02:00:00:00:00:08"}


def test_the_file_shrinks_to_the_bytes_it_may_take_and_the_newest_stay(
    store: SqliteStore, tmp_path: Path
) -> None:
    store.add(HOME, [connected(n, after=timedelta(minutes=n), msg=long_text(n)) for n in range(4000)])
    limit = 1024 * 1024
    store._db.give_back_room()  # what waits in the log goes into the file
    assert (tmp_path / "data.db").stat().st_size > 2 * limit
    pruned = store.prune(max_age=YEAR, max_bytes=limit, now=NOON)
    assert pruned.why == "too much"
    assert (tmp_path / "data.db").stat().st_size <= limit
    left = [e.timestamp for e in store.entries(HOME)]
    assert left[-1] == NOON + timedelta(minutes=3999)
    assert left[0] > NOON + timedelta(minutes=1000)


def test_untold_entries_go_last_and_are_counted_as_dropped(store: SqliteStore) -> None:
    store.add(HOME, [connected(n, after=timedelta(minutes=-n), msg=long_text(n)) for n in range(1000)])
    told(store, 100)
    store.prune(max_age=YEAR, max_bytes=750_000, now=NOON)
    seqs = 1000 - store.count(HOME)
    assert seqs >= 100
    assert store.count(HOME, upto_seq=100) == 0
    assert [(drop.what, drop.count) for drop in store.drops(HOME, NOON - DAY)] == [(UNTOLD, seqs - 100)]


def test_a_site_that_never_reports_drops_nothing_by_growing_old(store: SqliteStore) -> None:
    store.add(CABIN, [connected(1)])
    assert store.prune(max_age=DAY, max_bytes=PLENTY, now=NOON + YEAR).untold == 0
    assert store.drops(CABIN, NOON - DAY) == []
