"""Five facts under the verdict: security, Internet, devices, Wi-Fi, and what we saw. Pure."""

from __future__ import annotations

import msgspec

from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.report import Report, Thing
from unifi_scanner.reports.account import working_sources
from unifi_scanner.reports.glimpse import Glimpse, glimpses_of
from unifi_scanner.reports.prose import counted, listed
from unifi_scanner.reports.verdict import doubts
from unifi_scanner.reports.wording import AREA_OF, Mark, area_word, is_urgent, needs_someone

FACTS = (
    ("Security", ("security", "admin")),
    ("Internet", ("internet",)),
    ("Devices", ("devices", "wired")),
    ("Wi-Fi", ("wireless",)),
)
MARK_WORDS = {
    Mark.URGENT: "Urgent",
    Mark.ATTENTION: "Needs attention",
    Mark.FINE: "Fine",
    Mark.BLIND: "Can't say",
    Mark.NOTE: "Worth knowing",
}


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the network at a glance."""

    name: str
    mark: Mark
    says: str
    detail: str = ""

    @property
    def word(self) -> str:
        """Return the mark as a word."""
        return MARK_WORDS[self.mark]


def facts_of(report: Report) -> tuple[Fact, ...]:
    """Return the facts; an area nobody was asked about is never called fine."""
    glimpses = glimpses_of(report)
    facts = (_area_fact(report, name, areas) for name, areas in FACTS)
    return (*(_with_glimpse(fact, glimpses.get(fact.name)) for fact in facts), _seen_fact(report))


def _with_glimpse(fact: Fact, glimpse: Glimpse | None) -> Fact:
    if glimpse is None or fact.mark is Mark.BLIND:
        return fact
    says, detail = glimpse
    mark = Mark.NOTE if fact.mark is Mark.FINE and says else fact.mark
    whole = "; ".join(part for part in (detail, fact.detail if not says else "") if part)
    return msgspec.structs.replace(fact, mark=mark, says=says or fact.says, detail=whole or fact.detail)


def _area_fact(report: Report, name: str, areas: tuple[str, ...]) -> Fact:
    here = [f for f in (*report.needs_you, *report.rest) if AREA_OF.get(f.source) in areas]
    needing = [f for f in here if needs_someone(f)]
    blind = [area_word(area) for area in areas if area in report.coverage.blind]
    unseen = f"{listed(blind, 'or')} could not be checked" if blind else ""
    if needing:
        return Fact(name=name, mark=_mark(needing), says=f"{len(needing)} to look at", detail=unseen)
    if blind:
        return Fact(
            name=name, mark=Mark.BLIND, says="Can't say", detail=unseen if len(blind) < len(areas) else ""
        )
    if here:
        return Fact(name=name, mark=Mark.NOTE, says=f"{len(here)} worth knowing", detail="nothing to do")
    if any(row.area in areas and _answered(row.state) for row in report.coverage.sources):
        return Fact(name=name, mark=Mark.FINE, says="Nothing to look at")
    return Fact(name=name, mark=Mark.NOTE, says="Nothing found", detail="no source was asked")


def _mark(findings: list[Thing]) -> Mark:
    return Mark.URGENT if any(is_urgent(f) for f in findings) else Mark.ATTENTION


def _answered(state: SourceState) -> bool:
    return state in (SourceState.OK, SourceState.QUIET)


def _seen_fact(report: Report) -> Fact:
    answered, asked = working_sources(report.coverage)
    unsure = doubts(report.coverage)
    if not asked:
        entries = counted(report.entry_count, "entry", "entries")
        return Fact(
            name="What we saw",
            mark=Mark.BLIND if unsure else Mark.NOTE,
            says=entries,
            detail="from your files",
        )
    mark = Mark.BLIND if unsure or report.coverage.blind or not answered else Mark.FINE
    return Fact(
        name="What we saw", mark=mark, says=f"{answered} of {counted(asked, 'source')}", detail=listed(unsure)
    )
