"""Spell: one thing that went on for a while, or happened in a moment, to one subject. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from unifi_scanner.detection.stories.themes import Theme
from unifi_scanner.models.finding import Evidence, Finding
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.telling import sentence_of

MOST_KEPT: Final = 6
MOST_CLIENTS: Final = 2_000
MOST_PROOFS: Final = 4


class Spell:
    """`start` to `last`; `end` is when it was over, None where it goes on or was a moment only."""

    __slots__ = (
        "about",
        "clients",
        "end",
        "entries",
        "finding",
        "is_lasting",
        "kind",
        "last",
        "metadata",
        "name",
        "proofs",
        "said",
        "start",
        "theme",
    )

    def __init__(self, theme: Theme, about: str, name: str, start: datetime, *, is_lasting: bool) -> None:
        self.theme = theme
        self.about = about
        self.name = name
        self.start = self.last = start
        self.end: datetime | None = None
        self.is_lasting = is_lasting
        self.kind = ""
        self.said: str | None = None
        self.metadata: Any = {}
        self.entries: list[Evidence] = []
        self.proofs: list[str] = []  # ids of the entries by which clients dropped off
        self.clients: dict[str, datetime] = {}
        self.finding: Finding | None = None  # for a spell that only a finding tells of

    @classmethod
    def of(cls, theme: Theme, about: str, entry: LogEntry, *, is_lasting: bool) -> Spell:
        """Return the spell that an entry begins."""
        name = entry.device_name or entry.device_mac or str(entry.metadata.get("admin") or "")
        spell = cls(theme, about, name, entry.timestamp, is_lasting=is_lasting)
        spell.kind = entry.kind
        section = entry.metadata.get("section")
        spell.said = section if isinstance(section, str) else None
        spell.metadata = entry.metadata
        spell.entries.append(_proof(entry))
        return spell

    @classmethod
    def of_finding(cls, theme: Theme, about: str, finding: Finding) -> Spell:
        """Return the spell of a finding that nothing else was noted of."""
        name = finding.subjects[0] if finding.subjects else ""
        spell = cls(theme, about, name, finding.first_seen, is_lasting=False)
        spell.last = finding.last_seen
        spell.end = finding.last_seen if finding.resolved else None
        spell.entries = list(finding.evidence)
        spell.finding = finding
        return spell

    @property
    def is_open(self) -> bool:
        """Return whether it lasts and is not over."""
        return self.is_lasting and self.end is None

    @property
    def order(self) -> tuple[datetime, str]:
        """Return its place among others, whichever way they arrived."""
        return min((proof.timestamp, proof.entry_id) for proof in self.entries)

    @property
    def lasted(self) -> timedelta:
        """Return how long it went on, as far as that is known."""
        return max((self.end or self.last) - self.start, timedelta())

    def again(self, entry: LogEntry) -> None:
        """Take in one more record of it."""
        self.start = min(self.start, entry.timestamp)
        self.last = max(self.last, entry.timestamp)
        if len(self.entries) < MOST_KEPT:
            self.entries.append(_proof(entry))

    def finish(self, entry: LogEntry) -> None:
        """Note that it is over."""
        self.end = entry.timestamp
        self.last = max(self.last, entry.timestamp)
        self.entries.append(_proof(entry))

    def lose(self, client: str, entry: LogEntry) -> None:
        """Note a client that dropped off because of it, or while it went on."""
        if client in self.clients or len(self.clients) >= MOST_CLIENTS:
            return
        self.clients[client] = entry.timestamp
        if len(self.proofs) < MOST_PROOFS:
            self.proofs.append(entry.id)


def _proof(entry: LogEntry) -> Evidence:
    return Evidence(entry_id=entry.id, timestamp=entry.timestamp, sentence=sentence_of(entry))
