"""The service a step at a time: what was heard kept, reports and alerts told, everything let go at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import structlog

from unifi_scanner import clock
from unifi_scanner.app.absent_sites import tell_absent
from unifi_scanner.app.controller import Controller, Site
from unifi_scanner.app.controller_watch import ControllerWatch
from unifi_scanner.app.health_check import HEARTBEAT, LAST_TICK
from unifi_scanner.app.heartbeat import Heartbeat
from unifi_scanner.app.programs_told import ProgramsTold
from unifi_scanner.app.services_asked import ServicesAsked
from unifi_scanner.app.site_watch import SiteWatch
from unifi_scanner.app.syslog_desk import SyslogDesk
from unifi_scanner.config.settings import Settings, revealed
from unifi_scanner.delivery import Channel
from unifi_scanner.errors import (
    ScannerError,
    StoreError,
)
from unifi_scanner.models.vocabulary import kind_of_event_type
from unifi_scanner.pipeline import Post, family_of, fold_held
from unifi_scanner.store import SqliteStore

FRESH_S = 30.0  # how long a report waits for the controllers' latest history
MOST_READERS = 16
TELL_S = 2.0  # how long a report waits to see whether its channels take it
POST_S = 2.0  # how long a stop waits for what is being sent
AT_WORK_S = 90.0
DELIVERED_KEPT = timedelta(days=30)
READER = "unifi-history"
log = structlog.get_logger(__name__)


class Service:
    """The service itself, a step at a time; `run_service` puts it on a schedule."""

    def __init__(
        self,
        settings: Settings,
        controllers: Sequence[Controller],
        store: SqliteStore,
        channels: Sequence[Channel],
        *,
        syslog: SyslogDesk | None = None,
        asked: ServicesAsked | None = None,
        told: ProgramsTold | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.channels = channels
        self.syslog = syslog
        self.asked = asked
        self.told = told
        self.pool = ThreadPoolExecutor(
            max_workers=min(MOST_READERS, len(controllers)), thread_name_prefix=READER
        )
        self.watches = [
            ControllerWatch(each, self.pool, every=settings.poll_interval_s, watch=self._watch)
            for each in controllers
        ]
        self._stopping = threading.Event()
        self._ticked_at = float("-inf")
        self.heart = self._heartbeat()
        self.post = Post(store, channels, fold=fold_held)
        self.on_urgent: Callable[[], object] = lambda: None  # called on a stream's thread

    def _heartbeat(self) -> Heartbeat | None:
        url = revealed(self.settings.heartbeat_url)
        if url is None:
            return None
        return Heartbeat(
            url,
            self.settings.heartbeat_interval_s,
            is_well=lambda: self.is_at_work,
            on_failure=lambda said: self.failed(HEARTBEAT, StoreError(said)),
        )

    def _watch(self, site: Site) -> SiteWatch:
        share = self.syslog.share_of(site) if self.syslog is not None else None
        watch = SiteWatch(self.settings, site, self.store, self.channels, syslog=share)
        families = watch.alert.families

        def wake(event_type: str) -> None:
            if family_of(kind_of_event_type(event_type)) in families:
                self.on_urgent()

        site.manager.on_heard = wake
        return watch

    @property
    def sites(self) -> list[SiteWatch]:
        """Return every site that is watched; those of a controller not signed in yet are not among them."""
        return [site for watch in self.watches for site in watch.sites]

    def start(self) -> None:
        """Begin to listen to every controller that is signed in, and to deliver; the others are tried again."""
        self.post.start()
        if self.heart is not None:
            self.heart.start()
        for watch in self.watches:
            watch.begin()

    def tick(self) -> int:
        """Store what was heard, read history where it is due, and return how many entries were new."""
        return sum(self.step(watch) for watch in self.watches)

    def step(self, watch: ControllerWatch) -> int:
        """Do for one controller what is due, and return how many entries were new."""
        new = watch.step(clock.now())
        if self.syslog is not None:
            self.syslog.deal()  # last: while nothing can be stored, the streams are drained all the same
        self._alert(watch)
        self._tell_programs()
        return new

    def _tell_programs(self, *, at_once: bool = False) -> None:
        if self.told is not None:
            about = [(site.shard, site.publish.facts) for site in self.sites]
            self.told.tell(about, clock.now(), at_once=at_once)

    def note_tick(self) -> None:
        """Note that the worker goes round and can store; one that hangs in another job does not come here."""
        self.store.remember(LAST_TICK, clock.now().isoformat())
        self._ticked_at = clock.monotonic()

    @property
    def is_at_work(self) -> bool:
        """Return whether the worker went round lately, and could store what it heard."""
        return clock.monotonic() - self._ticked_at <= AT_WORK_S

    def _alert(self, watch: ControllerWatch) -> None:
        queued = [site.alert.step(clock.now()) for site in watch.sites]
        if any(queued):
            self.post.wake()

    def catch_up(self, seconds: float = FRESH_S) -> int:
        """Read every controller's history now, wait for it, and return how many entries were new.

        A controller that does not answer in time is reported as it was last seen.
        """
        for watch in self.watches:
            watch.hurry()
        new = self.tick()
        deadline = clock.monotonic() + seconds
        while any(watch.is_reading for watch in self.watches) and clock.monotonic() < deadline:
            if self._stopping.wait(0.05):
                break
            new += self.tick()
        return new

    def tell(self) -> None:
        """Close the period of every site: report everything not told yet."""
        sites = self.sites
        if self.asked is not None and sites:
            self.asked.begin(sites[0].publish.last_close(), clock.now())
        self.catch_up()
        if self.asked is not None and sites:
            # told once, in the first report: other sites may be other people's
            sites[0].publish.sections = self.asked.sections(self._wait_and_tick)
        for site in self.sites:
            site.tell(clock.now())
        away = {watch.controller.connection.label for watch in self.watches if not watch.sites}
        tell_absent(self.settings, self.store, self.channels, away, clock.now())
        self._tell_programs(at_once=True)
        self.retry()
        self.post.wait_idle(TELL_S)

    def judge_ahead(self) -> None:
        """Judge some of what waits for the next report, where that is much, so that the report is there at once."""
        for site in self.sites:
            site.judge_ahead(clock.now())

    def _wait_and_tick(self) -> bool:
        self.tick()
        return self._stopping.wait(0.05)

    def retry(self) -> None:
        """Send again what some channel has not taken yet, in the background where that is at work."""
        if self.post.is_running:
            self.post.wake()
        else:
            for postman in self.post.postmen:
                postman.deliver(clock.now(), everything=True)

    def tidy(self) -> None:
        """Forget what is older or bigger than the settings allow."""
        self.store.forget_delivered(clock.now() - DELIVERED_KEPT)
        self.store.prune(
            max_age=timedelta(days=self.settings.retention_days),
            max_bytes=self.settings.retention_mb * 1024 * 1024,
            now=clock.now(),
        )

    def failed(self, job: str, error: Exception) -> None:
        """Record that a job failed, so that the next report and the health check know."""
        try:
            self.store.record_failure(job, str(error), clock.now())
        except StoreError:
            log.warning("failure_not_recorded", job=job)

    def wait_a_little(self) -> bool:
        """Return whether the service is to stop, after a moment."""
        return self._stopping.wait(0.02)

    @property
    def is_waiting(self) -> bool:
        """Return whether a controller still has to answer."""
        return any(thread.name.startswith(READER) for thread in threading.enumerate())

    def begin_stop(self) -> None:
        """Wait for nothing any more."""
        self._stopping.set()
        self.post.stop()
        if self.heart is not None:
            self.heart.stop()

    def hang_up(self) -> None:
        """Close every connection, so that requests that hang end."""
        for watch in self.watches:
            watch.hang_up()

    def stop_listening(self) -> Callable[[], None]:
        """Begin to stop every stream; the call returned waits for the last. What they heard can still be drained."""
        listening = [site.site.manager.stop for site in self.sites]
        if self.syslog is not None:
            listening.append(self.syslog.stop)
        stops = [threading.Thread(target=stop) for stop in listening]
        for stop in stops:
            stop.start()

        def wait() -> None:
            for stop in stops:
                stop.join()

        return wait

    def drain(self) -> None:
        """Store what is still in memory."""
        for _ in range(2):  # what was dealt before, and what came after
            if self.syslog is not None:
                self._attempt(self.syslog.deal)
            for site in self.sites:
                self._attempt(site.ingest.drain)
        for site in self.sites:
            self._attempt(partial(site.note_last, clock.now()))

    def _attempt(self, job: Callable[[], object]) -> None:
        try:
            job()
        except ScannerError as exc:
            log.warning("last_ingest_failed", reason=str(exc))

    def close(self) -> None:
        """Let every controller and thread go."""
        self.post.stop()
        self.post.wait(POST_S)
        if self.syslog is not None:
            self._attempt(self.syslog.close)
        self.pool.shutdown(wait=False, cancel_futures=True)
        for watch in self.watches:
            watch.controller.close()
