"""Analyser: what counting alone cannot see, found by code of its own; and the table of those at work. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, runtime_checkable

from unifi_scanner.detection import baseline_words, health_words
from unifi_scanner.detection.analysers import attacks, changes, internet, link_speed, new_clients, sign_ins
from unifi_scanner.detection.analysers.attacks import Attacks
from unifi_scanner.detection.analysers.changes import Changes
from unifi_scanner.detection.analysers.channel_cause import ChannelCause
from unifi_scanner.detection.analysers.imitation import Imitation
from unifi_scanner.detection.analysers.internet import Internet
from unifi_scanner.detection.analysers.link_speed import LinkSpeed
from unifi_scanner.detection.analysers.many_dropped import ManyDropped
from unifi_scanner.detection.analysers.ping_pong import PingPong
from unifi_scanner.detection.analysers.roam_storm import RoamStorm
from unifi_scanner.detection.analysers.sign_ins import SignIns
from unifi_scanner.detection.analysers.sticky import Sticky
from unifi_scanner.detection.dispatch import Seer
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


@runtime_checkable
class BusyAnalyser(Analyser, Protocol):
    """One that the commonest Kinds go to: it says itself who takes in which, so that none has to ask."""

    def seers(self) -> Iterable[Seer]:
        """Return who takes in each of its Kinds."""


# adding one is one file and one line here
ANALYSERS: Mapping[str, Callable[[], Analyser]] = {
    "access-point-roaming-storm": RoamStorm,
    "attacks": Attacks,
    "changes": Changes,
    "channel-changed": ChannelCause,
    "client-ping-pong": PingPong,
    "client-sticks": Sticky,
    "internet": Internet,
    "link-speed": LinkSpeed,
    "most-devices-dropped-at-once": ManyDropped,
    "network-name-imitated": Imitation,
    "sign-ins": SignIns,
}

# the names that findings carry as their rule where no file and no line above is called so; see pipeline/past.py too
KNOWN_OTHERWISE: frozenset[str] = frozenset(
    {baseline_words.RULE, new_clients.RULE, *health_words.RULES}
    | attacks.RULES
    | changes.RULES
    | internet.RULES
    | link_speed.RULES
    | sign_ins.RULES
)
