"""Where the syslog receiver listens: settings -> bound sockets, or a ConfigError that says what to change."""

from __future__ import annotations

import errno
import socket
import ssl
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from unifi_scanner.errors import ConfigError

FIRST_FREE_PORT = 1024
RECEIVE_BUFFER = 4 * 1024 * 1024  # a burst waits in the kernel while we are busy
BACKLOG = 64
NO_SUCH_FAMILY = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT})
EVERYWHERE = ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"))  # noqa: S104 - the senders are limited instead


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """Which ports to listen on, for whom; a port of None is off. `bind` None is every address, IPv4 and IPv6."""

    udp_port: int | None = None
    tcp_port: int | None = None
    tls_port: int | None = None
    bind: str | None = None
    allow: tuple[str, ...] = ()
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    lines_per_s: float = 1000.0

    @property
    def is_on(self) -> bool:
        """Return whether there is a port to listen on."""
        return any(port is not None for port in (self.udp_port, self.tcp_port, self.tls_port))


class Door(msgspec.Struct, frozen=True):
    """One bound socket: `udp`, `tcp` or `tls`."""

    way: str
    sock: socket.socket


def open_doors(listening: Listening) -> list[Door]:
    """Return a bound socket for every port and address family; raises ConfigError and leaves none open."""
    wanted = [("udp", listening.udp_port), ("tcp", listening.tcp_port), ("tls", listening.tls_port)]
    with ExitStack() as opened:
        doors: list[Door] = []
        for way, port in wanted:
            if port is not None:
                for door in _doors_of(way, port, listening.bind):
                    opened.callback(door.sock.close)
                    doors.append(door)
        opened.pop_all()
    return doors


def tls_context(listening: Listening) -> ssl.SSLContext | None:
    """Return how to speak TLS (RFC 5425) with our certificate, or None without a TLS port; raises ConfigError."""
    if listening.tls_port is None:
        return None
    if listening.tls_cert_file is None or listening.tls_key_file is None:
        raise ConfigError(
            "syslog_tls_port is set, but the certificate or its key is missing.",
            hint="Set UNIFI_SYSLOG_TLS_CERT_FILE and UNIFI_SYSLOG_TLS_KEY_FILE.",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(listening.tls_cert_file, listening.tls_key_file, password=_no_password)
    except (OSError, ValueError) as exc:
        raise ConfigError(
            f"The syslog certificate {listening.tls_cert_file} cannot be used with {listening.tls_key_file} "
            f"({exc.strerror if isinstance(exc, OSError) and exc.strerror else exc}).",
            hint="Name a PEM certificate in UNIFI_SYSLOG_TLS_CERT_FILE, and its key, without a password, in "
            "UNIFI_SYSLOG_TLS_KEY_FILE.",
        ) from exc
    return context


def _no_password() -> str:
    raise ValueError("the key is protected by a password")  # else OpenSSL would ask for it on the terminal


def _doors_of(way: str, port: int, bind: str | None) -> list[Door]:
    if bind is not None:
        return [_bound(way, _family(bind), bind, port)]
    doors: list[Door] = []
    for family, address in EVERYWHERE:
        try:
            doors.append(_bound(way, family, address, port))
        except _NoSuchFamily:
            continue  # a machine without IPv6, or without IPv4
    if not doors:
        raise ConfigError(f"This machine has no address to listen on for syslog ({way}).")
    return doors


class _NoSuchFamily(Exception):
    """This machine does not speak this kind of address."""


def _bound(way: str, family: socket.AddressFamily, address: str, port: int) -> Door:
    sock: socket.socket | None = None
    try:
        sock = socket.socket(family, socket.SOCK_DGRAM if way == "udp" else socket.SOCK_STREAM)
        _prepare(sock, way, family)
        sock.bind((address, port))
        if way != "udp":
            sock.listen(BACKLOG)
    except OSError as exc:
        if sock is not None:
            sock.close()
        if exc.errno in NO_SUCH_FAMILY and address in dict(EVERYWHERE).values():
            raise _NoSuchFamily from exc
        raise ConfigError(
            f"syslog_{way}_port: port {port} cannot be opened for syslog ({exc.strerror or exc}).",
            hint=_hint(way, port, exc.errno),
        ) from exc
    return Door(way, sock)


def _prepare(sock: socket.socket, way: str, family: socket.AddressFamily) -> None:
    sock.setblocking(False)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # IPv4 has a socket of its own
    if way == "udp":
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    else:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _hint(way: str, port: int, number: int | None) -> str:
    name = f"UNIFI_SYSLOG_{way.upper()}_PORT"
    if number in (errno.EACCES, errno.EPERM) and port < FIRST_FREE_PORT:
        return (
            f"Ports below {FIRST_FREE_PORT} need a right (CAP_NET_BIND_SERVICE): grant it, or set {name} to a higher "
            "port, such as 5514, and name that port in the console."
        )
    if number == errno.EADDRINUSE:
        return f"Another program listens there already: stop it, or set {name} to another port."
    if number == errno.EADDRNOTAVAIL:
        return "UNIFI_SYSLOG_BIND names an address that this machine does not have: correct or remove it."
    return f"Check {name} and UNIFI_SYSLOG_BIND."


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
