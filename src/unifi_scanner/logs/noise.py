"""Counting what comes by the thousand: allowed connections, look-ups, and floods of stopped connections. Pure.

What is counted here is not stored line by line: every hour of it becomes one entry with its count and a few of
its lines. Nothing is left out of the count, and where there is no room to count, the line is stored instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.envelope import moment_of, read_head, zone_of
from unifi_scanner.logs.lines_firewall import look_at
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.phrasing import phrase

EXEMPLARS = 5
MOST_BUCKETS = 4096
MOST_SOURCES = 256  # that are told apart when counting how many there were
# the rules look at up to 50 stops of one device in an hour; a port scan shows itself long before
STOPS_KEPT_PER_SOURCE = 60
STOPS_KEPT_PER_RULE = 1000
HOUR = timedelta(hours=1)

_SUMMARIES = {
    "traffic.allowed": "traffic.allowed_summary",
    "traffic.seen": "traffic.seen_summary",
    "traffic.forwarded": "traffic.forwarded_summary",
    "dns.query": "dns.query_summary",
    "dns.blocked": "dns.blocked_summary",
}
_STOPPED, _MORE_STOPPED = "firewall.blocked", "firewall.blocked_summary"
_FROM_A_LINE = "syslog:firewall"
_Alike = tuple[str, str, str | None, str, str]


class _Key(NamedTuple):
    """What is counted together."""

    hour: datetime
    site: str
    kind: str
    policy: str
    source: str


class _BucketState(msgspec.Struct):
    """A bucket, as it is written down."""

    count: int
    exemplars: list[str]
    first: datetime
    last: datetime
    latest: str
    zone: str
    sources: set[str]
    ports: set[int]
    origins: frozenset[Origin]
    start_id: str


class _State(msgspec.Struct):
    buckets: list[tuple[_Key, _BucketState]]
    alike: list[tuple[_Alike, _Key]]
    kept: list[tuple[tuple[datetime, str, str], dict[str, int]]]


_decode_state = msgspec.json.Decoder(_State).decode


class _Bucket:
    """The count of one key, and a few of its lines."""

    __slots__ = (
        "count",
        "exemplars",
        "first",
        "last",
        "latest",
        "origins",
        "ports",
        "sources",
        "start_id",
        "zone",
    )

    def __init__(self, entry: LogEntry) -> None:
        self.count = 0
        self.exemplars: list[str] = []
        self.first = self.last = entry.timestamp
        self.latest, self.zone = "", "UTC"  # the last line that was only glanced at, and its zone
        self.sources: set[str] = set()
        self.ports: set[int] = set()
        self.origins = entry.origins
        self.start_id = entry.id  # a second summary of the same hour is another one

    def add(self, entry: LogEntry) -> None:
        facts = entry.metadata
        self.add_line(str(entry.raw_data.get("line", "")), facts.get("src_ip", ""))
        self.first, self.last = min(self.first, entry.timestamp), max(self.last, entry.timestamp)
        port = facts.get("dst_port")
        if port and len(self.ports) < MOST_SOURCES:
            self.ports.add(port)

    def add_line(self, line: str, source: str) -> None:
        self.count += 1
        if self.count <= EXEMPLARS:
            self.exemplars.append(line[:1024])
        if source and len(self.sources) < MOST_SOURCES:
            self.sources.add(source)

    def state(self) -> _BucketState:
        return _BucketState(**{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def of_state(cls, state: _BucketState) -> _Bucket:
        bucket = cls.__new__(cls)
        for name in cls.__slots__:
            setattr(bucket, name, getattr(state, name))
        return bucket

    def end(self) -> datetime:
        last = moment_of(read_head(self.latest).stamp, self.zone, self.last) if self.latest else None
        return self.last if last is None else max(last, self.last)


class Noise:
    """Counts noise by hour, site and rule; bounded, whatever comes. `zone` is that of the sentences."""

    def __init__(self, *, zone: str = "UTC", most_buckets: int = MOST_BUCKETS) -> None:
        self.zone = zone
        self.most_buckets = most_buckets
        self._buckets: dict[_Key, _Bucket] = {}
        self._alike: dict[_Alike, _Bucket] = {}
        self._kept: dict[tuple[datetime, str, str], dict[str, int]] = {}

    def take(self, entry: LogEntry) -> bool:
        """Return whether `entry` was counted and need not be stored."""
        if entry.kind in _SUMMARIES:
            return self._count(_key_of(entry), entry) is not None
        if entry.kind == _STOPPED and entry.event_type == _FROM_A_LINE:
            return self._take_stop(entry)
        return False

    def take_line(self, line: str, context: Context) -> bool:
        """Return whether `line` was counted, for the price of a glance; if not, make its entry and `take` that."""
        seen = look_at(line)
        if seen is None:
            return False
        hour, rule, description, source = seen
        alike = (hour, rule, description, context.site, context.zone)
        bucket = self._alike.get(alike)
        if bucket is None:
            return self._take_first(alike, line, context)
        bucket.add_line(line, source)
        bucket.latest = line
        return True

    def _take_first(self, alike: _Alike, line: str, context: Context) -> bool:
        """Count the first line of its hour and rule by its entry, and remember where those like it belong."""
        entry = entry_of_line(line, context)
        bucket = self._count(_key_of(entry), entry) if entry.kind in _SUMMARIES else None
        if bucket is None:
            return False
        if len(self._alike) < self.most_buckets:
            self._alike[alike] = bucket
            bucket.zone = context.zone
        return True

    def _count(self, key: _Key, entry: LogEntry) -> _Bucket | None:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self.most_buckets:
                return None
            bucket = self._buckets[key] = _Bucket(entry)
        bucket.add(entry)
        return bucket

    def _take_stop(self, entry: LogEntry) -> bool:
        """Count a stopped connection beyond the first ones of its source, and of its rule, in an hour."""
        key = _key_of(entry)
        source = str(entry.metadata.get("src_ip", ""))
        kept = self._kept.get(key[:2] + key[3:4])
        if kept is None:
            kept = self._start_keeping(key)
        of_source = kept.get(source, 0)
        if of_source >= STOPS_KEPT_PER_SOURCE:
            return self._count(key._replace(source=source), entry) is not None
        if kept["all"] >= STOPS_KEPT_PER_RULE:
            return self._count(key, entry) is not None
        kept[source] = of_source + 1
        kept["all"] += 1
        return False

    def _start_keeping(self, key: _Key) -> dict[str, int]:
        if len(self._kept) >= self.most_buckets:
            del self._kept[next(iter(self._kept))]
        kept = self._kept[key.hour, key.site, key.policy] = {"all": 0}
        return kept

    def state(self) -> bytes:
        """Return everything counted and not flushed, for `restore`."""
        buckets = [(key, bucket.state()) for key, bucket in self._buckets.items()]
        keys = {id(bucket): key for key, bucket in self._buckets.items()}
        alike = [(alike, keys[id(bucket)]) for alike, bucket in self._alike.items()]
        return msgspec.json.encode(_State(buckets=buckets, alike=alike, kept=list(self._kept.items())))

    def restore(self, state: bytes) -> None:
        """Count on from where `state` was taken; raises ValueError where it is none."""
        try:
            told = _decode_state(state)
        except msgspec.DecodeError as exc:
            raise ValueError(f"This is no state of counters: {exc}") from exc
        self._buckets = {key: _Bucket.of_state(bucket) for key, bucket in told.buckets}
        self._alike = {alike: self._buckets[key] for alike, key in told.alike if key in self._buckets}
        self._kept = dict(told.kept)

    def flush(self, before: datetime) -> list[LogEntry]:
        """Return and forget the summaries of all hours that ended by `before`, oldest first.

        At the end give a moment in the far future: everything that was counted comes out.
        """
        done = sorted(key for key in self._buckets if _is_over(key.hour, before))
        for over in [key for key in self._kept if _is_over(key[0], before)]:
            del self._kept[over]
        if done:
            self._alike.clear()
        return [self._summary(key, self._buckets.pop(key)) for key in done]

    def _summary(self, key: _Key, bucket: _Bucket) -> LogEntry:
        info = info_of(key.kind)
        facts = {name: value for name, value in self._facts(key, bucket) if value}
        return LogEntry(
            timestamp=bucket.first,
            source=info.source,
            level=info.level,
            event_type=f"syslog:{key.kind.partition('.')[0]}",
            message=phrase(info.sentence, facts),
            raw_data={"lines": bucket.exemplars, "lines_in_all": bucket.count},
            metadata=facts,
            site=key.site,
            origins=bucket.origins,
            id=digest_of("noise", key.hour.isoformat(), *key[1:], bucket.start_id),
            kind=key.kind,
        )

    def _facts(self, key: _Key, bucket: _Bucket) -> Iterator[tuple[str, Any]]:
        yield "amount", f"{bucket.count:,}"
        yield "counted", bucket.count
        yield "period", None if key.hour == NO_TIME else self._period(key.hour)
        yield "policy", key.policy
        yield "src_ip", key.source
        yield "attacker", key.source
        yield "sources", len(bucket.sources)
        yield "ports", len(bucket.ports)
        yield "first_seen", bucket.first.isoformat()
        yield "last_seen", bucket.end().isoformat()

    def _period(self, hour: datetime) -> str:
        zone = zone_of(self.zone)
        return f"between {hour.astimezone(zone):%H:%M} and {(hour + HOUR).astimezone(zone):%H:%M}"


def _key_of(entry: LogEntry) -> _Key:
    hour = entry.timestamp.replace(minute=0, second=0, microsecond=0)
    kind = _SUMMARIES.get(entry.kind, _MORE_STOPPED)
    return _Key(hour, entry.site, kind, str(entry.metadata.get("policy", "")), "")


def _is_over(hour: datetime, before: datetime) -> bool:
    # hours of no time have no end to wait for
    return hour == NO_TIME or hour > datetime.max.replace(tzinfo=UTC) - HOUR or hour + HOUR <= before
