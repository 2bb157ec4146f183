"""Many records -> events: each once, the richest of all that told it, with every origin. Pure.

Sources do not share ids (docs/protocol.md E), so the same event is recognised by what it is, whom it happened
to and when (`same_event`). Matching is one to one across sources and never within one: a source that tells two
things means two things. What cannot be decided is in docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.pairing import pair_up
from unifi_scanner.models.same_event import (
    FLOW,
    is_bare,
    is_by_name,
    match_key,
    may_be_one,
    name_key,
    record_id,
    ways,
)

_RANK: Mapping[str, int] = {origin.value: rank for rank, origin in enumerate(Origin)} | {FLOW: len(Origin)}


class Told(NamedTuple):
    """One event after folding: the entry, and the ids of what was merged into it just now."""

    entry: LogEntry
    aliases: tuple[str, ...]


class Pair(NamedTuple):
    """Two entries that are one event, heard in two ways."""

    stored: LogEntry
    heard: LogEntry


def merge(stored: LogEntry, heard: LogEntry) -> LogEntry:
    """Return one entry of two: id, time, code and raw record of the first heard, the richest of both facts."""
    return msgspec.structs.replace(
        stored,
        client_mac=stored.client_mac or heard.client_mac,
        device_mac=stored.device_mac or heard.device_mac,
        client_name=_better(stored.client_name, heard.client_name),
        device_name=_better(stored.device_name, heard.device_name),
        metadata=_filled(stored.metadata, heard.metadata) | _traces(stored, heard),
        origins=stored.origins | heard.origins,
        kind=heard.kind if heard.kind == "client.switched_radio" else stored.kind,
    )


def _traces(stored: LogEntry, heard: LogEntry) -> dict[str, Any]:
    """Return what later matching must know of the records that became one entry."""
    traces: dict[str, Any] = {}
    taken_in = record_id(stored) or record_id(heard)
    if taken_in and taken_in != stored.raw_data.get("_id"):
        traces["v1_id"] = taken_in
    told = ways(stored) | ways(heard)
    if FLOW in told:
        traces["ips_by"] = sorted(told & {FLOW, Origin.IPS.value})
    return traces


def _better(own: Any, other: Any) -> Any:
    """Return `own`, unless it is missing, or a bare MAC, address or interface where the other knows a name."""
    if own in (None, ""):
        return other
    return other if other and is_bare(own) and not is_bare(other) else own


def _filled(own: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    added = {name: value for name, value in other.items() if name not in own and name != "heard"}
    named = {
        name: better
        for name, value in own.items()
        if name in other
        and not name.endswith("_mac")
        and (better := _better(value, other[name])) is not value
    }
    return {**own, **added, **named}


def assign(existing: Iterable[LogEntry], incoming: Iterable[LogEntry]) -> list[Pair]:
    """Return which incoming entry is which existing one: one to one, nearest in time first.

    The answer does not depend on the order of either input; ids must be unique in each.
    """
    stored, heard = list(existing), list(incoming)
    pairs = _assign_by(match_key, stored, heard)
    gone = {entry.id for pair in pairs for entry in pair}
    vague = [e for e in (*stored, *heard) if e.id not in gone and is_by_name(match_key(e))]
    if not vague:
        return pairs
    left = [[e for e in side if e.id not in gone] for side in (stored, heard)]
    return pairs + _assign_by(name_key, *left)


def _assign_by(
    key_of: Callable[[LogEntry], str], existing: Iterable[LogEntry], incoming: Iterable[LogEntry]
) -> list[Pair]:
    groups = _by_key(key_of, incoming)
    pairs: list[Pair] = []
    for key, stored in _by_key(key_of, (e for e in existing)).items():
        heard = groups.get(key)
        if heard:
            told = frozenset.intersection(*(ways(entry) for entry in heard))
            free = [entry for entry in stored if told.isdisjoint(ways(entry))]
            pairs += (Pair(*pair) for pair in pair_up(free, heard, may_be_one))
    return pairs


def _by_key(key_of: Callable[[LogEntry], str], entries: Iterable[LogEntry]) -> dict[str, list[LogEntry]]:
    groups: dict[str, list[LogEntry]] = {}
    for entry in entries:
        key = key_of(entry)
        if key:
            groups.setdefault(key, []).append(entry)
    return groups


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
    return min((_RANK[way] for way in ways(entry)), default=len(_RANK))


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
