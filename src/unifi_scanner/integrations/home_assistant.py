"""How a site stands, as Home Assistant's MQTT discovery wants to be told. Pure.

Shapes: home-assistant.io, "MQTT" (discovery: a retained configuration for each sensor) and "MQTT sensor".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from unifi_scanner.models.enums import Severity, Status
from unifi_scanner.models.log_entry import digest_of
from unifi_scanner.models.standing import Standing
from unifi_scanner.reports.plain import plain_line
from unifi_scanner.reports.wording import area_word

MOST_STATE = 250  # Home Assistant refuses a state of more than 255 characters
ONLINE, OFFLINE = "online", "offline"


class SiteNow(msgspec.Struct, frozen=True, kw_only=True):
    """How one site stands now: what its last report said, and how well it is heard at this moment."""

    controller: str
    site: str
    title: str
    standing: Standing | None = None
    last_event: datetime | None = None
    blind: tuple[str, ...] = ()  # areas of the network
    silent: int = 0  # sources that ought to answer and do not


class Topics(msgspec.Struct, frozen=True):
    """Where things are told."""

    base: str
    discovery: str

    @property
    def availability(self) -> str:
        """Return the topic that says whether we are at work."""
        return f"{self.base}/availability"

    def state(self, now: SiteNow) -> str:
        """Return the topic of a site's state."""
        return f"{self.base}/{slug_of(now)}/state"


def slug_of(now: SiteNow) -> str:
    """Return a site's own part of a topic: safe in any topic, the same for the same site for ever."""
    name = re.sub(r"[^a-z0-9]+", "_", now.site.lower()).strip("_")[:24]
    return f"{name or 'site'}_{digest_of(now.controller, now.site)[:8]}"


def messages_of(now: SiteNow, topics: Topics) -> dict[str, str]:
    """Return every message about a site by its topic, all of them to be retained."""
    told = {topics.state(now): _json(state_of(now))}
    for name, sensor in _sensors().items():
        unique = f"unifi_scanner_{slug_of(now)}_{name}"
        common = {
            "unique_id": unique,
            "object_id": unique,
            "state_topic": topics.state(now),
            "json_attributes_topic": topics.state(now),
            "availability_topic": topics.availability,
            "payload_available": ONLINE,
            "payload_not_available": OFFLINE,
            "device": _device(now),
            "origin": {"name": "UniFi Scanner"},
        }
        told[f"{topics.discovery}/sensor/{unique}/config"] = _json(common | sensor)
    return told


def state_of(now: SiteNow) -> Mapping[str, Any]:
    """Return a site's state as plain values; null is what nobody knows yet."""
    standing = now.standing
    counts = standing.findings if standing else {}
    return {
        "status": standing.status.value if standing else None,
        "verdict": plain_line(standing.sentence, MOST_STATE) if standing else None,
        "incidents_open": standing.open_incidents if standing else None,
        "findings": {each.value: counts.get(each, 0) for each in Severity} if standing else {},
        "last_incident": (plain_line(standing.last_incident, MOST_STATE) or None) if standing else None,
        "last_incident_at": _time(standing.last_incident_at) if standing else None,
        "last_report": _time(standing.at) if standing else None,
        "last_event": _time(now.last_event),
        "sources_blind": len(now.blind),
        "blind": [area_word(area) for area in now.blind],
        "sources_silent": now.silent,
    }


def _sensors() -> dict[str, dict[str, Any]]:
    measured = {"state_class": "measurement"}
    aside = {"entity_category": "diagnostic"}
    sensors: dict[str, dict[str, Any]] = {
        "status": {
            "name": "Status",
            "device_class": "enum",
            "options": [status.value for status in Status],
        },
        "incidents_open": {"name": "Open incidents", "icon": "mdi:alert", **measured},
        "last_incident": {"name": "Last incident", "icon": "mdi:history"},
        "last_report": {"name": "Last report", "device_class": "timestamp", **aside},
        "last_event": {"name": "Last event", "device_class": "timestamp", **aside},
        "sources_blind": {"name": "Areas we cannot see", "icon": "mdi:eye-off", **measured, **aside},
        "sources_silent": {
            "name": "Sources that do not answer",
            "icon": "mdi:lan-disconnect",
            **measured,
            **aside,
        },
    }
    for name, sensor in sensors.items():
        sensor["value_template"] = f"{{{{ value_json.{name} }}}}"
    for each in Severity:
        sensors[f"findings_{each.value}"] = {
            "name": f"Findings, {each.value}",
            "value_template": f"{{{{ value_json.findings.{each.value} }}}}",
            **measured,
            **aside,
        }
    return sensors


def _device(now: SiteNow) -> Mapping[str, Any]:
    return {
        "identifiers": [f"unifi_scanner_{slug_of(now)}"],
        "name": f"UniFi Scanner {plain_line(now.title, 60)}",
        "manufacturer": "UniFi Scanner",
        "model": "Site",
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
