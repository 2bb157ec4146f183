"""Days on which alerts are decided: things that go wrong, and a book carried on from decision to decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from unifi_scanner.detection.urgency import Book, Notice, Occasion, Policy, Thing, decide
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding, Incident

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENDING = frozenset({"internet-down", "device-offline"})
POLICY = Policy(ending=ENDING, zone=UTC)
HIGH, CRITICAL = Severity.HIGH, Severity.CRITICAL


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def finding(name: str, minutes: float = 0, rule: str = "device-offline", **more: Any) -> Finding:
    told: dict[str, Any] = {
        "id": name,
        "rule": rule,
        "severity": HIGH,
        "title": f"{name} is offline",
        "what": f"{name} is offline.",
        "why": "",
        "do": (),
        "first_seen": at(minutes),
        "last_seen": at(minutes),
        "subjects": (name,),
        "source": LogSource.DEVICE,
    }
    return Finding(**(told | more))


def over(one: Finding) -> Finding:
    return msgspec.structs.replace(one, resolved=True)


class Day:
    """A book carried on from decision to decision."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy, self.book = policy, Book()
        self.notices: list[Notice] = []

    def at(self, minutes: float, *things: Thing) -> list[str]:
        decided = decide(self.book, things, self.policy, at(minutes))
        self.book = decided.book
        self.notices += decided.notices
        return [one.occasion.value for one in decided.notices]

    def said(self) -> list[str]:
        return [one.occasion.value for one in self.notices if one.occasion is not Occasion.HUSH]


def story(name: str, *parts: str, minutes: float = 0, **more: Any) -> Incident:
    told: dict[str, Any] = {
        "id": name,
        "rule": "device-offline",
        "severity": HIGH,
        "title": f"{name} took much with it",
        "what": f"{name} took much with it.",
        "why": "",
        "do": (),
        "confidence": Confidence.PROBABLY,
        "first_seen": at(minutes),
        "last_seen": at(minutes),
        "count": len(parts),
        "subjects": (name,),
        "evidence": (),
        "source": LogSource.DEVICE,
        "findings": parts,
    }
    return Incident(**(told | more))
