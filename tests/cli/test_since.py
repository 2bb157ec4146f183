"""What people mean by "since"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.cli.since import parse_since

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("30m", NOW - timedelta(minutes=30)),
        (" 2H ", NOW - timedelta(hours=2)),
        ("7d", NOW - timedelta(days=7)),
        ("2 w", NOW - timedelta(weeks=2)),
        ("2026-03-01T08:00Z", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-03-01T08:00+02:00", datetime(2026, 3, 1, 6, tzinfo=UTC)),
        ("2026-03-01 08:00", datetime(2026, 3, 1, 7, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("20260301T080000Z", datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_span_or_a_moment_is_understood(text: str, moment: datetime) -> None:
    assert parse_since(text, now=NOW, zone=OSLO) == moment


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "5", "m", "-5m", "1.5h", "5y", "2026-13-01", "999999999w", "2027-01-01", "0001-01-01"],
)
def test_anything_else_is_told_with_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match="write 30m, 2h, 7d"):
        parse_since(text, now=NOW, zone=OSLO)


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,12}[smhdw]", fullmatch=True))
def test_any_text_is_a_moment_in_the_past_or_a_told_mistake(text: str) -> None:
    try:
        moment = parse_since(text, now=NOW, zone=UTC)
    except ValueError:
        return
    assert moment.tzinfo is UTC
    assert moment <= NOW


@given(st.integers(0, 50 * 365 * 86_400_000), st.timezones())
def test_every_iso_moment_comes_back(ms: int, zone: ZoneInfo) -> None:
    moment = (NOW - timedelta(milliseconds=ms)).astimezone(zone)
    assert parse_since(moment.isoformat(), now=NOW, zone=OSLO) == moment.astimezone(UTC)
