"""Report: one value that every rendering tells the same facts from. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import LogSource, Novelty, Status
from unifi_scanner.models.finding import Finding, Incident
from unifi_scanner.models.pictures import Pictures
from unifi_scanner.models.section import Section

SCHEMA_VERSION = "1.1"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report in one sentence."""

    status: Status
    sentence: str


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """The span a report speaks of; `zone` is the IANA name its times are shown in. None: open or unknown."""

    start: datetime | None
    end: datetime | None
    zone: str = "UTC"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one finding or incident since the last report; `id` is its id."""

    id: str
    title: str
    novelty: Novelty


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """How much of something happened, beside what this network's own history calls usual.

    `usual` is the middle half of what the history shows for such a period; None where there is not enough of it,
    and the sentence says so.
    """

    what: str  # a plural noun phrase: "Wi-Fi disconnects"
    amount: int
    usual: tuple[float, float] | None
    is_unusual: bool
    sentence: str
    source: LogSource = LogSource.UNKNOWN


Thing = Finding | Incident  # what can need somebody: both have title, what, why, do, confidence and evidence


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one report says.

    `needs_you` is what leads it, at most three things unless more cannot wait. `incidents` are all stories, open ones
    first. `findings` are the others, ranked; those with an `incident` are told by it, and by themselves only as data.
    """

    title: str  # whose network: the site's name
    verdict: Verdict
    period: Period
    needs_you: tuple[Thing, ...]
    findings: tuple[Finding, ...]
    incidents: tuple[Incident, ...] = ()
    changes: tuple[Change, ...] = ()  # empty in a first report
    trends: tuple[Trend, ...] = ()
    coverage: Coverage
    pictures: Pictures = Pictures()
    sections: tuple[Section, ...] = ()  # what other services tell
    entry_count: int = 0
    generated_at: datetime
    schema_version: str = SCHEMA_VERSION

    @property
    def rest(self) -> tuple[Thing, ...]:
        """Return what else happened, each told once: incidents that do not lead it, and findings none of them tells."""
        leading = {thing.id for thing in self.needs_you}
        incidents = tuple(incident for incident in self.incidents if incident.id not in leading)
        return (*incidents, *(finding for finding in self.findings if not finding.incident))
