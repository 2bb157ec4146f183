"""When two ways of hearing it are one event: same class, same subject, at most 5 s apart. Pure.

Sources do not share ids (docs/protocol.md E), so the same event is recognised by what it is, whom it happened
to and when. Matching is one to one across sources and never within one: a source that tells two things means
two things.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from unifi_scanner.models.enums import Origin
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND, info_of
from unifi_scanner.models.kinds_lines import LINES
from unifi_scanner.models.log_entry import LogEntry

WINDOW = timedelta(seconds=5)
REST_OF_A_SECOND = timedelta(microseconds=999_999)
NEIGHBOURS = 32  # in a flood only the nearest on either side are looked at

# kinds that only one source can tell, or that are too vague to be the same thing twice
_ALONE = LINES.keys() | {
    UNKNOWN_KIND,
    UNREADABLE_KIND,
    "client.state",
    "client.known",
    "client.forgotten",
    "vpn.state",
}
_AT_ONE_PLACE = frozenset({"client.connected", "client.disconnected", "client.switched_radio"})
_LIVE = frozenset({Origin.WEBSOCKET, Origin.SYSLOG, Origin.CEF})
_SAME_RECORDS = frozenset({Origin.WEBSOCKET, Origin.REST})
_RANK = {origin: rank for rank, origin in enumerate(Origin)}

_FACTS = (
    "ssid",
    "ap_from_mac",
    "ap_to_mac",
    "src_ip",
    "dst_ip",
    "src_port",
    "dst_port",
    "signature_id",
    "wan_id",
    "iface",
)
_FACTS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "admin": ("admin", "ip"),
    "port": ("port",),
    "power": ("port",),
    "switch": ("port", "ip"),
    "client.wired_connected": ("port",),
    "ap.channel_changed": ("channel_from", "channel_to"),
    "ap.radar": ("channel",),
    "ap.interference": ("channel",),
}
_BRACKETS = re.compile(r"\s*\(.*\)$")
_MAC = re.compile(r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", re.IGNORECASE)


class Told(NamedTuple):
    """One event after folding: the entry, and the ids of what was merged into it just now."""

    entry: LogEntry
    aliases: tuple[str, ...]


class Pair(NamedTuple):
    """Two entries that are one event, heard in two ways."""

    stored: LogEntry
    heard: LogEntry


def match_key(entry: LogEntry) -> str:
    """Return what both ways of hearing an event agree on, or "" where it can match nothing."""
    kind = entry.kind
    if kind in _ALONE or kind.startswith("state.") or not _is_timed(entry):
        return ""
    match info_of(kind).subject:
        case "client":
            subject = entry.client_mac or _by_name(entry.client_name)
        case "device":
            subject = entry.device_mac or _by_name(entry.device_name)
        case _:
            return kind
    return f"{kind} {subject}" if subject else ""


def _by_name(name: str | None) -> str:
    return f"“{name.casefold()}”" if name else ""


def _is_timed(entry: LogEntry) -> bool:
    if not entry.has_time:
        return False
    # when we polled says nothing of when it happened; when a live source spoke does
    return not entry.metadata.get("heard") or not _LIVE.isdisjoint(entry.origins)


def compatible(one: LogEntry, other: LogEntry) -> bool:
    """Return whether no fact that both know, and that tells events apart, speaks against one event."""
    if one.site != other.site or _are_two_records(one, other):
        return False
    if one.kind in _AT_ONE_PLACE and not _agree(one.device_mac, other.device_mac):
        return False
    return all(_agree(one.metadata.get(f), other.metadata.get(f)) for f in _facts_of(one.kind))


def _facts_of(kind: str) -> tuple[str, ...]:
    family = kind.partition(".")[0]
    return _FACTS + (_FACTS_OF_KIND.get(kind) or _FACTS_OF_KIND.get(family) or ())


def _agree(one: Any, other: Any) -> bool:
    return one is None or other is None or one == other or _plain(one) == _plain(other)


def _plain(value: Any) -> str:
    """Return what two spellings of a value share: `36 (5 GHz)` and 36, `Jo` and `jo`."""
    text = str(value).strip().casefold()
    return _BRACKETS.sub("", text)


def _are_two_records(one: LogEntry, other: LogEntry) -> bool:
    """Return whether both are v1 records with ids of their own, which socket and REST share (B.5)."""
    if _SAME_RECORDS.isdisjoint(one.origins) or _SAME_RECORDS.isdisjoint(other.origins):
        return False
    return _has_id(one) and _has_id(other)


def _has_id(entry: LogEntry) -> bool:
    return "_id" in entry.raw_data or "id" in entry.raw_data


def merge(stored: LogEntry, heard: LogEntry) -> LogEntry:
    """Return one entry of two: id, time, code and raw record of the first heard, the richest of both facts."""
    return msgspec.structs.replace(
        stored,
        client_mac=stored.client_mac or heard.client_mac,
        device_mac=stored.device_mac or heard.device_mac,
        client_name=_better(stored.client_name, heard.client_name),
        device_name=_better(stored.device_name, heard.device_name),
        metadata=_filled(stored.metadata, heard.metadata),
        origins=stored.origins | heard.origins,
    )


def _better(own: Any, other: Any) -> Any:
    """Return `own`, unless it is missing, or a bare MAC where the other knows a name."""
    if own in (None, ""):
        return other
    return other if other and _is_mac(own) and not _is_mac(other) else own


def _is_mac(value: Any) -> bool:
    return isinstance(value, str) and bool(_MAC.match(value))


def _filled(own: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    added = {name: value for name, value in other.items() if name not in own and name != "heard"}
    named = {
        name: better
        for name, value in own.items()
        if name in other
        and not name.endswith("_mac")
        and (better := _better(value, other[name])) is not value
    }
    return {**own, **added, **named} if added or named else own


def assign(existing: Iterable[LogEntry], incoming: Iterable[LogEntry]) -> list[Pair]:
    """Return which incoming entry is which existing one: one to one, nearest in time first.

    The answer does not depend on the order of either input; ids must be unique in each.
    """
    proposals = sorted(_proposals(_by_key(existing), incoming), key=itemgetter(0))
    taken: set[str] = set()
    given: set[str] = set()
    pairs: list[Pair] = []
    for (_, _, old, new), pair in proposals:
        if old not in taken and new not in given:
            taken.add(old)
            given.add(new)
            pairs.append(pair)
    return pairs


def _by_key(entries: Iterable[LogEntry]) -> dict[str, list[LogEntry]]:
    groups: dict[str, list[LogEntry]] = {}
    for entry in entries:
        key = match_key(entry)
        if key:
            groups.setdefault(key, []).append(entry)
    for group in groups.values():
        group.sort(key=_in_time)
    return groups


def _proposals(
    groups: Mapping[str, Sequence[LogEntry]], incoming: Iterable[LogEntry]
) -> Iterable[tuple[tuple[timedelta, timedelta, str, str], Pair]]:
    for heard in incoming:
        for stored in _near(groups.get(match_key(heard), ()), heard.timestamp):
            apart = abs(stored.timestamp - heard.timestamp)
            if apart <= WINDOW and stored.origins.isdisjoint(heard.origins) and compatible(stored, heard):
                distance = distance_between(stored.timestamp, heard.timestamp)
                yield (distance, apart, stored.id, heard.id), Pair(stored, heard)


def _near(group: Sequence[LogEntry], moment: datetime) -> Sequence[LogEntry]:
    if len(group) <= NEIGHBOURS:
        return group
    middle = bisect_left(group, moment, key=_moment)
    return group[max(0, middle - NEIGHBOURS) : middle + NEIGHBOURS]


def _moment(entry: LogEntry) -> datetime:
    return entry.timestamp


def distance_between(one: datetime, other: datetime) -> timedelta:
    """Return how far apart two times are, when a whole second may stand for any moment in it (E)."""
    if bool(one.microsecond) == bool(other.microsecond):
        return abs(one - other)
    floored, exact = (other, one) if one.microsecond else (one, other)
    return max(floored - exact, exact - floored - REST_OF_A_SECOND, timedelta(0))


def fold(existing: Sequence[LogEntry], incoming: Sequence[LogEntry]) -> list[Told]:
    """Return existing and incoming entries as events, source by source, with what became part of what.

    `existing` entries stay first and keep their ids; ids must be unique over both.
    """
    pool = {entry.id: Told(entry, ()) for entry in existing}
    for group in _by_source(incoming):
        pairs = assign((told.entry for told in pool.values()), group) if pool else []
        for stored, heard in pairs:
            before = pool[stored.id]
            pool[stored.id] = Told(merge(before.entry, heard), (*before.aliases, heard.id))
        paired = {heard.id for _, heard in pairs}
        pool.update((entry.id, Told(entry, ())) for entry in group if entry.id not in paired)
    return list(pool.values())


def _by_source(entries: Sequence[LogEntry]) -> list[list[LogEntry]]:
    groups: dict[int, list[LogEntry]] = {}
    for entry in entries:
        groups.setdefault(_rank(entry), []).append(entry)
    return [groups[rank] for rank in sorted(groups)]


def _rank(entry: LogEntry) -> int:
    return min((_RANK[origin] for origin in entry.origins), default=len(_RANK))


def unite(entries: Iterable[LogEntry]) -> list[LogEntry]:
    """Return every id once, oldest first, with the origins of all that bore it."""
    united: dict[str, LogEntry] = {}
    for entry in sorted(entries, key=_by_rank):
        known = united.get(entry.id)
        united[entry.id] = entry if known is None else merge(known, entry)
    return sorted(united.values(), key=_in_time)


def _by_rank(entry: LogEntry) -> tuple[int, datetime, str, str]:
    return _rank(entry), entry.timestamp, entry.event_type, entry.message


def _in_time(entry: LogEntry) -> tuple[datetime, str]:
    return entry.timestamp, entry.id


def combine(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Return one batch from several sources as events, each once, oldest first."""
    return sorted((told.entry for told in fold((), unite(entries))), key=_in_time)
