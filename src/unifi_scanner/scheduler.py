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

log = structlog.get_logger(__name__)
# with the default grace of a second, a report due while `ingest` runs would be skipped in silence
JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
Failed = Callable[[str, Exception], None]


class Schedule:
    """Jobs on one worker thread; `run` blocks until `stop`."""

    def __init__(self, *, on_failure: Failed) -> None:
        self._on_failure = on_failure
        self._busy = threading.Lock()
        self._stopped = False
        self._failing: dict[str, str] = {}
        self._scheduler: Any = BlockingScheduler(
            executors={"default": ThreadPoolExecutor(1)}, job_defaults=JOB_DEFAULTS, timezone=UTC
        )

    def every(self, seconds: float, name: str, job: Callable[[], object], *, at_once: bool = True) -> None:
        """Run `job` every `seconds`, the first time at once unless told otherwise."""
        first = datetime.now(UTC) + timedelta(seconds=0 if at_once else seconds)
        self._scheduler.add_job(
            self._guard(name, job), "interval", seconds=seconds, next_run_time=first, id=name
        )

    def on(self, trigger: BaseTrigger, name: str, job: Callable[[], object]) -> None:
        """Run `job` whenever `trigger` says."""
        self._scheduler.add_job(self._guard(name, job), trigger, id=name)

    def run(self) -> None:
        """Run the jobs until `stop` is called; returns when no further job will start."""
        if not self._stopped:
            self._scheduler.start()

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


def zone_of(name: str | None) -> ZoneInfo:
    """Return the time zone called `name`, UTC where none is."""
    return ZoneInfo(name or "UTC")
