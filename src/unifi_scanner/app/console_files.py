"""The console's log files over SSH as one more source of a site, and where it is kept how far they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from unifi_scanner.api.connection import Connection
from unifi_scanner.app.controller import Site
from unifi_scanner.config.settings import Settings, revealed
from unifi_scanner.errors import StoreError
from unifi_scanner.logs.ssh_place import Place
from unifi_scanner.store import EventStore, Shard

if TYPE_CHECKING:
    from unifi_scanner.logs.ssh_collector import SSHLogCollector
    from unifi_scanner.logs.ssh_files import Position

KNOWN_HOSTS = "ssh_hosts.json"


class StoredPositions:
    """How far each file of one console has been read, kept in the data file."""

    def __init__(self, store: EventStore, shard: Shard) -> None:
        self._store = store
        self._shard = shard

    def get(self, path: str) -> Position | None:
        """Return the position of a file, or None for one never read; raises StoreError where it cannot be read."""
        from unifi_scanner.logs.ssh_files import Position

        text = self._store.recall(self._key(path))
        try:
            return msgspec.json.decode(text, type=Position) if text is not None else None
        except msgspec.DecodeError as exc:
            raise StoreError(f"How far {path} was read cannot be read.") from exc

    def put(self, path: str, position: Position) -> None:
        """Keep the position of a file."""
        self._store.remember(self._key(path), msgspec.json.encode(position).decode())

    def _key(self, path: str) -> str:
        return f"ssh:{self._shard.controller}:{self._shard.site}:{path}"


def console_files(settings: Settings, site: Site, store: EventStore) -> SSHLogCollector | None:
    """Return the source that reads the console's log files, or None where that is not wanted or not for this site."""
    place = place_of(settings, site.connection)
    if place is None or not site.speaks_for_console:
        return None
    from unifi_scanner.logs.ssh_collector import SSHLogCollector, Wanted
    from unifi_scanner.logs.ssh_files import USUAL_FILES
    from unifi_scanner.logs.ssh_link import SSHLink
    from unifi_scanner.logs.syslog import entry_of_line

    wanted = Wanted(
        files=settings.ssh_files or USUAL_FILES[site.client.device_type],
        all_must_be_there=bool(settings.ssh_files),
        alerts=settings.ssh_alerts,
    )
    return SSHLogCollector(SSHLink(place), entry_of_line, wanted, StoredPositions(store, site.shard))


def host_of(connection: Connection) -> str:
    """Return the bare name or address of a controller."""
    return urlsplit(connection.base_urls()[0]).hostname or connection.host


def place_of(settings: Settings, connection: Connection) -> Place | None:
    """Return where to read log files over SSH, or None where that is off."""
    if not settings.ssh_enabled or settings.ssh_key_file is None:
        return None
    return Place(
        host=settings.ssh_host or host_of(connection),
        port=settings.ssh_port,
        username=settings.ssh_username,
        key_file=settings.ssh_key_file,
        passphrase=revealed(settings.ssh_key_passphrase),
        fingerprint=settings.ssh_host_fingerprint,
        trust_first_use=settings.ssh_trust_first_use,
        known_keys_file=settings.data_path() / KNOWN_HOSTS,
    )
