"""`doctor`: try every step of the set-up against the real controller, one line each, with the fix."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import msgspec

from unifi_scanner import clock
from unifi_scanner.api.connection import Connection
from unifi_scanner.app.channels import channels_of, data_file
from unifi_scanner.app.controller import Controller, Site
from unifi_scanner.app.output import put
from unifi_scanner.config.settings import Settings
from unifi_scanner.errors import ConfigError, EndpointGone, ScannerError
from unifi_scanner.log import inert
from unifi_scanner.store import open_store

STREAM_PATIENCE_S = 15.0


class Check(msgspec.Struct, frozen=True):
    """One step of the set-up: its name, how it went, and what to do about it."""

    name: str
    result: str  # ok, note or failed
    said: str
    fix: str = ""
    exit_code: int = 0


def doctor(settings: Settings, *, as_json: bool = False) -> int:
    """Print one line a step and return 0, or the exit code of the first step that failed."""
    checks = list(_examine(settings))
    if as_json:
        put(json.dumps([msgspec.to_builtins(check) for check in checks], indent=2), None)
    else:
        put("\n".join(_line(check) for check in checks), None)
    return next((check.exit_code for check in checks if check.result == "failed"), 0)


def _line(check: Check) -> str:
    mark = {"ok": "[ok]", "note": "[i] ", "failed": "[!!]"}[check.result]
    fix = f"\n     Fix: {inert(check.fix)}" if check.fix else ""
    return f"{mark} {inert(f'{check.name}: {check.said}')}{fix}"


def _examine(settings: Settings) -> Iterator[Check]:
    yield _try("Data directory", lambda: _store(settings))
    connections = settings.connections()
    for connection in connections:
        before = f"{connection.label}: " if len(connections) > 1 else ""
        for check in _examine_controller(settings, connection):
            yield msgspec.structs.replace(check, name=f"{before}{check.name}")
    yield from (Check("Channel", "ok", f"reports go to {channel.name}") for channel in channels_of(settings))
    trigger = settings.trigger()
    said = "none set; ask with `unifi-scanner report`" if trigger is None else str(trigger)
    yield Check("Schedule", "note" if trigger is None else "ok", said)


def _examine_controller(settings: Settings, connection: Connection) -> Iterator[Check]:
    with ExitStack() as stack:
        controller = Controller(settings, connection)
        stack.callback(controller.close)
        signed_in = _try("Sign-in", lambda: _sign_in(controller))
        yield signed_in
        for site in controller.sites if signed_in.result != "failed" else ():
            yield from _examine_site(settings, site)


def _examine_site(settings: Settings, site: Site) -> Iterator[Check]:
    client, lately = site.client, clock.now() - timedelta(days=1)
    yield Check("Site", "ok", f"{client.site_title} ({client.site})")
    yield _try("Devices", lambda: _counted(client.devices(), "UniFi device"))
    yield _try("Clients", lambda: _counted(client.clients(), "connected device"))
    yield _try("Event history (v1)", lambda: _counted(client.events(lately), "event of the last day"))
    yield _try("Alarms (v1)", lambda: _counted(client.alarms(lately), "alarm of the last day"))
    yield _try("Blocked threats (v1)", lambda: _counted(client.ips_events(lately), "threat of the last day"))
    yield _try("System log (v2)", lambda: _counted(client.system_log(lately), "entry of the last day"))
    yield _stream(site, settings)


def _try(name: str, step: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", step())
    except EndpointGone as exc:
        # this version of UniFi Network answers elsewhere: nothing anybody could mend
        return Check(name, "note", f"not answered by this version. {exc.message}", exc.hint)
    except (ScannerError, ConfigError) as exc:
        return Check(name, "failed", exc.message, exc.hint, exc.exit_code)


def _store(settings: Settings) -> str:
    store = open_store(data_file(settings))
    try:
        store.check_writable()
        return f"{settings.data_path()} can be written"
    finally:
        store.close()


def _sign_in(controller: Controller) -> str:
    controller.sign_in()
    client = controller.client
    return f"{client.base_url} let us in (UniFi Network {client.version or 'of unknown version'}, {client.device_type.value})"


def _counted(rows: object, what: str) -> str:
    count = len(rows) if isinstance(rows, list | tuple) else 0
    plural = (
        what
        if count == 1
        else (
            f"{what}s"
            if " of " not in what
            else what.replace(" of ", "s of ", 1).replace("entrys", "entries")
        )
    )
    return f"answered, {count} {plural}"


def _stream(site: Site, settings: Settings) -> Check:
    if not settings.websocket_enabled:
        return Check(
            "Live stream", "note", "switched off", "Set UNIFI_WEBSOCKET_ENABLED=true to hear things at once."
        )
    site.listen()
    until = clock.monotonic() + STREAM_PATIENCE_S
    while clock.monotonic() < until:
        if site.manager.is_running():
            return Check("Live stream", "ok", "connected")
        time.sleep(0.05)
    fix = "If a reverse proxy stands in between, let it pass WebSockets, or set UNIFI_HOST to the console itself."
    return Check("Live stream", "failed", f"did not open within {STREAM_PATIENCE_S:.0f} s", fix, 3)
