"""The series behind the pictures as plain values, for the JSON of docs/report-schema.md. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from unifi_scanner.models.pictures import Lane, Outage, Pictures, Span


def pictures_data(pictures: Pictures) -> Mapping[str, Any]:
    """Return the pictures as plain values; the lists by day are as long as `days`."""
    return {
        "days": [_span(day) for day in pictures.days],
        "outages": [_outage(outage) for outage in pictures.outages],
        "devices": [_lane(lane) for lane in pictures.devices],
        "places": [
            {"id": place.id, "name": place.name, "joins": place.joins, "troubles": list(place.troubles)}
            for place in pictures.places
        ],
        "clients": list(pictures.clients),
        "attacks": [
            {"outside": day.outside, "inside": day.inside, "not_stopped": day.not_stopped}
            for day in pictures.blocked
        ],
        "usual_attacks_stopped": [None if edges is None else list(edges) for edges in pictures.usual_blocked],
        "unseen": {area: [_span(span) for span in spans] for area, spans in sorted(pictures.unseen.items())},
    }


def _lane(lane: Lane) -> Mapping[str, Any]:
    return {"id": lane.id, "name": lane.name, "off": [_span(span) for span in lane.off]}


def _outage(outage: Outage) -> Mapping[str, Any]:
    return {**_span(outage), "bridged": outage.bridged}


def _span(span: Span) -> dict[str, Any]:
    return {"start": _time(span.start), "end": _time(span.end)}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
