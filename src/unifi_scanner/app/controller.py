"""One controller, signed in: its client, its shard, its names, and the sources it answers."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import available_timezones

import structlog

from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.link import Policy
from unifi_scanner.api.ws_manager import WebSocketManager
from unifi_scanner.config.layers import DEFAULT
from unifi_scanner.config.settings import Settings, revealed
from unifi_scanner.config.types import LOCAL
from unifi_scanner.errors import ControllerError
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.logs.base import Collector
from unifi_scanner.logs.normalise import Context
from unifi_scanner.logs.rest_collector import RestLogCollector
from unifi_scanner.logs.system_log_collector import SystemLogCollector
from unifi_scanner.logs.ws_collector import LiveSource, WSLogCollector
from unifi_scanner.models.device import NameBook
from unifi_scanner.store import Shard

log = structlog.get_logger(__name__)


class Controller:
    """A signed-in controller as the source of everything the pipeline reads."""

    def __init__(self, settings: Settings, *, policy: Policy | None = None) -> None:
        self.settings = settings
        self.policy = policy
        self.client = UnifiClient(settings.connection())
        self.manager = WebSocketManager(settings.websocket_buffer_size)
        self.rest = RestLogCollector(self.client)
        self.system_log = SystemLogCollector(self.client)
        self.live_collector = WSLogCollector(self.manager)
        self.live = LiveSource(self.live_collector)

    def sign_in(self) -> None:
        """Sign in and learn the site and the names; raises ControllerError, ConfigError or UnknownSite."""
        self.client.sign_in()
        self._speak_for(NameBook())
        self.learn_names()

    def learn_names(self) -> None:
        """Learn the names of devices and clients anew; keeps the old ones where a list cannot be read."""
        book = self.live_collector.context.names
        for fetch, add in (
            (self.client.devices, "with_devices"),
            (self.client.known_clients, "with_clients"),
            (self.client.clients, "with_clients"),
        ):
            try:
                book = getattr(book, add)(fetch())
            except ControllerError as exc:
                log.warning("names_not_learned", what=add, reason=str(exc))
        self._speak_for(book)

    def _speak_for(self, book: NameBook) -> None:
        context = Context(names=book, site=self.client.site, own_account=self.settings.username or None)
        self.rest.context = self.system_log.context = self.live_collector.context = context

    @property
    def history(self) -> Sequence[Collector]:
        """Return the sources that keep a past."""
        return (self.rest, self.system_log)

    @property
    def shard(self) -> Shard:
        """Return whose rows these are: this controller's, this site's."""
        return Shard(self.settings.host or "", self.client.site)

    def facts(self, *, listening: bool) -> ControllerFacts:
        """Return what a report says of this controller."""
        return ControllerFacts(
            title=self._title(),
            zone=zone_name(self.settings, self.client.timezone),
            version=self.client.version,
            websocket_enabled=self.settings.websocket_enabled,
            listening=listening,
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
            self.settings.verify_ssl,
            ssl_context=self.client.ssl_context,
            sign_in=self.client.sign_in_again,
            api_key=revealed(self.settings.api_key),
            policy=self.policy,
        )

    def close(self) -> None:
        """Stop listening and let go of the connection."""
        self.manager.stop()
        self.client.close()


def zone_name(settings: Settings, controller_zone: str | None) -> str:
    """Return the zone people read times in: the one set, else the controller's own, else this machine's."""
    if settings.schedule_timezone != LOCAL:
        return settings.schedule_timezone
    return (
        controller_zone
        if controller_zone and controller_zone in available_timezones()
        else str(settings.timezone())
    )
