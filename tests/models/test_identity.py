"""The same truth told by any sources, in any order, gives the truth back: each event once.

What no reader could decide is kept out of what is generated, and is told in docs/decisions.md:

- the same thing to the same subject again within 5 s and the difference of two clocks, arriving in any order one by
  one: a record that comes before its counterpart may be taken by a neighbour, and stored entries are not taken apart;
- one record lost by one source and its neighbour of the same thing lost by the other, less than 5 s apart;
- two identical CEF lines: they are the same text.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.models.truth import (
    EVERY_CODE,
    ORIGINS,
    SOURCES,
    Event,
    Happening,
    Telling,
    entries_of,
    events_of,
    told_by,
)
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine, fold, unite
from unifi_scanner.store import Shard, open_store

HOME = Shard("console", "default")
FLOORED_MS = 1020  # what v1 cuts off, and what v2 is late by
PAIRS = [*itertools.combinations(SOURCES, 2), SOURCES]
OFTEN = ("client_connects", "client_leaves", "client_roams", "client_switches_radio", "threat_blocked")
DEVICE_KINDS = frozenset({"client.connected", "client.disconnected", "client.roamed"})
Records = list[tuple[str, Event, LogEntry]]

happenings = st.lists(
    st.builds(
        Happening,
        st.one_of(st.sampled_from(OFTEN), st.sampled_from(EVERY_CODE)),
        st.integers(0, 1),
        st.integers(0, 1),
        st.sampled_from([0, 1, 9, 400, 999, 1500, 3000, 5000, 60_000]),
    ),
    min_size=1,
    max_size=12,
)
voices = st.fixed_dictionaries({
    source: st.builds(
        Telling,
        ahead_ms=st.integers(0, 2000),
        shouts=st.booleans(),
        named=st.booleans(),
        ids=st.booleans() if source == "websocket" else st.just(True),
        macs=st.just(True),  # where these differ, tests of their own say what holds
        began_ms=st.just(0),
    )
    for source in SOURCES
})  # fmt: skip
modest = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told(sources: Sequence[str], events: Sequence[Event], voice: dict[str, Telling]) -> Records:
    """Return every entry of every source."""
    return [
        (source, event, entry)
        for source in sources
        for event in events
        if told_by(source, event)
        for entry in entries_of(source, event, voice[source])
    ]


def truth_of(records: Records) -> Counter[tuple[str, frozenset[str]]]:
    """Return how often each kind of thing truly happened, and by which ways it was told."""
    kinds: dict[int, str] = {}
    origins: dict[int, set[str]] = {}
    for source, event, entry in records:
        origins.setdefault(event.number, set()).add(ORIGINS[source])
        if source != "cef" or event.number not in kinds:
            kinds[event.number] = entry.kind
    return Counter((kinds[number], frozenset(ways)) for number, ways in origins.items())


def seen_in(entries: Sequence[LogEntry]) -> Counter[tuple[str, frozenset[str]]]:
    """Return the same of what was kept."""
    return Counter((entry.kind, frozenset(entry.origins)) for entry in entries)


def never_twice_of_one_source(groups: Iterator[Sequence[str]], records: Records) -> None:
    """Fail where one entry holds two events of the same source."""
    by_id: dict[str, set[tuple[str, int]]] = {}
    for source, event, entry in records:
        by_id.setdefault(entry.id, set()).add((source, event.number))
    for ids in groups:
        tellers = Counter(source for source, _ in {t for id_ in ids for t in by_id.get(id_, ())})
        assert max(tellers.values(), default=1) == 1, (ids, tellers)


@pytest.mark.parametrize("sources", PAIRS, ids="+".join)
@modest
@given(steps=happenings, voice=voices, data=st.randoms(use_true_random=False))
def test_one_batch_gives_the_truth_back(
    sources: Sequence[str], steps: list[Happening], voice: dict[str, Telling], data: Random
) -> None:
    """In one batch the clocks may differ by up to 2 s; the same thing comes again after twice that."""
    apart = max(v.ahead_ms for v in voice.values())
    records = told(sources, events_of(steps, apart_ms=2 * apart + FLOORED_MS), voice)
    entries = [entry for _, _, entry in records]
    entries += data.sample(entries, len(entries) // 2)
    data.shuffle(entries)
    assert seen_in(combine(entries)) == truth_of(records)
    ids = ((t.entry.id, *t.aliases) for t in fold((), unite(entries)))
    never_twice_of_one_source(ids, records)


@modest
@given(
    gap_ms=st.sampled_from([0, 1, 7, 20, 40, 999, 1000]),
    count=st.integers(2, 300),
    what=st.sampled_from(["threat_blocked", "client_leaves", "device_online"]),
)
def test_a_flood_in_one_batch_is_counted_exactly(gap_ms: int, count: int, what: str) -> None:
    flood = events_of([Happening(what, 0, 0, 0)])
    begun = flood[-1]
    events = [begun._replace(number=n, at_ms=begun.at_ms + n * gap_ms + 999) for n in range(count)]
    voice = dict.fromkeys(SOURCES, Telling())
    records = told(("rest", "system_log"), events, voice)
    kept = combine([entry for _, _, entry in records])
    assert (len(kept), {len(entry.origins) for entry in kept}) == (count, {2})


@pytest.mark.parametrize("sources", PAIRS, ids="+".join)
@settings(modest, max_examples=8)
@given(steps=happenings, voice=voices, chance=st.randoms(use_true_random=False))
def test_a_store_gives_the_truth_back(
    sources: Sequence[str], steps: list[Happening], voice: dict[str, Telling], chance: Random
) -> None:
    """Batches are split anywhere and come in any order, records come twice, and the store is opened again."""
    apart = max(v.ahead_ms for v in voice.values())
    records = told(sources, events_of(steps, apart_ms=5000 + apart + FLOORED_MS), voice)
    in_store(records, chance, lambda kept: check(seen_in(kept), truth_of(records)))


@pytest.mark.parametrize("sources", PAIRS, ids="+".join)
@settings(modest, max_examples=8)
@given(steps=happenings, voice=voices, chance=st.randoms(use_true_random=False))
def test_what_only_one_source_still_has_is_kept_too(
    sources: Sequence[str], steps: list[Happening], voice: dict[str, Telling], chance: Random
) -> None:
    """Any source may lack any record; then the same thing comes again only after 5 s and the clocks' difference."""
    apart = max(v.ahead_ms for v in voice.values())
    records = told(sources, events_of(steps, apart_ms=5000 + apart + FLOORED_MS), voice)
    left = [record for record in records if chance.random() > 0.3]
    in_store(left, chance, lambda kept: check(seen_in(kept), truth_of(left)))


@settings(modest, max_examples=10)
@given(steps=happenings, chance=st.randoms(use_true_random=False))
def test_a_client_that_cef_names_without_a_mac_is_the_one_of_that_name(
    steps: list[Happening], chance: Random
) -> None:
    """The names must be the same ones: where two sources know two names and no MAC, nobody can tell."""
    voice = {source: Telling(named=True, macs=source != "cef") for source in SOURCES}
    records = told(("websocket", "system_log", "cef"), events_of(steps, apart_ms=FLOORED_MS), voice)
    in_store(records, chance, lambda kept: check(seen_in(kept), truth_of(records)))


@settings(modest, max_examples=10)
@given(began_ms=st.integers(0, 119_000), count=st.integers(1, 6), chance=st.randoms(use_true_random=False))
def test_a_flow_that_began_long_before_its_alert_is_the_same_event(
    began_ms: int, count: int, chance: Random
) -> None:
    """Both addresses must be told: where a row has names only, 5 s is all there is."""
    events = events_of([Happening("threat_blocked", 0, 0, 7000)] * count)
    voice = dict.fromkeys(SOURCES, Telling()) | {"flows": Telling(began_ms=began_ms)}
    records = told(("ips", "flows", "system_log", "cef"), events, voice)
    in_store(records, chance, lambda kept: check(seen_in(kept), truth_of(records)))


@settings(modest, max_examples=10)
@given(steps=happenings, ahead_s=st.integers(-9, 9), chance=st.randoms(use_true_random=False))
def test_a_device_whose_own_clock_is_off_tells_the_same_event(
    steps: list[Happening], ahead_s: int, chance: Random
) -> None:
    """By up to 10 s, with the second its line is cut to; the same thing comes again only after twice that."""
    voice = dict.fromkeys(SOURCES, Telling())
    records = told(("rest", "system_log"), events_of(steps, apart_ms=20_000 + FLOORED_MS), voice)
    lines = [_as_device_line(e, ahead_s) for s, _, e in records if s == "rest" and e.kind in DEVICE_KINDS]
    batch = [*(entry for _, _, entry in records), *lines]
    truth = truth_of(records)
    chance.shuffle(batch)
    kept = combine(batch)
    assert len(kept) == sum(truth.values())
    assert sum(Origin.SYSLOG in entry.origins for entry in kept) == len(lines)


def _as_device_line(entry: LogEntry, ahead_s: int) -> LogEntry:
    moment = entry.timestamp.replace(microsecond=0) + timedelta(seconds=ahead_s)
    return msgspec.structs.replace(
        entry,
        id=f"line {entry.id}",
        timestamp=moment,
        origins=frozenset({Origin.SYSLOG}),
        raw_data={},
        metadata={},
    )


@pytest.mark.parametrize("seed", ["1", "77"])
def test_an_id_is_the_same_in_every_process(seed: str) -> None:
    events = events_of([Happening(what, 0, 0, 60_000) for what in EVERY_CODE])
    records = told(SOURCES, events, dict.fromkeys(SOURCES, Telling()))
    mine = [entry.id for _, _, entry in records]
    program = (
        "from tests.models.test_identity import *\n"
        "events = events_of([Happening(what, 0, 0, 60_000) for what in EVERY_CODE])\n"
        "print(*(e.id for _, _, e in told(SOURCES, events, dict.fromkeys(SOURCES, Telling()))))\n"
    )
    environ = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environ, cwd=Path(__file__).parents[2], check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert answer.stdout.split() == mine


def check(seen: object, truth: object) -> None:
    """Fail where they differ."""
    assert seen == truth


def in_store(records: Records, chance: Random, judge: Callable[[list[LogEntry]], None]) -> None:
    """Add the records in batches of chance to a real store, and let `judge` look at what it keeps."""
    entries = [entry for _, _, entry in records]
    entries += chance.sample(entries, len(entries) // 2)
    chance.shuffle(entries)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        store, before = open_store(path), set[str]()
        while entries:
            size = chance.randint(1, len(entries))
            added = store.add(HOME, entries[:size])
            assert sum(added) == size
            entries = entries[size:]
            ids = {entry.id for entry in store.entries(HOME)}
            assert before <= ids, "an entry lost its id"
            before = ids
            if chance.random() < 0.2:
                store.close()
                store = open_store(path)
        with closing(store):
            kept = list(store.entries(HOME))
            judge(kept)
            assert sum(r.count for r in store.rollup(HOME)) == len(kept)
            counts = Counter(entry.kind for entry in kept)
            assert Counter(k for r in store.rollup(HOME) for k in [r.kind] * r.count) == counts
