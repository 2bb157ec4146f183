from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from unifi_scanner.delivery import Channel, Message, Receipt
from unifi_scanner.detection import load_rules
from unifi_scanner.errors import (
    CollectionError,
    ControllerUnreachable,
    DeliveryError,
    RestCollectionError,
    ScannerError,
    SignInRefused,
    StoreError,
)
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.logs.base import Collected, Failure, Heard
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.coverage import Gap
from unifi_scanner.models.enums import Origin, SourceState, Status
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.topology import Topology
from unifi_scanner.pipeline import Ingest, Publish, recall_topology, remember_topology
from unifi_scanner.pipeline.history import Found, Reading, told_anew
from unifi_scanner.pipeline.ingest import FORGOT, OVERLAP, has_forgotten
from unifi_scanner.store import Shard, SqliteStore, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHARD = Shard("10.0.0.1", "default")


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = open_store(tmp_path / "data.db")
    yield opened
    opened.close()


def happened(
    number: int, *, minutes: float = 0, origin: Origin = Origin.REST, what: str = "Lost_Contact"
) -> LogEntry:
    at = NOON + timedelta(minutes=minutes)
    item = {
        "_id": f"{number:024x}",
        "key": f"EVT_AP_{what}",
        "ap": f"d0:21:f9:00:00:{number:02x}",
        "ap_name": f"AP {number}",
        "time": int(at.timestamp() * 1000),
    }
    return normalise_record(item, origin=origin)[0]


class Source:
    """A source that gives what it was told to, and remembers from when it was asked."""

    def __init__(self, name: str, *answers: Collected | Exception) -> None:
        self.source = name
        self.answers = list(answers)
        self.asked: list[datetime | None] = []

    def collect(self, since: datetime | None) -> Collected:
        self.asked.append(since)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Letterbox:
    """A channel that takes messages, or refuses while it is told to."""

    def __init__(self, name: str = "box", *, refuses: bool = False) -> None:
        self.name = name
        self.refuses = refuses
        self.took: list[Message] = []

    def send(self, message: Message) -> Receipt:
        if self.refuses:
            raise DeliveryError(self.name, "It is closed.")
        self.took.append(message)
        return Receipt(channel=self.name, at=NOON)


def gave(source: str, *entries: LogEntry, failures: Sequence[Failure] = ()) -> Collected:
    times = [entry.timestamp for entry in entries]
    heard = Heard(
        source=source,
        entries=len(entries),
        newest=max(times, default=None),
        oldest=min(times, default=None),
    )
    return Collected(entries=entries, heard=[heard], failures=failures)


def publisher(store: SqliteStore, *channels: Channel) -> Publish:
    return Publish(
        store,
        SHARD,
        rules=load_rules(),
        channels=channels,
        facts=ControllerFacts(title="Home", version="9.3.43"),
    )


def ids(store: SqliteStore) -> list[str]:
    return [entry.id for entry in store.entries(SHARD)]


def test_history_is_read_from_where_it_was_last_read_with_an_overlap(store: SqliteStore) -> None:
    rest = Source("rest", gave("rest", happened(1, minutes=3)), gave("rest"))
    ingest = Ingest(store, SHARD, history=[rest])
    ingest.backfill(NOON, NOON + timedelta(minutes=10))
    ingest.backfill(NOON, NOON + timedelta(minutes=20))
    assert rest.asked == [NOON, NOON + timedelta(minutes=3) - OVERLAP]


def test_a_row_dated_in_the_future_does_not_make_us_skip_what_happens_until_then(store: SqliteStore) -> None:
    ahead = gave("rest", happened(1, minutes=60 * 24 * 365))
    rest = Source("rest", ahead, gave("rest"))
    ingest = Ingest(store, SHARD, history=[rest])
    ingest.backfill(NOON, NOON + timedelta(minutes=1))
    ingest.backfill(NOON, NOON + timedelta(minutes=2))
    assert rest.asked[1] == NOON + timedelta(minutes=1) - OVERLAP


def test_a_look_back_never_leaves_a_hole_behind_the_cursor(store: SqliteStore) -> None:
    rest = Source("rest", gave("rest", happened(1)), gave("rest"))
    ingest = Ingest(store, SHARD, history=[rest])
    ingest.backfill(NOON - timedelta(days=1), NOON)
    ingest.look_back(NOON + timedelta(days=6), NOON + timedelta(days=7))
    assert rest.asked[1] == NOON - OVERLAP


def test_one_source_that_fails_costs_no_other_and_is_a_gap_until_it_is_read_again(store: SqliteStore) -> None:
    broken = RestCollectionError("HTTP 500")
    rest = Source("rest", broken, gave("rest", happened(1)))
    system_log = Source("system_log", gave("system_log", happened(2)), gave("system_log"))
    ingest = Ingest(store, SHARD, history=[rest, system_log])
    ingest.backfill(NOON, NOON + timedelta(minutes=1))
    assert ids(store) == [happened(2).id]
    assert {note.source: note.state for note in store.sources(SHARD)}["rest"] is SourceState.FAILED
    assert [(gap.source, gap.end) for gap in store.gaps(SHARD)] == [("rest", None)]
    ingest.backfill(NOON, NOON + timedelta(minutes=2))
    assert len(ids(store)) == 2
    assert [(gap.source, gap.closed) for gap in store.gaps(SHARD)] == [("rest", True)]
    assert rest.asked == [NOON, NOON]


def test_when_every_source_fails_that_is_an_error_and_noted(store: SqliteStore) -> None:
    rest = Source("rest", RestCollectionError("HTTP 500"))
    with pytest.raises(CollectionError, match="HTTP 500"):
        Ingest(store, SHARD, history=[rest]).backfill(NOON, NOON)
    assert [note.state for note in store.sources(SHARD)] == [SourceState.FAILED]


class Live:
    """A live source: what it heard is given once, and let go of when it is stored."""

    source = "websocket"
    origins = frozenset({Origin.WEBSOCKET})

    def __init__(self, *batches: list[LogEntry]) -> None:
        self.batches = list(batches)
        self.stored = 0
        self.forget_stored = self._count

    def _count(self) -> None:
        self.stored += 1

    def collect(self, since: datetime | None) -> Collected:
        return Collected(entries=self.batches.pop(0) if self.batches else [])


@pytest.mark.parametrize(
    "error", [SignInRefused("The password is wrong."), ControllerUnreachable("It is off.")]
)
def test_a_sign_in_refused_while_running_blinds_the_next_report(
    store: SqliteStore, error: ScannerError
) -> None:
    sources = [Source(name, gave(name), error) for name in ("rest", "system_log")]
    ingest = Ingest(store, SHARD, history=sources)
    ingest.backfill(NOON, NOON)
    with pytest.raises(ScannerError):
        ingest.backfill(NOON, NOON + timedelta(minutes=5))
    report = publisher(store).report(since=NOON, now=NOON + timedelta(minutes=6))
    assert report.verdict.status is Status.BLIND


def fill_disk(store: SqliteStore, *, full: bool) -> None:
    connection = store._db._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0] if full else 1_000_000
    connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_disk_that_is_full_for_a_while_loses_nothing(store: SqliteStore) -> None:
    pads = [random.Random(n).randbytes(4000).hex() for n in range(9)]  # nothing makes them much smaller
    many = [msgspec.structs.replace(happened(1), id=str(n), raw_data={"pad": pads[n]}) for n in range(9)]
    live = Live(many, [happened(2)])
    ingest = Ingest(store, SHARD, live=[live])
    store.remember("a", "b")
    fill_disk(store, full=True)
    with pytest.raises(StoreError, match="disk is full"):
        ingest.drain()
    assert (ingest.waiting, live.stored) == (9, 0)
    fill_disk(store, full=False)
    assert ingest.drain() == 10
    assert (len(ids(store)), live.stored) == (10, 1)


def gaps(store: SqliteStore) -> list[tuple[str, float, float | None, str]]:
    def minutes(at: datetime | None) -> float | None:
        return None if at is None else (at - NOON).total_seconds() / 60

    def filler(gap: Gap) -> str:
        return f"partly {gap.closed_by}" if gap.partly else gap.closed_by

    return [(g.source, minutes(g.start) or 0.0, minutes(g.end), filler(g)) for g in store.gaps(SHARD)]


def lost(store: SqliteStore, start: float, end: float, source: str = "websocket") -> None:
    store.open_gap(SHARD, source, NOON + timedelta(minutes=start), "lost")
    store.close_gap(SHARD, source, NOON + timedelta(minutes=end))


@pytest.mark.parametrize(
    ("by", "version", "filler"),
    [
        ("rest", "9.5.21", "rest"),
        ("rest", "10.1.85", ""),  # frozen
        ("system_log", "10.4.57", "partly system_log"),
    ],
)
def test_history_that_was_read_through_a_gap_fills_it_as_far_as_it_tells(
    store: SqliteStore, by: str, version: str, filler: str
) -> None:
    source = Source(by, gave(by), gave(by))
    ingest = Ingest(store, SHARD, history=[source], version=version)
    ingest.backfill(NOON, NOON + timedelta(minutes=1))
    lost(store, 5, 8)
    ingest.backfill(NOON, NOON + timedelta(minutes=9))
    assert gaps(store) == [("websocket", 5, 8, filler)]


def test_what_was_filled_in_partly_is_filled_wholly_by_who_tells_everything(store: SqliteStore) -> None:
    log = Source("system_log", gave("system_log"), gave("system_log"))
    rest = Source("rest", RestCollectionError("HTTP 500"), gave("rest"))
    lost(store, 1, 2)
    for minute in (3, 4):
        Ingest(store, SHARD, history=[log, rest], version="9.5.21").backfill(
            NOON, NOON + timedelta(minutes=minute)
        )
    assert gaps(store)[-1] == ("websocket", 1, 2, "rest")


def test_a_gap_from_before_history_was_ever_read_stays_open(store: SqliteStore) -> None:
    rest = Source("rest", gave("rest"))
    lost(store, -90, -5)
    Ingest(store, SHARD, history=[rest]).backfill(NOON - timedelta(minutes=60), NOON)
    assert gaps(store) == [("websocket", -90, -60, "")]


def test_what_the_controller_no_longer_keeps_stays_open_in_every_gap(store: SqliteStore) -> None:
    late = gave("rest", happened(2, minutes=500))
    rest = Source("rest", gave("rest", happened(0), happened(1, minutes=1)), late, late)
    ingest = Ingest(store, SHARD, history=[rest])
    ingest.backfill(NOON - timedelta(minutes=5), NOON + timedelta(minutes=1))
    lost(store, 2, 550)
    for minute in (560, 561):  # read again, from 15 minutes before, it has not grown back
        ingest.backfill(NOON, NOON + timedelta(minutes=minute))
    assert gaps(store) == [("rest", 1, 500, ""), ("websocket", 2, 500, "")]
    assert {gap.reason for gap in store.gaps(SHARD) if gap.source == "rest"} == {FORGOT}


def test_a_source_that_still_has_what_it_told_last_leaves_no_hole(store: SqliteStore) -> None:
    again = (happened(1, minutes=1), happened(2, minutes=500))
    rest = Source("rest", gave("rest", happened(0), happened(1, minutes=1)), gave("rest", *again))
    ingest = Ingest(store, SHARD, history=[rest])
    ingest.backfill(NOON - timedelta(minutes=5), NOON + timedelta(minutes=1))
    lost(store, 2, 550)
    ingest.backfill(NOON, NOON + timedelta(minutes=560))
    assert gaps(store) == [("websocket", 2, 550, "rest")]


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("source", "known", "read", "oldest", "forgot"),
    [
        ("rest", 2 * HOUR, HOUR, 3 * HOUR, False),  # the row we know is still there
        ("rest", 2 * HOUR, HOUR, 0.5 * HOUR, True),
        ("rest", 2 * HOUR, HOUR, None, True),
        ("rest", HOUR / 2, HOUR / 60, HOUR / 70, True),  # nothing so young is gone for its age
        (
            "rest",
            20 * HOUR,
            HOUR / 60,
            None,
            False,
        ),  # a quiet list, read a minute ago: an old row went for its age
        ("rest", 2000 * HOUR, 1999 * HOUR, None, False),
        ("alarm", 2 * HOUR, HOUR, None, False),  # put away by hand
        ("rest", None, HOUR, None, False),
    ],
)
def test_a_source_has_forgotten_when_it_lacks_what_it_told_before_we_went_away(
    source: str, known: timedelta | None, read: timedelta, oldest: timedelta | None, forgot: bool
) -> None:
    heard = Heard(source=source, entries=0, oldest=None if oldest is None else NOON - oldest)
    reading = Reading(Source(source), NOON, None if known is None else NOON - known, NOON - read)
    assert has_forgotten(heard, reading, NOON) is forgot


@pytest.mark.parametrize(
    ("newest", "known", "read", "anew"),
    [
        (1 * HOUR, 2 * HOUR, 2 * HOUR, True),
        (2 * HOUR, 2 * HOUR, 2 * HOUR, False),  # the row it had
        (1 * HOUR, None, 2 * HOUR, True),  # it had nothing
        (None, 2 * HOUR, 2 * HOUR, False),
        (1 * HOUR, 9 * HOUR, 8 * HOUR, False),  # it may have stopped since it was last read
        (1 * HOUR, None, None, False),
    ],
)
def test_a_source_tells_anew_what_it_did_not_have_when_it_was_read_since_then(
    newest: timedelta | None, known: timedelta | None, read: timedelta | None, anew: bool
) -> None:
    heard = Heard(source="rest", entries=1, newest=None if newest is None else NOON - newest)
    reading = Reading(
        Source("rest"),
        NOON,
        None if known is None else NOON - known,
        None if read is None else NOON - read,
    )
    found = Found(plan=[reading], begun=NOON, collected=Collected(heard=(heard,)))
    assert told_anew(found, since=NOON - 3 * HOUR) == (["rest"] if anew else [])


@pytest.mark.parametrize(("source", "version"), [("rest", "8.6.9"), ("system_log", "10.4.57")])
def test_an_empty_answer_is_not_believed_while_the_stream_told_what_belongs_into_it(
    store: SqliteStore, source: str, version: str
) -> None:
    heard = happened(1, minutes=-5, origin=Origin.WEBSOCKET)
    store.add(SHARD, [heard])
    ingest = Ingest(store, SHARD, history=[Source(source, gave(source))], version=version)
    ingest.backfill(NOON - HOUR, NOON)
    (note,) = store.sources(SHARD)
    assert (note.state, "one thing we know of" in note.reason) == (SourceState.FAILED, True)
    assert gaps(store) == [(source, -60, None, "")]


def test_an_empty_answer_is_believed_where_nothing_speaks_against_it(store: SqliteStore) -> None:
    store.add(SHARD, [happened(1, minutes=-0.5, origin=Origin.WEBSOCKET)])  # too new to be written down
    ingest = Ingest(store, SHARD, history=[Source("rest", gave("rest"))], version="8.6.9")
    ingest.backfill(NOON - HOUR, NOON)
    assert [note.state for note in store.sources(SHARD)] == [SourceState.QUIET]


def test_a_source_read_in_part_keeps_what_it_gave_and_is_read_again_from_where_it_was(
    store: SqliteStore,
) -> None:
    missing = Failure(source="rest", reason="HTTP 500", since=NOON, until=NOON + timedelta(minutes=3))
    rest = Source("rest", gave("rest", happened(1, minutes=4), failures=[missing]), gave("rest"))
    ingest = Ingest(store, SHARD, history=[rest])
    ingest.backfill(NOON, NOON + timedelta(minutes=5))
    assert ids(store) == [happened(1, minutes=4).id]
    assert [(gap.source, gap.closed) for gap in store.gaps(SHARD)] == [("rest", False)]
    ingest.backfill(NOON, NOON + timedelta(minutes=6))
    assert rest.asked == [NOON, NOON]
    assert [(gap.source, gap.closed) for gap in store.gaps(SHARD)] == [("rest", True)]


def test_our_own_clock_never_moves_the_point_to_read_from(store: SqliteStore) -> None:
    rest = Source("rest", gave("rest", happened(1)), gave("rest"), gave("rest"))
    ingest = Ingest(store, SHARD, history=[rest])
    ingest.backfill(NOON - timedelta(minutes=5), NOON + timedelta(minutes=1))
    ingest.backfill(NOON, NOON + timedelta(days=3))  # our clock jumped ahead, and then back
    ingest.backfill(NOON, NOON + timedelta(minutes=3))
    assert rest.asked[1:] == [NOON - OVERLAP, NOON - OVERLAP]


def test_a_period_closes_when_a_channel_took_it_and_nothing_is_told_twice(store: SqliteStore) -> None:
    box = Letterbox()
    publish = publisher(store, box)
    store.add(SHARD, [happened(1, what="RestartedUnknown")])
    publish.close_period(NOON)
    store.add(SHARD, [happened(2, what="RestartedUnknown")])
    publish.close_period(NOON + timedelta(hours=1))
    publish.close_period(NOON + timedelta(hours=2))
    assert ["AP 1" in m.text for m in box.took] == [True, False, False]
    assert ["AP 2" in m.text for m in box.took] == [False, True, False]


def told_in(message: Message) -> Any:
    return json.loads(next(part.data for part in message.attachments if part.name.endswith(".json")))


def changes_in(message: Message) -> list[tuple[str, str]]:
    return [(change["novelty"], change["title"]) for change in told_in(message)["changes"]]


def test_what_is_still_open_is_told_again_until_it_is_over(store: SqliteStore) -> None:
    box = Letterbox()
    publish = publisher(store, box)
    store.add(SHARD, [happened(1)])
    publish.close_period(NOON + timedelta(minutes=1))
    store.add(SHARD, [happened(2, minutes=30, what="RestartedUnknown")])
    publish.close_period(NOON + timedelta(hours=1))
    store.add(SHARD, [back := happened(1, minutes=90, what="Connected")])
    publish.close_period(NOON + timedelta(hours=2))
    publish.close_period(NOON + timedelta(hours=3))
    assert [changes_in(message) for message in box.took] == [
        [],
        [
            ("continuing", "AP 1 is offline. Check its power and its cable"),
            ("new", "AP 2 restarted, and nobody asked it to"),
        ],
        [("over", "AP 1 was offline for 1 hour 30 minutes")],
        [],
    ]
    stories = [told_in(message)["incidents"] for message in box.took]
    assert len({told[0]["id"] for told in stories[:3]}) == 1
    assert stories[2][0]["ended"] == back.timestamp.isoformat().replace("+00:00", "Z")
    assert [told_in(message)["entry_count"] for message in box.took] == [1, 1, 1, 0]


def test_a_report_nobody_got_is_none_to_compare_with(store: SqliteStore) -> None:
    box = Letterbox()
    publish = publisher(store, box)
    store.add(SHARD, [happened(1, what="RestartedUnknown")])
    publish.close_period(NOON)
    box.refuses = True
    store.add(SHARD, [happened(2, minutes=5)])
    publish.close_period(NOON + timedelta(hours=1))
    box.refuses = False
    store.add(SHARD, [happened(3, minutes=65)])
    publish.close_period(NOON + timedelta(hours=2))
    assert len(box.took) == 2
    assert [change for change in changes_in(box.took[1]) if change[0] == "continuing"] == []
    assert "AP 2" in box.took[1].text


class CrashesWhenTold(Letterbox):
    """A channel that takes a message just before the lights go out."""

    def send(self, message: Message) -> Receipt:
        super().send(message)
        raise KeyboardInterrupt


def test_a_crash_while_telling_makes_nothing_old_look_new(store: SqliteStore) -> None:
    box = CrashesWhenTold()
    store.add(SHARD, [happened(1)])
    with pytest.raises(KeyboardInterrupt):
        publisher(store, box).close_period(NOON)
    later = Letterbox()
    publisher(store, later).retry(NOON + timedelta(minutes=1))
    publisher(store, later).close_period(NOON + timedelta(hours=1))
    assert changes_in(later.took[-1]) == [("continuing", "AP 1 is offline. Check its power and its cable")]


def test_a_report_on_demand_tells_what_began_before_and_is_still_open(store: SqliteStore) -> None:
    box = Letterbox()
    publish = publisher(store, box)
    store.add(SHARD, [happened(1)])
    publish.close_period(NOON)
    report = publish.report(since=NOON + timedelta(hours=5), now=NOON + timedelta(hours=6))
    assert [incident.title for incident in report.incidents] == [
        "AP 1 is offline. Check its power and its cable"
    ]
    assert report.verdict.status is Status.URGENT


def test_what_hangs_on_what_is_kept_for_a_device_that_is_away(store: SqliteStore) -> None:
    ap, switch = "d0:21:f9:00:00:01", "d0:21:f9:00:00:09"
    remember_topology(
        store, SHARD, Topology(above={ap: switch}, roles={switch: "switch", ap: "access point"})
    )
    remember_topology(store, SHARD, Topology(roles={switch: "switch", ap: "access point"}))
    assert recall_topology(store, SHARD).hangs_on(ap, switch)


def test_a_period_nobody_took_is_told_with_the_next(store: SqliteStore) -> None:
    box = Letterbox(refuses=True)
    publish = publisher(store, box)
    store.add(SHARD, [happened(1)])
    publish.close_period(NOON)
    assert store.told_upto(SHARD) == 0
    store.add(SHARD, [happened(2)])
    box.refuses = False
    publish.close_period(NOON + timedelta(hours=1))
    assert len(box.took) == 1
    assert "AP 1" in box.took[0].text
    assert "AP 2" in box.took[0].text
    assert store.pending() == []


def test_a_report_that_waits_is_sent_after_a_restart(tmp_path: Path) -> None:
    closed = Letterbox(refuses=True)
    first = open_store(tmp_path / "data.db")
    first.add(SHARD, [happened(1)])
    publisher(first, closed).close_period(NOON)
    first.close()
    second, box = open_store(tmp_path / "data.db"), Letterbox()
    publisher(second, box).retry(NOON + timedelta(minutes=1))
    publisher(second, box).retry(NOON + timedelta(minutes=2))
    assert len(box.took) == 1
    assert second.told_upto(SHARD) == second.last_seq(SHARD)
    second.close()


def test_one_channel_that_fails_gets_its_report_later_and_the_other_gets_it_once(store: SqliteStore) -> None:
    box, mail = Letterbox("box"), Letterbox("mail", refuses=True)
    publish = publisher(store, box, mail)
    store.add(SHARD, [happened(1)])
    publish.close_period(NOON)
    mail.refuses = False
    publish.retry(NOON + timedelta(minutes=1))
    publish.retry(NOON + timedelta(minutes=2))
    assert (len(box.took), len(mail.took)) == (1, 1)
    assert box.took[0].message_id == mail.took[0].message_id


def test_a_late_arrival_is_told_by_the_next_report(store: SqliteStore) -> None:
    box = Letterbox()
    publish = publisher(store, box)
    store.add(SHARD, [happened(1, minutes=60)])
    publish.close_period(NOON + timedelta(hours=2))
    store.add(SHARD, [happened(2, minutes=5)])
    publish.close_period(NOON + timedelta(hours=3))
    assert "AP 2" in box.took[1].text


def test_with_no_source_heard_the_report_is_blind_and_not_fine(store: SqliteStore) -> None:
    report = publisher(store).report(since=NOON, now=NOON + timedelta(hours=1))
    assert report.verdict.status is Status.BLIND


def test_an_event_between_two_answers_of_one_round_is_one_event_in_the_next(store: SqliteStore) -> None:
    """History is asked source by source: what happens in between is in the second answer only, for now."""
    row = {
        "id": "6b086841a29698c658dea5dc",
        "key": "DEVICE_UNREACHABLE",
        "timestamp": int(NOON.timestamp() * 1000) + 5,
        "parameters": {"DEVICE": {"id": "d0:21:f9:00:00:01", "name": "AP 1"}},
    }
    (later,) = normalise_record(row, origin=Origin.SYSTEM_LOG)
    event = happened(1)
    assert later.kind == event.kind
    rest = Source("rest", gave("rest"), gave("rest", event))
    system_log = Source("system_log", gave("system_log", later), gave("system_log", later))
    ingest = Ingest(store, SHARD, history=[rest, system_log])
    ingest.backfill(NOON, NOON)
    ingest.backfill(NOON, NOON)
    (entry,) = store.entries(SHARD)
    assert (entry.id, entry.origins) == (later.id, frozenset({Origin.REST, Origin.SYSTEM_LOG}))
