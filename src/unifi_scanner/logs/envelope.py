"""The outside of a log line: when, by which host, device and program it was written (docs/protocol.md F.1). Pure.

UniFi devices wrap lines in about ten ways, and relays bend them further. Nothing here refuses a line: what is not
there is None, and `text` is what remains.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from unifi_scanner.models.device import canonical_mac
from unifi_scanner.models.wire_time import from_iso

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STAMP = r"[A-Z][a-z]{2} (?:[ \d]\d|\d) \d\d:\d\d:\d\d"
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_HEAD = re.compile(rf"\s*(?:<(\d{{1,3}})>)?(?:1 )?(?:({_STAMP})|({_ISO}))?\s*")
_LATE_STAMP = re.compile(rf"({_STAMP})\s+")
_ISO_LATER = re.compile(rf"\b({_ISO})\b")
_SPLIT_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d): (?=\d\d:\d\d)")  # bent by a relay (F.1, 6)
# a second name counts as a tag when it has a number: `mcad: mcad[981]:`, but not `hostapd: ath2: STA …`
_TAG = re.compile(
    r"(?::\s+)?([\w./#@+-]{1,64})(?:\[(\d{1,10})\])?:(?:\s+|$)(?:([\w./#@+-]{1,64})\[(\d{1,10})\]:(?:\s+|$))?"
)
_EMPTY_TAG = re.compile(r":\s+")
_FACILITY = re.compile(r"[a-z]\w{2,10}\.[a-z]{3,8}\s+")
_STRUCTURED = re.compile(r"(?:\S+) (\S{1,48}) (\d{1,10}|-) (?:\S{1,32}) (?:-|\[[^\]]*\])(?: |$)")
_SECONDS = tuple(timedelta(seconds=n) for n in range(61))


class Stamp(NamedTuple):
    """A time as it stands in a line: without year and zone, or whole."""

    text: str
    is_whole: bool


class Envelope(NamedTuple):
    """What surrounds the text of a line; `pri` is the syslog priority, `mac`, `model` and `version` the sender's."""

    stamp: Stamp | None = None
    host: str | None = None
    mac: str | None = None
    model: str | None = None
    version: str | None = None
    tag: str = ""
    pid: str | None = None
    text: str = ""
    has_pri: bool = False


class Head(NamedTuple):
    """The front of a line: its time, whether it bore a priority, and where the rest begins."""

    stamp: Stamp | None
    has_pri: bool
    end: int


def read_head(line: str) -> Head:
    """Return the priority and the time a line begins with."""
    match = _HEAD.match(line)
    if match is None:  # pragma: no cover - every part of it is optional
        return Head(None, False, 0)
    pri, stamp, whole = match.groups()
    told = _part(stamp) if stamp else Stamp(whole, True) if whole else None
    return Head(told, pri is not None, match.end())


@lru_cache(maxsize=256)  # a busy second writes it on many lines
def _part(stamp: str) -> Stamp:
    return Stamp(stamp if len(stamp) == 15 else f"{stamp[:4]} {stamp[4:]}", False)


def open_envelope(line: str) -> Envelope:
    """Return the line taken apart; every part that is missing is None."""
    stamp, has_pri, end = read_head(line)
    rest = line[end:]
    if has_pri and ">1 " in line[:8] and (five := _structured(rest, stamp)):
        return five
    host, device, rest = _split_sender(rest)
    late = _LATE_STAMP.match(rest) if stamp is None else None
    if late is not None:  # campus switches say who they are before they say when (F.1, 5)
        stamp = _part(late.group(1))
        host, _, rest = rest[late.end() :].partition(" ")
        rest = _FACILITY.sub("", rest, count=1) if _FACILITY.match(rest) else rest
    mac, model, version = device or (None, None, None)
    tag, pid, text = _split_tag(rest)
    return Envelope(stamp, host or None, mac, model, version, tag, pid, text, has_pri)


def _structured(rest: str, stamp: Stamp | None) -> Envelope | None:
    """Return a proper RFC 5424 line taken apart: host, app, process, message id, data."""
    if stamp is None or not stamp.is_whole:
        return None
    match = _STRUCTURED.match(rest)
    if match is None:
        return None
    pid = match.group(2)
    host = rest.split(" ", 1)[0]
    tag = "" if match.group(1) == "-" else plain_tag(match.group(1))
    return Envelope(stamp, None if host == "-" else host, tag=tag, pid=None if pid == "-" else pid,
                    text=rest[match.end() :], has_pri=True)  # fmt: skip


Device = tuple[str | None, str | None, str | None]


def _split_sender(rest: str) -> tuple[str | None, Device | None, str]:
    first, _, after = rest.partition(" ")
    if (device := device_of(first)) is not None:
        return None, device, after.lstrip()
    if not first or first.endswith(":") or first[0] == "[":
        return None, None, rest
    second, _, beyond = after.lstrip().partition(" ")
    if (device := device_of(second)) is not None:
        return first, device, beyond.lstrip()
    # gateways write their name twice (F.1, 2)
    return first, None, beyond.lstrip() if second == first else after.lstrip()


def device_of(word: str) -> Device | None:
    """Return MAC, model and version of `mac,MODEL-version:`, `MODEL,mac,vX` or `("MODEL,mac,vX")`."""
    if "," not in word or len(word) > 128:
        return None
    parts = word.strip('():"').split(",")
    if len(parts) == 2:
        model, _, version = parts[1].rpartition("-")
        if model and version[:1].isdigit():
            return canonical_mac(parts[0]), model, version
    if len(parts) == 3 and parts[2][:1] == "v":
        return canonical_mac(parts[1]), parts[0], parts[2][1:]
    return None


def _split_tag(rest: str) -> tuple[str, str | None, str]:
    match = _TAG.match(rest)
    if match is None:
        empty = _EMPTY_TAG.match(rest)
        return "", None, rest[empty.end() :] if empty else rest
    first, pid, second, second_pid = match.groups()
    return plain_tag(second or first), second_pid or pid, rest[match.end() :]


@lru_cache(maxsize=1024)
def plain_tag(tag: str) -> str:
    """Return the name of a program without its path or its container: `/usr/sbin/hostapd` is `hostapd`."""
    return tag.replace("#", "/").rsplit("/", 1)[-1]


def moment_of(stamp: Stamp | None, zone: str, near: datetime | None) -> datetime | None:
    """Return when a stamp means, or None where that cannot be known; a year that is missing is the one nearest to `near`."""
    if stamp is None:
        return None
    if stamp.is_whole:
        return whole_moment(stamp.text, zone)
    if near is None:
        return None
    minute = _minute_of(stamp.text[:12], zone, near.date())
    seconds = int(stamp.text[13:15])
    if minute is None or seconds > 60:
        return None
    early, late = minute
    # the hour that a clock change repeats: the one nearer to when it was heard
    begin = late if early is not late and abs(late - near) < abs(early - near) else early
    return begin + _SECONDS[seconds]


def whole_moment(text: str, zone: str) -> datetime | None:
    """Return the moment of an ISO time, in `zone` where it names none."""
    try:
        moment = datetime.fromisoformat(text.replace(",", "."))
        if moment.tzinfo is not None:
            return from_iso(text.replace(",", "."))
        return moment.replace(tzinfo=zone_of(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def iso_within(line: str, before: int) -> Stamp | None:
    """Return the first whole time in the first `before` characters, repaired where a relay split it (F.1, 6)."""
    part = line[:before]
    match = _ISO_LATER.search(_SPLIT_ISO.sub(r"\1:", part) if ": " in part else part)
    return None if match is None else Stamp(match.group(1), True)


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of that IANA name; UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=4096)
def _minute_of(stamp: str, zone: str, near: date) -> tuple[datetime, datetime] | None:
    """Return the minute a stamp means in UTC, twice where a clock change repeats it."""
    if stamp[:3] not in _MONTHS:
        return None
    month, day = _MONTHS.index(stamp[:3]) + 1, int(stamp[4:6])
    hour, minute = int(stamp[7:9]), int(stamp[10:12])
    candidates = [
        moment
        for year in (near.year - 1, near.year, near.year + 1)
        if (moment := _made(year, month, day, hour, minute))
    ]
    if not candidates:
        return None
    local = min(candidates, key=lambda moment: abs(moment.date() - near)).replace(tzinfo=zone_of(zone))
    try:
        early, late = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return (early, early) if late <= early else (early, late)


def _made(year: int, month: int, day: int, hour: int, minute: int) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the zone comes later
    except ValueError:
        return None
