"""What is fuzzed: each target takes any bytes, may raise only errors of our own, and must lose nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from unifi_scanner.api.websocket import parse_unifi_event
from unifi_scanner.errors import ScannerError
from unifi_scanner.logs.archives import Limits, Stream, parts_of
from unifi_scanner.logs.cef import parse_cef
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.import_files import records_of
from unifi_scanner.logs.noise import Noise
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.logs.syslog import entry_of_line, split_messages
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.telling import sentence_of

HEARD = datetime(2026, 3, 5, 13, 8, 28, tzinfo=UTC)
SMALL = Limits(total=1_000_000, ratio_from=100_000, members=100, nested_zip=100_000)


class Target(NamedTuple):
    """One thing to fuzz, and inputs to start from."""

    feed: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def feed_frame(data: bytes) -> None:
    """Read a WebSocket frame."""
    try:
        parse_unifi_event(data)
    except ScannerError:
        pass
    _feed_json(data)


def feed_syslog(data: bytes) -> None:
    """Read a datagram, its messages and what they say, and count them."""
    messages = split_messages(data)
    text = "".join(data.decode("utf-8", "replace").replace("\0", "").split())
    assert "".join("".join(messages).replace("\0", "").split()) == text, "a part of the datagram was lost"
    noise, context = Noise(zone="Europe/Berlin", most_buckets=4), Context(heard=HEARD, zone="Europe/Berlin")
    kept = 0
    for message in messages:
        if not noise.take_line(message, context):
            entry = entry_of_line(message, context)
            assert entry.raw_data["line"] == message
            _tell(entry)
            kept += not noise.take(entry)
    told = noise.flush(datetime.max.replace(tzinfo=UTC) - timedelta(days=1))
    counted = sum(entry.metadata["counted"] for entry in told)
    assert kept + counted == len(messages), "a line was neither stored nor counted"


def feed_cef(data: bytes) -> None:
    """Read a CEF line, with a right beginning and as it is."""
    text = data.decode("utf-8", "replace")
    for line in (text, "CEF:0|Ubiquiti|UniFi Network|10.4.57|400|N|1|" + text, "0|Ubiquiti|" + text):
        parse_cef(line)
        _tell(entry_of_line(line, Context(heard=HEARD)))


def feed_archive(data: bytes) -> None:
    """Open a file of any kind and read every record in it."""
    for part in parts_of(io.BytesIO(data), "file", len(data), SMALL):
        if isinstance(part, Stream):
            indexes = [record.index for record in records_of(part)]
            assert indexes == sorted(indexes)


def feed_record(data: bytes) -> None:
    """Normalise a JSON record of any shape."""
    _feed_json(data)


def _feed_json(data: bytes) -> None:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return
    for entry in normalise_record(record, heard=HEARD):
        _tell(entry)


def _tell(entry: LogEntry) -> None:
    sentence = sentence_of(entry)
    assert sentence.isprintable(), "a sentence that is not one visible line"
    assert entry.id


_EVENT = b'{"key":"EVT_WU_Roam","user":"5c:52:30:55:7d:67","ap_from":"d0:21:f9:89:df:f9","time":1672437522587,"msg":"x"}'
_ROW = b'{"id":"a","key":"CLIENT_ROAMED_2","timestamp":1672437522590,"parameters":{"CLIENT":{"id":"5c:52:30:55:7d:67","name":"P"}}}'
_FIREWALL = (
    b'<13>Mar  5 13:08:27 G G [LAN_WAN-A-1] DESCR="x" IN=br0 OUT=eth8 MAC=60:22:32:80:f9:e0:02:00:00:00:00:01:08:00 '
    b"SRC=10.0.0.1 DST=203.0.113.9 LEN=1 PROTO=TCP SPT=1 DPT=2"
)
_TAR = b"log".ljust(100, b"\0") + b"0000644\0" * 3 + b"00000000002\0" * 2
_TAR = (_TAR + b" " * 8 + b"0").ljust(257, b"\0") + b"ustar\x0000"
_TAR = _TAR.ljust(512, b"\0")
_TAR = _TAR[:148] + b"%06o\0 " % sum(_TAR) + _TAR[156:] + b"x\n".ljust(512, b"\0")

TARGETS = {
    "frames": Target(feed_frame, (b'{"meta":{"rc":"ok","message":"events"},"data":[' + _EVENT + b"]}",)),
    "syslog": Target(
        feed_syslog,
        (
            _FIREWALL,
            b"<30>Mar  5 13:08:27 G G dnsmasq-dhcp[1]: DHCPACK(br0) 10.0.0.1 02:00:00:00:00:01 phone\n",
            b"<14>Mar  5 13:08:27 A 28704e551ced,U7-8.5.11+1: hostapd[1]: w: STA 02:00:00:00:00:05 IEEE 802.11: associated",
            b"Mar  5 13:08:27 G CEF:0|Ubiquiti|UniFi OS|5|1|T|1|a=bMar  5 13:08:28 G CEF:0|Ubiquiti|UniFi OS|5|1|T|1|",
        ),
    ),
    "cef": Target(feed_cef, (b"UNIFIclientMac=02:00:00:00:00:01 UNIFIduration=6m 22s act=blocked msg=x",)),
    "archives": Target(feed_archive, (_TAR, b"\x1f\x8b\x08\0", b"PK\x03\x04", _EVENT + b"\n" + _ROW)),
    "records": Target(feed_record, (_EVENT, _ROW, b'{"line":"<30>G a[1]: b"}')),
}
