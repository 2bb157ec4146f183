"""Schedules mean what crontab means, whatever the scheduler thinks of Sundays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.loading import load, read
from unifi_scanner.config.schedule import (
    WEEKDAYS,
    checked_crontab,
    crontab_of_preset,
    named_weekdays,
    report_trigger,
    trigger_fields,
)

SUNDAY = datetime(2026, 3, 1, tzinfo=UTC)


def firings(crontab: str, count: int, *, start: datetime = SUNDAY) -> list[datetime]:
    trigger = report_trigger(crontab, UTC)
    fired: list[datetime] = []
    while len(fired) < count:
        fired.append(trigger.get_next_fire_time(fired[-1] if fired else None, start))
        start = fired[-1] + timedelta(seconds=1)
    return fired


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("*", "*"),
        ("0", "sun"),
        ("7", "sun"),
        ("1", "mon"),
        ("6", "sat"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("5-7", "sun,fri,sat"),
        ("fri-mon", "sun,mon,fri,sat"),
        ("*/2", "sun,tue,thu,sat"),
        ("1-5/2", "mon,wed,fri"),
        ("0,3,Saturday", "sun,wed,sat"),
        ("2/3", "tue,fri"),
    ],
)
def test_weekdays_are_numbered_from_sunday(field: str, names: str) -> None:
    assert named_weekdays(field) == names


@given(st.integers(0, 7))
def test_a_weekday_number_fires_on_that_weekday(number: int) -> None:
    [fired] = firings(f"0 7 * * {number}", 1)
    assert WEEKDAYS[(fired.weekday() + 1) % 7] == WEEKDAYS[number % 7]


def test_day_and_weekday_together_mean_either() -> None:
    fired = firings("0 0 13 * 5", 5)
    assert [f"{moment:%a %d}" for moment in fired] == ["Fri 06", "Fri 13", "Fri 20", "Fri 27", "Fri 03"]
    assert f"{firings('0 0 15 * 5', 3)[2]:%a %d}" == "Sun 15"


def is_schedule_or_refused(said: str) -> bool:
    """Tell whether a reader's answer is a schedule that can be used, or a sentence."""
    return said.startswith("refused: ") or (len(said.split()) == 5 and bool(trigger_fields(said)))


@given(st.text(max_size=30))
def test_any_text_is_a_schedule_or_a_told_mistake(text: str) -> None:
    assert is_schedule_or_refused(read(checked_crontab, text))


PARTS = ["*", "0", "1", "5", "7", "12", "1-3", "*/2", "sun", "x", "2-1", "", "mon-", "/", "1/0", "٣"]


@given(st.lists(st.sampled_from(PARTS), max_size=6))
def test_anything_like_a_crontab_is_a_schedule_or_a_told_mistake(fields: list[str]) -> None:
    assert is_schedule_or_refused(read(checked_crontab, " ".join(fields)))


@pytest.mark.parametrize(
    ("preset", "crontab"),
    [
        ("hourly", "0 * * * *"),
        ("daily", "0 7 * * *"),
        ("Daily at 06:30", "30 6 * * *"),
        ("daily 18:05", "5 18 * * *"),
        ("weekly", "0 7 * * mon"),
        ("weekly on sunday at 09:00", "0 9 * * sun"),
        ("weekly fri 9:00", "0 9 * * fri"),
        ("weekly on 7 at 09:00", "0 9 * * sun"),
        ("monthly", "0 7 1 * *"),
        ("monthly on 15 at 08:00", "0 8 15 * *"),
    ],
)
def test_a_preset_is_a_crontab_line(preset: str, crontab: str) -> None:
    assert crontab_of_preset(preset) == crontab
    assert checked_crontab(crontab) == crontab
    assert load({"UNIFI_SCHEDULE_PRESET": preset}).crontab() == crontab


@pytest.mark.parametrize(
    "preset", ["", "yearly", "daily at noon", "monthly on 31", "hourly at 07:00", "weekly on 8"]
)
def test_what_is_no_preset_is_told(preset: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        crontab_of_preset(preset)


@given(st.text(alphabet="abdhiklmnortuwy 0123456789:", max_size=30))
def test_any_preset_text_is_a_schedule_or_a_told_mistake(text: str) -> None:
    assert is_schedule_or_refused(read(crontab_of_preset, text))


def test_the_trigger_keeps_the_time_zone_of_the_settings() -> None:
    settings = load({"UNIFI_SCHEDULE_PRESET": "daily at 07:00", "UNIFI_SCHEDULE_TIMEZONE": "Asia/Tokyo"})
    trigger = settings.trigger()
    assert trigger is not None
    fired = trigger.get_next_fire_time(None, SUNDAY)
    assert fired.astimezone(UTC).hour == 22
    assert settings.timezone() == ZoneInfo("Asia/Tokyo")


def test_without_a_schedule_there_is_no_trigger() -> None:
    assert load().trigger() is None
    assert load().timezone().utcoffset(SUNDAY) is not None
