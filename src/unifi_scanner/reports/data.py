"""Report -> the JSON of docs/report-schema.md. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from unifi_scanner.models.coverage import Coverage, Gap, SourceCoverage
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.report import Report, Thing
from unifi_scanner.reports.plain import escaped_json
from unifi_scanner.reports.prose import is_known
from unifi_scanner.reports.sections import sections_data


def render_json(report: Report) -> str:
    """Return the report as JSON of schema 1.0, keys always in the same order, invisible characters escaped."""
    return escaped_json(json.dumps(report_data(report), ensure_ascii=False, indent=2)) + "\n"


def report_data(report: Report) -> Mapping[str, Any]:
    """Return the report as plain values."""
    return {
        "schema_version": report.schema_version,
        "title": report.title,
        "generated_at": _time(report.generated_at),
        "period": {
            "start": _time(report.period.start),
            "end": _time(report.period.end),
            "zone": report.period.zone,
        },
        "verdict": {"status": report.verdict.status.value, "sentence": report.verdict.sentence},
        "entry_count": report.entry_count,
        "needs_you": [thing.id for thing in report.needs_you],
        "findings": [
            _finding(told) for told in (*report.needs_you, *report.findings) if isinstance(told, Finding)
        ],
        "incidents": [_story(incident) for incident in report.incidents],
        "sections": sections_data(report.sections),
        "coverage": coverage_data(report.coverage),
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        **_story(finding),
        "sure_because": finding.sure_because,
        "category": finding.source.category,
        "resolved": finding.resolved,
    }


def _story(told: Thing) -> Mapping[str, Any]:
    return {
        "id": told.id,
        "rule": told.rule,
        "severity": told.severity.value,
        "title": told.title,
        "what": told.what,
        "why": told.why,
        "do": list(told.do),
        "confidence": told.confidence.value,
        "first_seen": _time(told.first_seen),
        "last_seen": _time(told.last_seen),
        "count": told.count,
        "subjects": list(told.subjects),
        "evidence": [e.entry_id for e in told.evidence],
        "evidence_sentences": [e.sentence for e in told.evidence],
    }


def coverage_data(coverage: Coverage) -> Mapping[str, Any]:
    """Return the coverage as plain values."""
    return {
        "sources": [_source(source) for source in coverage.sources],
        "blind": list(coverage.blind),
        "gaps": [_gap(gap) for gap in coverage.gaps],
        "drops": [{"what": drop.what, "count": drop.count} for drop in coverage.drops],
        "failures": list(coverage.failures),
        "changes": list(coverage.changes),
        "entries_read": coverage.entries_read,
        "entries_kept": coverage.entries_kept,
        "unknown_codes": dict(sorted(coverage.unknown_codes.items())),
        "unreadable": coverage.unreadable,
        "without_time": coverage.without_time,
        "muted": [
            {"title": muted.title, "count": muted.count, "severity": muted.severity.value}
            for muted in coverage.muted
        ],
    }


def _source(source: SourceCoverage) -> Mapping[str, Any]:
    return {
        "source": source.source,
        "area": source.area,
        "state": source.state.value,
        "reason": source.reason,
        "since": _time(source.since),
        "until": _time(source.until),
        "last_event": _time(source.last_event),
        "entries": source.entries,
    }


def _gap(gap: Gap) -> Mapping[str, Any]:
    return {
        "source": gap.source,
        "start": _time(gap.start),
        "end": _time(gap.end),
        "reason": gap.reason,
        "closed": gap.closed,
        "closed_by": gap.closed_by,
        "partly": gap.partly,
    }


def _time(moment: datetime | None) -> str | None:
    if moment is None or not is_known(moment):
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
