"""One log line -> LogEntry, and one datagram -> its lines (docs/protocol.md F). Pure.

The only entry point for lines, whether they were received, read over SSH or came in a file. A line is one entry,
always: what nobody knows is told as unknown, what nobody can read as unreadable, and the line itself is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from unifi_scanner.logs.cef import cef_time
from unifi_scanner.logs.cef_forms import read_cef
from unifi_scanner.logs.entry import Context, unreadable_entry
from unifi_scanner.logs.envelope import (
    Envelope,
    Stamp,
    iso_within,
    moment_of,
    open_envelope,
    plain_tag,
    read_head,
)
from unifi_scanner.logs.lines_device import read_lease, read_reporter, read_server_log, read_ssh, read_system
from unifi_scanner.logs.lines_firewall import read_firewall
from unifi_scanner.logs.lines_gateway import read_coredns, read_dhcp, read_dnsmasq, read_relay, read_udapi
from unifi_scanner.logs.lines_wifi import read_hostapd, read_mcad, read_stahtd, read_wevent
from unifi_scanner.logs.rows import cef_entry
from unifi_scanner.logs.told import Told
from unifi_scanner.models.enums import ALONE, Origin
from unifi_scanner.models.kinds import UNKNOWN_KIND, KindInfo, info_of
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of, id_in_time
from unifi_scanner.models.phrasing import phrase
from unifi_scanner.models.wire_time import from_ms

__all__ = ["entry_of_line", "split_messages"]

Reader = Callable[[str], Told | None]

_READERS: Mapping[str, Reader] = {
    "hostapd": read_hostapd,
    "stahtd": read_stahtd,
    "wevent": read_wevent,
    "mcad": lambda text: read_mcad(text) or Told(_ROUTINE, {}),
    "ace_reporter": read_reporter,
    "dnsmasq-dhcp": lambda text: read_dhcp(text) or Told(_ROUTINE, {}),
    "dnsmasq": lambda text: read_dhcp(text) or read_dnsmasq(text),
    "coredns": read_coredns,
    "ubios-udapi-server": read_udapi,
    "dhcpsnpd": read_relay,
    "sshd": read_ssh,
    "sshd-session": read_ssh,
    "dropbear": read_ssh,
    "udhcpc": read_lease,
    "system": read_system,
    "kernel": lambda _: Told("log.kernel", {}),
    "charon": lambda _: Told("vpn.step", {}),
    "wireguard": lambda _: Told("vpn.step", {}),
    "xl2tpd": lambda _: Told("vpn.step", {}),
    "openvpn": lambda _: Told("vpn.step", {}),
    "pppd": lambda _: Told("wan.step", {}),
    "odhcp6c": lambda _: Told("wan.step", {}),
    "switch": lambda _: Told("port.noted", {}),
    "syswrapper": lambda _: Told("device.reported", {}),
}
# programs whose notes are about themselves (docs/protocol.md F.4, F.5, and lines that were captured)
_CHATTY = frozenset(
    {
        "autodetectd", "avahi-daemon", "containerd", "cron", "CRON", "crond", "dbus-daemon", "earlyoom", "infctld", "init",
        "libubnt", "linkcheck", "lldpd", "logread", "mca-ctrl", "mca-monitor", "monit", "ntpd", "ntpclient", "procd",
        "rsyslogd", "sudo", "swanctl", "syslog-ng", "systemd", "systemd-journald", "systemd-logind", "systemd-networkd",
        "systemd-resolved", "systemd-timesyncd", "systemd-udevd", "ubnt-device-info", "ubnt-idsips-daemon", "ulp-go",
        "unifi-core", "utermd", "utmdaemon", "zebra", "ubnt-tools", "ubios-uplink-monitor", "uwsmon", "keepalived",
    }
)  # fmt: skip
# `syslog: wevent.ubnt_custom_event(): …`: the program that speaks stands in the text
_SPEAKER = re.compile(r"(wevent|ace_reporter)\.\w{1,40}\(\): ")
_NAME = re.compile(r"[\w.-]{1,32}")
_TAGS = re.compile(r"(?:^|\s)([\w./#@+-]{1,64})(\[\d{1,10}\])?: ")
_SIGN_OF_CEF = "Ubiquiti|"
MOST_BEFORE_CEF = 1024
_ROUTINE = "log.routine"


def entry_of_line(text: str, context: Context) -> LogEntry:
    """Return the one entry of a log line.

    `context.heard` is when it was received; a year the line does not tell is the one nearest to it, or to
    `context.near`. Without either such a line has no time: never "now".
    """
    if _SIGN_OF_CEF in text:
        entry = _cef_line(text, context)
        if entry is not None:
            return entry
    if "] " in text and " OUT=" in text:
        entry = _firewall_line(text, context)
        if entry is not None:
            return entry
    served = read_server_log(text)
    if served is not None:
        stamp, told = served
        return _line_entry(text, told, Envelope(Stamp(stamp, True) if stamp else None, tag="server"), context)
    return _daemon_line(text, context)


def _cef_line(text: str, context: Context) -> LogEntry | None:
    end = text.find(_SIGN_OF_CEF)
    cef = None if _is_spoken(text[:end]) else read_cef(text)
    if cef is None:
        return None
    at = cef_time(cef.fields)
    if at is not None:
        return cef_entry(cef, {"line": text}, context, at=at, identity=id_in_time(at, _bare(text)))
    stamp = iso_within(text, end) or read_head(text).stamp
    at = moment_of(stamp, context.zone, context.heard or context.near)
    identity = _identity(text, stamp, at, context)
    return cef_entry(cef, {"line": text}, context, at=at, identity=identity)


def _is_spoken(before: str) -> bool:
    """Return whether a daemon says the CEF that follows: a stranger's name in its line forges no event."""
    if ": " not in before:
        return len(before) > MOST_BEFORE_CEF
    tags = _TAGS.findall(before[:MOST_BEFORE_CEF])
    return len(before) > MOST_BEFORE_CEF or any(
        pid or plain_tag(name) in _READERS or plain_tag(name) in _CHATTY for name, pid in tags
    )


def _firewall_line(text: str, context: Context) -> LogEntry | None:
    stamp, _, end = read_head(text)
    firewall = read_firewall(text, end)
    if firewall is None:
        return None
    told, host = firewall
    return _made(text, told, stamp, context, tag="firewall", device=host)


def _daemon_line(text: str, context: Context) -> LogEntry:
    envelope = open_envelope(text)
    told = _told_by(envelope)
    if told is None:
        if not _is_a_log_line(envelope):
            return unreadable_entry({"line": text}, context)
        told = Told(UNKNOWN_KIND, {})
    return _line_entry(text, told, envelope, context)


def _told_by(envelope: Envelope) -> Told | None:
    reader = _READERS.get(envelope.tag)
    if reader is None and (speaker := _SPEAKER.match(envelope.text)):
        reader = _READERS[speaker.group(1)]
    if reader is not None:
        return reader(envelope.text)
    return Told(_ROUTINE, {}) if envelope.tag in _CHATTY else None


def _is_a_log_line(envelope: Envelope) -> bool:
    """Return whether anything but a stranger's text stands there: when it was written, or by whom."""
    tag = envelope.tag
    if tag in _READERS or tag in _CHATTY or (envelope.stamp and envelope.host):
        return True
    return bool((envelope.stamp or envelope.has_pri) and (tag or envelope.model))


def _line_entry(text: str, told: Told, envelope: Envelope, context: Context) -> LogEntry:
    mac = envelope.mac
    device = (context.names.of(mac) if mac else None) or envelope.host or envelope.model
    return _made(text, told, envelope.stamp, context, tag=envelope.tag, device=device, mac=mac)


def _made(
    text: str,
    told: Told,
    stamp: Stamp | None,
    context: Context,
    *,
    tag: str,
    device: str | None,
    mac: str | None = None,
) -> LogEntry:
    kind, facts, client, client_name = told
    moment = _told_moment(facts) or moment_of(stamp, context.zone, context.heard or context.near)
    if moment is None and context.heard is not None:
        facts["heard"] = True
    info, event_type = _words_of(kind, tag)
    name = (context.names.of(client) if client else None) or client_name
    return LogEntry(
        timestamp=moment or context.heard or NO_TIME,
        source=info.source,
        level=info.level,
        event_type=event_type,
        message=_message(info, facts, name or client, device or mac),
        raw_data={"line": text},
        metadata=facts,
        device_mac=mac,
        device_name=device,
        client_mac=client,
        client_name=name,
        site=context.site,
        origins=ALONE[context.origin or Origin.SYSLOG],
        id=_digest(text, stamp, moment, context),
        kind=kind,
    )


def _digest(text: str, stamp: Stamp | None, moment: datetime | None, context: Context) -> str:
    return digest_of(*_identity(text, stamp, moment, context))


def _told_moment(facts: dict[str, Any]) -> datetime | None:
    milliseconds = facts.pop("at_ms", None) if "at_ms" in facts else None
    return from_ms(milliseconds) if isinstance(milliseconds, int) else None


@lru_cache(maxsize=2048)
def _words_of(kind: str, tag: str) -> tuple[KindInfo, str]:
    named = _NAME.match(tag)
    return info_of(kind), f"syslog:{named.group() if named else 'line'}"


def _message(info: KindInfo, facts: Mapping[str, Any], client: str | None, device: str | None) -> str:
    if info.subject == "site":  # the commonest lines: a sentence without names is made once
        return _plain_message(info.sentence)
    return phrase(info.sentence, {**facts, "client": client, "device": device})


@lru_cache(maxsize=256)
def _plain_message(sentence: str) -> str:
    return phrase(sentence, {})


def _identity(
    text: str, stamp: Stamp | None, moment: datetime | None, context: Context
) -> tuple[str, str, str]:
    """Return what makes a line itself: its text, and what the text leaves out of its time."""
    if stamp is None:
        when = "" if moment is not None or context.heard is None else context.heard.isoformat()
    else:
        when = "" if stamp.is_whole or moment is None else str(moment.year)
    return "line", when, _bare(text)


def _bare(text: str) -> str:
    """Return a line as a file keeps it: without the priority it was sent with."""
    return text[text.find(">") + 1 :].strip() if text[:1] == "<" else text.strip()


_DATE = r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "
# back to back in one datagram: a date and, soon after, the CEF it belongs to (F)
_NEXT = re.compile(rf"(?:<\d{{1,3}}>)?{_DATE}\S{{1,255}} (?:\S{{1,40}} )?CEF:")
_STARTS = re.compile(rf"<\d{{1,3}}>|{_DATE}|\d{{4}}-\d\d-\d\dT\d\d:|CEF: ?\d\||\[\d{{4}}-\d\d-\d\dT")


def split_messages(datagram: bytes) -> list[str]:
    """Return the messages packed into one datagram, in their order; a line that starts none continues the one before.

    Bytes that are no UTF-8 are replaced; nothing but line ends between messages is left out.
    """
    text = datagram.decode("utf-8", errors="replace").replace("\r\n", "\n").strip("\n\0")
    if "\n" not in text and text.count("CEF:") < 2:
        return [text] if text.strip() else []
    messages: list[str] = []
    for line in text.split("\n"):
        if messages and not _STARTS.match(line):
            messages[-1] += "\n" + line
        else:
            messages.append(line)
    return [part for message in messages for part in _back_to_back(message) if part.strip()]


def _back_to_back(message: str) -> list[str]:
    if message.count("CEF:") < 2:
        return [message]
    cuts = [match.start() for match in _NEXT.finditer(message) if match.start()]
    return [message[a:b].rstrip() for a, b in zip([0, *cuts], [*cuts, len(message)], strict=True)]
