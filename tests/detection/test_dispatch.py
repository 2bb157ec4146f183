"""Entries handed over by the dozen: nothing is lost, nothing is told twice, and it makes no difference to what is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.detection.analysers.many_dropped import MOST_CLIENTS, NEED, WITHIN, ManyDropped, _Burst
from unifi_scanner.detection.analysers.sticky import Sticky
from unifi_scanner.detection.dispatch import AT_ONCE, Dispatch, Seer
from unifi_scanner.detection.engine import Engine
from unifi_scanner.detection.heard import Heard
from unifi_scanner.detection.stories import Chronicle
from unifi_scanner.detection.trail import Trail
from unifi_scanner.models.enums import LogLevel, LogSource
from unifi_scanner.models.log_entry import NO_TIME, LogEntry

START = datetime(2025, 11, 10, tzinfo=UTC)
A, B, BREAKS = "client.connected", "client.disconnected", "device.offline"


def entry(second: float | None, client: str = "a", kind: str = B, number: int = 0) -> LogEntry:
    when = NO_TIME if second is None else START + timedelta(seconds=second)
    return LogEntry(
        timestamp=when,
        source=LogSource.WIRELESS,
        level=LogLevel.INFO,
        event_type=kind,
        message="",
        client_mac=client,
        device_mac="ap",
        id=f"{number}",
        kind=kind,
    )


times = st.one_of(st.none(), st.integers(0, 300))


class _Looker:
    """Remembers what it was shown, one by one and by the dozen."""

    kinds: tuple[str, ...] = (A, B)

    def __init__(self) -> None:
        self.one_by_one: list[str] = []
        self.several: list[str] = []
        self.untimed: list[str] = []

    def seers(self) -> list[Seer]:
        return [
            Seer(
                kind,
                lambda one: self.one_by_one.append(one.id),
                lambda one: self.untimed.append(one.id),
                lambda some: self.several.extend(one.id for one in some),
            )
            for kind in self.kinds
        ]

    def see(self, entry: LogEntry) -> None:
        raise AssertionError(entry)

    def findings(self) -> tuple[()]:
        return ()


@given(
    st.lists(st.tuples(times, st.sampled_from((A, B, "wan.down"))), max_size=3 * AT_ONCE), st.integers(0, 200)
)
def test_every_entry_is_shown_once_in_its_order(told: list[tuple[int | None, str]], cut: int) -> None:
    entries = [entry(second, kind=kind, number=n) for n, (second, kind) in enumerate(told)]
    looker, heard = _Looker(), Heard()
    engine = Engine((), [looker])
    engine.feed(entries[:cut], heard)
    engine.feed(entries[cut:], heard)

    mine = [one for one in entries if one.kind in looker.kinds]
    timed = [one for one in mine if one.has_time]
    assert looker.one_by_one == [one.id for one in timed]
    assert looker.untimed == [one.id for one in mine if not one.has_time]
    assert sorted(looker.several) == sorted(looker.one_by_one)
    for kind in looker.kinds:
        own = {one.id for one in timed if one.kind == kind}
        assert [i for i in looker.several if i in own] == [i for i in looker.one_by_one if i in own]


@given(st.lists(times), st.lists(times))
def test_it_is_counted_how_much_was_heard_and_from_when_to_when(
    one: list[int | None], other: list[int | None]
) -> None:
    heard, engine = Heard(), Engine(())
    for part in (one, other):
        engine.feed([entry(second) for second in part], heard)

    known = [START + timedelta(seconds=second) for second in (*one, *other) if second is not None]
    assert heard.entries == len(one) + len(other)
    assert heard.without_time == heard.entries - len(known)
    assert (heard.first, heard.last) == ((min(known), max(known)) if known else (None, None))


def test_a_source_that_breaks_off_loses_nothing_of_what_it_told() -> None:
    looker, heard = _Looker(), Heard()

    def broken() -> Iterator[LogEntry]:
        yield entry(1, number=1)
        yield entry(2, number=2)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        Engine((), [looker]).feed(broken(), heard)
    assert looker.several == looker.one_by_one == ["1", "2"]
    assert heard.entries == 2


def test_one_who_takes_several_is_left_alone_where_there_is_nothing() -> None:
    shown: list[int] = []
    dispatch = Dispatch([Seer(A, many=lambda some: shown.append(len(some)))])
    dispatch.hand_over()
    for see in dispatch.timed[A]:
        see(entry(1, kind=A))
    dispatch.hand_over()
    dispatch.hand_over()
    assert shown == [1]


class _Mixed(_Looker):
    """Takes two Kinds in one queue, a third that passes it, and what has no time."""

    kinds = (A, B, BREAKS)

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def seers(self) -> list[Seer]:
        return [
            Seer(BREAKS, self.note, self.note, queue="q"),
            *(Seer(kind, None, self.note, self.note_many, "q") for kind in (A, B)),
        ]

    def note(self, entry: LogEntry) -> None:
        self.seen.append(entry.id)

    def note_many(self, entries: Sequence[LogEntry]) -> None:
        self.seen.extend(entry.id for entry in entries)


@given(
    st.lists(st.tuples(times, st.sampled_from((A, B, BREAKS, "wan.down"))), max_size=3 * AT_ONCE),
    st.integers(0, 200),
)
def test_kinds_of_one_queue_are_seen_in_their_common_order(
    told: list[tuple[int | None, str]], cut: int
) -> None:
    entries = [entry(second, kind=kind, number=n) for n, (second, kind) in enumerate(told)]
    one, other = _Mixed(), _Mixed()
    engine = Engine((), [one, other])
    engine.feed(entries[:cut], Heard())
    engine.feed(entries[cut:])

    assert one.seen == other.seen == [each.id for each in entries if each.kind in _Mixed.kinds]


def test_one_who_takes_in_several_kinds_of_a_queue_is_told_once() -> None:
    shown: list[list[str]] = []

    def note(some: Sequence[LogEntry]) -> None:
        shown.append([one.kind for one in some])

    dispatch = Dispatch([Seer(kind, many=note, queue="q") for kind in (A, B)])
    for kind in (B, A, B):
        for see in dispatch.timed[kind]:
            see(entry(1, kind=kind))
    dispatch.hand_over()
    dispatch.hand_over()
    assert shown == [[B, A, B]]


def test_who_takes_a_kind_at_once_has_it_after_what_waits_even_of_its_own_kind() -> None:
    shown: list[str] = []
    dispatch = Dispatch(
        [
            Seer(A, lambda one: shown.append(f"at once {one.id}"), queue="q"),
            Seer(A, many=lambda some: shown.extend(f"waited {one.id}" for one in some), queue="q"),
        ]
    )
    for see in dispatch.timed[A]:
        see(entry(1, kind=A, number=1))
    dispatch.hand_over()
    assert shown == ["waited 1", "at once 1"]


MIXED = (
    *(A, B, B, B, "client.roamed", "client.wired_disconnected", "wifi.trouble"),
    *(BREAKS, "device.online", "admin.changed_settings"),
)
crowds = st.lists(
    st.tuples(st.sampled_from(MIXED), st.sampled_from("abcdefgh"), st.sampled_from((None, 1, 1, 2, 20, 400))),
    max_size=150,
)


def _known_after(parts: Iterable[Sequence[LogEntry]]) -> object:
    """Return what code of its own finds, and whom it saw drop off what."""
    chronicle = Chronicle()
    engine = Engine((), [ManyDropped(), Sticky()], chronicle)
    for part in parts:
        engine.feed(part)
    on = {client: chronicle.place_of(client) for client in "abcdefgh"}
    return engine.findings(), [(one.about, one.start, one.end, one.clients) for one in chronicle.spells()], on


@given(crowds)
def test_what_is_found_is_the_same_whether_entries_come_alone_or_together(
    told: list[tuple[str, str, int | None]],
) -> None:
    entries, now = [], 0
    for number, (kind, client, step) in enumerate(told):
        now += step or 0
        one = entry(now if step else None, client, kind, number)
        facts = {"signal": -85} if number % 3 else {"signal_before": -90}
        entries.append(msgspec.structs.replace(one, metadata=facts, device_mac=f"ap {number % 2}"))
    assert _known_after([entries]) == _known_after([one] for one in entries)


def test_who_drops_off_before_a_change_of_settings_does_not_do_so_after_it() -> None:
    drops = [
        msgspec.structs.replace(entry(10, client=f"c{n}", number=n), device_mac=f"ap {n}")
        for n in range(NEED)
    ]
    change = entry(10, kind="admin.changed_settings", number=NEED)
    for told, found in (([*drops, change], 0), ([change, *drops], 1)):
        engine = Engine((), [ManyDropped()])
        engine.feed(told)
        assert len(engine.findings()) == found


@given(st.lists(st.integers(0, 100), max_size=30), st.lists(st.integers(0, 100), max_size=30))
def test_a_trail_is_the_same_whether_entries_come_alone_or_together(one: list[int], other: list[int]) -> None:
    alone, together = Trail(), Trail()
    for part in (one, other):
        entries = [entry(second, number=n) for n, second in enumerate(part)]
        together.add_many(entries)
        for each in entries:
            alone.add(each)
    for name in Trail.__slots__:
        assert getattr(alone, name) == getattr(together, name)


class _Plain:
    """A burst told in the plainest way: every drop of the last minute is looked at each time."""

    def __init__(self) -> None:
        self.recent: list[LogEntry] = []
        self.fresh: list[LogEntry] = []
        self.kept: list[LogEntry] = []

    def drop(self, one: LogEntry) -> int:
        for row in (self.recent, self.fresh):
            row.append(one)
            while row[0].timestamp < one.timestamp - WITHIN or len(row) > MOST_CLIENTS:
                del row[0]
        return len({each.client_mac for each in self.recent})

    def keep(self) -> None:
        for one in self.fresh:
            if one.client_mac not in {each.client_mac for each in self.kept}:
                self.kept.append(one)
        self.fresh.clear()


@given(st.lists(st.tuples(st.integers(-90, 40), st.sampled_from("abcdefgh"), st.integers(2, 7)), max_size=60))
def test_a_burst_is_what_counting_every_drop_anew_would_make_of_it(
    told: list[tuple[int, str, int]],
) -> None:
    burst, plain, now = _Burst(), _Plain(), 1000
    for number, (step, client, enough) in enumerate(told):
        now += max(step, 0)  # some come late
        one = entry(now + min(step, 0), client, number=number)
        left, expected = burst.drop(one), plain.drop(one)
        assert left == expected if expected >= NEED else left < NEED
        if expected >= max(NEED, enough):
            burst.keep()
            plain.keep()
    assert burst.count == len(plain.kept)
    assert burst.head == plain.kept[: len(burst.head)]
