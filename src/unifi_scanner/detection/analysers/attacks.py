"""Attacks: what intrusion prevention saw, told by the device of one's own that did it, and for strangers together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Any, Final

from unifi_scanner.detection.analysers.attack_words import (
    told_from_inside,
    told_from_outside,
    told_of_many,
    told_of_returning,
    told_of_watching,
)
from unifi_scanner.detection.analysers.deeds import MOST_TARGETS, Deed, Stranger
from unifi_scanner.detection.analysers.themes import THEME_OF
from unifi_scanner.detection.analysers.trace import joined
from unifi_scanner.models.addresses import is_private
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry

MOST_DEEDS: Final = 1000  # different (who, what, how it went); what comes after them is counted together
MOST_STRANGERS: Final = 10_000
MOST_APART: Final = 4  # devices of one's own with the same trouble that are told one by one
RULES: Final = frozenset(
    {
        "attack-from-outside-not-blocked",
        "attack-from-outside-noticed",
        "attacks-are-only-watched",
        "attacks-from-outside-blocked",
        "inside-device-blocked",
        "inside-device-not-blocked",
        "inside-device-noticed",
        "one-address-keeps-attacking",
        *(theme.rule for theme in THEME_OF.values() if theme.rule != "inside-device"),
    }
)
BLOCKED: Final = "threat.blocked"


class Attacks:
    """Intrusion prevention: who did what to whom how often, and whether it was stopped."""

    kinds: tuple[str, ...] = (BLOCKED, "threat.detected")

    def __init__(self) -> None:
        self._deeds: dict[Hashable, Deed] = {}
        self._strangers: dict[str, dict[str, Stranger]] = {kind: {} for kind in self.kinds}
        self._others = Stranger()  # those without an address, and those there was no room for

    def see(self, entry: LogEntry) -> None:
        """Take in one alert."""
        kind = entry.kind
        get = entry.metadata.get
        attacker = get("attacker")
        stranger = self._strangers[kind].get(attacker or "")
        if stranger is None and not self._is_own(entry):
            stranger = self._meet(attacker, kind)
        if stranger is None:
            key: Hashable = (attacker, get("threat"), kind, get("action"))
        else:
            key = (get("threat"), kind, get("action"))
            stranger.count += 1
            if stranger.proof is None:
                stranger.look_at(entry)
        deed = self._deeds.get(key)
        if deed is None:
            deed = self._open(key, entry, is_own=stranger is None)
        deed.add(entry)
        targets = deed.targets
        if len(targets) < MOST_TARGETS:
            targets[get("target")] = None

    def _is_own(self, entry: LogEntry) -> bool:
        facts = entry.metadata
        return facts.get("direction") in ("outgoing", "local") or bool(is_private(facts.get("src_ip")))

    def _meet(self, attacker: str | None, kind: str) -> Stranger:
        strangers = self._strangers[kind]
        if attacker is None or len(strangers) >= MOST_STRANGERS:
            return self._others
        return strangers.setdefault(attacker, Stranger())

    def _open(self, key: Hashable, entry: LogEntry, *, is_own: bool) -> Deed:
        if len(self._deeds) >= MOST_DEEDS:
            key = (is_own, entry.kind, entry.metadata.get("action"))
            if key in self._deeds:
                return self._deeds[key]
            deed = Deed(entry, is_own=is_own, is_beyond=True)
        else:
            deed = Deed(entry, is_own=is_own)
        self._deeds[key] = deed
        return deed

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each device of one's own, a few for all strangers, and one on the setting."""
        own = [deed for deed in self._deeds.values() if deed.is_own]
        strangers = [deed for deed in self._deeds.values() if not deed.is_own]
        found = [*_inside(own), *self._outside(strangers)]
        yield from found
        if _only_watches([*own, *strangers]):
            passed = joined(deed for deed in [*own, *strangers] if deed.outcome == Deed.PASSED)
            yield told_of_watching(passed, is_known_trouble=any(map(_needs_someone, found)))

    def _outside(self, deeds: list[Deed]) -> Iterator[Finding]:
        for outcome, same in _by(deeds, lambda deed: deed.outcome).items():
            yield told_from_outside(outcome, same, self._strangers[same[0].kind])
        yield from told_of_returning(self._strangers.values())


def _inside(deeds: list[Deed]) -> Iterator[Finding]:
    named = [deed for deed in deeds if not deed.is_beyond]
    rest = [deed for deed in deeds if deed.is_beyond]
    by_device = _by(named, lambda deed: deed.attacker)
    alike = _by(by_device.items(), lambda item: max(deed.theme.rank for deed in item[1]))
    for group in alike.values():
        if len(group) <= MOST_APART:
            yield from (told_from_inside(done) for _, done in group)
        else:
            rest += [deed for _, done in group for deed in done]
    for same in _by(rest, lambda deed: deed.theme.rule).values():
        yield told_of_many(same)


def _needs_someone(finding: Finding) -> bool:
    return finding.severity.rank >= Severity.MEDIUM.rank


def _only_watches(deeds: list[Deed]) -> bool:
    outcomes = {deed.outcome for deed in deeds}
    return Deed.PASSED in outcomes and Deed.STOPPED not in outcomes


def _by(items: Any, key: Any) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
