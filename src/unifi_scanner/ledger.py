"""What was seen and what was not: the store's notes -> Coverage. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from unifi_scanner.models.capability import (
    EMPTY_IPS,
    ENDPOINTS,
    FROZEN_EVENTS,
    Capabilities,
    Capability,
    State,
    ought_to_tell,
    version_of,
)
from unifi_scanner.models.coverage import Cadence, Coverage, Drop, Gap, SourceCoverage, blind_areas
from unifi_scanner.models.enums import DeviceType, SourceState
from unifi_scanner.models.vocabulary import V2
from unifi_scanner.reports.prose import duration

# which areas of the network a source tells about when it works (docs/protocol.md 0, B.9, E)
SOURCE_AREAS: Mapping[str, tuple[str, ...]] = {
    "websocket": ("wireless", "wired", "devices", "internet"),
    "rest": ("wireless", "wired", "devices", "internet", "admin"),
    "alarm": ("devices",),
    "ips": ("security",),
    "super": ("admin",),
    "anomalies": ("wireless",),
    "activity": ("admin",),
    "flows": ("security",),
    "system_log": ("security", "internet", "devices", "wireless", "wired", "admin"),
    "syslog": ("firewall",),
    "ssh": ("system",),
}
# the part of the network an entry speaks of, as the areas people read of
AREA_OF_CATEGORY: Mapping[str, str] = {
    "wireless": "wireless",
    "wired": "wired",
    "security": "security",
    "internet": "internet",
    "device": "devices",
    "power": "devices",
    "admin": "admin",
    "vpn": "internet",
}
# the stream pushes v1 events, and v1's own list keeps them all; the system log has words for most of them only
TELLS_ALL_OF: Mapping[str, tuple[str, ...]] = {
    "rest": ("websocket", "alarm", "super"),
    "system_log": ("ips", "flows"),
}
TELLS_MOST_OF: Mapping[str, tuple[str, ...]] = {
    "system_log": ("websocket", "rest", "alarm", "activity", "super", "syslog"),
    "flows": ("ips",),
}
V2_KINDS = frozenset(V2.values())
CANNOT_TELL = frozenset({State.FROZEN, State.GONE, State.FORBIDDEN, State.UNKNOWN})
SSH_OFF = "Reading the console's log files over SSH is not set up."
SYSLOG_OFF = (
    "Receiving system messages (syslog) is not set up. Without them, single connections that the firewall stopped "
    "are not told. Set UNIFI_SYSLOG_UDP_PORT, then name this machine as the log server in UniFi."
)
SYSLOG_SILENT = "We listen, but nothing was sent yet. Name this machine as the log server in UniFi."
LIVE = frozenset({"websocket", "syslog"})
LEARNED = timedelta(days=1)  # after so long, a source's longest silence says something
STALE = timedelta(minutes=15)  # a source that answered within it is still being read


class ControllerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the controller a report speaks of."""

    title: str
    zone: str = "UTC"
    version: str | None = None
    websocket_enabled: bool = True
    syslog_enabled: bool = False
    ssh_enabled: bool = False
    listening: bool = True  # False for a one-off report, which never opens the stream
    capabilities: Capabilities | None = None  # what it answers, where that was tried


class SourceNote(Protocol):
    """What the store remembers of one source."""

    @property
    def source(self) -> str: ...
    @property
    def state(self) -> SourceState: ...
    @property
    def reason(self) -> str: ...
    @property
    def first_seen(self) -> datetime | None: ...
    @property
    def last_seen(self) -> datetime | None: ...
    @property
    def entries(self) -> int: ...


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """The store's notes on how well one site was heard."""

    sources: Sequence[SourceNote] = ()
    gaps: Sequence[Gap] = ()
    drops: Sequence[Drop] = ()
    failures: Sequence[str] = ()
    cadences: Sequence[Cadence] = ()
    read_since: Mapping[str, datetime] = {}  # from when on each source was read without a hole
    changes: Sequence[str] = ()


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of the period, and how much of it nobody understood."""

    entries: int = 0
    unknown: Mapping[str, int] = {}
    unreadable: int = 0
    without_time: int = 0


def is_trusted(source: str, version: str | None, known: Capabilities | None = None) -> bool:
    """Return whether what a source does not tell did not happen: an old list may answer and be frozen."""
    if known is not None and known.of_source(source).state in CANNOT_TELL:
        return False
    return not (source == "rest" and version_of(version) >= FROZEN_EVENTS)


def is_worth_asking(source: str, known: Capabilities) -> bool:
    """Return whether a source may have something for us on this controller; what is not probed is asked."""
    return source not in ENDPOINTS or source in known.sources()


def can_fill(by: str, gap_of: str) -> bool:
    """Return whether one source tells everything another one tells (docs/protocol.md 0, B.9)."""
    return by == gap_of or gap_of in TELLS_ALL_OF.get(by, ())


def may_be_told_by(source: str, kind: str) -> bool:
    """Return whether a source of history has a word for such a thing (docs/protocol.md E)."""
    return kind in V2_KINDS if source == "system_log" else True


def can_fill_partly(by: str, gap_of: str) -> bool:
    """Return whether one source tells most of what another one tells."""
    return gap_of in TELLS_MOST_OF.get(by, ())


def coverage_from(books: Books, facts: ControllerFacts, counts: Counts, *, now: datetime) -> Coverage:
    """Return the whole account of what could be seen; a source nobody heard from is never left out."""
    known = {note.source: note for note in books.sources}
    parts = [source for source in known if source.startswith("ssh ")]  # single files of it
    rows = [row for source in (*_expected(facts), *parts) for row in _rows(source, known.get(source), facts)]
    rows = [_doubted(row, rows, books.cadences, now) for row in rows]
    rows = [msgspec.structs.replace(row, read_from=books.read_since.get(row.source)) for row in rows]
    return Coverage(
        sources=tuple(rows),
        gaps=tuple(_as_of_now(gap, books, facts, now) for gap in books.gaps),
        drops=tuple(books.drops),
        blind=blind_areas(tuple(rows)),
        failures=tuple(books.failures),
        changes=tuple(books.changes),
        entries_read=counts.entries + sum(drop.count for drop in books.drops),
        entries_kept=counts.entries,
        unknown_codes=dict(sorted(counts.unknown.items())),
        unreadable=counts.unreadable,
        without_time=counts.without_time,
    )


def _expected(facts: ControllerFacts) -> list[str]:
    """Return the sources to account for; a list that only self-hosted controllers have is not missed elsewhere."""
    known = facts.capabilities
    own = known is not None and known.flavour == DeviceType.SELF_HOSTED
    return [source for source in SOURCE_AREAS if source != "super" or own]


def _as_of_now(gap: Gap, books: Books, facts: ControllerFacts, now: datetime) -> Gap:
    """Return a gap that is still open as closed where another source is being read through it."""
    if gap.end is not None or gap.closed:
        return gap
    for note in books.sources:
        since = books.read_since.get(note.source)
        is_read = note.last_seen is not None and now - note.last_seen <= STALE and _works(note.state)
        reaches = since is not None and since <= gap.start
        if not (is_read and reaches and is_trusted(note.source, facts.version, facts.capabilities)):
            continue
        if can_fill(note.source, gap.source):
            return msgspec.structs.replace(gap, closed=True, closed_by=note.source, partly=False)
        if can_fill_partly(note.source, gap.source):
            gap = msgspec.structs.replace(gap, closed_by=note.source, partly=True)
    return gap


def _works(state: SourceState) -> bool:
    return state in (SourceState.OK, SourceState.QUIET)


def _rows(source: str, note: SourceNote | None, facts: ControllerFacts) -> list[SourceCoverage]:
    state, reason = _judge(source, note, facts)
    return [
        SourceCoverage(
            source=source,
            area=area,
            state=state,
            reason=reason,
            since=note.first_seen if note else None,
            until=note.last_seen if note else None,
            entries=note.entries if note else 0,
        )
        for area in SOURCE_AREAS[source.partition(" ")[0]]
    ]


def _doubted(
    row: SourceCoverage, rows: Sequence[SourceCoverage], cadences: Sequence[Cadence], now: datetime
) -> SourceCoverage:
    """Return a row with its last entry, and with a doubt where a talkative source fell silent."""
    own = [c for c in cadences if c.source == row.source and AREA_OF_CATEGORY.get(c.area) == row.area]
    if not own:
        return row
    last = max(c.last for c in own)
    row = msgspec.structs.replace(row, last_event=last)
    longest = min(c.longest_silence for c in own)
    silent = now - last
    is_learned = last - min(c.first for c in own) >= LEARNED and longest > timedelta(0)
    if not _works(row.state) or not is_learned or silent <= max(2 * longest, timedelta(hours=6)):
        return row
    words = f"It was never silent about this for more than {duration(longest)}; now nothing came for {duration(silent)}."
    others = {r.source for r in rows if r.area == row.area and _works(r.state)} - {row.source}
    newer = any(
        c.source in others and AREA_OF_CATEGORY.get(c.area) == row.area and c.last - last > 2 * longest
        for c in cadences
    )
    # silence is no news only as long as nobody else has news (docs/protocol.md 0)
    state = SourceState.BLIND if newer else SourceState.QUIET
    return msgspec.structs.replace(row, state=state, reason=words)


def _judge(source: str, note: SourceNote | None, facts: ControllerFacts) -> tuple[SourceState, str]:
    if source == "websocket" and not facts.websocket_enabled:
        return SourceState.OFF, "Listening live is switched off in the settings."
    if source == "syslog" and not facts.syslog_enabled:
        return SourceState.OFF, SYSLOG_OFF
    if source.startswith("ssh") and not facts.ssh_enabled:
        return SourceState.OFF, SSH_OFF
    known = facts.capabilities.of_source(source) if facts.capabilities and source in ENDPOINTS else None
    if known is not None and known.state in CANNOT_TELL and not _has_told_since(note, known):
        missed = known.state is State.GONE and ought_to_tell(source, facts.version)
        state = SourceState.FAILED if missed else SourceState.BLIND
        return state, known.reason or "This controller does not tell it."
    if note is None:
        if source in LIVE and not facts.listening:
            return SourceState.OFF, "Only the running service listens live; this report was made without it."
        return SourceState.FAILED, "It was never heard from."
    if note.state is SourceState.BLIND and ought_to_tell(source, facts.version):
        return SourceState.FAILED, note.reason  # gone, where this version is known to have it
    if not _works(note.state):
        return note.state, note.reason
    return _distrust(source, note, version_of(facts.version))


def _has_told_since(note: SourceNote | None, known: Capability) -> bool:
    """Return whether a source answered after it was found missing, or told something where silence was doubted."""
    if note is None or not _works(note.state):
        return False
    if known.state is State.UNKNOWN:
        return note.entries > 0
    answered = note.last_seen is not None and known.at is not None and note.last_seen > known.at
    return answered and known.state in (State.GONE, State.FORBIDDEN)


def _distrust(source: str, note: SourceNote, version: tuple[int, ...]) -> tuple[SourceState, str]:
    # an old endpoint that answers with nothing new is not good news (docs/protocol.md 0)
    if source == "rest" and version >= FROZEN_EVENTS:
        return SourceState.BLIND, "UniFi Network 10 answers here, but no longer writes new events to it."
    if source == "ips" and version >= EMPTY_IPS and not note.entries:
        return (
            SourceState.BLIND,
            "Since UniFi Network 9.3.45 this list stays empty; threats are in the system log.",
        )
    if source == "syslog" and not note.entries:
        # the port is open, which says nothing: nobody has been told to send here (docs/protocol.md F)
        return (SourceState.BLIND if _listened(note) >= STALE else SourceState.QUIET), SYSLOG_SILENT
    return (SourceState.OK if note.entries or source == "websocket" else SourceState.QUIET), note.reason


def _listened(note: SourceNote) -> timedelta:
    if note.first_seen is None or note.last_seen is None:
        return timedelta(0)
    return note.last_seen - note.first_seen
