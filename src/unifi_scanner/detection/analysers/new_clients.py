"""New clients: those that never were on this network as far back as its history goes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import ClassVar, Final

from unifi_scanner.detection.dispatch import Seer
from unifi_scanner.detection.trail import Trail, about, client_of, joined
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of

RULE: Final = "new-client"
MOST: Final = 1000
TOLD_ALONE: Final = 3  # more new ones than this are told together
NAMED: Final = 5
_LOCAL: Final = 0x02


def is_private(mac: str) -> bool:
    """Return whether a device made its MAC up, as phones do for each network (the locally administered bit)."""
    try:
        return bool(int(mac[:2], 16) & _LOCAL)
    except ValueError:
        return False


class NewClients:
    """Finds clients that were never here before; silent where the history is too short to know (`known` is None).

    A phone may take a new made-up address at any time, so those are not told as new on the Wi-Fi; guests neither.
    """

    kinds = ("client.connected", "client.wired_connected")
    MADE_WITH: ClassVar = frozenset({"_known"})

    def __init__(self, known: Collection[str] | None = None) -> None:
        self._known = known
        self._new: dict[str, Trail] = {}

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in which Kind: nobody where nobody can be told as new."""
        return (Seer(kind, self.see) for kind in self.kinds if self._known is not None)

    def see(self, entry: LogEntry) -> None:
        """Take in one arrival."""
        mac = entry.client_mac
        if mac is None or self._known is None or mac in self._known or entry.timestamp == NO_TIME:
            return
        trail = self._new.get(mac)
        if trail is None:
            is_wifi = entry.kind == "client.connected"
            if entry.metadata.get("guest") or (is_wifi and is_private(mac)) or len(self._new) >= MOST:
                return
            trail = self._new[mac] = Trail()
        trail.add(entry)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each new client, or one for all where there are many."""
        if len(self._new) <= TOLD_ALONE:
            yield from (_one(mac, trail) for mac, trail in self._new.items())
        else:
            yield _many(self._new)


def _one(mac: str, trail: Trail) -> Finding:
    entry = trail.head[0]
    name = client_of(entry)
    way = "on the Wi-Fi" if entry.kind == "client.connected" else "by cable"
    return Finding(
        id=digest_of(RULE, mac, trail.first_id),
        rule=RULE,
        severity=Severity.LOW,
        title=f"A new device is on your network: {name}",
        what=f"{name} joined {way} for the first time{_maker(mac)}.",
        why="Most often it is a new thing of yours. If nobody knows it, someone else is on your network.",
        do=(
            f"If you know it, give it a name: Client Devices > {name} > Settings.",
            f"If nobody knows it, block it: Client Devices > {name} > Block.",
        ),
        confidence=Confidence.PROBABLY,
        sure_because="It was not here as far back as we remember. A known device with a new address looks the same.",
        first_seen=trail.first,
        last_seen=trail.last,
        count=trail.count,
        subjects=(name,),
        evidence=trail.evidence(),
        source=LogSource.WIRELESS if entry.kind == "client.connected" else LogSource.WIRED,
        about=about(("client", mac)),
    )


def _many(new: dict[str, Trail]) -> Finding:
    trails = sorted(new.values(), key=lambda trail: trail.first)
    names = [client_of(trail.head[0]) for trail in trails]
    rest = len(names) - NAMED
    told = joined([*names[:NAMED], f"{rest} more"] if rest > 0 else names)
    return Finding(
        id=digest_of(RULE, "several", trails[0].first_id),
        rule=RULE,
        severity=Severity.LOW,
        title=f"{len(names):,} new devices are on your network",
        what=f"{len(names):,} devices joined for the first time: {told}.",
        why="Most often they are new things of yours. If nobody knows one, someone else is on your network.",
        do=("Go through the list, and block what nobody knows: Client Devices.",),
        confidence=Confidence.PROBABLY,
        sure_because="They were not here as far back as we remember.",
        first_seen=trails[0].first,
        last_seen=max(trail.last for trail in trails),
        count=sum(trail.count for trail in trails),
        subjects=tuple(names[:NAMED]),
        evidence=tuple(trail.evidence()[0] for trail in trails[:8]),
        source=LogSource.WIRELESS,
        about=about(*(("client", mac) for mac in list(new)[:50])),
    )


def _maker(mac: str) -> str:
    return ", with an address it made up itself" if is_private(mac) else ""
