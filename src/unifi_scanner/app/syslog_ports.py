"""Where to listen for log lines, by the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unifi_scanner.config.settings import Settings
from unifi_scanner.logs.listening import Listening


def ports_of(settings: Settings) -> Mapping[str, int]:
    """Return the ports that syslog is received on, by way."""
    named = {
        "udp": settings.syslog_udp_port,
        "tcp": settings.syslog_tcp_port,
        "tls": settings.syslog_tls_port,
    }
    return {way: port for way, port in named.items() if port is not None}


def listening_of(settings: Settings, *, ways: Sequence[str] = ("udp", "tcp", "tls")) -> Listening:
    """Return where to listen for log lines, and for whom."""
    ports = {way: port for way, port in ports_of(settings).items() if way in ways}
    return Listening(
        udp_port=ports.get("udp"),
        tcp_port=ports.get("tcp"),
        tls_port=ports.get("tls"),
        bind=settings.syslog_bind,
        allow=settings.syslog_allow,
        tls_cert_file=settings.syslog_tls_cert_file,
        tls_key_file=settings.syslog_tls_key_file,
        lines_per_s=settings.syslog_lines_per_s,
    )
