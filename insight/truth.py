"""What a scenario says of itself: what really happened, what must not be said, and what chance may vary. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from unifi_scanner.models.enums import Severity

# the closed vocabulary of root causes; what follows a colon is the name of whom it happened to
KINDS: Final = frozenset({
    "power-lost", "device-offline", "device-flaps", "device-restarted", "firmware-update", "update-failed", "update-waits",
    "device-hot", "fan-failed", "supply-failed", "device-added", "device-removed", "device-cut-off", "storage-full",
    "internet-down", "internet-flaps", "internet-slow", "internet-loses", "backup-line", "mobile-line",
    "radar", "channel-hops", "interference", "rogue-ap", "ap-weak-power", "wifi-poor", "air-trouble",
    "wrong-password", "client-flaps", "client-roams", "client-bands", "roaming-storm", "clients-dropped", "turned-away",
    "client-appeared", "sticky-client", "client-no-address", "name-service", "sign-in-server",
    "address-pool", "rogue-dhcp", "address-twice", "address-refused", "cable-loop", "stp-block", "port-errors",
    "port-drops", "port-flaps", "bundle-failed", "link-slow", "poe-overload", "poe-lost",
    "attack-outside", "attack-inside", "honeypot", "firewall", "country-blocked", "blocked-client", "rogue-client",
    "port-scan", "admin-guessing", "admin-guessed", "admin-sign-in", "settings-changed", "access-key", "client-muted",
    "vpn", "vpn-site-down", "certificate", "backup-failed", "application-update", "traffic-high", "more-than-usual",
    "other",
})  # fmt: skip


class Truth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that really happened: `cause` is `KIND` or `KIND:NAME`.

    `also` are causes that are as right, `consequences` the Kinds of what followed, which belong to the same story.
    It lasts as long as the happenings of its `story` do, unless `start` or `end` say otherwise. It cannot be told
    where nothing named in `evidence` (any happening of the story if empty), `needs` times, was heard.
    """

    cause: str
    story: str = "main"
    also: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    needs: int = 1
    start: str | None = None
    end: str | None = None
    at_least: Severity = Severity.MEDIUM


class Never(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What no report on this scenario may say above `above`: a cause, and why it would be wrong."""

    cause: str
    why: str = ""
    above: Severity = Severity.LOW


class Chance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What varies from seed to seed.

    `shift` is how much later a story may begin, `jitter` how far each of its happenings may be off, `drop` how many of a
    hundred records get lost on each way, `without` how often a whole way of hearing is missing, `noise` how many
    harmless happenings there are a day. A report speaks of the last `period` of it. `parts` are other scenarios that
    happen in this one too, each as a story of its own; `by_chance` so many more of them are drawn, that fit the house
    and have nothing in common.
    """

    houses: tuple[str, ...]
    parts: tuple[str, ...] = ()
    by_chance: int = 0
    versions: tuple[str, ...] = ("8.6.9", "9.3.43", "9.5.21", "10.1.85", "10.4.57")
    shift: str = "3h"
    jitter: str = "20s"
    drop: float = 1.0
    without: float = 0.15
    noise: float = 4.0
    syslog: bool = True
    calm: float = 1.0  # how much of the house's ordinary comings and goings there is
    period: str | None = None
    quiet: bool = False  # nothing above low is true of it


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A truth in one drawn run: with real times, and every name as a MAC or, for others, as it is."""

    truth: Truth
    cause: str
    also: tuple[str, ...]
    members: frozenset[str]  # as `about` of a finding has them, and as people read them
    called: Mapping[str, frozenset[str]]  # the same, by the name that the scenario uses
    start: datetime
    end: datetime
    heard: int = 0

    @property
    def can_be_told(self) -> bool:
        """Say whether enough of it was heard."""
        return self.heard >= self.truth.needs

    @property
    def kinds(self) -> frozenset[str]:
        """Return every Kind that may be told of it."""
        return frozenset(kind_of(cause) for cause in (self.cause, *self.also, *self.truth.consequences))

    def words_of(self, name: str) -> frozenset[str]:
        """Return how a finding may call whom the scenario calls `name`."""
        return self.called.get(name, frozenset({name}))


def kind_of(cause: str) -> str:
    """Return the Kind of a cause."""
    return cause.partition(":")[0]


def whom(cause: str) -> str:
    """Return whom a cause names, or nothing."""
    return cause.partition(":")[2]
