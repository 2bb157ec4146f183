"""`tail`: the live stream in plain English."""

from __future__ import annotations

import sys
import threading
from contextlib import ExitStack
from zoneinfo import ZoneInfo

from unifi_scanner.app.controller import Controller, Site
from unifi_scanner.app.output import put, row_line
from unifi_scanner.app.stop_signals import stop_signals
from unifi_scanner.config.settings import Settings
from unifi_scanner.log import inert
from unifi_scanner.models.enums import LogLevel
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.telling import sentence_of

LOOK_EVERY_S = 0.25


def tail(settings: Settings, *, as_json: bool = False) -> int:
    """Print what happens as it happens, one sentence or JSON object a line, until interrupted; returns 0."""
    stopped = threading.Event()
    with ExitStack() as stack:
        sites = _listening(settings, stack)
        several = len(sites) > 1
        names = ", ".join(site.client.site_title or site.client.site for site in sites)
        print(f"Listening to {inert(names)}. Ctrl-C ends it.", file=sys.stderr)
        with stop_signals(stopped.set):
            told = dict.fromkeys(sites, "")
            while not stopped.wait(LOOK_EVERY_S):
                for site in sites:
                    told[site] = _tell_link(site, told[site])
                    _tell_news(site, f"{inert(site.client.site_title)}: " if several else "", as_json=as_json)
    return 0


def _listening(settings: Settings, stack: ExitStack) -> list[Site]:
    sites: list[Site] = []
    for connection in settings.connections():
        controller = Controller(settings, connection)
        stack.callback(controller.close)
        controller.sign_in()
        sites += controller.sites
    for site in sites:
        site.listen()
    return sites


def _tell_news(site: Site, prefix: str, *, as_json: bool) -> None:
    zone = ZoneInfo(site.facts(listening=True).zone)
    for entry in site.live_collector.collect():
        if entry.level is not LogLevel.DEBUG:
            put(row_line(entry) if as_json else f"{prefix}{line_of(entry, zone)}", None)


def line_of(entry: LogEntry, zone: ZoneInfo) -> str:
    """Return an entry as one line: local time, then what happened."""
    at = f"{entry.timestamp.astimezone(zone):%a %d %b %H:%M:%S}" if entry.has_time else "At an unknown time"
    return f"{at}  {sentence_of(entry)}"


def _tell_link(site: Site, told: str) -> str:
    state = "connected" if site.manager.is_running() else "not connected"
    for change in site.manager.link_changes():
        if not change.connected:
            print(f"The stream is lost: {inert(change.reason)}. Dialling again.", file=sys.stderr)
    if state == "connected" and told != state:
        print("The stream is open.", file=sys.stderr)
    return state
