"""Analyser: what counting alone cannot see, found by code of its own; and the table of those at work. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from unifi_scanner.detection import baseline_words, health
from unifi_scanner.detection.analysers import new_clients
from unifi_scanner.detection.analysers.channel_cause import ChannelCause
from unifi_scanner.detection.analysers.imitation import Imitation
from unifi_scanner.detection.analysers.ping_pong import PingPong
from unifi_scanner.detection.analysers.roam_storm import RoamStorm
from unifi_scanner.detection.analysers.sticky import Sticky
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry


class Analyser(Protocol):
    """Sees every entry of its `kinds`, nearly in time order, and says at any time what it found so far.

    Its memory does not grow with the stream; the same entries give the same findings, with the same ids.
    """

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the Kinds it looks at."""

    def see(self, entry: LogEntry) -> None:
        """Take in one entry of its Kinds."""

    def findings(self) -> Iterable[Finding]:
        """Return what was found so far."""


# by the name its findings carry as their rule; adding one is one file and one line here
ANALYSERS: Mapping[str, Callable[[], Analyser]] = {
    "access-point-roaming-storm": RoamStorm,
    "channel-changed": ChannelCause,
    "client-ping-pong": PingPong,
    "client-sticks": Sticky,
    "network-name-imitated": Imitation,
}

# what only the past of a network, or a look at its devices, shows; see pipeline/past.py
KNOWN_OTHERWISE: frozenset[str] = frozenset({baseline_words.RULE, new_clients.RULE, *health.RULES})
