"""The ways in that the controller is not asked for: live stream, syslog and SSH, each really tried by `doctor`."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from unifi_scanner import clock
from unifi_scanner.api.connection import Connection
from unifi_scanner.app.advice import NAMES, Situation, advice_for, result_of
from unifi_scanner.app.check import Check
from unifi_scanner.app.controller import Site
from unifi_scanner.config.settings import Settings, revealed
from unifi_scanner.errors import ConfigError, SSHCollectionError
from unifi_scanner.logs.host_keys import remembered_key
from unifi_scanner.logs.listening import Listening, open_doors, tls_context
from unifi_scanner.logs.ssh_files import USUAL_FILES, listing_command, parse_listing
from unifi_scanner.logs.ssh_place import Place
from unifi_scanner.models.capability import NOT_ASKED, Capability, State
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.reports.prose import counted

STREAM_PATIENCE_S, KEY_PATIENCE_S = 15.0, 8.0
KNOWN_KEYS_FILE = "ssh_hosts.json"
LISTING_BYTES = 256 * 1024
ANY_PORT = 9  # no packet is sent: the system is only asked which of its addresses it would use


def stream_check(site: Site, facts: Situation) -> Check:
    """Return whether the live stream opens; with an API key only, that it does not is no failure."""
    opened = facts.stream_wanted and _opens(site, STREAM_PATIENCE_S if facts.has_account else KEY_PATIENCE_S)
    found = Capability(state=State.WORKS if opened else State.FAILED)
    if not facts.stream_wanted:
        found = NOT_ASKED
    result = result_of("websocket", found, facts)
    return Check(
        NAMES["websocket"],
        result,
        *advice_for("websocket", found, facts),
        exit_code=3 if result == "failed" else 0,
        facts={"source": "websocket", "state": found.state.value if facts.stream_wanted else "off"},
    )


def _opens(site: Site, patience: float) -> bool:
    site.listen()
    until = clock.monotonic() + patience
    while clock.monotonic() < until:
        if site.manager.is_running():
            return True
        time.sleep(0.05)
    return False


def ports_of(settings: Settings) -> Mapping[str, int]:
    """Return the ports that syslog is received on, by way."""
    named = {
        "udp": settings.syslog_udp_port,
        "tcp": settings.syslog_tcp_port,
        "tls": settings.syslog_tls_port,
    }
    return {way: port for way, port in named.items() if port is not None}


def own_address(settings: Settings, connection: Connection) -> str:
    """Return this machine's address as that controller sees it; empty where there is no way to it."""
    if settings.syslog_bind:
        return settings.syslog_bind
    try:
        family, kind, proto, _, place = socket.getaddrinfo(
            host_of(connection), ANY_PORT, type=socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind, proto) as sock:
            sock.connect(place)
            return str(sock.getsockname()[0])
    except OSError:
        return ""


def syslog_checks(settings: Settings, facts: Situation) -> list[Check]:
    """Return one check for each port of syslog, each really opened, or a note where there is none."""
    said, fix = advice_for("syslog", NOT_ASKED, facts)
    if not facts.ports:
        return [Check(NAMES["syslog"], "note", said, fix, facts={"source": "syslog", "state": "off"})]
    return [_port_check(settings, facts, way, port) for way, port in facts.ports.items()]


def _port_check(settings: Settings, facts: Situation, way: str, port: int) -> Check:
    alone = msgspec.structs.replace(facts, ports={way: port})
    said, fix = advice_for("syslog", NOT_ASKED, alone)
    told = {"source": "syslog", "way": way, "port": port, "address": facts.own_address}
    listening = Listening(
        udp_port=settings.syslog_udp_port if way == "udp" else None,
        tcp_port=settings.syslog_tcp_port if way == "tcp" else None,
        tls_port=settings.syslog_tls_port if way == "tls" else None,
        bind=settings.syslog_bind,
        tls_cert_file=settings.syslog_tls_cert_file,
        tls_key_file=settings.syslog_tls_key_file,
    )
    try:
        tls_context(listening)
        for door in open_doors(listening):
            door.sock.close()
    except ConfigError as exc:
        if _is_taken(exc):
            busy = f"port {port} ({way.upper()}) is in use; if that is `unifi-scanner run` on this machine, all is well"
            return Check(
                NAMES["syslog"], "note", busy, f"{exc.hint} {fix}".strip(), facts=told | {"state": "in_use"}
            )
        return Check(
            NAMES["syslog"], "failed", exc.message, exc.hint, exc.exit_code, facts=told | {"state": "failed"}
        )
    return Check(NAMES["syslog"], "ok", said, fix, facts=told | {"state": "works"})


def _is_taken(exc: ConfigError) -> bool:
    return isinstance(exc.__cause__, OSError) and exc.__cause__.errno == errno.EADDRINUSE


def host_of(connection: Connection) -> str:
    """Return the bare name or address of a controller."""
    return urlsplit(connection.base_urls()[0]).hostname or connection.host


def place_of(settings: Settings, connection: Connection) -> Place | None:
    """Return where to read log files over SSH, or None where that is off."""
    if not settings.ssh_enabled or settings.ssh_key_file is None:
        return None
    return Place(
        host=settings.ssh_host or host_of(connection),
        port=settings.ssh_port,
        username=settings.ssh_username,
        key_file=settings.ssh_key_file,
        passphrase=revealed(settings.ssh_key_passphrase),
        fingerprint=settings.ssh_host_fingerprint,
        trust_first_use=settings.ssh_trust_first_use,
        known_keys_file=settings.data_path() / KNOWN_KEYS_FILE,
    )


def ssh_check(settings: Settings, connection: Connection, flavour: DeviceType) -> Check:
    """Return whether the console lets us in over SSH, by which host key, and which log files are there."""
    place = place_of(settings, connection)
    if place is None:
        said, fix = advice_for("ssh", NOT_ASKED, Situation())
        return Check(NAMES["ssh"], "note", said, fix, facts={"source": "ssh", "state": "off"})
    from unifi_scanner.logs.ssh_link import SSHLink  # costs 20 MB: only where SSH is wanted

    link = SSHLink(place)
    told = {"source": "ssh", "host": place.host, "port": place.port}
    try:
        paths = settings.ssh_files or USUAL_FILES[flavour]
        answer = link.run(listing_command(paths), LISTING_BYTES)
        there = set(paths) & parse_listing(answer.stdout.decode("utf-8", errors="replace")).keys()
        shown = place.fingerprint or remembered_key(place.known_keys_file, f"{place.host}:{place.port}")
    except SSHCollectionError as exc:
        return Check(
            NAMES["ssh"], "failed", exc.message, exc.hint, exc.exit_code, facts=told | {"state": "failed"}
        )
    finally:
        link.close()
    return _ssh_told(place, shown or "", sorted(there), told)


def _ssh_told(place: Place, shown: str, there: list[str], told: Mapping[str, object]) -> Check:
    facts = {**told, "state": "works" if there else "failed", "fingerprint": shown, "files": there}
    said = (
        f"works; {place.host} has {counted(len(there), 'log file')} to read, and shows the host key {shown}"
    )
    if not there:
        fix = "Name the log files in UNIFI_SSH_FILES, or the user that may read them in UNIFI_SSH_USERNAME."
        return Check(
            NAMES["ssh"], "failed", f"{place.host} lets us in, but has none of the log files", fix, 3, facts
        )
    fix = "" if place.fingerprint else f"To trust this key only, set UNIFI_SSH_HOST_FINGERPRINT={shown}"
    return Check(NAMES["ssh"], "ok", said, fix, facts=facts)
