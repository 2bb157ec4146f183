"""Report -> the JSON of docs/report-schema.md. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from unifi_scanner.models.coverage import Coverage, Gap, SourceCoverage
from unifi_scanner.models.finding import Beat, Finding, Incident
from unifi_scanner.models.report import Change, Report, Thing, Trend
from unifi_scanner.reports.picture_data import pictures_data
from unifi_scanner.reports.plain import escaped_json
from unifi_scanner.reports.prose import is_known
from unifi_scanner.reports.sections import sections_data


def render_json(report: Report) -> str:
    """Return the report as JSON of schema 1.1, keys always in the same order, invisible characters escaped."""
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
        "incidents": [_incident(incident) for incident in report.incidents],
        "changes": [_change(change) for change in report.changes],
        "trends": [_trend(trend) for trend in report.trends],
        "sections": sections_data(report.sections),
        "coverage": coverage_data(report.coverage),
        "pictures": pictures_data(report.pictures),
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        **_story(finding),
        "category": finding.source.category,
        "resolved": finding.resolved,
        "incident": finding.incident or None,
    }


def _incident(incident: Incident) -> Mapping[str, Any]:
    return {
        **_story(incident),
        "category": incident.source.category,
        "resolved": incident.resolved,
        "ended": _time(incident.ended),
        "cause": incident.cause,
        "consequences": list(incident.consequences),
        "timeline": [_beat(beat) for beat in incident.timeline],
        "findings": list(incident.findings),
    }


def _beat(beat: Beat) -> Mapping[str, Any]:
    return {
        "at": _time(beat.at),
        "sentence": beat.sentence,
        "role": beat.role.value,
        "evidence": list(beat.evidence),
    }


def _change(change: Change) -> Mapping[str, Any]:
    return {"id": change.id, "title": change.title, "novelty": change.novelty.value}


def _trend(trend: Trend) -> Mapping[str, Any]:
    return {
        "what": trend.what,
        "amount": trend.amount,
        "usual": list(trend.usual) if trend.usual is not None else None,
        "is_unusual": trend.is_unusual,
        "sentence": trend.sentence,
        "category": trend.source.category,
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
        "sure_because": told.sure_because,
        "first_seen": _time(told.first_seen),
        "last_seen": _time(told.last_seen),
        "count": told.count,
        "subjects": list(told.subjects),
        "about": list(told.about),
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
