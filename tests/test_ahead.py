"""What is judged ahead of a report changes nothing of it, and is let go of as soon as it might."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from insight.drawing import draw
from insight.files import scenario_paths
from insight.telling import rules
from insight.wires import hear

from tests.store.making import HOME, NOON, connected, joined_row
from unifi_scanner.app.report_now import PATIENCE, is_long
from unifi_scanner.delivery import Message
from unifi_scanner.detection import Rule
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.models.log_entry import NO_TIME, LogEntry
from unifi_scanner.pipeline import Publish
from unifi_scanner.pipeline.ahead import REST, SETTLED, AheadOfReport
from unifi_scanner.pipeline.freezing import frozen
from unifi_scanner.store import Shard, SqliteStore, open_store

FEW = 20
SCENARIOS = (
    "switch-loses-power", "noisy-day-security", "internet-flaps", "roaming-ping-pong", "sticky-client", "channel-hops",
    "roaming-storm", "wrong-password", "pair-update-and-offline", "rogue-ap", "settings-changed", "quiet-family",
)  # fmt: skip
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATER = NOON + DAY
LOOKED_AT = """
    SELECT count(*) FROM entries WHERE shard = 1 AND ts < (SELECT max(until) FROM judged WHERE state IS NOT NULL)
"""


class Home:
    """A data file with its publisher; what is judged ahead is looked at from outside."""

    def __init__(self, path: Path, using: Sequence[Rule] | None = None) -> None:
        self.path = path
        self.store = open_store(path)
        self.publish = publish_of(self.store, using or rules())

    def ahead(self) -> int:
        """Return how many entries of what was judged ahead a report need not look at again."""
        with closing(sqlite3.connect(self.path)) as beside:
            return int(beside.execute(LOOKED_AT).fetchone()[0])

    def judge_everything(self, now: datetime = LATER) -> None:
        while self.publish.judge_ahead(now):
            pass

    def tell(self, now: datetime = LATER) -> Message:
        return self.publish.queue_period(now)


def publish_of(store: SqliteStore, using: Sequence[Rule], shard: Shard = HOME) -> Publish:
    publish = Publish(store, shard, rules=using, channels=(), facts=ControllerFacts(title="Home"))
    publish.ahead = AheadOfReport(store, shard, using, at_once=FEW)
    return publish


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    homes: list[Home] = []

    def made(using: Sequence[Rule] | None = None) -> Home:
        homes.append(Home(tmp_path / f"{len(homes)}.db", using))
        return homes[-1]

    yield made
    for home in homes:
        home.store.close()


@pytest.fixture
def home(new_home: Callable[..., Home]) -> Home:
    """Return one in which a hundred clients joined, a minute apart, and all of it that can be is judged ahead."""
    home = new_home()
    home.store.add(HOME, joins(100))
    home.judge_everything()
    assert home.ahead() == 100
    return home


def joins(number: int, *, first: int = 0) -> list[LogEntry]:
    return [connected(n, after=n * MINUTE) for n in range(first, first + number)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_report_that_was_judged_ahead_is_the_one_made_from_the_beginning(
    name: str, new_home: Callable[..., Home]
) -> None:
    drawn = draw(scenario_paths()[name], 3)
    plain, prepared = new_home(), new_home()
    judged = 0
    for batch in hear(drawn).batches:
        plain.store.add(HOME, batch)
        prepared.store.add(HOME, batch)
        now = max((entry.timestamp for entry in batch), default=NO_TIME)
        if now > NO_TIME + DAY:
            judged += prepared.publish.judge_ahead(now)
    judged += prepared.publish.judge_ahead(drawn.ended)
    assert judged
    assert prepared.ahead() >= FEW
    assert prepared.tell(drawn.ended) == plain.tell(drawn.ended)


def test_what_is_judged_ahead_outlives_a_restart(home: Home) -> None:
    again = Home(home.path)
    try:
        assert not again.publish.judge_ahead(LATER)
        stretch = again.publish.stretch()
        assert again.publish.ahead.known(stretch, again.store.last_seq(HOME)) is not None
    finally:
        again.store.close()


def test_little_is_not_worth_judging_ahead(new_home: Callable[..., Home]) -> None:
    home = new_home()
    home.store.add(HOME, joins(FEW - 1))
    assert not home.publish.judge_ahead(LATER)
    assert home.ahead() == 0


def test_what_sources_may_still_add_to_is_not_judged_ahead(new_home: Callable[..., Home]) -> None:
    home = new_home()
    home.store.add(HOME, joins(100))
    home.judge_everything(NOON + 50 * MINUTE + SETTLED)
    assert home.ahead() == 40  # of 50; ten are too few


def test_entries_of_one_moment_are_judged_together(new_home: Callable[..., Home]) -> None:
    home = new_home()
    home.store.add(HOME, [connected(n, after=(n // 50) * MINUTE) for n in range(150)])
    assert home.publish.judge_ahead(LATER)
    assert home.ahead() == 50


def test_an_entry_that_comes_late_is_in_the_report(home: Home, new_home: Callable[..., Home]) -> None:
    late = connected(500, after=30 * MINUTE + timedelta(seconds=7))
    home.store.add(HOME, [late])
    assert home.ahead() == 0
    plain = new_home()
    plain.store.add(HOME, joins(100))
    plain.store.add(HOME, [late])
    assert home.tell() == plain.tell()


def test_only_what_lies_after_a_late_entry_is_judged_again(new_home: Callable[..., Home]) -> None:
    home = new_home()
    home.store.add(HOME, [connected(n, after=n * timedelta(hours=1)) for n in range(100)])
    home.judge_everything(NOON + 5 * DAY)
    home.store.add(HOME, [connected(500, after=3 * DAY)])
    assert home.ahead() == 40  # of the 72 before it


def test_where_entries_come_late_it_is_not_tried_again_at_once(home: Home) -> None:
    home.store.add(HOME, [connected(500, after=30 * MINUTE)])
    assert not home.publish.judge_ahead(LATER)
    assert not home.publish.judge_ahead(LATER + REST - MINUTE)
    assert home.publish.judge_ahead(LATER + REST)


def test_what_nobody_needs_any_more_goes_with_old_age(home: Home) -> None:
    home.store.prune(max_age=DAY, max_bytes=2**40, now=LATER + 3 * DAY)
    with closing(sqlite3.connect(home.path)) as beside:
        assert beside.execute("SELECT count(*) FROM judged").fetchone()[0] == 0


def test_an_entry_that_another_source_says_more_about_is_told_as_it_is_known_now(
    home: Home, new_home: Callable[..., Home]
) -> None:
    more = joined_row(40, after=40 * MINUTE)
    assert home.store.add(HOME, [more]).merged == 1
    assert home.ahead() == 0
    plain = new_home()
    plain.store.add(HOME, joins(100))
    plain.store.add(HOME, [more])
    assert home.tell() == plain.tell()


def test_an_entry_heard_again_in_the_same_way_changes_nothing(home: Home) -> None:
    assert home.store.add(HOME, joins(100)).known == 100
    assert home.ahead() == 100


def test_what_is_pruned_before_it_was_told_is_not_told(home: Home) -> None:
    gone = home.store.prune(max_age=DAY, max_bytes=2**40, now=LATER + 30 * MINUTE)
    assert gone.entries == 30
    assert home.ahead() == 0


def test_another_site_s_entries_change_nothing(home: Home) -> None:
    home.store.add(Shard("console", "cabin"), joins(3))
    assert home.ahead() == 100


def test_what_was_told_is_not_judged_ahead_of_the_next_report(home: Home) -> None:
    message = home.tell()
    home.store.mark_told(
        HOME, home.store.last_seq(HOME), report_id=message.message_id, channel="file", at=LATER
    )
    home.store.add(HOME, joins(40, first=1500))
    again = Home(home.path)
    assert home.tell(LATER + DAY) == again.tell(LATER + DAY)
    again.store.close()
    home.judge_everything(LATER + 3 * DAY)
    with closing(sqlite3.connect(home.path)) as beside:
        assert beside.execute("SELECT count(DISTINCT basis) FROM judged").fetchone()[0] == 1


def test_other_rules_judge_from_the_beginning(home: Home) -> None:
    changed = [msgspec.structs.replace(rule, title=f"{rule.title}.") for rule in rules()]
    again = Home(home.path, changed)
    try:
        stretch = again.publish.stretch()
        assert again.publish.ahead.known(stretch, again.store.last_seq(HOME)) is None
    finally:
        again.store.close()


def test_an_arrival_after_the_report_began_is_left_to_the_next(home: Home) -> None:
    assert home.publish.ahead.known(home.publish.stretch(), 50) is None


@pytest.mark.parametrize("damaged", [b"", b"\0" * 64, frozen("not what judging knows")[:-1]])
def test_a_damaged_one_costs_only_the_time_it_saves(
    damaged: bytes, home: Home, new_home: Callable[..., Home]
) -> None:
    with closing(sqlite3.connect(home.path)) as beside, beside:
        beside.execute("UPDATE judged SET state = ?", (damaged,))
    plain = new_home()
    plain.store.add(HOME, joins(100))
    assert home.tell() == plain.tell()
    assert home.ahead() == 0


@pytest.mark.parametrize("change", ["late", "pruned"])
def test_what_changes_while_it_is_being_judged_is_not_kept(
    change: str, new_home: Callable[..., Home]
) -> None:
    home = new_home()
    home.store.add(HOME, joins(30))
    number, _ = home.store.begin_judged(HOME, LATER)
    if change == "late":
        home.store.add(HOME, joins(1, first=40))
    else:
        home.store.prune(max_age=DAY, max_bytes=2**40, now=LATER + 5 * MINUTE)
    assert not home.store.finish_judged(HOME, number, until=LATER, basis="b", state=b"s")
    assert home.store.judged(HOME, "b") is None


def test_one_left_unfinished_by_a_kill_is_no_obstacle(new_home: Callable[..., Home]) -> None:
    home = new_home()
    home.store.add(HOME, joins(30))
    home.store.begin_judged(HOME, LATER)
    home.judge_everything()
    assert home.ahead() == FEW


def test_no_more_than_three_are_kept(new_home: Callable[..., Home]) -> None:
    home = new_home()
    home.store.add(HOME, [connected(n, after=n * timedelta(hours=1)) for n in range(400)])
    home.judge_everything(datetime(2027, 1, 1, tzinfo=UTC))
    with closing(sqlite3.connect(home.path)) as beside:
        assert beside.execute("SELECT count(*) FROM judged").fetchone()[0] == 3


def test_whoever_asks_for_much_at_once_is_told_that_it_takes_a_while(new_home: Callable[..., Home]) -> None:
    store = new_home().store
    store.add(HOME, joins(30))
    assert is_long(store, HOME, NOON, many=30)
    assert not is_long(store, HOME, NOON + MINUTE, many=30)
    assert "200,000 events" in PATIENCE
