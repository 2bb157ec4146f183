"""Detection: entries in, findings out. Rules are data; see rules/<category>/<what-happened>.toml."""

from unifi_scanner.detection.analyser import ANALYSERS, KNOWN_OTHERWISE, Analyser
from unifi_scanner.detection.dispatch import COMINGS, Seer
from unifi_scanner.detection.engine import Begun, Engine, detect
from unifi_scanner.detection.heard import Heard
from unifi_scanner.detection.loader import ignored_kinds, load_rules
from unifi_scanner.detection.rule import Rule
from unifi_scanner.detection.state import State, state_of, take_up
from unifi_scanner.detection.stories import GO_ON, Chronicle, Told, tell_stories

__all__ = [
    "ANALYSERS",
    "COMINGS",
    "GO_ON",
    "KNOWN_OTHERWISE",
    "Analyser",
    "Begun",
    "Chronicle",
    "Engine",
    "Heard",
    "Rule",
    "Seer",
    "State",
    "Told",
    "detect",
    "ignored_kinds",
    "load_rules",
    "state_of",
    "take_up",
    "tell_stories",
]
