"""The console's alert collection: query and answer."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.logs.ssh_alerts import alerts_command, parse_alerts, plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("wrapped", "unwrapped"),
    [
        ({"$oid": "65a1"}, "65a1"),
        ({"$numberLong": "1705084800000"}, 1705084800000),
        ({"$numberInt": 7}, 7),
        ({"$numberLong": "no number"}, "no number"),
        ({"$date": {"$numberLong": "1705084800000"}}, 1705084800000),
        ({"low": 5, "high": 1, "unsigned": False}, (1 << 32) + 5),
        ({"low": -1, "high": 0, "unsigned": False}, 0xFFFFFFFF),
        ({"$oid": "65a1", "more": 1}, {"$oid": "65a1", "more": 1}),
        ([{"a": {"$oid": "x"}}], [{"a": "x"}]),
    ],
)
def test_every_shells_way_of_writing_ids_and_numbers_is_read(wrapped: object, unwrapped: object) -> None:
    assert plain(wrapped) == unwrapped


def test_rows_are_read_chatter_is_passed_by_and_half_a_row_is_kept() -> None:
    page = parse_alerts(
        'MongoDB shell version v3.6.23\n{"_id": {"$oid": "a"}, "key": "K"}\r\n{"_id": "b", "ke\n'
    )
    assert page.rows == ({"_id": "a", "key": "K"},)
    assert page.unreadable == ('{"_id": "b", "ke',)


@given(st.text() | st.lists(JSON.map(json.dumps)).map("\n".join))
@settings(deadline=None)
def test_no_answer_raises_and_no_row_is_dropped(text: str) -> None:
    page = parse_alerts(text)
    rows = sum(line.strip().startswith("{") for line in text.split("\n"))
    assert len(page.rows) + len(page.unreadable) == rows


def test_a_row_nested_without_end_is_unreadable() -> None:
    assert len(parse_alerts('{"a":' * 5000 + "1" + "}" * 5000).unreadable) == 1
    assert len(parse_alerts('{"a":' * 50 + "1" + "}" * 50).unreadable) == 1


def test_the_query_only_reads() -> None:
    command = alerts_command(1705084800000, 500)
    query = shlex.split(command)[-1]
    assert 'NumberLong("1705084800000")' in query
    assert ".find(" in query
    assert not any(word in query for word in ("insert", "update", "remove", "drop", "delete", "save"))
