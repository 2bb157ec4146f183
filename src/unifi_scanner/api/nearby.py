"""Which consoles are on this network: asked by broadcast, and at the addresses where one usually is."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from unifi_scanner.api.discovery import PORT, QUESTION, Neighbour, parse_answer

EVERYONE = "255.255.255.255"
PATIENCE_S = 2.0
MOST_ANSWERS = 256
_ROUTES = Path("/proc/net/route")


def ask_around(address: str = EVERYONE, port: int = PORT, seconds: float = PATIENCE_S) -> list[Neighbour]:
    """Return who answers the question of who is there within `seconds`; nobody, where it cannot be asked."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.sendto(QUESTION, (address, port))
        except OSError:
            return []  # no network to ask: the person is asked instead
        return list({found.address: found for found in _answers(sock, seconds)}.values())


def _answers(sock: socket.socket, seconds: float) -> Iterator[Neighbour]:
    until = time.monotonic() + seconds
    for _ in range(MOST_ANSWERS):
        left = until - time.monotonic()
        if left <= 0:
            return
        sock.settimeout(left)
        try:
            packet, sender = sock.recvfrom(4096)
        except OSError:
            return
        found = parse_answer(packet, sender[0])
        if found is not None:
            yield found


def usual_addresses() -> Sequence[str]:
    """Return where a console usually is: the way to the Internet, and the name `unifi`."""
    found = []
    with suppress(OSError, ValueError, struct.error, IndexError):
        for line in _ROUTES.read_text(encoding="ascii").splitlines()[1:]:
            _, destination, gateway = line.split()[:3]
            if int(destination, 16) == 0 and int(gateway, 16):
                found.append(socket.inet_ntoa(struct.pack("<L", int(gateway, 16))))
    with suppress(OSError):
        found.append(socket.gethostbyname("unifi"))
    return list(dict.fromkeys(found))
