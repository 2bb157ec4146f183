"""`run`: the service on a schedule, from the first sign-in to an orderly stop."""

from __future__ import annotations

import math
import os
from contextlib import ExitStack
from functools import partial

import structlog

from unifi_scanner import clock
from unifi_scanner.api.stream_thread import StreamThread
from unifi_scanner.app.channels import channels_of, data_file
from unifi_scanner.app.controller import Controller
from unifi_scanner.app.data_in_use import in_use
from unifi_scanner.app.programs_told import ProgramsTold
from unifi_scanner.app.service import Service
from unifi_scanner.app.services_asked import ServicesAsked
from unifi_scanner.app.stop_signals import stop_signals
from unifi_scanner.app.syslog_desk import SyslogDesk
from unifi_scanner.app.syslog_ports import listening_of
from unifi_scanner.app.systemd import ALIVE, READY, STOPPING, tell_systemd, watchdog_every
from unifi_scanner.config.settings import Settings
from unifi_scanner.errors import AnswerUnusable, ControllerUnreachable, ScannerError, SignInThrottled
from unifi_scanner.scheduler import Schedule
from unifi_scanner.store import open_store

RETRY_EVERY_S, TIDY_EVERY_S, AHEAD_EVERY_S = 60, 3600, 300
PATIENCE_S = 3.0  # how long a stop waits for the running job, of the 10 s it may take
OTHERS_S = 5.0  # how long a start waits for the other controllers once one has let us in
TICK_EVERY_S = 30.0
log = structlog.get_logger(__name__)


def run_service(settings: Settings, *, patient: bool = False) -> int:
    """Run until SIGTERM or SIGINT and return 0; raises what makes a start impossible.

    A `patient` start does not end because no controller answers yet: they are tried until one does.
    """
    with ExitStack() as stack:
        file = data_file(settings)
        stack.enter_context(in_use(file.parent))
        store = open_store(file)
        stack.callback(store.close)
        connections = settings.connections()
        host = StreamThread() if len(connections) > 1 else None
        if host is not None:
            stack.callback(host.close)
        controllers = [Controller(settings, each, journal_dir=file.parent, host=host) for each in connections]
        syslog = SyslogDesk(listening_of(settings), file.parent, store) if settings.syslog_on else None
        asked, told = ServicesAsked(settings), ProgramsTold(settings, store, file)
        stack.callback(told.stop)
        service = Service(
            settings, controllers, store, channels_of(settings), syslog=syslog, asked=asked, told=told
        )
        stack.callback(service.close)
        if syslog is not None:
            stack.callback(syslog.stop)
            syslog.start()
        schedule = Schedule(on_failure=service.failed)
        with stop_signals(lambda: _ask_to_stop(schedule, service)):
            if _sign_in(service, patient=patient):
                _plan(schedule, service, settings)
                service.on_urgent = schedule.hasten("urgent", service.tick)
                service.start()
                told.start()
                log.info("service_started", controllers=len(controllers), sites=len(service.sites))
                tell_systemd(READY)
                schedule.run()
            tell_systemd(STOPPING)
            _stop(schedule, service)
    log.info("service_stopped")
    if service.is_waiting:
        os._exit(0)  # a request that cannot be ended would keep the process
    return 0


def _sign_in(service: Service, *, patient: bool) -> bool:
    """Sign in everywhere at once and return whether to go on; who is slow is not waited for.

    Raises when no controller let us in, unless patience may change that, or when a setting must be mended.
    """
    for watch in service.watches:
        watch.sign_in()
    waiting, patience = list(service.watches), math.inf
    troubles: list[ScannerError] = []
    while waiting and clock.monotonic() < patience:
        if service.wait_a_little():
            return False
        for watch in [each for each in waiting if each.has_answered]:
            waiting.remove(watch)
            trouble = watch.answer()
            if trouble is None:
                patience = min(patience, clock.monotonic() + OTHERS_S)
            else:
                troubles.append(trouble)
    to_mend = next((exc for exc in troubles if exc.exit_code == 2), None)
    hopeless = len(troubles) == len(service.watches) and not (patient and all(map(_may_pass, troubles)))
    if to_mend is not None or hopeless:
        service.retry()  # a report that waits needs no controller
        raise to_mend or troubles[0]
    return True


def _may_pass(trouble: ScannerError) -> bool:
    """Return whether time alone may end a trouble: the controller is off, starting, or wants us to wait."""
    return isinstance(trouble, ControllerUnreachable | AnswerUnusable | SignInThrottled)


def _plan(schedule: Schedule, service: Service, settings: Settings) -> None:
    schedule.every(RETRY_EVERY_S, "retry", service.retry)
    for number, watch in enumerate(service.watches, start=1):
        # a job each: what goes wrong with one controller is no matter of another
        schedule.every(settings.ingest_interval_s, _job_name(number, service), partial(service.step, watch))
    schedule.every(TIDY_EVERY_S, "tidy", service.tidy)
    if settings.trigger() is not None:
        schedule.every(AHEAD_EVERY_S, "judge ahead", service.judge_ahead, at_once=False)
    schedule.every(TICK_EVERY_S, "tick", service.note_tick)
    watchdog = watchdog_every()
    if watchdog is not None:
        # on the one worker that does all the work: while that hangs, systemd hears nothing
        schedule.every(watchdog, "watchdog", partial(tell_systemd, ALIVE))
    trigger = settings.trigger()
    if trigger is not None:
        schedule.on(trigger, "report", service.tell)


def _job_name(number: int, service: Service) -> str:
    return "ingest" if len(service.watches) == 1 else f"ingest {number}"


def _ask_to_stop(schedule: Schedule, service: Service) -> None:
    service.begin_stop()
    schedule.stop()


def _stop(schedule: Schedule, service: Service) -> None:
    wait_for_streams = service.stop_listening()
    idle = schedule.wait_idle(PATIENCE_S)
    # a request that hangs ends when its connection goes
    service.hang_up()
    if not idle and not schedule.wait_idle(1.5):
        log.warning("stop_forced")
        os._exit(0)
    wait_for_streams()
    service.drain()
