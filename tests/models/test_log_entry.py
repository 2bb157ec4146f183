from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from unifi_scanner.models import LogEntry, LogLevel, LogSource
from unifi_scanner.models.log_entry import NO_TIME

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(moment: datetime) -> LogEntry:
    return LogEntry(
        timestamp=moment,
        source=LogSource.WIRELESS,
        level=LogLevel.INFO,
        event_type="wu.connected",
        message="Client 5c:52:30:55:7d:67 connected to Hall",
    )


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        datetime(2026, 3, 1, 12),  # noqa: DTZ001 - what is to be mended
        datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_timestamp_is_always_aware_utc(moment: datetime) -> None:
    entry = at(moment)
    assert (entry.timestamp, entry.timestamp.utcoffset()) == (NOON, timedelta(0))
    assert entry.id == at(NOON).id


def test_no_time_stays_no_time() -> None:
    assert not at(NO_TIME).has_time


def test_an_entry_of_few_fields_has_an_id_and_a_kind() -> None:
    assert at(NOON).kind == "client.connected"
    assert at(NOON).id == at(NOON).id != at(NOON + timedelta(seconds=5)).id
