"""Whom a record is about. Pure."""

from __future__ import annotations

import msgspec


class Subject(msgspec.Struct, frozen=True):
    """The client and the UniFi device of a record, each by MAC and by name where known."""

    client_mac: str | None = None
    client_name: str | None = None
    device_mac: str | None = None
    device_name: str | None = None
