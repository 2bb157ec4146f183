"""One controller, signed in once, and its sites: each with its shard, its names and the sources it answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import structlog

from unifi_scanner import clock
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.connection import Connection
from unifi_scanner.api.journal import Journal
from unifi_scanner.api.link import Policy
from unifi_scanner.api.paging import Row
from unifi_scanner.api.probe import probe
from unifi_scanner.api.session_file import session_path
from unifi_scanner.api.sign_in_policy import SignInPolicy
from unifi_scanner.api.stream_thread import StreamThread
from unifi_scanner.api.transport import Transport
from unifi_scanner.api.ws_manager import WebSocketManager
from unifi_scanner.config.layers import DEFAULT
from unifi_scanner.config.settings import Settings
from unifi_scanner.config.types import LOCAL
from unifi_scanner.errors import ControllerError
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.history_source import HistorySource
from unifi_scanner.logs.rest_collector import (
    AlarmCollector,
    AnomalyCollector,
    IpsCollector,
    RestLogCollector,
    SuperSiteCollector,
)
from unifi_scanner.logs.system_log_collector import ActivityCollector, FlowCollector, SystemLogCollector
from unifi_scanner.logs.ws_collector import LiveSource, WSLogCollector
from unifi_scanner.models.capability import Capabilities, must_probe
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.log_entry import digest_of
from unifi_scanner.models.samples import Samples, clients_of, devices_of
from unifi_scanner.models.topology import UNKNOWN_TOPOLOGY, topology_of
from unifi_scanner.store import Shard

if TYPE_CHECKING:
    from unifi_scanner.logs.ssh_collector import (
        SSHLogCollector,  # its library is only loaded where it is used
    )

log = structlog.get_logger(__name__)


HISTORY: tuple[Callable[[UnifiClient], HistorySource], ...] = (
    RestLogCollector,
    SuperSiteCollector,
    AlarmCollector,
    IpsCollector,
    SystemLogCollector,
    ActivityCollector,
    FlowCollector,
    AnomalyCollector,
)


class Site:
    """One site of a controller as the source of everything the pipeline reads."""

    def __init__(
        self,
        settings: Settings,
        client: UnifiClient,
        connection: Connection,
        *,
        journal_dir: Path | None = None,
        host: StreamThread | None = None,
        policy: Policy | None = None,
        speaks_for_console: bool = True,
    ) -> None:
        self.settings = settings
        self.client = client
        self.speaks_for_console = (
            speaks_for_console  # what concerns the console is told once, by one of its sites
        )
        self.policy = policy
        self.connection = connection
        self.shard = Shard(connection.label, client.site)
        journal = None if journal_dir is None else Journal(journal_dir, f"live-{digest_of(*self.shard)}")
        self.manager = WebSocketManager(settings.websocket_buffer_size, journal=journal, host=host)
        self.live_collector = WSLogCollector(self.manager)
        self.live = LiveSource(self.live_collector, on_stored=self.manager.forget_stored)
        self.history: tuple[HistorySource | SSHLogCollector, ...] = tuple(make(client) for make in HISTORY)
        self.capabilities: Capabilities | None = None
        self.console_files: SSHLogCollector | None = None
        self.addresses: frozenset[str] = frozenset()  # of the devices here
        self.topology = UNKNOWN_TOPOLOGY  # of the devices, as they were last listed
        self.samples: Samples | None = None  # the network as it was when names were learnt last
        self._speak_for(NameBook())

    def learn_names(self) -> None:
        """Learn the names of devices and clients anew; keeps the old ones where a list cannot be read."""
        book = self.context.names
        lists: list[list[Row]] = []
        for fetch, add in (
            (self._devices, "with_devices"),
            (self.client.known_clients, "with_clients"),
            (self.client.clients, "with_clients"),
        ):
            lists.append([])
            try:
                lists[-1] = list(fetch())
                book = getattr(book, add)(lists[-1])
            except ControllerError as exc:
                log.warning("names_not_learned", what=add, reason=str(exc))
        devices, known, online = lists
        self.samples = Samples(at=clock.now(), devices=devices_of(devices), clients=clients_of(online, known))
        self._speak_for(book)

    def _devices(self) -> list[Row]:
        rows = self.client.devices()
        self.addresses = frozenset(str(row["ip"]) for row in rows if row.get("ip"))
        self.topology = topology_of(devices_of(rows))
        return rows

    def also_read(self, console_files: SSHLogCollector | None) -> None:
        """Read the console's own log files, too, from now on."""
        if console_files is not None:
            self.console_files = console_files
            self.history = (*self.history, console_files)
            console_files.context = self.context

    def _speak_for(self, book: NameBook) -> None:
        self.context = Context(
            names=book,
            site=self.client.site,
            zone=self.client.timezone or "UTC",
            own_account=self.connection.username,
        )
        self.live_collector.context = self.context
        for source in self.history:
            source.context = self.context

    @property
    def zone(self) -> str:
        """Return the zone people read times of this site in."""
        return zone_name(self.settings, self.client.timezone)

    def probe(self, now: datetime) -> Capabilities | None:
        """Return what the controller answers where it is time to find out anew, else None.

        Raises ControllerError where nothing answers.
        """
        if not must_probe(self.capabilities, self.client.version, now):
            return None
        return probe(self.client, now)

    def facts(self, *, listening: bool) -> ControllerFacts:
        """Return what a report says of this controller."""
        return ControllerFacts(
            title=self._title(),
            zone=self.zone,
            version=self.client.version,
            websocket_enabled=self.settings.websocket_enabled,
            syslog_enabled=self.settings.syslog_on,
            ssh_enabled=self.settings.ssh_enabled,
            listening=listening,
            capabilities=self.capabilities,
        )

    def _title(self) -> str:
        if self.settings.origin_of("report_title") != DEFAULT:
            return self.settings.report_title
        return self.client.site_title or self.client.site

    def listen(self) -> None:
        """Start the stream in the background; a connection that fails at first is tried again."""
        self.manager.start(
            self.client.base_url,
            self.client.site,
            self.client.get_session_cookies(),
            self.client.device_type,
            self.connection.verify_ssl,
            ssl_context=self.client.ssl_context,
            sign_in=self.client.sign_in_again,
            api_key=self.client.transport.api_key,
            fresh_cookies=self.client.transport.cookies_for_stream,
            policy=self.policy,
        )


class Controller:
    """One controller: its session, and the sites of it that are watched."""

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        *,
        journal_dir: Path | None = None,
        host: StreamThread | None = None,
        policy: Policy | None = None,
        sign_in_policy: SignInPolicy | None = None,
    ) -> None:
        self.settings = settings
        self.connection = connection
        kept = session_path(settings.data_path(), connection)
        transport = Transport(connection, kept, policy=sign_in_policy)
        self.client = UnifiClient(connection, transport=transport)
        self.sites: list[Site] = []
        self._journal_dir = journal_dir
        self._host = host
        self._policy = policy

    def sign_in(self) -> None:
        """Sign in and learn the sites and names; raises ControllerError, ConfigError or UnknownSite."""
        self.client.sign_in()
        self.sites = [self._site(client) for client in (self.client, *self.client.other_sites())]
        for site in self.sites:
            site.learn_names()

    def _site(self, client: UnifiClient) -> Site:
        return Site(
            self.settings,
            client,
            self.connection,
            journal_dir=self._journal_dir,
            host=self._host,
            policy=self._policy,
            speaks_for_console=client is self.client,
        )

    def close(self) -> None:
        """Stop listening and let go of the connections."""
        for site in self.sites:
            site.manager.stop()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connections, so that what hangs on one ends."""
        self.client.close()
        for site in self.sites:
            if site.console_files is not None:
                site.console_files.close()


def zone_name(settings: Settings, controller_zone: str | None) -> str:
    """Return the zone people read times in: the one set, else the controller's own, else this machine's."""
    if settings.schedule_timezone != LOCAL:
        return settings.schedule_timezone
    return (
        controller_zone
        if controller_zone and controller_zone in available_timezones()
        else str(settings.timezone())
    )
