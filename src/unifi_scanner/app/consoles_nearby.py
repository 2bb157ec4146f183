"""Which controllers answer near here, and how each can be trusted; nothing secret is sent to any of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import msgspec

from unifi_scanner.api import tls
from unifi_scanner.api.connection import Connection
from unifi_scanner.api.discovery import Neighbour
from unifi_scanner.api.line import Line
from unifi_scanner.api.nearby import ask_around, usual_addresses
from unifi_scanner.errors import CertificateNotTrusted, ConfigError, ControllerError
from unifi_scanner.models.enums import DeviceType

CONNECT_S, READ_S = 1.5, 6.0
MOST_TRIED = 16


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A controller that answered: where, of which kind, and the fingerprint to pin unless an authority vouches for it."""

    host: str
    port: int
    flavour: DeviceType
    fingerprint: str | None
    name: str = ""

    @property
    def label(self) -> str:
        """Return how to show it to a person who has to choose one."""
        kind = "UniFi OS console" if self.flavour is DeviceType.UDM_PRO else "self-hosted Network application"
        return f"{self.name + ', ' if self.name else ''}{kind} at {self.host}:{self.port}"


def find_nearby() -> list[Found]:
    """Return the controllers that answer on this network, as far as they let themselves be found."""
    neighbours = [one for one in ask_around() if one.is_console]
    known = {one.address: one for one in neighbours}
    addresses = list(dict.fromkeys([*known, *usual_addresses()]))[:MOST_TRIED]
    with ThreadPoolExecutor(max_workers=MOST_TRIED) as pool:
        return [found for found in pool.map(lambda host: _try(host, known.get(host)), addresses) if found]


def _try(host: str, neighbour: Neighbour | None) -> Found | None:
    try:
        found = look_at(host)
    except (ControllerError, ConfigError):
        return None
    named = " ".join(filter(None, (neighbour.name, f"({neighbour.model})"))) if neighbour else ""
    return msgspec.structs.replace(found, name=named)


def look_at(host: str, port: int | None = None) -> Found:
    """Return what answers at an address; raises ControllerError where nothing usable does."""
    connection = Connection(
        host=host, port=port, verify_ssl=False, connect_timeout=CONNECT_S, read_timeout=READ_S
    )
    with closing(Line(connection)) as line:
        line.find()
        split = urlsplit(line.base_url)
        place = (split.hostname or host, split.port or 443)
        return Found(
            host=place[0], port=place[1], flavour=line.flavour, fingerprint=next(_fingerprint(*place), None)
        )


def _fingerprint(host: str, port: int) -> Iterator[str]:
    """Yield the certificate's fingerprint where nobody else vouches for it."""
    with closing(
        Line(Connection(host=host, port=port, connect_timeout=CONNECT_S, read_timeout=READ_S))
    ) as line:
        try:
            line.find()
        except CertificateNotTrusted as exc:
            yield exc.fingerprint or tls.shown_fingerprint(host, port) or ""
