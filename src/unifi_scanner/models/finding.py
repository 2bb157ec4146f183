"""Finding: something worth telling, in words, with the entries that prove it. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from unifi_scanner.models.enums import Confidence, LogSource, Role, Severity


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One entry behind a finding: its id, when it happened and its sentence."""

    entry_id: str
    timestamp: datetime
    sentence: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something worth telling: what happened, why it matters, what to do, and how sure we are.

    `count` is how many entries it collapses; `evidence` keeps the first and last of them, not all.
    `subjects` are names a person would use; `about` says the same for machines: `device:MAC`, `client:MAC`, `wan:ID`,
    `admin:NAME`, `site:ID`. `incident` names the incident that tells this finding as part of its story. The id depends on the rule, the subject and the first entry only,
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
    about: tuple[str, ...] = ()
    incident: str = ""


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an incident's timeline: when, what, and the part it plays."""

    at: datetime
    sentence: str
    role: Role
    evidence: tuple[str, ...] = ()  # ids of the entries behind it


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One story told from one or several findings, with its probable cause.

    It begins at `first_seen`; `ended` is when recovery closed it, None while it is open. `rule` is that of the finding
    that is its cause. `findings` are the ids of the findings it tells; `count` is how many entries are behind them.
    `confidence` says how sure the cause is, `sure_because` why and what else it could be.
    """

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
    sure_because: str = ""
    source: LogSource = LogSource.UNKNOWN
    about: tuple[str, ...] = ()
    cause: str = ""  # one sentence: what began it
    consequences: tuple[str, ...] = ()  # sentences: what followed from it
    timeline: tuple[Beat, ...] = ()  # in order of time
    findings: tuple[str, ...] = ()
    ended: datetime | None = None
    goes_on: bool = True  # of one without an end: whether something would have told it; else it just happened

    @property
    def resolved(self) -> bool:
        """Return whether recovery closed it."""
        return self.ended is not None
