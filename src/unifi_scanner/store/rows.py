"""A LogEntry as a row, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from unifi_scanner.models.enums import LogLevel, LogSource, Origin
from unifi_scanner.models.log_entry import NO_TIME, LogEntry
from unifi_scanner.models.same_event import match_key

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000
_BITS = {origin: 1 << place for place, origin in enumerate(Origin)}
NO_RECORD = b"{}"
Same = dict[Any, Any]


class Row(NamedTuple):
    """What the table `entries` holds of one entry, without its sequence number."""

    shard: int
    id: str
    ts: int
    origins: int
    match_key: str | None
    body: bytes
    raw: bytes  # empty where it stands in a block


class _Body(msgspec.Struct, array_like=True, gc=False):
    event_type: str
    message: str
    source: LogSource
    level: LogLevel
    kind: str
    device_mac: str | None
    device_name: str | None
    client_mac: str | None
    client_name: str | None
    site: str
    metadata: dict[str, Any]


_encode = msgspec.json.Encoder().encode
_decode_body = msgspec.json.Decoder(_Body).decode
_decode_raw = msgspec.json.Decoder(dict[str, Any]).decode


def to_us(moment: datetime) -> int:
    """Return a moment as whole microseconds since 1970."""
    span = moment - EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def from_us(value: int) -> datetime:
    """Return the moment that `to_us` made a number of."""
    return EPOCH + timedelta(microseconds=value)


NO_TIME_US = to_us(NO_TIME)


@lru_cache(maxsize=512)
def bits_of(origins: frozenset[Origin]) -> int:
    """Return a set of origins as a bit mask."""
    return sum(_BITS[origin] for origin in origins)


@lru_cache(maxsize=512)
def origins_of(bits: int) -> frozenset[Origin]:
    """Return the set of origins of a bit mask."""
    return frozenset(origin for origin, bit in _BITS.items() if bits & bit)


def row_of(entry: LogEntry, shard: int, *, with_raw: bool = True) -> Row:
    """Return the row that keeps `entry`, if need be without its record, which is kept elsewhere."""
    return Row(
        shard,
        plain(entry.id),
        to_us(entry.timestamp),
        bits_of(entry.origins),
        plain(match_key(entry)) or None,
        body_of(entry),
        encoded(entry.raw_data) if with_raw else b"",
    )


def body_of(entry: LogEntry) -> bytes:
    """Return everything of `entry` that no query asks for."""
    return encoded(
        (
            entry.event_type,
            entry.message,
            entry.source,
            entry.level,
            entry.kind,
            entry.device_mac,
            entry.device_name,
            entry.client_mac,
            entry.client_name,
            entry.site,
            entry.metadata,
        )
    )


def entry_of(
    id_: str, ts: int, origins: int, body: bytes, raw: bytes = NO_RECORD, same: Same | None = None
) -> LogEntry:
    """Return the entry that a row keeps; `same` holds texts that many entries have, for all of them to share."""
    told = _decode_body(body)
    kind, device, client = told.kind, told.device_mac, told.client_mac
    if same is not None:
        share = same.setdefault
        kind, device, client = share(kind, kind), share(device, device), share(client, client)
    return LogEntry(
        timestamp=EPOCH + timedelta(microseconds=ts),
        source=told.source,
        level=told.level,
        event_type=told.event_type,
        message=told.message,
        raw_data=_decode_raw(raw) if raw != NO_RECORD else {},
        metadata=told.metadata,
        device_mac=device,
        device_name=told.device_name,
        client_mac=client,
        client_name=told.client_name,
        site=told.site,
        origins=origins_of(origins),
        id=id_,
        kind=kind,
    )


def rollup_key(entry: LogEntry, ts: int) -> tuple[int, str, str]:
    """Return the hour, kind and subject under which `entry` is counted."""
    return ts - ts % HOUR_US, entry.kind, entry.client_mac or entry.device_mac or ""


def encoded(value: Any) -> bytes:
    """Return JSON of anything a wire can hold, lone surrogates and strange types too."""
    try:
        return _encode(value)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return _encode_strange(value)


def _encode_strange(value: Any) -> bytes:
    try:
        return _encode(_tamed(value))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return json.dumps({"unreadable": "a record nested too deeply to be kept"}).encode()


def _tamed(value: Any) -> Any:
    match value:
        case str():
            return plain(value)
        case Mapping():
            return {plain(str(name)): _tamed(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_tamed(item) for item in value]
        case int() | float() | None:
            return value
        case _:
            return plain(str(value))


def plain(text: str) -> str:
    """Return `text` without what UTF-8 cannot say."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
