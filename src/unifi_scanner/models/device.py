"""What the network's inventory tells: names for MACs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

_MAC = re.compile(r"^[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}$", re.IGNORECASE)


def canonical_mac(value: Any) -> str | None:
    """Return a MAC as `aa:bb:cc:dd:ee:ff`, or None where `value` is not one."""
    return _canonical(value) if isinstance(value, str) and len(value) <= 17 else None


@lru_cache(maxsize=8192)
def _canonical(value: str) -> str | None:
    if not _MAC.match(value):
        return None
    bare = value.replace(":", "").replace("-", "").lower()
    return ":".join(bare[i : i + 2] for i in range(0, 12, 2))


class NameBook(msgspec.Struct, frozen=True):
    """Names for MACs, from the device and client lists (docs/protocol.md C, B.5)."""

    devices: Mapping[str, str] = {}
    clients: Mapping[str, str] = {}

    def with_devices(self, rows: Iterable[Mapping[str, Any]]) -> NameBook:
        """Return a book that also knows the devices in rows of `stat/device`."""
        return NameBook({**self.devices, **_names(rows, ("name", "hostname", "model"))}, self.clients)

    def with_clients(self, rows: Iterable[Mapping[str, Any]]) -> NameBook:
        """Return a book that also knows the clients in rows of `stat/sta` or `rest/user`."""
        return NameBook(self.devices, {**self.clients, **_names(rows, ("name", "hostname"))})

    def of(self, mac: str | None) -> str | None:
        """Return the best name for `mac`, or None."""
        return None if mac is None else self.devices.get(mac) or self.clients.get(mac)


def _names(rows: Iterable[Mapping[str, Any]], fields: tuple[str, ...]) -> dict[str, str]:
    named: dict[str, str] = {}
    for row in rows:
        mac = canonical_mac(row.get("mac")) if isinstance(row, Mapping) else None
        name = next((row[f] for f in fields if isinstance(row.get(f), str) and row[f].strip()), None)
        if mac and name:
            named[mac] = name.strip()
    return named
