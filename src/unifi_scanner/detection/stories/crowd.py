"""Crowd: which client is on which device, and who drops off when a device goes. Pure."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from unifi_scanner.detection.stories.spell import Spell
from unifi_scanner.models.log_entry import LogEntry

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

    def join(self, entry: LogEntry) -> None:
        """Take in that a client came."""
        client, place = entry.client_mac, entry.device_mac or entry.device_name
        if client in self._on and place is not None and not self._watched:
            self._on[client] = place
        else:
            self._put(client, place, entry)

    def move(self, entry: LogEntry) -> None:
        """Take in that a client went over to another device."""
        place = entry.metadata.get("ap_to_mac") or entry.device_mac or entry.device_name
        self._put(entry.client_mac, place, entry)

    def _put(self, client: str | None, place: str | None, entry: LogEntry) -> None:
        if client is None or place is None:
            return
        on = self._on
        if self._watched:
            before = on.get(client)
            if before in self._watched:
                self._note(before, client, entry, is_back=before == place)
        on[client] = place
        if len(on) > MOST_CLIENTS:
            del on[next(iter(on))]

    def leave(self, entry: LogEntry) -> None:
        """Take in that a client left."""
        self._recent.append(entry)
        client = entry.client_mac
        if client is None:
            return
        before = self._on.pop(client, None)
        if self._watched:
            place = entry.device_mac or before or entry.device_name
            if place in self._watched:
                self._note(place, client, entry, is_back=False)

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
