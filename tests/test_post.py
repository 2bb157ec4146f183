"""The outbox emptied: at its own pace by every channel."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.running import until
from unifi_scanner.delivery import Message, Receipt
from unifi_scanner.errors import DeliveryError
from unifi_scanner.pipeline import Post
from unifi_scanner.pipeline.post import PAUSES_S, Postman, encode_message
from unifi_scanner.store import Outgoing, Shard, SqliteStore, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHARD = Shard("10.0.0.1", "default")


class Box:
    """A channel that takes, refuses (all, or single messages), or hangs until it is let go."""

    def __init__(self, name: str, *, refuses: bool = False) -> None:
        self.name = name
        self.refuses = refuses
        self.bad: set[str] = set()
        self.took: list[str] = []
        self.tried: list[str] = []
        self.hangs: threading.Event | None = None

    def send(self, message: Message) -> Receipt:
        self.tried.append(message.message_id)
        if self.hangs is not None:
            self.hangs.wait(10)
        if self.refuses or message.message_id in self.bad:
            raise DeliveryError(self.name, "It is closed.")
        self.took.append(message.message_id)
        return Receipt(channel=self.name, at=NOON)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    one = open_store(tmp_path / "data.db")
    yield one
    one.close()


def queue(store: SqliteStore, name: str, *channels: str, at: datetime = NOON) -> None:
    body = encode_message(Message(message_id=name, subject=name, text=name, html="", kind="alert"))
    store.post(
        [Outgoing(id=name, kind="alert", shard=SHARD, body=body, channels=channels, at=at, thread="t")], at=at
    )


def test_a_channel_that_hangs_is_nobody_else_s_trouble(store: SqliteStore) -> None:
    slow, quick = Box("slow"), Box("quick")
    slow.hangs = threading.Event()
    post = Post(store, [slow, quick])
    post.start()
    queue(store, "one", "slow", "quick")
    post.wake()
    assert until(lambda: slow.tried == ["one"] and quick.took == ["one"])
    queue(store, "two", "slow", "quick")
    post.wake()
    assert until(lambda: quick.took == ["one", "two"])
    assert slow.took == []
    slow.hangs.set()
    assert until(lambda: slow.took == ["one", "two"])
    post.stop()
    post.wait(5)
    assert store.pending() == []


def test_what_waits_is_sent_at_once_after_a_start(store: SqliteStore) -> None:
    box = Box("box", refuses=True)
    queue(store, "one", "box")
    Postman(store, box).deliver(NOON)
    box.refuses = False
    post = Post(store, [box])
    post.start()
    assert until(lambda: box.took == ["one"])
    post.stop()
    post.wait(5)


def test_a_dead_channel_is_tried_less_and_less_but_never_later_than_after_100_seconds(
    store: SqliteStore,
) -> None:
    box = Box("box", refuses=True)
    queue(store, "one", "box")
    postman = Postman(store, box)
    pauses = []
    for _ in range(10):
        postman.deliver(NOON, everything=True)
        pauses.append(postman.due_in() or 0.0)
    assert all(a <= b + 0.5 for a, b in pairwise(pauses))
    assert max(pauses) <= max(PAUSES_S) < 100
    (waiting,) = store.waiting_for("box")
    assert (waiting.attempts, waiting.state) == (10, "queued")
    assert waiting.next_try == NOON + timedelta(seconds=max(PAUSES_S))


def test_one_message_that_nobody_takes_holds_up_no_other(store: SqliteStore) -> None:
    box = Box("box")
    box.bad = {"bad"}
    queue(store, "bad", "box")
    postman = Postman(store, box, pauses=(0.0,))
    postman.deliver(NOON)
    for number in range(5):
        queue(store, f"good {number}", "box", at=NOON + timedelta(seconds=number + 1))
        postman.deliver(NOON + timedelta(seconds=number + 1))
    assert box.took == [f"good {number}" for number in range(5)]
    assert [one.id for one in store.waiting_for("box")] == ["bad"]


def test_news_is_tried_at_once_though_the_channel_failed_before(store: SqliteStore) -> None:
    box = Box("box", refuses=True)
    postman = Postman(store, box)
    queue(store, "old", "box")
    postman.deliver(NOON)
    box.refuses = False
    assert postman.deliver(NOON) == {}  # it rests
    queue(store, "news", "box", at=datetime.now(UTC) + timedelta(seconds=1))
    postman.deliver(NOON + timedelta(seconds=1))
    assert box.took == ["news", "old"]


def test_what_another_message_tells_is_not_sent_any_more(store: SqliteStore) -> None:
    box = Box("box")
    queue(store, "one", "box")
    store.post([], instead_of=[("one", "box")], at=NOON)
    Postman(store, box).deliver(NOON)
    assert box.tried == []
    assert store.pending() == []
    assert store.thread("t") == [("one", "box", "folded")]


def test_a_message_that_is_being_handed_over_is_not_given_up(store: SqliteStore) -> None:
    queue(store, "one", "box")
    assert store.begin_delivery("one", "box")
    assert not store.drop_pending("one")
    store.delay("one", "box", NOON)
    assert store.drop_pending("one")


def test_delivered_alerts_are_forgotten_in_time_and_waiting_ones_never(store: SqliteStore) -> None:
    queue(store, "told", "box")
    store.settle("told", "box", NOON)
    queue(store, "waits", "box")
    store.forget_delivered(NOON + timedelta(days=60))
    assert store.body_of("told") is None
    assert store.body_of("waits") is not None


def test_reports_that_wait_in_an_older_data_file_wait_on(tmp_path: Path) -> None:
    import sqlite3

    from unifi_scanner.store.opening import MIGRATIONS

    path = tmp_path / "data.db"
    with sqlite3.connect(path) as old:
        for step in sorted(MIGRATIONS.glob("000[12]_*.sql")):
            old.executescript(step.read_text(encoding="utf-8"))
        old.execute("INSERT INTO shards (number, controller, site) VALUES (1, '10.0.0.1', 'default')")
        old.execute("INSERT INTO pending VALUES ('r', 1, 7, x'00', 5)")
        old.execute("INSERT INTO pending_channels VALUES ('r', 'email', 0, NULL), ('r', 'file', 1, 6)")
        old.execute("PRAGMA user_version = 2")
    old.close()
    store = open_store(path)
    (waiting,) = store.pending()
    assert (waiting.id, waiting.kind, waiting.upto_seq) == ("r", "report", 7)
    assert (waiting.channels, waiting.told) == (("email",), ("file",))
    store.close()
