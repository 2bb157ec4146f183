"""Which kind of controller is played. Pure."""

from __future__ import annotations

from enum import StrEnum


class Flavour(StrEnum):
    """The three hosts a Network application runs on (docs/protocol.md A.1)."""

    UNIFI_OS = "unifi_os"
    UNIFI_OS_SERVER = "unifi_os_server"
    CLASSIC = "classic"

    @property
    def prefix(self) -> str:
        """Return what stands before every path of the Network application (docs/protocol.md A.1)."""
        return "" if self is Flavour.CLASSIC else "/proxy/network"

    @property
    def cookie(self) -> str:
        """Return the name of the session cookie (docs/protocol.md A.1)."""
        return "unifises" if self is Flavour.CLASSIC else "TOKEN"
