"""`tail`: the live stream in plain English."""

from __future__ import annotations

import sys
import threading
from contextlib import ExitStack
from zoneinfo import ZoneInfo

from unifi_scanner.app.controller import Controller
from unifi_scanner.app.service import stop_signals
from unifi_scanner.config.settings import Settings
from unifi_scanner.models.enums import LogLevel
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.telling import sentence_of

LOOK_EVERY_S = 0.25


def tail(settings: Settings) -> int:
    """Print what happens as it happens, one sentence a line, until interrupted; returns 0."""
    stopped = threading.Event()
    with ExitStack() as stack:
        controller = Controller(settings)
        stack.callback(controller.close)
        controller.sign_in()
        zone = ZoneInfo(controller.facts(listening=True).zone)
        controller.listen()
        print(
            f"Listening to {controller.client.site_title or controller.client.site}. Ctrl-C ends it.",
            file=sys.stderr,
        )
        with stop_signals(stopped.set):
            told = ""
            while not stopped.wait(LOOK_EVERY_S):
                told = _tell_link(controller, told)
                for entry in controller.live_collector.collect():
                    if entry.level is not LogLevel.DEBUG:
                        print(line_of(entry, zone), flush=True)
    return 0


def line_of(entry: LogEntry, zone: ZoneInfo) -> str:
    """Return an entry as one line: local time, then what happened."""
    return f"{entry.timestamp.astimezone(zone):%a %d %b %H:%M:%S}  {sentence_of(entry)}"


def _tell_link(controller: Controller, told: str) -> str:
    state = "connected" if controller.manager.is_running() else "not connected"
    for change in controller.manager.link_changes():
        if not change.connected:
            print(f"The stream is lost: {change.reason}. Dialling again.", file=sys.stderr)
    if state == "connected" and told != state:
        print("The stream is open.", file=sys.stderr)
    return state
