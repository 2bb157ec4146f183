"""The same day comes to the same findings whichever voice told it, and where one voice fell silent for a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import pytest

from tests.one_day import Told, tell
from unifi_scanner.detection import ANALYSERS, Engine, load_rules
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine
from unifi_scanner.sim import load_scenario

DAYS: Final = {name: tell(load_scenario(name), "10.6.106") for name in ("every-generation", "busy-day")}
# what one voice has no word for, so that the other says more (docs/protocol.md B.6, E, F.2)
ALSO_TOLD: Final = {
    "device-added": (" by Anna",),  # by v1 alone: who it was
    "network-name-imitated": (" Garden AP hears it.",),  # by v1 alone: which access point heard it
    "internet-down": (" of Example Fiber Co",),  # by the system log and CEF: which provider
    "internet-comes-and-goes": (" of Example Fiber Co",),
    "update-done": (" from version 6.6.77.15402 to version 6.6.77.15436",),  # CEF names neither version
    "settings-changed": (": WiFi", ": Guest WiFi"),  # the section, and in CEF the entry in it
}
# hangs on the signal before a move, which the system log alone tells (docs/protocol.md D.3)
TOLD_BY_ONE: Final = frozenset({"client-sticks"})
RULES: Final = load_rules()
Found = tuple[str, str, int, tuple[str, ...], str]


def findings(entries: Sequence[LogEntry]) -> Counter[Found]:
    """Return what the rules find, as far as it must not hang on who told it."""
    return Counter(
        (found.rule, found.severity.value, found.count, found.subjects, _without(found.what, found.rule))
        for found in everything_found(combine(entries))
        if found.rule not in TOLD_BY_ONE
    )


def everything_found(entries: Sequence[LogEntry]) -> list[Finding]:
    """Return what rules and analysers find together."""
    engine = Engine(RULES, [make() for make in ANALYSERS.values()])
    engine.feed(entries)
    return engine.findings()


def _without(what: str, rule: str) -> str:
    for more in ALSO_TOLD.get(rule, ()):
        what = what.replace(more, "", 1)
    return what


def told_by(day: Told, both: tuple[str, str], turns: int) -> list[LogEntry]:
    """Return the events that both can tell: by the first alone, or so many of each by turns."""
    events = [event for event in day.events if all(voice in event for voice in both)]
    return [
        entry
        for number, event in enumerate(events)
        for entry in event[both[number // turns % 2] if turns else both[0]]
    ]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(
    "both", [("v1", "log"), ("log", "v1"), ("cef", "log"), ("log", "cef"), ("v1", "cef")]
)
@pytest.mark.parametrize("turns", [0, 1, 2, 7])
def test_a_day_is_the_same_whoever_tells_it(day: str, both: tuple[str, str], turns: int) -> None:
    wanted = findings(told_by(DAYS[day], (both[1], both[0]), 0))
    got = findings(told_by(DAYS[day], both, turns))
    assert len(wanted) > 5
    assert (wanted - got, got - wanted) == (Counter(), Counter())


@pytest.mark.parametrize("day", DAYS)
def test_another_voice_adds_no_finding_and_takes_none_away(day: str) -> None:
    told = DAYS[day]
    together = findings([*told.by("v1"), *told.by("log")])
    assert findings([*told.by("v1"), *told.by("log"), *told.by("cef")]) == together
