"""Crowd: which client is on which device, and who drops off when a device goes. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from unifi_scanner.detection.stories.spell import Spell
from unifi_scanner.models.log_entry import LogEntry

LEFT: Final = frozenset({"client.disconnected", "client.wired_disconnected"})
MOVED: Final = "client.roamed"
CAME: Final = frozenset({"client.connected", "client.wired_connected", MOVED})
MOST_CLIENTS: Final = 20_000
MOST_RECENT: Final = 2_048
BEFORE: Final = timedelta(minutes=3)  # a controller notes a silent device later than its clients' leave
AFTER: Final = timedelta(minutes=10)
MOST_WATCHED: Final = 256
OUT_OF_ORDER: Final = timedelta(minutes=2)


class Watched:
    """A device of which somebody may drop off: because of what, from when, and until when."""

    __slots__ = ("since", "spell", "until", "until_back")

    def __init__(self, spell: Spell) -> None:
        self.spell = spell
        self.since = spell.start - BEFORE
        self.until = spell.start + (AFTER if spell.is_lasting else BEFORE)
        self.until_back = spell.start + AFTER  # who joins anew what it never left had dropped off

    def is_over(self, now: datetime) -> bool:
        """Return whether nobody can drop off because of it any more."""
        spell = self.spell
        if spell.is_lasting:
            if spell.end is None:
                return False
            self.until, self.until_back = min(self.until, spell.end), spell.end + AFTER
        return now > self.until_back

    def counts(self, now: datetime, *, is_back: bool) -> bool:
        """Return whether a client dropped off because of it; one that only `is_back` did so before."""
        return self.since <= now <= (self.until_back if is_back else self.until)


class Crowd:
    """Where each client was last heard, as connects, roams and leaves tell."""

    def __init__(self) -> None:
        self._on: dict[str, str] = {}
        self._recent: deque[LogEntry] = deque(maxlen=MOST_RECENT)
        self._watched: dict[str, Watched] = {}

    def place_of(self, client: str) -> str | None:
        """Return the device a client was last heard on."""
        return self._on.get(client)

    def see(self, entry: LogEntry) -> None:
        """Take in that a client came, went over to another device, or left."""
        self.see_many((entry,))

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in comings, goings and moves, among others."""
        on, watched, recent = self._on, self._watched, self._recent
        for entry in entries:
            client, kind = entry.client_mac, entry.kind
            if kind in LEFT:
                recent.append(entry)
                if client is None:
                    continue
                before = on.pop(client, None)
                if watched and (place := entry.device_mac or before or entry.device_name) in watched:
                    self._note(place, client, entry, is_back=False)
            elif kind in CAME:
                moved_to = entry.metadata.get("ap_to_mac") if kind == MOVED else None
                place = moved_to or entry.device_mac or entry.device_name
                if client is None or place is None:
                    continue
                if watched and (before := on.get(client)) in watched:
                    self._note(before, client, entry, is_back=before == place)
                on[client] = place
                if len(on) > MOST_CLIENTS:
                    del on[next(iter(on))]

    def watch(self, spell: Spell, device: str) -> None:
        """Count who drops off a device from shortly before `spell` until a while after it."""
        watched = self._watched[device] = Watched(spell)
        long_ago = watched.since - OUT_OF_ORDER
        for entry in reversed(self._recent):
            if entry.timestamp < long_ago:
                break
            is_here = device in (entry.device_mac, entry.device_name)
            if is_here and entry.client_mac and watched.counts(entry.timestamp, is_back=False):
                spell.lose(entry.client_mac, entry)
        if len(self._watched) > MOST_WATCHED:
            del self._watched[next(iter(self._watched))]

    def _note(self, device: str, client: str, entry: LogEntry, *, is_back: bool) -> None:
        watched, now = self._watched[device], entry.timestamp
        if watched.is_over(now):
            del self._watched[device]
        elif watched.counts(now, is_back=is_back):
            watched.spell.lose(client, entry)
