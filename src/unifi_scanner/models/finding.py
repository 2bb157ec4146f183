"""Finding: something worth telling, in words, with the entries that prove it. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from unifi_scanner.models.enums import Confidence, LogSource, Severity


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One entry behind a finding: its id, when it happened and its sentence."""

    entry_id: str
    timestamp: datetime
    sentence: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something worth telling: what happened, why it matters, what to do, and how sure we are.

    `count` is how many entries it collapses; `evidence` keeps the first and last of them, not all.
    `subjects` are names a person would use. The id depends on the rule, the subject and the first entry only,
    so the same finding has the same id in every report.
    """

    id: str
    rule: str
    severity: Severity
    title: str
    what: str
    why: str
    do: tuple[str, ...]
    confidence: Confidence = Confidence.CERTAINLY
    sure_because: str = ""
    first_seen: datetime
    last_seen: datetime
    count: int = 1
    subjects: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    source: LogSource = LogSource.UNKNOWN
    resolved: bool = False  # the trouble is known to be over


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One story told from several findings; the first of them is its cause."""

    id: str
    rule: str
    severity: Severity
    title: str
    what: str
    why: str
    do: tuple[str, ...]
    confidence: Confidence
    first_seen: datetime
    last_seen: datetime
    count: int
    subjects: tuple[str, ...]
    evidence: tuple[Evidence, ...]
