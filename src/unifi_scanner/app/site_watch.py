"""One site at work: its way to the disk, its reports, and the books of how well it was heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from unifi_scanner import clock
from unifi_scanner.app.alerting import alert_channels, policy_of
from unifi_scanner.app.console_files import console_files
from unifi_scanner.app.controller import Site
from unifi_scanner.app.syslog_desk import Share
from unifi_scanner.config.settings import Settings
from unifi_scanner.delivery import Channel
from unifi_scanner.detection import load_rules
from unifi_scanner.errors import ControllerError
from unifi_scanner.models.capability import Capabilities, differences, without_refuted_guesses
from unifi_scanner.models.enums import SourceState, Voice
from unifi_scanner.models.samples import Samples
from unifi_scanner.models.topology import UNKNOWN_TOPOLOGY
from unifi_scanner.pipeline import (
    Alert,
    Found,
    Ingest,
    LiveCollector,
    Publish,
    Reading,
    read_history,
    recall_facts,
    remember_facts,
    remember_health,
    remember_topology,
    told_anew,
)
from unifi_scanner.store import EventStore

FIRST_LOOK_BACK = timedelta(days=1)
NAMES_EVERY_S = 300.0
NOTE_EVERY = timedelta(seconds=30)  # a note that says the same as the last one is a write to disk for nothing
NOT_RUNNING = "The scanner was not running."
NOT_CONNECTED = "The live stream is not connected."
NOT_RECEIVING = "The receiver of system messages has stopped; restart the service."
TOO_FAST = "live events that came faster than they could be stored"
log = structlog.get_logger(__name__)


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What a round with a controller brought: history, and what it answers where that was tried anew."""

    found: Found
    capabilities: Capabilities | None = None
    samples: Samples | None = None


class SiteWatch:
    """Everything done for one site. `read` runs on a thread that may wait for the network; all else does not wait."""

    def __init__(
        self,
        settings: Settings,
        site: Site,
        store: EventStore,
        channels: Sequence[Channel],
        *,
        syslog: Share | None = None,
    ) -> None:
        self.settings = settings
        self.site = site
        self.store = store
        self.shard = site.shard
        self.syslog = syslog
        site.also_read(console_files(settings, site, store))
        live: list[LiveCollector] = [site.live] if settings.websocket_enabled else []
        live += [syslog] if syslog is not None else []
        self.ingest = Ingest(
            store,
            site.shard,
            live=live,
            history=site.history,
            version=site.client.version,
        )
        self.publish = Publish(
            store,
            site.shard,
            rules=load_rules(settings.rules_dir),
            channels=channels,
            facts=site.facts(listening=True),
            voice=Voice(settings.report_voice),
        )
        self.alert = Alert(
            store,
            site.shard,
            rules=self.publish.rules,
            channels=alert_channels(channels),
            policy=policy_of(settings, self.publish.rules),
            facts=lambda: site.facts(listening=True),
        )
        self._names_at = clock.monotonic()
        self._dropped = 0
        self._topology = UNKNOWN_TOPOLOGY
        self._noted: dict[str, tuple[SourceState, datetime]] = {}

    def begin(self) -> None:
        """Begin to listen; what happened while we were away is a gap until history fills it."""
        self._know(recall_facts(self.store, self.shard).capabilities)
        for source in self.ingest.live:
            self._note_absence(source.source)
        remember_facts(self.store, self.shard, self.publish.facts)
        self._keep_topology()
        if self.settings.websocket_enabled:
            self.site.listen()
        if self.syslog is not None:
            self.store.close_gap(
                self.shard, self.syslog.source, clock.now()
            )  # it has been listening since before

    def _note_absence(self, name: str) -> None:
        """Open a gap from when a live source was last known to be heard, or from when we last began to listen."""
        began = f"began:{name}:{self.shard.controller}:{self.shard.site}"
        heard = next((n.last_seen for n in self.store.sources(self.shard) if n.source == name), None)
        before = self.store.recall(began)
        since = heard or (datetime.fromisoformat(before) if before else None)
        if since is not None:
            self.store.open_gap(self.shard, name, since, NOT_RUNNING)
        self.store.remember(began, clock.now().isoformat())

    def drain(self, now: datetime) -> tuple[int, bool]:
        """Store what was heard; return how many entries were new, and whether history should be read at once."""
        missed = self._note_link(now)
        new = self.ingest.drain()
        if self.syslog is not None:
            self._note_syslog(self.syslog, now)
        return new, missed

    def _note_link(self, now: datetime) -> bool:
        if not self.settings.websocket_enabled:
            return False
        manager, name, missed = self.site.manager, self.site.live.source, False
        for change in manager.link_changes():
            if change.connected:
                self.store.close_gap(self.shard, name, change.at)
                self._names_at = float("-inf")  # a controller that was away may come back as another version
                missed = True
            else:
                self.store.open_gap(self.shard, name, change.at, change.reason)
        if manager.is_running():
            self._note_state(name, SourceState.OK, now)
        else:
            self._note_state(name, SourceState.FAILED, now, NOT_CONNECTED)
        return self._note_drops(manager.dropped, now) or missed

    def _note_syslog(self, share: Share, now: datetime) -> None:
        for words, count in share.new_losses().items():
            self.store.record_drop(self.shard, f"system messages that {words}", count, now)
        if not share.is_running():
            self._note_state(share.source, SourceState.FAILED, now, NOT_RECEIVING)
        else:
            self._note_state(share.source, SourceState.OK, now)

    def _note_state(self, source: str, state: SourceState, now: datetime, reason: str = "") -> None:
        noted = self._noted.get(source)
        if noted is not None and noted[0] is state and abs(now - noted[1]) < NOTE_EVERY:
            return
        entries = self.ingest.take_heard(source)
        self.store.note_source(self.shard, source, now, state, entries=entries, reason=reason)
        self._noted[source] = (state, now)

    def note_last(self, now: datetime) -> None:
        """Note what the live sources told since they were last noted: the service ends."""
        for source, (state, _) in self._noted.items():
            entries = self.ingest.take_heard(source)
            if entries and state is SourceState.OK:
                self.store.note_source(self.shard, source, now, state, entries=entries)

    def _note_drops(self, dropped: int, now: datetime) -> bool:
        if dropped <= self._dropped:
            return False
        self.store.record_drop(self.shard, TOO_FAST, dropped - self._dropped, now)
        self._dropped = dropped
        return True

    def plan(self, now: datetime) -> list[Reading]:
        """Return what to read now."""
        return self.ingest.plan(now - FIRST_LOOK_BACK)

    def read(self, plan: Sequence[Reading], now: datetime) -> Learned:
        """Return what the controller's history gives; asks for names, version and capabilities too, now and then."""
        samples = None
        try:
            if clock.monotonic() - self._names_at >= NAMES_EVERY_S:
                self._names_at = clock.monotonic()
                self.site.client.learn_version()
                self.site.learn_names()
                samples = self.site.samples
            capabilities = self.site.probe(now)
        except ControllerError as exc:
            return Learned(found=Found(plan=plan, begun=now, trouble=exc))
        return Learned(found=read_history(plan, now), capabilities=capabilities, samples=samples)

    def take(self, learned: Learned, now: datetime) -> int:
        """Store what was read and return how many entries were new."""
        if learned.capabilities is not None:
            self._note_capabilities(learned.capabilities, now)
        self._note_refuted(learned.found)
        if learned.samples is not None:
            remember_health(self.store, self.shard, learned.samples)
        self._keep_topology()
        return self.ingest.take(learned.found)

    def _keep_topology(self) -> None:
        topology = self.site.topology
        if topology and topology != self._topology:
            remember_topology(self.store, self.shard, topology)
            self._topology = topology

    def _note_capabilities(self, found: Capabilities, now: datetime) -> None:
        before = self.site.capabilities
        for sentence in differences(before, found) if before is not None else ():
            log.warning("controller_changed", site=self.site.client.site, what=sentence)
            self.store.record_change(self.shard, sentence, now)
        self._know(found)
        remember_facts(self.store, self.shard, self.site.facts(listening=True))

    def _note_refuted(self, found: Found) -> None:
        known = self.site.capabilities
        if known is None or known.at is None:
            return
        told = without_refuted_guesses(known, told_anew(found, known.at))
        if told is not known:
            self._know(told)
            remember_facts(self.store, self.shard, self.site.facts(listening=True))

    def _know(self, capabilities: Capabilities | None) -> None:
        self.site.capabilities = self.ingest.capabilities = capabilities
        self.ingest.version = self.site.client.version

    def judge_ahead(self, now: datetime) -> None:
        """Judge some of what the next report will tell, where much of it waits."""
        self.publish.judge_ahead(now)

    def tell(self, now: datetime) -> None:
        """Close the period: queue a report on everything not told yet."""
        self.publish.facts = self.site.facts(listening=True)
        remember_facts(self.store, self.shard, self.publish.facts)
        self.publish.queue_period(now)
