"""When reports are made: crontab lines and presets, checked before anything runs.

APScheduler counts weekdays from Monday and takes day-of-month *and* weekday together; crontab counts
from Sunday and takes either. What people write here is crontab, so it is translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from unifi_scanner.config.nearest import nearest

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

FIELDS = ("minute", "hour", "day", "month", "day_of_week")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
PRESETS = ("hourly", "daily", "weekly", "monthly")
PRESET = re.compile(
    r"(?P<every>[a-z]+)(\s+(on\s+)?(?P<day>(?!at\b)[a-z]+|\d{1,2}))?(\s+(at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
)
HOURS, MINUTES, LAST_SAFE_DAY = 24, 60, 28


def report_trigger(crontab: str, zone: tzinfo) -> BaseTrigger:
    """Return the APScheduler trigger that fires when `crontab` says, in `zone`."""
    from apscheduler.triggers.combining import OrTrigger
    from apscheduler.triggers.cron import CronTrigger

    triggers = [CronTrigger(timezone=zone, **fields) for fields in trigger_fields(crontab)]
    return triggers[0] if len(triggers) == 1 else OrTrigger(triggers)


def checked_crontab(text: str) -> str:
    """Return `text` if it is a five-field crontab line that will ever come true."""
    try:
        trigger = report_trigger(text, UTC)
    except ValueError as exc:
        raise ValueError(f"{text!r} is not a schedule ({exc}); {_EXAMPLE}") from exc
    if trigger.get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=UTC)) is None:
        raise ValueError(f"{text!r} never comes true; {_EXAMPLE}")
    return " ".join(text.split())


_EXAMPLE = 'write five fields, minute hour day month weekday: "0 7 * * 1" is Mondays at 7:00'


def trigger_fields(crontab: str) -> list[dict[str, str]]:
    """Return APScheduler's cron fields for a crontab line; two sets when either of two days will do."""
    values = crontab.split()
    if len(values) != len(FIELDS):
        raise ValueError(f"it has {len(values)} fields, not {len(FIELDS)}")
    fields = dict(zip(FIELDS, values, strict=True))
    fields["day_of_week"] = named_weekdays(fields["day_of_week"])
    if fields["day"].startswith("*") or fields["day_of_week"] == "*":
        return [fields]
    return [{**fields, "day_of_week": "*"}, {**fields, "day": "*"}]


def named_weekdays(field: str) -> str:
    """Return a crontab weekday field (0 and 7 are Sunday) as names, which every scheduler agrees on."""
    if field == "*":
        return field
    days = {day for part in field.lower().split(",") for day in _weekdays(part)}
    return ",".join(WEEKDAYS[day] for day in sorted(days))


def _weekdays(part: str) -> Iterator[int]:
    span, slash, step = part.partition("/")
    first, dash, last = span.partition("-")
    if (slash and not (step.isdecimal() and int(step))) or (not first):
        raise ValueError(f"weekday {part!r} is not understood")
    low = 0 if span == "*" else _weekday(first)
    high = 6 if span == "*" or (slash and not dash) else _weekday(last) if dash else low
    if dash and low > high:
        high += 7  # fri-mon, or 5-0
    return (day % 7 for day in range(low, high + 1, int(step or 1)))


def _weekday(text: str) -> int:
    if text.isdecimal() and int(text) <= len(WEEKDAYS):
        return int(text)
    for number, name in enumerate(WEEKDAYS):
        if len(text) >= len(name) and text.startswith(name):
            return number
    raise ValueError(f"weekday {text!r} is not 0 to 7 or sun to sat")


def crontab_of_preset(text: str) -> str:
    """Return the crontab line of `hourly`, `daily at 07:00`, `weekly on fri at 18:30`, `monthly on 1`."""
    found = PRESET.fullmatch(text.strip().lower())
    if found is None or found["every"] not in PRESETS:
        raise ValueError(_preset_sentence(text))
    hour, minute = int(found["hour"] or 7), int(found["minute"] or 0)
    if hour >= HOURS or minute >= MINUTES:
        raise ValueError(f"{hour:02}:{minute:02} is not a time of day")
    match found["every"], found["day"]:
        case "hourly", None if not found["hour"]:
            return "0 * * * *"
        case "daily", None:
            return f"{minute} {hour} * * *"
        case "weekly", day:
            return f"{minute} {hour} * * {WEEKDAYS[_weekday(day or 'mon') % 7]}"
        case "monthly", day if _is_day_of_every_month(day or "1"):
            return f"{minute} {hour} {int(day or 1)} * *"
        case _:
            raise ValueError(_preset_sentence(text))


def _is_day_of_every_month(day: str) -> bool:
    return day.isdecimal() and 1 <= int(day) <= LAST_SAFE_DAY


def _preset_sentence(text: str) -> str:
    first = (text.split() or [""])[0].lower()
    meant = nearest(first, PRESETS) or "daily"
    return (
        f"{text!r} is not a preset (did you mean {meant}?); write hourly, daily at 07:00, weekly on mon at 07:00, "
        f"or monthly on 1 at 07:00 (days 1 to {LAST_SAFE_DAY}, which every month has)"
    )
