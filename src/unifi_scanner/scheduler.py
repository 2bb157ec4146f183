"""When things run: one worker, never two jobs at once, nothing skipped because it was late."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger

from unifi_scanner import clock

log = structlog.get_logger(__name__)
# with the default grace of a second, a report due while `ingest` runs would be skipped in silence
JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
LOOK_EVERY_S, SET_BACK_S = (
    1.0,
    2.0,
)  # how often the wall clock is compared, and how far back it must have gone
BREATH_S = 0.5  # between two runs that were hastened
Failed = Callable[[str, Exception], None]


class Schedule:
    """Jobs on one worker thread; `run` blocks until `stop`."""

    def __init__(self, *, on_failure: Failed) -> None:
        self._on_failure = on_failure
        self._busy = threading.Lock()
        self._stopped = False
        self._failing: dict[str, str] = {}
        self._ended = threading.Event()
        self._seconds: dict[str, float] = {}
        self._on_call: list[threading.Thread] = []
        self._woken: list[threading.Event] = []
        self._scheduler: Any = BlockingScheduler(
            executors={"default": ThreadPoolExecutor(1)}, job_defaults=JOB_DEFAULTS, timezone=UTC
        )

    def every(self, seconds: float, name: str, job: Callable[[], object], *, at_once: bool = True) -> None:
        """Run `job` every `seconds`, the first time at once unless told otherwise."""
        self._seconds[name] = seconds
        first = datetime.now(UTC) + timedelta(seconds=0 if at_once else seconds)
        self._scheduler.add_job(
            self._guard(name, job), "interval", seconds=seconds, next_run_time=first, id=name
        )

    def on(self, trigger: BaseTrigger, name: str, job: Callable[[], object]) -> None:
        """Run `job` whenever `trigger` says."""
        self._scheduler.add_job(self._guard(name, job), trigger, id=name)

    def hasten(self, name: str, job: Callable[[], object]) -> Callable[[], None]:
        """Return a call that has `job` run soon, besides its usual times; it takes no time, on any thread.

        It runs between the other jobs, never beside one, and not more often than every BREATH_S.
        """
        woken, guarded = threading.Event(), self._guard(name, job)
        self._woken.append(woken)

        def go_on() -> None:
            while not self._ended.is_set():
                woken.wait()
                woken.clear()
                if not self._stopped:
                    guarded()
                self._ended.wait(BREATH_S)

        self._on_call.append(threading.Thread(target=go_on, daemon=True, name=f"schedule-{name}"))
        return woken.set

    def run(self) -> None:
        """Run the jobs until `stop` is called; returns when no further job will start."""
        threading.Thread(target=self._watch_the_clock, daemon=True, name="schedule-clock").start()
        for thread in self._on_call:
            thread.start()
        try:
            if not self._stopped:
                self._scheduler.start()
        finally:
            self._ended.set()
            for woken in self._woken:
                woken.set()

    def _watch_the_clock(self) -> None:
        began = clock.now(), clock.monotonic()
        while not self._ended.wait(LOOK_EVERY_S):
            now = clock.now(), clock.monotonic()
            if is_set_back(now[0] - began[0], timedelta(seconds=now[1] - began[1])):
                log.warning("clock_set_back", now=now[0].isoformat())
                self._plan_anew()
            began = now

    def _plan_anew(self) -> None:
        # each job waits for a moment by the old clock: set back by an hour, nothing would run for an hour
        for job in self._scheduler.get_jobs():
            if job.id in self._seconds:
                job.reschedule("interval", seconds=self._seconds[job.id])
            else:
                job.reschedule(job.trigger)

    def stop(self) -> None:
        """Let no further job start; callable from a signal handler and from any thread."""
        self._stopped = True
        # from a thread of its own: a signal handler may have interrupted the scheduler inside its own locks
        threading.Thread(target=self._shut_down, daemon=True, name="schedule-stop").start()

    def _shut_down(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def wait_idle(self, seconds: float) -> bool:
        """Return whether the running job, if any, ended within `seconds`; none starts after that."""
        return self._busy.acquire(timeout=seconds)

    def _guard(self, name: str, job: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            with self._busy:
                if self._stopped:
                    return
                try:
                    job()
                except Exception as exc:
                    if self._is_news(name, exc):
                        log.exception("job_failed", job=name)
                    self._on_failure(name, exc)
                else:
                    self._tell_recovery(name)

        return run

    def _is_news(self, name: str, exc: Exception) -> bool:
        # told once: a disk that is full would otherwise be filled by the log
        said = f"{type(exc).__name__}: {exc}"
        before, self._failing[name] = self._failing.get(name), said
        return before != said

    def _tell_recovery(self, name: str) -> None:
        if self._failing.pop(name, None) is not None:
            log.info("job_recovered", job=name)


def is_set_back(by_the_wall: timedelta, truly: timedelta) -> bool:
    """Return whether the wall clock went back while so much time really passed."""
    return truly - by_the_wall > timedelta(seconds=SET_BACK_S)


def zone_of(name: str | None) -> ZoneInfo:
    """Return the time zone called `name`, UTC where none is."""
    return ZoneInfo(name or "UTC")
