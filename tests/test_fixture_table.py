from __future__ import annotations

import pytest

from tests.fixture_table import Row, main, rows
from tests.shared_data import needs_fixtures

pytestmark = needs_fixtures
# what nobody can know: ids and codes that no list has, made-up shapes, and a daemon UniFi does not let log
MOST_UNKNOWN = {
    "aiounifi/ws_frames.jsonl": 1,
    "crowdsec-unifi-parser/docs_lines.log": 1,
    "jmagar-tests/event.jsonl": 1,
    "jmagar-tests/frame.jsonl": 2,
    "pheonix25-tests/event.jsonl": 2,
    "pheonix25-tests/frame.jsonl": 1,
    "sirkirby-unifi-mcp-tests/frame.jsonl": 2,
    "sirkirby-unifi-mcp-tests/v2.jsonl": 2,
    "syslog-misc/device_lines.log": 1,
    "syslog-misc/templated_udm_se_10_2.log": 1,
}


@pytest.fixture(scope="module")
def table() -> list[Row]:
    return list(rows())


def test_no_record_of_any_file_is_lost_or_unreadable(table: list[Row]) -> None:
    assert len(table) > 40
    assert [row.file for row in table if row.lost or row.unreadable or row.entries < row.records] == []


def test_only_what_nobody_can_know_is_unknown(table: list[Row]) -> None:
    assert {row.file: row.unknown for row in table if row.unknown} == MOST_UNKNOWN


def test_answers_are_no_events_and_lines_are(table: list[Row]) -> None:
    for row in table:
        if row.kind in ("auth", "rest"):
            assert row.no_events == row.entries, row
        if row.kind in ("syslog", "ips"):
            assert row.no_events == 0, row


def test_the_table_ends_with_its_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().out.endswith("No record was lost.\n")
