"""Findings and rows as CSV that a spreadsheet can open without doing what a cell says. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from unifi_scanner.models.finding import Finding
from unifi_scanner.models.report import Report
from unifi_scanner.reports.plain import plain_line
from unifi_scanner.reports.prose import is_known

ACTIVE = "=+-@"  # a cell that begins with one of these is a formula to a spreadsheet
FINDING_COLUMNS = (
    "network", "kind", "id", "rule", "severity", "resolved", "title", "what", "why", "do", "confidence", "sure_because",
    "first_seen", "last_seen", "count", "subjects", "category", "incident",
)  # fmt: skip
ENTRY_COLUMNS = (
    "timestamp", "category", "kind", "event_type", "level", "client_name", "client_mac", "device_name", "device_mac",
    "sentence", "origins", "id",
)  # fmt: skip
LONGEST_CELL = 4_000


def findings_csv(reports: Sequence[Report]) -> str:
    """Return every finding and incident of the reports, one a row; the same reports give the same bytes."""
    return _written(FINDING_COLUMNS, (row for report in reports for row in _finding_rows(report)))


def entries_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the rows of `--entries` as a table, without their raw data."""
    return _written(ENTRY_COLUMNS, ([row.get(name) for name in ENTRY_COLUMNS] for row in rows))


def inert(value: Any) -> str:
    """Return a value as a cell: one visible line, that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        value = " | ".join(map(str, value))
    text = plain_line(str(value), LONGEST_CELL)
    return f"'{text}" if text[:1] and text[0] in ACTIVE else text


def _written(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return page.getvalue()


def _finding_rows(report: Report) -> Iterable[Iterable[Any]]:
    told = {id(thing) for thing in report.incidents}
    findings = (t for t in (*report.needs_you, *report.findings) if id(t) not in told)
    for thing in (*report.incidents, *findings):
        yield (
            report.title, "finding" if isinstance(thing, Finding) else "incident", thing.id, thing.rule, thing.severity.value,
            "yes" if thing.resolved else "no", thing.title, thing.what, thing.why, thing.do, thing.confidence.value,
            thing.sure_because, _time(thing.first_seen), _time(thing.last_seen), thing.count, thing.subjects,
            thing.source.category, getattr(thing, "incident", ""),
        )  # fmt: skip


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if is_known(moment) else ""
