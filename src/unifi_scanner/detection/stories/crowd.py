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


class Crowd:
    """Where each client was last heard, as connects, roams and leaves tell; a snapshot is never taken."""

    def __init__(self) -> None:
        self._on: dict[str, str] = {}
        self._recent: deque[LogEntry] = deque(maxlen=MOST_RECENT)
        self._watched: dict[str, Spell] = {}

    def place_of(self, client: str) -> str | None:
        """Return the device a client was last heard on."""
        return self._on.get(client)

    def join(self, entry: LogEntry) -> None:
        """Take in that a client came, or moved here from elsewhere."""
        client = entry.client_mac
        if client is None:
            return
        on = self._on
        place = entry.metadata.get("ap_to_mac") or entry.device_mac or entry.device_name
        if self._watched and (before := on.get(client)) is not None:
            self._note(before, client, entry, has_returned=before == place)
        if place is not None:
            if client not in on and len(on) >= MOST_CLIENTS:
                del on[next(iter(on))]
            on[client] = place

    def leave(self, entry: LogEntry) -> None:
        """Take in that a client left."""
        self._recent.append(entry)
        client = entry.client_mac
        if client is None:
            return
        before = self._on.pop(client, None)
        if self._watched:
            place = entry.device_mac or before or entry.device_name
            if place is not None:
                self._note(place, client, entry)

    def watch(self, spell: Spell, device: str) -> None:
        """Count who drops off a device from shortly before `spell` until a while after it."""
        for entry in self._recent:
            is_here = device in (entry.device_mac, entry.device_name)
            if is_here and entry.client_mac and abs(entry.timestamp - spell.start) <= BEFORE:
                spell.lose(entry.client_mac, entry)
        while len(self._watched) >= MOST_WATCHED:
            del self._watched[next(iter(self._watched))]
        self._watched[device] = spell

    def _note(self, device: str, client: str, entry: LogEntry, *, has_returned: bool = False) -> None:
        spell = self._watched.get(device)
        if spell is None or not entry.has_time:
            return
        until = _until(spell, has_returned=has_returned)
        if spell.start - BEFORE <= entry.timestamp <= until:
            spell.lose(client, entry)
        elif not spell.is_open and entry.timestamp > until + AFTER:
            del self._watched[device]


def _until(spell: Spell, *, has_returned: bool) -> datetime:
    if has_returned:
        # who joins anew what it was on, and never left, had dropped off
        return (spell.end or spell.start) + AFTER
    if spell.is_lasting:
        return spell.end or spell.start + AFTER
    return spell.start + BEFORE
