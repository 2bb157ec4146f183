"""Other programs that are told how things stand, by the settings: an MQTT broker, Prometheus."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from unifi_scanner import clock
from unifi_scanner.config.settings import Settings, revealed
from unifi_scanner.errors import ConfigError, StoreError
from unifi_scanner.ledger import ControllerFacts, Counts, coverage_from
from unifi_scanner.models.enums import SourceState
from unifi_scanner.pipeline import books_of, read_standing, recall_standing, standing_name
from unifi_scanner.store import EventStore, Shard

if TYPE_CHECKING:
    from unifi_scanner.integrations.home_assistant import SiteNow, Topics
    from unifi_scanner.integrations.metrics_server import MetricsServer
    from unifi_scanner.integrations.mqtt import MqttTeller

TOLD_EVERY_S = 5.0  # at most so often
FAILED_EVERY_S = 300.0
LATELY = timedelta(days=1)


class ProgramsTold:
    """The broker and the metrics, where they are configured; otherwise nothing is loaded and nothing happens."""

    def __init__(self, settings: Settings, store: EventStore, data_file: Path) -> None:
        """Raises ConfigError where a library is missing or a port taken."""
        self._store = store
        self._topics: Topics | None = None
        self._mqtt = self._broker(settings) if settings.mqtt_host else None
        self._metrics = _metrics(settings, data_file) if settings.metrics_port else None
        self._told_at = self._failed_at = -FAILED_EVERY_S

    def _broker(self, settings: Settings) -> MqttTeller:
        try:
            from unifi_scanner.integrations.mqtt import Broker, MqttTeller
        except ModuleNotFoundError as exc:
            raise ConfigError(
                "UNIFI_MQTT_HOST: the part that speaks MQTT is not installed.",
                hint="Install it: pip install 'unifi-scanner[mqtt]'",
            ) from exc
        from unifi_scanner.integrations.home_assistant import Topics

        self._topics = Topics(settings.mqtt_topic, settings.mqtt_discovery_topic)
        broker = Broker(
            host=settings.mqtt_host or "",
            port=settings.broker_port,
            username=settings.mqtt_username,
            password=revealed(settings.mqtt_password),
            tls=settings.mqtt_tls,
            ca_file=settings.mqtt_ca_file,
        )
        return MqttTeller(broker, self._topics.availability)

    def start(self) -> None:
        """Begin to tell."""
        if self._mqtt is not None:
            self._mqtt.start()
        if self._metrics is not None:
            self._metrics.start()

    def tell(
        self, sites: Iterable[tuple[Shard, ControllerFacts]], now: datetime, *, at_once: bool = False
    ) -> None:
        """Tell the broker what changed about these sites; waits for nobody."""
        if self._mqtt is None or self._topics is None:
            return
        if not at_once and clock.monotonic() - self._told_at < TOLD_EVERY_S:
            return
        from unifi_scanner.integrations.home_assistant import messages_of

        self._told_at = clock.monotonic()
        for shard, facts in sites:
            self._mqtt.tell(messages_of(site_now(self._store, shard, facts, now), self._topics))
        self._note_trouble(self._mqtt.trouble, now)

    def _note_trouble(self, trouble: str, now: datetime) -> None:
        # the store counts one that goes on; more often than this would be a write to disk for nothing
        if trouble and clock.monotonic() - self._failed_at >= FAILED_EVERY_S:
            self._failed_at = clock.monotonic()
            self._store.record_failure("mqtt", trouble, now)

    def stop(self) -> None:
        """Say good-bye; waits a moment and no longer."""
        if self._mqtt is not None:
            self._mqtt.stop()
        if self._metrics is not None:
            self._metrics.stop()


def site_now(store: EventStore, shard: Shard, facts: ControllerFacts, now: datetime) -> SiteNow:
    """Return how a site stands at this moment."""
    from unifi_scanner.integrations.home_assistant import SiteNow

    coverage = coverage_from(books_of(store, shard, now - LATELY), facts, Counts(), now=now)
    newest = [cadence.last for cadence in store.cadences(shard)]
    silent = {row.source for row in coverage.sources if row.state is SourceState.FAILED}
    return SiteNow(
        controller=shard.controller,
        site=shard.site,
        title=facts.title,
        standing=recall_standing(store, shard),
        last_event=max(newest, default=None),
        blind=coverage.blind,
        silent=len(silent),
    )


def metrics_text(data_file: Path) -> str:
    """Return the metrics of a data file, also where it cannot be read at the moment."""
    from unifi_scanner.integrations.metrics import exposition, unreadable
    from unifi_scanner.store.gauges import read_gauges

    try:
        gauges = read_gauges(data_file)
    except StoreError:
        return unreadable()
    kept = {shard: read_standing(gauges.standings.get(standing_name(shard))) for shard in gauges.shards}
    return exposition(gauges, {shard: standing for shard, standing in kept.items() if standing is not None})


def _metrics(settings: Settings, data_file: Path) -> MetricsServer:
    from unifi_scanner.integrations.metrics_server import MetricsServer

    return MetricsServer(settings.metrics_bind, settings.metrics_port or 0, lambda: metrics_text(data_file))
