"""Report: one value that every rendering tells the same facts from. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import Status
from unifi_scanner.models.finding import Finding, Incident

SCHEMA_VERSION = "1.0"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report in one sentence."""

    status: Status
    sentence: str


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """The span a report speaks of; `zone` is the IANA name its times are shown in. None: open or unknown."""

    start: datetime | None
    end: datetime | None
    zone: str = "UTC"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one report says. `findings` are ranked, `needs_you` is the leading part of them."""

    title: str  # whose network: the site's name
    verdict: Verdict
    period: Period
    needs_you: tuple[Finding, ...]
    findings: tuple[Finding, ...]  # the rest, ranked
    incidents: tuple[Incident, ...] = ()
    coverage: Coverage
    entry_count: int = 0
    generated_at: datetime
    schema_version: str = SCHEMA_VERSION
