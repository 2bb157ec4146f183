"""Catalogue: what every code of every source means, what every Kind asks of its owner, and looking both up. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from unifi_scanner.models.enums import Severity
from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.phrasing import phrase
from unifi_scanner.models.vocabulary import dotted, v2_base

_CEF = re.compile(r"^(?:cef[: ]+)?(?:unifi )?(network|os|protect)[: ]+(\w+)$", re.IGNORECASE)
_NEAREST = 3


class Family(StrEnum):
    """Which source speaks the code: the folder its entry stands in."""

    EVENT = "event"  # EVT_ codes of the socket, of stat/event and of alarms (docs/protocol.md B.5, C)
    SYSTEM_LOG = "system-log"  # keys and events of the system log (D.3)
    GROUP = "system-log-group"  # categories and subcategories of the system log
    CEF = "cef"  # product and number of CEF lines and webhooks (F.2)
    STREAM = "stream"  # kinds of WebSocket frames (B.4)
    WEBHOOK = "webhook"  # ids of the Alarm Manager's webhooks (D.7)

    @property
    def shown(self) -> str:
        """Return the name of the source for people."""
        return _SHOWN[self]


_SHOWN: Mapping[Family, str] = {
    Family.EVENT: "events and alarms of the controller",
    Family.SYSTEM_LOG: "the system log",
    Family.GROUP: "headings of the system log",
    Family.CEF: "messages to a log server",
    Family.STREAM: "the live stream",
    Family.WEBHOOK: "webhooks of the Alarm Manager",
}


class Known(StrEnum):
    """How surely controllers send a code: seen in a recording, named by UniFi itself, or told by others only."""

    OBSERVED = "observed"
    DOCUMENTED = "documented"
    UNCONFIRMED = "unconfirmed"


class WireExample(msgspec.Struct, frozen=True):
    """A record as a controller sends it, and the sentence it yields."""

    event: Mapping[str, Any]
    says: str


class CodeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One code: its Kind, or why it is left out on purpose. A `*` in the code stands for any device or action.

    `becomes` are the Kinds that the facts of a record may turn it into.
    """

    code: str
    family: Family
    known: Known
    path: str
    kind: str | None = None
    becomes: tuple[str, ...] = ()
    means: str = ""
    ignored: str = ""
    examples: tuple[WireExample, ...] = ()

    @property
    def meaning(self) -> str:
        """Return what the code says, in one sentence that needs no record."""
        return self.means or self.ignored or (meaning_of(self.kind) if self.kind else "")


class KindEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a Kind asks of the owner; `do_9` and `do_8` only where older Network versions have other paths."""

    kind: str
    path: str
    severity: Severity
    severity_why: str
    why: str
    do: tuple[str, ...] = ()
    do_9: tuple[str, ...] = ()
    do_8: tuple[str, ...] = ()
    nothing_to_do: str = ""
    false_alarm: str = ""

    def texts(self) -> Mapping[str, str]:
        """Return all its prose, by the name of the key it stands under."""
        steps = {
            f"{key}[{number}]": step
            for key, listed in (("do", self.do), ("do_9", self.do_9), ("do_8", self.do_8))
            for number, step in enumerate(listed)
        }
        words = {key: getattr(self, key) for key in ("severity_why", "why", "nothing_to_do", "false_alarm")}
        return {key: text for key, text in (words | steps).items() if text}


class Catalogue(msgspec.Struct, frozen=True):
    """Every code by family and code, and every Kind that has an entry."""

    codes: Mapping[tuple[Family, str], CodeEntry]
    kinds: Mapping[str, KindEntry]

    def code(self, spelling: str) -> CodeEntry | None:
        """Return the entry of a code in any spelling: dotted, with a revision, in lower case, `Network 201`."""
        for wanted in _spellings(spelling.strip()):
            for family in Family:
                found = self.codes.get((family, wanted))
                if found is not None:
                    return found
        return self._alike(spelling.strip())

    def _alike(self, spelling: str) -> CodeEntry | None:
        """Return the entry that differs in case or dots only, else one whose `*` fits."""
        wanted = [one.casefold() for one in _spellings(spelling)]
        patterns: list[CodeEntry] = []
        for entry in self.codes.values():
            if "*" in entry.code:
                patterns.append(entry)
            elif entry.code.casefold() in wanted or dotted(entry.code) in wanted:
                return entry
        return next((entry for entry in patterns if any(map(_pattern_of(entry.code).match, wanted))), None)

    def covers(self, family: Family, code: str) -> CodeEntry | None:
        """Return the entry of exactly this code of this family, by its own name or by one with a `*`."""
        exact = self.codes.get((family, code))
        if exact is not None:
            return exact
        stars = (entry for (among, name), entry in self.codes.items() if among is family and "*" in name)
        return next((entry for entry in stars if _pattern_of(entry.code).match(code)), None)

    def nearest(self, spelling: str) -> Sequence[str]:
        """Return the few known codes and Kinds that look most like `spelling`."""
        known = {name.casefold(): name for name in (*self.kinds, *(code for _, code in self.codes))}
        return [known[name] for name in get_close_matches(spelling.casefold(), known, n=_NEAREST, cutoff=0.6)]


def meaning_of(kind: str) -> str:
    """Return the sentence of a Kind as it reads of nobody in particular."""
    return phrase(info_of(kind).sentence, {})


def _spellings(text: str) -> Iterable[str]:
    yield text
    yield text.upper()
    cef = _CEF.match(text)
    if cef:
        product = {"os": "OS"}.get(cef.group(1).lower(), cef.group(1).capitalize())
        yield f"CEF:{product}:{cef.group(2)}"
    elif text.isdigit():
        yield f"CEF:Network:{text}"
    yield v2_base(text.upper())


@lru_cache(maxsize=256)
def _pattern_of(code: str) -> re.Pattern[str]:
    spelled = (code, dotted(code.replace("*", "ANY")).replace("any.", "*."))
    shapes = "|".join(re.escape(one).replace(re.escape("*"), "[A-Za-z0-9-]+") for one in spelled)
    return re.compile(f"^(?:{shapes})$", re.IGNORECASE)


class FamilyCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many codes of a family are known, explained, and ignored on purpose; entries with a `*` do not count."""

    family: Family
    known: int
    explained: int
    ignored: int
    unconfirmed: int


def count_codes(catalogue: Catalogue) -> tuple[FamilyCount, ...]:
    """Return the counts of every family; an entry that is neither explained nor ignored shows as a gap."""
    return tuple(_count(family, catalogue) for family in Family)


def gaps_in(catalogue: Catalogue) -> tuple[CodeEntry, ...]:
    """Return the codes that are neither explained nor left out for a reason."""
    return tuple(
        entry for entry in catalogue.codes.values() if not entry.ignored and entry.kind not in catalogue.kinds
    )


def _count(family: Family, catalogue: Catalogue) -> FamilyCount:
    entries = [
        entry for entry in catalogue.codes.values() if entry.family is family and "*" not in entry.code
    ]
    return FamilyCount(
        family=family,
        known=len(entries),
        explained=sum(entry.kind in catalogue.kinds for entry in entries),
        ignored=sum(bool(entry.ignored) for entry in entries),
        unconfirmed=sum(entry.known is Known.UNCONFIRMED for entry in entries),
    )
