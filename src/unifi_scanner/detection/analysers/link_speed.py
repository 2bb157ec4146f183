"""Link speed: cables that suddenly carry a tenth of what they did. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from unifi_scanner.detection.analysers.trace import Trace, Words, finding_from
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry

RULES: Final = frozenset({"cable-got-slow"})
MOST_CABLES: Final = 5_000
MOST_TOLD: Final = 5
_NUMBER = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([a-z]*)")
# nobody recorded how the controller spells a speed ({CONNECTION_SPEED}, docs/protocol.md D.3): every usual way is read
_UNITS = {"": 1, "mbps": 1, "mbit": 1, "m": 1, "mb": 1, "mbe": 1, "g": 1000, "gb": 1000, "gbe": 1000, "gbps": 1000, "gbit": 1000}  # fmt: skip
_WORDS = {"gbe": 1000, "fe": 100, "ge": 1000}


class Cable(Trace):
    """One client at one port: the best speed it had, and the last."""

    __slots__ = ("best", "now")

    def __init__(self) -> None:
        super().__init__()
        self.best = self.now = 0


class LinkSpeed:
    """Which cable got slower while the same device hung on the same port."""

    kinds: tuple[str, ...] = ("client.wired_connected",)

    def __init__(self) -> None:
        self._cables: dict[tuple[str | None, ...], Cable] = {}

    def see(self, entry: LogEntry) -> None:
        """Take in that a device was plugged in, where the record says how fast."""
        told = entry.metadata.get("link_speed")
        speed = speed_of(told) if told else None
        if speed is None:
            return
        key = (entry.client_mac or entry.client_name, entry.device_mac, entry.metadata.get("port"))
        cable = self._cables.get(key)
        if cable is None:
            if len(self._cables) >= MOST_CABLES:
                return
            cable = self._cables[key] = Cable()
        if speed < cable.best or not cable.count:
            cable.add(entry)
        cable.best, cable.now = max(cable.best, speed), speed

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each cable that is ten times slower than it was."""
        slow = [cable for cable in self._cables.values() if cable.now and cable.now * 10 <= cable.best]
        yield from (_told(cable) for cable in slow[:MOST_TOLD])


def speed_of(text: str) -> int | None:
    """Return a link speed in Mbit/s from the ways it may be written, or None."""
    plain = text.strip().lower().replace("/s", "")
    if plain in _WORDS:
        return _WORDS[plain]
    match = _NUMBER.match(plain)
    unit = _UNITS.get(match.group(2)) if match else None
    return None if match is None or unit is None else round(float(match.group(1)) * unit) or None


def _told(cable: Cable) -> Finding:
    entry = cable.kept()[-1]
    facts = {
        "client": entry.client_name or entry.client_mac,
        "device": entry.device_name or entry.device_mac,
        "port": entry.metadata.get("port"),
        "now": f"{cable.now:,}",
        "best": f"{cable.best:,}",
    }
    about = [
        f"{role}:{mac}" for role, mac in (("client", entry.client_mac), ("device", entry.device_mac)) if mac
    ]
    words = Words(
        title="The cable of {client} got slow",
        what="{client} is connected with {now} Mbit a second[ at port {port} of {device}]. Before, it was {best}.",
        why="A cable with one broken wire still works, but only at a tenth of its speed.",
        do=("Try another cable. If that does not help, try another port.",),
        confidence=Confidence.POSSIBLY,
        because="The speeds are certain. A computer that sleeps also slows its port down, to save power.",
    )
    return finding_from(
        cable, words, facts,
        rule="cable-got-slow", severity=Severity.LOW, source=LogSource.WIRED,
        subject="/".join(about), subjects=[name for name in (entry.client_name, entry.device_name) if name], about=about,
    )  # fmt: skip
