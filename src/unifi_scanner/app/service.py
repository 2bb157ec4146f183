"""The composition root of `run`: stages, schedule, and an orderly stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from types import FrameType

import structlog

from unifi_scanner import clock
from unifi_scanner.app.channels import channels_of, data_file
from unifi_scanner.app.controller import Controller
from unifi_scanner.config.settings import Settings
from unifi_scanner.delivery import Channel
from unifi_scanner.detection import load_rules
from unifi_scanner.errors import ControllerError, ScannerError, StoreError
from unifi_scanner.models.enums import SourceState
from unifi_scanner.pipeline import Ingest, Publish
from unifi_scanner.scheduler import Schedule
from unifi_scanner.store import SqliteStore, open_store

FIRST_LOOK_BACK = timedelta(days=1)
NAMES_EVERY_S, RETRY_EVERY_S, TIDY_EVERY_S = 300, 60, 3600
PATIENCE_S = 6.0  # how long a stop waits for the running job, of the 10 s it may take
log = structlog.get_logger(__name__)


class Service:
    """The service itself, a step at a time; `run_service` puts it on a schedule."""

    def __init__(
        self, settings: Settings, controller: Controller, store: SqliteStore, channels: list[Channel]
    ) -> None:
        self.settings = settings
        self.controller = controller
        self.store = store
        self.shard = controller.shard
        live = controller.live if settings.websocket_enabled else None
        self.ingest = Ingest(store, self.shard, live=live, history=controller.history)
        self.publish = Publish(
            store,
            self.shard,
            rules=load_rules(settings.rules_dir),
            channels=channels,
            facts=controller.facts(listening=True),
        )
        self._backfill_due = True
        self._last_poll = float("-inf")
        self._dropped = 0

    def start(self) -> None:
        """Begin to listen; what happened while we were away is a gap until history fills it."""
        self._note_absence()
        if self.settings.websocket_enabled:
            self.controller.listen()

    def _note_absence(self) -> None:
        for note in self.store.sources(self.shard):
            if note.source == "websocket" and note.last_seen is not None:
                self.store.open_gap(self.shard, "websocket", note.last_seen, "The scanner was not running.")

    def tick(self) -> int:
        """Store what was heard, read history when it is due, and return how many entries were new."""
        now = clock.now()
        self._note_link(now)
        new = self.ingest.drain()
        if self._backfill_due or clock.monotonic() - self._last_poll >= self.settings.poll_interval_s:
            new += self.catch_up(now)
        return new

    def catch_up(self, now: datetime) -> int:
        """Read history from where it was last read and return how many entries it gave."""
        self._last_poll = clock.monotonic()
        before = self.store.last_seq(self.shard)
        collected = self.ingest.backfill(now - FIRST_LOOK_BACK, now)
        self._backfill_due = False
        for heard in collected.heard:
            if heard.source in ("system_log", "rest"):
                self.store.fill_gap(self.shard, "websocket", heard.source, now)
        return self.store.last_seq(self.shard) - before

    def _note_link(self, now: datetime) -> None:
        if not self.settings.websocket_enabled:
            return
        manager = self.controller.manager
        for change in manager.link_changes():
            if change.connected:
                self.store.close_gap(self.shard, "websocket", change.at)
                self._backfill_due = True
            else:
                self.store.open_gap(self.shard, "websocket", change.at, change.reason)
        if manager.is_running():
            self.store.note_source(self.shard, "websocket", now, SourceState.OK)
        else:
            reason = "The live stream is not connected."
            self.store.note_source(self.shard, "websocket", now, SourceState.FAILED, reason=reason)
        self._note_drops(manager.dropped, now)

    def _note_drops(self, dropped: int, now: datetime) -> None:
        if dropped > self._dropped:
            self.store.record_drop(
                self.shard,
                "live events that came faster than they could be stored",
                dropped - self._dropped,
                now,
            )
            self._dropped = dropped

    def tell(self) -> None:
        """Close the period: report everything not told yet."""
        self.tick()
        self.publish.facts = self.controller.facts(listening=True)
        self.publish.close_period(clock.now())

    def retry(self) -> None:
        """Send again what some channel has not taken yet."""
        self.publish.retry(clock.now())

    def tidy(self) -> None:
        """Forget what is older or bigger than the settings allow."""
        self.store.prune(
            max_age=timedelta(days=self.settings.retention_days),
            max_bytes=self.settings.retention_mb * 1024 * 1024,
            now=clock.now(),
        )

    def failed(self, job: str, error: Exception) -> None:
        """Record that a job failed, so that the next report and the health check know."""
        try:
            self.store.record_failure(job, str(error), clock.now(), shard=self.shard)
        except StoreError:
            log.warning("failure_not_recorded", job=job)

    def wind_down(self) -> None:
        """Store what is still in memory, then let everything go."""
        try:
            self.ingest.drain()
        except ScannerError as exc:
            log.warning("last_ingest_failed", reason=str(exc))


def run_service(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT and return 0; raises what makes a start impossible."""
    with ExitStack() as stack:
        store = open_store(data_file(settings))
        stack.callback(store.close)
        controller = Controller(settings)
        stack.callback(controller.close)
        controller.sign_in()
        service = Service(settings, controller, store, channels_of(settings))
        schedule = Schedule(on_failure=service.failed)
        _plan(schedule, service, settings)
        service.start()
        log.info(
            "service_started",
            controller=settings.host,
            site=controller.client.site,
            version=controller.client.version,
        )
        with stop_signals(schedule.stop):
            schedule.run()
            _stop(schedule, service, controller)
    log.info("service_stopped")
    return 0


def _plan(schedule: Schedule, service: Service, settings: Settings) -> None:
    schedule.every(RETRY_EVERY_S, "retry", service.retry)
    schedule.every(settings.ingest_interval_s, "ingest", service.tick)
    schedule.every(NAMES_EVERY_S, "names", service.controller.learn_names, at_once=False)
    schedule.every(TIDY_EVERY_S, "tidy", service.tidy)
    trigger = settings.trigger()
    if trigger is not None:
        schedule.on(trigger, "report", service.tell)


def _stop(schedule: Schedule, service: Service, controller: Controller) -> None:
    if not schedule.wait_idle(PATIENCE_S):
        # a request that hangs ends when its connection goes
        controller.client.close()
        if not schedule.wait_idle(2.0):
            log.warning("stop_forced")
            os._exit(0)
    controller.manager.stop()
    service.wind_down()


@contextmanager
def stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT while inside."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


__all__ = ["ControllerError", "Service", "run_service", "stop_signals"]
