"""Telling systemd how the service fares (`Type=notify`, `WatchdogSec=`); without systemd, nothing.

Our own twenty lines: the libraries for it had no release in years.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

import structlog

log = structlog.get_logger(__name__)
READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def tell_systemd(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send one state to the socket that systemd named, and return whether it was sent."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # a socket without a file
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
            link.sendto(state.encode(), address)
    except OSError as exc:
        log.warning("systemd_not_told", state=state, reason=exc.strerror)
        return False
    return True


def watchdog_every(environment: Mapping[str, str] = os.environ) -> float | None:
    """Return how often systemd wants to hear that we are alive, in seconds, at half its patience; None for never."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or not int(microseconds):
        return None
    return int(microseconds) / 2_000_000
