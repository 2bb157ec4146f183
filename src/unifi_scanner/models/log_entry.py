"""LogEntry: one thing that happened, whichever way it was heard. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from unifi_scanner.models.enums import LogLevel, LogSource, Origin
from unifi_scanner.models.vocabulary import UNKNOWN_KIND, kind_of_event_type

NO_TIME = datetime.min.replace(tzinfo=UTC)  # the wire gave no time; never "now", never 1970
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder(order="deterministic").encode


def digest_of(*parts: Any) -> str:
    """Return a short stable name for `parts`: the same in every process, on every machine."""
    try:
        encoded = _encode(parts)
    except (OverflowError, ValueError, TypeError, RecursionError):
        # a stranger's huge number, lone surrogate or depth: still the same name every time
        encoded = ascii(parts).encode()
    return hashlib.blake2b(encoded, digest_size=12).hexdigest()


def id_in_time(moment: datetime, text: str) -> str:
    """Return a name for what says itself when it was, as `digest_of` does; names of one time lie near each other.

    Thousands of them are then put into an index in the order in which they come, not each somewhere else.
    """
    span = moment - _EPOCH
    seconds = (span.days * 86_400 + span.seconds) & 0xFFFF_FFFF
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return f"{seconds:08x}{digest.hexdigest()}"


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class LogEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that happened.

    `timestamp` is aware UTC (without a zone it is taken as UTC), or NO_TIME where the input truly gave none. `event_type` is the source's own
    code, `kind` ours: rules match the kind. `metadata` holds the facts under our own names (see
    logs/normalise.py), `raw_data` the record as received.
    """

    timestamp: datetime
    source: LogSource
    level: LogLevel
    event_type: str
    message: str
    raw_data: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    device_mac: str | None = None
    device_name: str | None = None
    client_mac: str | None = None
    client_name: str | None = None
    site: str = "default"
    origins: frozenset[Origin] = frozenset()
    id: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        if self.timestamp.tzinfo is not UTC:
            msgspec.structs.force_setattr(self, "timestamp", _in_utc(self.timestamp))
        if not self.kind:
            msgspec.structs.force_setattr(self, "kind", kind_of_event_type(self.event_type))
        if not self.id:
            own = (self.event_type, self.timestamp.isoformat(), self.client_mac, self.device_mac, self.site)
            msgspec.structs.force_setattr(self, "id", digest_of(own, self.message, dict(self.raw_data)))

    @property
    def has_time(self) -> bool:
        """Return whether the input said when this happened."""
        return self.timestamp != NO_TIME

    @property
    def is_known(self) -> bool:
        """Return whether the vocabulary knows what this is."""
        return self.kind != UNKNOWN_KIND
