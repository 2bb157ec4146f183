"""Deed: one thing that one attacker did again and again, and how it went. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from unifi_scanner.detection.analysers.themes import Theme, theme_of
from unifi_scanner.detection.analysers.trace import Trace
from unifi_scanner.detection.ips import family_of
from unifi_scanner.models.addresses import is_private
from unifi_scanner.models.device import canonical_mac
from unifi_scanner.models.log_entry import LogEntry

# what a name says of the thing that bears it
_THINGS = (
    ("camera", r"cam(?:era)?s?\d*|doorbell"),
    ("storage box", r"nas\d*|ds\d{3,4}\S*|diskstation|synology|qnap|truenas"),
    ("printer", r"printer|laserjet|officejet|brother|epson"),
    ("TV", r"tv|chromecast|roku|appletv|firetv"),
    ("phone", r"i?phone|pixel|galaxy"),
    ("tablet", r"tablet|ipad"),
    ("laptop", r"laptop|notebook|macbook|thinkpad"),
    ("computer", r"pc|desktop|workstation|imac|server"),
    ("game console", r"xbox|playstation|ps[45]|switch"),
    ("smart plug", r"plug"),
)
_THING_IN = tuple(
    (thing, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE)) for thing, words in _THINGS
)


MOST_TARGETS: Final = 4  # one more than is ever told


class Stranger:
    """How often an address on the Internet tried, and on how many days."""

    OFTEN: ClassVar = 20
    MANY_DAYS: ClassVar = 3

    __slots__ = ("count", "day", "days", "proof")

    def __init__(self) -> None:
        self.count = self.day = self.days = 0
        self.proof: LogEntry | None = None  # the entry that made it one that keeps coming back

    def look_at(self, entry: LogEntry) -> None:
        """Keep `entry` as the proof, if it makes this one that comes back again and again."""
        day = entry.timestamp.toordinal()
        if day != self.day:
            self.day = day
            self.days += 1
        if self.count >= self.OFTEN or self.days >= self.MANY_DAYS:
            self.proof = entry


class Deed(Trace):
    """One signature of one attacker, or of all strangers, with the outcome they share."""

    STOPPED: ClassVar = "stopped"
    PASSED: ClassVar = "passed"
    UNSAID: ClassVar = "unsaid"

    __slots__ = ("is_beyond", "is_own", "outcome", "targets")

    def __init__(self, first: LogEntry, *, is_own: bool, is_beyond: bool = False) -> None:
        super().__init__()
        self.is_own = is_own
        self.is_beyond = is_beyond
        self.outcome = _outcome_of(first)
        self.targets: dict[Any, None] = {}

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return the facts of its first entry."""
        return self.head[0].metadata

    @property
    def kind(self) -> str:
        """Return the Kind of its entries."""
        return self.head[0].kind

    @property
    def attacker(self) -> str | None:
        """Return who did it, by name where there is one."""
        return self.facts.get("attacker")

    @property
    def theme(self) -> Theme:
        """Return what it means."""
        facts = self.facts
        return theme_of(facts.get("threat"), facts.get("threat_category"), facts.get("signature_id"))

    @property
    def looks(self) -> str | None:
        """Return what it looked like, in words."""
        return family_of(self.facts.get("threat"), self.facts.get("threat_category"))

    @property
    def is_lateral(self) -> bool:
        """Return whether it stayed inside one's own network."""
        facts = self.facts
        if facts.get("direction") == "outgoing" and not is_private(facts.get("dst_ip")):
            return False
        return facts.get("direction") == "local" or bool(is_private(facts.get("dst_ip")))

    @property
    def is_hidden(self) -> bool:
        """Return whether only the public address of one's own line is known, not the device behind it."""
        return is_private(self.attacker) is False


def _outcome_of(entry: LogEntry) -> str:
    if entry.kind == "threat.blocked":
        return Deed.STOPPED
    return Deed.PASSED if entry.metadata.get("action") == "not blocked" else Deed.UNSAID


def thing_of(name: str | None, told: str | None) -> str | None:
    """Return what kind of thing it is, as the record or its own name says: "a Windows PC", "a camera"."""
    thing = told if told and canonical_mac(told) is None else _thing_in(name or "")
    if thing is None:
        return None
    return f"{'an' if thing[:1].lower() in 'aeiou' else 'a'} {thing}"


def _thing_in(name: str) -> str | None:
    return next((thing for thing, pattern in _THING_IN if pattern.search(name)), None)
