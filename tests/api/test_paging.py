"""Reading a list page by page: every row once, or the read says what of it is missing."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.api.history import read_pages
from unifi_scanner.api.paging import MAX_PAGES, OffsetPages, Pages, Read, join, says_more
from unifi_scanner.errors import AnswerUnusable, ControllerError, ControllerUnreachable
from unifi_scanner.models.wire_time import event_time

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)


class Log:
    """A list of a controller: newest first, in pages, growing while it is read, failing where it is told to."""

    def __init__(self, rows: int, *, cap: int = 100, grows: int = 0, fails_at: int | None = None, own: bool = True,
                 tells: str = "has_next") -> None:  # fmt: skip
        self.times = [NOON_MS + n * 1000 for n in range(rows)]
        self.cap, self.grows, self.fails_at, self.own, self.tells = cap, grows, fails_at, own, tells
        self.asked = 0

    def rows(self) -> list[dict[str, Any]]:
        return [{"id": f"{ms:x}", "timestamp": ms} for ms in reversed(self.times)]

    def ask(self, page: Mapping[str, Any]) -> Any:
        self.asked += 1
        if self.asked == self.fails_at:
            raise ControllerUnreachable("HTTP 500")
        rows, size = self.rows(), min(page["pageSize"], self.cap)
        first = page["pageNumber"] * (size if self.own else page["pageSize"])
        self.times += [self.times[-1] + 1000 * (n + 1) for n in range(self.grows)] if self.times else []
        return {"data": rows[first : first + size], **self._more(first + size < len(rows), rows, size)}

    def _more(self, more: bool, rows: list[Any], size: int) -> dict[str, Any]:
        match self.tells:
            case "has_next":
                return {"has_next": more, "total_page_count": -(-len(rows) // size)}
            case "total":
                return {"total_page_count": -(-len(rows) // size)}
            case "or_more":
                return {"has_next": False, "or_more": True, "total_page_count": 1}
            case _:
                return {}


def told(read: Read) -> list[str]:
    return [row["id"] for row in read.rows]


@settings(deadline=None)
@given(
    st.integers(0, 350),
    st.integers(10, 120),
    st.integers(0, 30),
    st.none() | st.integers(2, 9),
    st.booleans(),
    st.sampled_from(["has_next", "total", "or_more", "nothing"]),
)
def test_every_row_is_read_exactly_once_or_the_read_is_told_as_partial(
    rows: int, cap: int, grows: int, fails_at: int | None, own: bool, tells: str
) -> None:
    if tells != "has_next":
        own = True  # a controller that says nothing of a next page can only be believed
    if tells in ("total", "or_more", "nothing"):
        cap = max(cap, 100)
    log = Log(rows, cap=cap, grows=min(grows, cap // 2), fails_at=fails_at, own=own, tells=tells)
    before = {row["id"] for row in log.rows()}
    read = read_pages(Pages(NOON - timedelta(days=1)), log.ask)
    assert len(told(read)) == len(set(told(read)))
    assert [row["timestamp"] for row in read.rows] == sorted(row["timestamp"] for row in read.rows)
    missing = before - set(told(read))
    if read.unread is None:
        assert not missing
    for row in log.rows():
        if row["id"] in missing:
            at = event_time(row)
            assert read.unread is not None
            assert at is not None
            assert read.unread.until is None or at <= read.unread.until
            assert at >= read.unread.since


def test_a_page_that_fails_keeps_the_pages_before_it_and_says_up_to_where() -> None:
    log = Log(350, fails_at=3)
    read = read_pages(Pages(NOON), log.ask)
    assert len(read) == 200
    assert read.unread is not None
    assert read.unread.until == NOON + timedelta(seconds=150)
    assert "HTTP 500" in read.unread.reason


def test_a_first_page_that_fails_is_an_error() -> None:
    with pytest.raises(ControllerUnreachable):
        read_pages(Pages(NOON), Log(350, fails_at=1).ask)


@pytest.mark.parametrize("own", [True, False])
def test_a_cap_below_the_page_size_loses_nothing_however_pages_are_counted(own: bool) -> None:
    assert len(read_pages(Pages(NOON), Log(350, cap=40, own=own).ask)) == 350


def test_a_list_longer_than_can_be_read_is_told_as_partial() -> None:
    read = read_pages(Pages(NOON, max_pages=3), Log(350).ask)
    assert (len(read), read.unread is not None) == (300, True)


def test_a_controller_that_ignores_the_page_number_ends_the_read() -> None:
    log = Log(350)
    read = read_pages(Pages(NOON), lambda page: log.ask({**page, "pageNumber": 0}))
    assert (len(read), log.asked < 10) == (100, True)
    assert read.unread is not None


def test_a_row_that_is_no_object_is_kept() -> None:
    page = {"data": ["what", 7, None, {"id": "a", "timestamp": NOON_MS}], "has_next": False}
    assert len(read_pages(Pages(NOON), lambda _: page)) == 4


@pytest.mark.parametrize("answer", [None, 7, "x", {}, {"data": None}, {"data": {}}, {"meta": {}}])
def test_what_is_no_page_is_an_error_and_not_an_empty_list(answer: Any) -> None:
    with pytest.raises(AnswerUnusable):
        Pages(NOON).take(answer)


@pytest.mark.parametrize(
    ("answer", "number", "expected"),
    [
        ([], 0, False),
        ({"has_next": True}, 0, True),
        ({"has_next": False}, 0, False),
        ({"has_next": False, "or_more": True}, 0, None),
        ({"total_page_count": 2}, 0, True),
        ({"total_page_count": 2}, 1, False),
        ({"total_page_count": 1, "or_more": True}, 3, None),
        ({}, 0, None),
        ({"total_page_count": "2"}, 0, None),
    ],
)
def test_whether_more_follows(answer: Any, number: int, expected: bool | None) -> None:
    assert says_more(answer, number) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["data", "has_next", "or_more", "total_page_count", "meta", "count", "id", "_id", "time", "timestamp"]),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(JSON, min_size=1, max_size=8), st.sampled_from([Pages, OffsetPages]))
def test_no_answer_raises_anything_but_our_own_error_or_goes_on_for_ever(
    answers: list[Any], kind: type[Pages]
) -> None:
    asked = 0

    def ask(_: Any) -> Any:
        nonlocal asked
        asked += 1
        return answers[(asked - 1) % len(answers)]

    with contextlib.suppress(ControllerError):
        read_pages(kind(NOON), ask)
    assert asked <= MAX_PAGES


def test_v1_goes_on_where_the_answer_says_that_it_was_cut() -> None:
    rows = [{"_id": str(n), "time": NOON_MS + n} for n in reversed(range(25))]

    def ask(page: Mapping[str, Any]) -> Any:
        part = rows[page["_start"] : page["_start"] + 10]
        return {"meta": {"rc": "ok", "count": 25}, "data": part}

    read = read_pages(OffsetPages(NOON), ask)
    assert [row["_id"] for row in read.rows] == [str(n) for n in range(25)]


def test_v1_that_ignores_the_order_asked_for_is_read_to_its_end() -> None:
    rows = [{"_id": str(n), "time": NOON_MS + n} for n in range(25)]

    def ask(page: Mapping[str, Any]) -> Any:
        return {"meta": {"rc": "ok"}, "data": rows[page["_start"] : page["_start"] + page["_limit"]]}

    read = read_pages(OffsetPages(NOON + timedelta(milliseconds=20), size=10), ask)
    assert [row["_id"] for row in read.rows] == ["20", "21", "22", "23", "24"]


def test_reads_joined_hold_each_row_once_and_all_that_is_missing() -> None:
    one = read_pages(Pages(NOON), Log(150).ask)
    two = read_pages(Pages(NOON), Log(250, fails_at=2).ask)
    both = join([one, two])
    assert len(both) == len({row["id"] for row in both.rows}) == 250
    assert both.unread == two.unread
