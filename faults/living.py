"""The service in a process of its own, composed from the stages as `run` composes them, only faster.

This is the one file that knows `unifi_scanner.app`. It differs from `run_service` in three ways: it ticks many times
a second, it reports when it is told to, and its wall clock and its disk can be made to misbehave.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers
from apscheduler.triggers import interval
from apscheduler.triggers.date import DateTrigger

from unifi_scanner import clock, scheduler
from unifi_scanner.api.link import Policy
from unifi_scanner.api.sign_in_policy import SignInPolicy
from unifi_scanner.app.channels import channels_of, data_file
from unifi_scanner.app.controller import Controller
from unifi_scanner.app.service import Service
from unifi_scanner.app.stop_signals import stop_signals
from unifi_scanner.config.loading import load_settings
from unifi_scanner.errors import ScannerError
from unifi_scanner.log import set_up_logging
from unifi_scanner.scheduler import Schedule
from unifi_scanner.store import open_store

QUICK = Policy(first=0.05, longest=0.4, longest_refused=0.4, ping=0.4)
OFTEN = SignInPolicy(at_once=1000)  # a life of seconds sees more sessions end than a year of a real one
SETTLED = timedelta(seconds=0.4)
PATIENCE_S = 6.0


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """How one life is to be lived; the intervals are in seconds."""

    environ: Mapping[str, str]
    log: str
    ingest_every: float = 0.1
    retry_every: float = 0.3
    clock_offset: float = 0.0
    schedule_shifted: bool = True


def live(commands: Connection, spec: Spec) -> None:
    """Be the service until killed or asked to stop; exits with what `run` would exit with."""
    os.setsid()
    _write_to(spec.log)
    shift_clock(spec.clock_offset, schedule=spec.schedule_shifted)
    set_up_logging("INFO", as_json=True)
    try:
        _run(commands, spec)
    except ScannerError as exc:
        print(f"error: {exc}", file=sys.stderr, flush=True)
        os._exit(exc.exit_code)
    os._exit(0)


def _write_to(log: str) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)


def _run(commands: Connection, spec: Spec) -> None:
    settings = load_settings(environ=spec.environ, for_controller=True)
    with ExitStack() as stack:
        file = data_file(settings)
        store = open_store(file, clock=clock.now)
        stack.callback(store.close)
        controller = Controller(
            settings,
            settings.connections()[0],
            journal_dir=file.parent,
            policy=QUICK,
            sign_in_policy=OFTEN,
        )
        service = Service(settings, [controller], store, channels_of(settings))
        stack.callback(service.close)
        controller.sign_in()
        schedule = Schedule(on_failure=service.failed)
        schedule.every(spec.retry_every, "retry", service.retry)
        schedule.every(spec.ingest_every, "ingest", service.tick)
        service.start()
        for site in service.sites:
            site.ingest.settled = SETTLED
        threading.Thread(target=_obey, args=(commands, schedule, service), daemon=True).start()
        with stop_signals(schedule.stop):
            schedule.run()
            wait_for_streams = service.stop_listening()
            schedule.wait_idle(PATIENCE_S)
            service.hang_up()
            wait_for_streams()
            service.drain()


def _obey(commands: Connection, schedule: Schedule, service: Service) -> None:
    number = 0
    while True:
        try:
            word, value = commands.recv()
        except (EOFError, OSError):
            return
        match word:
            case "tell":
                number += 1
                _tell_soon(commands, schedule, service, number)
            case "clock":
                ahead_s, schedule_too = value
                shift_clock(ahead_s, schedule=schedule_too)
                commands.send("done")
            case "disk":
                _limit_files(value)
                commands.send("done")


def _tell_soon(commands: Connection, schedule: Schedule, service: Service, number: int) -> None:
    def tell() -> None:
        try:
            service.tell()
        except Exception:
            commands.send("failed")
            raise
        commands.send("told")

    schedule.on(DateTrigger(vars(scheduler)["datetime"].now(UTC)), f"report {number}", tell)


def _limit_files(size: int | None) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY if size is None else size, hard))


class _LikeDatetime(type):
    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, datetime)


def _shifted(offset: timedelta) -> type[datetime]:
    """Return a datetime whose clock is wrong by `offset`."""

    class Shifted(datetime, metaclass=_LikeDatetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + offset

    return Shifted


def shift_clock(seconds: float, *, schedule: bool = True) -> None:
    """Be `seconds` ahead of the true time from now on; unless said otherwise, the schedule's clock is, too.

    The schedule counts every run it missed: a jump of days ahead costs it seconds at the intervals used here.
    """
    modules: list[Any] = [clock, *((scheduler, schedulers, executors, interval) if schedule else ())]
    for module in modules:
        module.datetime = _shifted(timedelta(seconds=seconds))
    clock.now_ms = lambda: round(clock.now().timestamp() * 1000)


def newest_reports(directory: Path) -> list[Path]:
    """Return every report the file channel wrote there, oldest first."""
    return sorted(directory.glob("report-*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
