"""`doctor`: try every step of the set-up against the real controller, one line each, with the fix."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import msgspec

from unifi_scanner import clock
from unifi_scanner.api.connection import Connection
from unifi_scanner.app.advice import NAMES, Situation, advice_for, result_of
from unifi_scanner.app.channels import channels_of, data_file
from unifi_scanner.app.check import Check, line_of
from unifi_scanner.app.controller import Controller, Site
from unifi_scanner.app.doctor_books import book_checks
from unifi_scanner.app.doctor_ways import own_address, ssh_check, stream_check, syslog_checks
from unifi_scanner.app.output import put
from unifi_scanner.app.syslog_ports import ports_of
from unifi_scanner.config.settings import Settings
from unifi_scanner.errors import ConfigError, ScannerError
from unifi_scanner.models.capability import ENDPOINTS, Capabilities, State
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.reports.prose import counted
from unifi_scanner.store import open_store

CLOCKS_AGREE_S, CODE_SPAN_S = 5, 30  # a code of two-factor sign-in is good for half a minute


def doctor(settings: Settings, *, as_json: bool = False) -> int:
    """Print one line a step and return 0, or the exit code of the first step that failed."""
    checks = list(_examine(settings))
    if as_json:
        put(json.dumps([msgspec.to_builtins(check) for check in checks], indent=2), None)
    else:
        put("\n".join(line_of(check) for check in checks), None)
    return next((check.exit_code for check in checks if check.result == "failed"), 0)


def _examine(settings: Settings) -> Iterator[Check]:
    yield _try("Data directory", lambda: _store(settings))
    connections = settings.connections()
    versions: list[str | None] = []
    for connection in connections:
        before = f"{connection.label}: " if len(connections) > 1 else ""
        yield from _named(before, _examine_controller(settings, connection, versions))
    facts = Situation(
        version=next(iter(versions), None),
        ports=ports_of(settings),
        own_address=own_address(settings, connections[0]),
    )
    yield from syslog_checks(settings, facts)
    yield from (Check("Channel", "ok", f"reports go to {channel.name}") for channel in channels_of(settings))
    trigger = settings.trigger()
    said = "none set; ask with `unifi-scanner report`" if trigger is None else str(trigger)
    yield Check("Schedule", "note" if trigger is None else "ok", said)
    yield from _stored(settings)


def _named(before: str, checks: Iterator[Check]) -> Iterator[Check]:
    for check in checks:
        yield msgspec.structs.replace(check, name=f"{before}{check.name}")


def _examine_controller(
    settings: Settings, connection: Connection, versions: list[str | None]
) -> Iterator[Check]:
    with ExitStack() as stack:
        controller = Controller(settings, connection)
        stack.callback(controller.close)
        signed_in = _try("Sign-in", lambda: _sign_in(controller))
        yield signed_in
        yield from _clock_check(controller.client.transport.clock_ahead_s, connection)
        if controller.sites:
            versions.append(controller.client.version)
        several = len(controller.sites) > 1
        for site in controller.sites if signed_in.result != "failed" else ():
            yield from _named(f"{site.client.site_title}: " if several else "", examine_site(settings, site))
        yield ssh_check(settings, connection, controller.client.device_type)


def _clock_check(ahead: float | None, connection: Connection) -> Iterator[Check]:
    if ahead is None:
        return
    told = {"controller_ahead_s": round(ahead)}
    if abs(ahead) < CLOCKS_AGREE_S:
        yield Check("Clock", "ok", "agrees with the controller's", facts=told)
        return
    said = f"the controller's is {counted(round(abs(ahead)), 'second')} {'ahead' if ahead > 0 else 'behind'}"
    fix = "Let both machines set their clock from the network (NTP)."
    if connection.totp_secret and abs(ahead) >= CODE_SPAN_S:
        fix += " Codes of two-factor sign-in depend on it."
    yield Check("Clock", "note", said, fix, facts=told)


def examine_site(settings: Settings, site: Site) -> Iterator[Check]:
    """Yield how each source of a site that is signed in does, and what to do about it."""
    client, connection = site.client, site.connection
    yield Check("Site", "ok", f"{client.site_title} ({client.site})", facts={"site": client.site})
    yield _try("Devices", lambda: _counted(client.devices(), "UniFi device"))
    yield _try("Clients", lambda: _counted(client.clients(), "connected device"))
    found: list[Capabilities] = []
    asked = _try("Sources", lambda: _probe(site, found))
    yield asked
    facts = Situation(
        version=client.version,
        has_account=connection.has_account,
        has_key=bool(connection.api_key),
        stream_wanted=settings.websocket_enabled,
        log=found[0].of_source("system_log").state if found else State.UNKNOWN,
        own_address=own_address(settings, connection),
        ports=ports_of(settings),
    )
    for known in found:
        yield from _sources(known, facts)
    yield stream_check(site, facts)


def _probe(site: Site, found: list[Capabilities]) -> str:
    known = site.probe(clock.now())
    if known is not None:
        site.capabilities = known
        found.append(known)
    return f"UniFi Network {site.client.version or 'of unknown version'} was asked what it still answers"


def _sources(known: Capabilities, facts: Situation) -> Iterator[Check]:
    own = known.flavour == DeviceType.SELF_HOSTED
    for source, endpoints in ENDPOINTS.items():
        if source == "super" and not own:
            continue
        capability = known.of_source(source)
        result = result_of(source, capability, facts)
        yield Check(
            NAMES[source],
            result,
            *advice_for(source, capability, facts),
            exit_code=_exit_code(result, capability.state),
            facts={
                "source": source,
                "state": capability.state.value,
                "reason": capability.reason,
                "endpoints": {
                    name: known.of(name).state.value for name in endpoints if name in known.endpoints
                },
            },
        )


def _exit_code(result: str, state: State) -> int:
    if result != "failed":
        return 0
    return 4 if state is State.FORBIDDEN else 3


def _try(name: str, step: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", step())
    except (ScannerError, ConfigError) as exc:
        return Check(name, "failed", exc.message, exc.hint, exc.exit_code)


def _store(settings: Settings) -> str:
    store = open_store(data_file(settings))
    try:
        store.check_writable()
        return f"{settings.data_path()} can be written"
    finally:
        store.close()


def _stored(settings: Settings) -> Iterator[Check]:
    try:
        store = open_store(data_file(settings))
    except ScannerError:
        return  # told as the first step
    try:
        yield from book_checks(store, clock.now())
    except ScannerError as exc:
        yield Check("Seen so far", "failed", exc.message, exc.hint, exc.exit_code)
    finally:
        store.close()


def _sign_in(controller: Controller) -> str:
    controller.sign_in()
    client = controller.client
    return f"{client.base_url} let us in (UniFi Network {client.version or 'of unknown version'}, {client.device_type.value})"


def _counted(rows: object, what: str) -> str:
    return f"answered, {counted(len(rows) if isinstance(rows, list | tuple) else 0, what)}"
