"""Trace: many entries of one thing, kept in the same room however many they are; and the finding they become. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Evidence, Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.phrasing import phrase, tame
from unifi_scanner.models.telling import sentence_of

KEPT_FIRST = 2
MOST_EVIDENCE = 8
_FAR = datetime.max.replace(tzinfo=UTC)


class Trace:
    """How many entries there were, from when to when, with the first ones and the last."""

    __slots__ = ("count", "head", "last", "latest", "start")

    def __init__(self) -> None:
        self.count = 0
        self.head: list[LogEntry] = []
        self.latest: LogEntry | None = None
        self.start = _FAR
        self.last = NO_TIME

    @property
    def first(self) -> datetime:
        """Return when it began, NO_TIME where no entry says so."""
        return NO_TIME if self.start == _FAR else self.start

    @property
    def span(self) -> timedelta:
        """Return how long it went on."""
        return self.last - self.start if self.start != _FAR else timedelta()

    def add(self, entry: LogEntry) -> None:
        """Take in one more entry."""
        self.count += 1
        if self.count <= KEPT_FIRST:
            self.head.append(entry)
        else:
            self.latest = entry
        when = entry.timestamp
        if when > self.last:
            self.last = when
        if when < self.start and when != NO_TIME:
            self.start = when

    def kept(self) -> list[LogEntry]:
        """Return the entries it still has."""
        return self.head if self.latest is None else [*self.head, self.latest]


def joined(traces: Iterable[Trace]) -> Trace:
    """Return several traces as one."""
    whole, kept = Trace(), []
    for trace in traces:
        whole.count += trace.count
        whole.last = max(whole.last, trace.last)
        whole.start = min(whole.start, trace.start)
        kept += trace.kept()
    kept.sort(key=lambda entry: (entry.timestamp, entry.id))
    most = MOST_EVIDENCE - 1
    whole.head = kept[:most]
    whole.latest = kept[-1] if len(kept) > most else None
    return whole


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding says, as templates of models/phrasing.py."""

    title: str
    what: str
    why: str
    do: tuple[str, ...] = ()
    confidence: Confidence = Confidence.CERTAINLY
    because: str = ""


def finding_from(
    trace: Trace,
    words: Words,
    facts: Mapping[str, object],
    *,
    rule: str,
    severity: Severity,
    source: LogSource,
    subject: str = "",
    subjects: Iterable[str] = (),
    about: Iterable[str] = (),
    resolved: bool = False,
) -> Finding:
    """Return the finding a trace is, in words; its id hangs on rule, subject and first entry only."""
    return Finding(
        id=digest_of(rule, subject, trace.head[0].id),
        rule=rule,
        severity=severity,
        title=phrase(words.title, facts),
        what=phrase(words.what, facts),
        why=phrase(words.why, facts),
        do=tuple(phrase(step, facts) for step in words.do),
        confidence=words.confidence,
        sure_because=phrase(words.because, facts),
        first_seen=trace.first,
        last_seen=trace.last,
        count=trace.count,
        subjects=tuple(dict.fromkeys(tame(name) for name in subjects)),
        evidence=tuple(evidence_of(entry) for entry in trace.kept()),
        source=source,
        about=tuple(dict.fromkeys(about)),
        resolved=resolved,
    )


def evidence_of(entry: LogEntry) -> Evidence:
    """Return an entry as proof."""
    return Evidence(entry_id=entry.id, timestamp=entry.timestamp, sentence=sentence_of(entry))
