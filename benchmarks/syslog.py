"""Log lines per second to durable entries, beside a bare regex and bare SQLite."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.noise import Noise
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.store import Shard, open_store

HOME = Shard("console", "default")
LINES, CEF_LINES, BATCH, RUNS = 200_000, 40_000, 1000, 12  # the least of many: a neighbour slows some down
LINE_TARGET, CEF_TARGET = 100_000, 40_000
START = datetime(2026, 3, 5, 12, tzinfo=UTC)
PER_SECOND = 50
_BARE = re.compile(r"<(\d+)>(\w{3} [ \d]\d \d\d:\d\d:\d\d) (\S+) (.*)")
_BARE_CEF = re.compile(r"CEF:0\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|(.*)")


def run() -> list[dict[str, Any]]:
    """Return the figures as rows of the benchmark table."""
    return [
        _row("log lines to durable entries, noise counted", list(_lines()), _BARE, LINE_TARGET),
        _row("CEF lines to durable entries", list(_cef_lines()), _BARE_CEF, CEF_TARGET),
    ]


def _row(name: str, lines: Sequence[str], bare: re.Pattern[str], target: int) -> dict[str, Any]:
    value, yardstick = (
        len(lines) / min(_timed(work, lines, bare) for _ in range(RUNS)) for work in (_ours, _yardstick)
    )
    return {
        "name": name,
        "value": value,
        "unit": "lines/s",
        "yardstick": yardstick,
        "ratio": value / yardstick,
        "target": f">= {target:,}/s",
        "ok": value >= target,
    }


Work = Callable[[Sequence[str], re.Pattern[str], Path], None]


def _timed(work: Work, lines: Sequence[str], bare: re.Pattern[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        work(lines, bare, Path(folder) / "data")
        return time.perf_counter() - began


def _ours(lines: Sequence[str], _bare: re.Pattern[str], path: Path) -> None:
    store = open_store(path)
    noise, waiting = Noise(), list[LogEntry]()
    context = Context(heard=START)
    for number, line in enumerate(lines):
        if number % PER_SECOND == 0:  # everything heard in one second is of one moment, as in one datagram
            context = Context(heard=START + timedelta(seconds=number // PER_SECOND))
        if noise.take_line(line, context):
            continue
        entry = entry_of_line(line, context)
        if not noise.take(entry):
            waiting.append(entry)
            if len(waiting) >= BATCH:
                store.add(HOME, waiting)
                waiting.clear()
    store.add(HOME, [*waiting, *noise.flush(datetime.max.replace(tzinfo=UTC))])
    store.close()


def _yardstick(lines: Sequence[str], bare: re.Pattern[str], path: Path) -> None:
    """Match every line and write one in ten (CEF: every one) as it came."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE lines (seq INTEGER PRIMARY KEY, line TEXT)")
    every = 1 if bare is _BARE_CEF else 10
    waiting: list[tuple[str]] = []
    for number, line in enumerate(lines):
        assert bare.search(line)
        if number % every == 0:
            waiting.append((line,))
        if len(waiting) >= BATCH:
            _write(connection, waiting)
            waiting.clear()
    _write(connection, waiting)
    connection.close()


def _write(connection: sqlite3.Connection, rows: Sequence[tuple[str]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO lines (line) VALUES (?)", rows)
    connection.execute("COMMIT")


def _stamp(number: int) -> str:
    return (START + timedelta(seconds=number // PER_SECOND)).strftime("%b %e %H:%M:%S")


def _lines() -> Iterator[str]:
    """Yield a busy hour of a gateway and its access points: of ten lines eight from the firewall."""
    for number in range(LINES):
        yield _MAKERS[number % 10](number, _stamp(number))


def _allowed(number: int, stamp: str) -> str:
    return (
        f'<13>{stamp} Gateway Gateway [LAN_WAN-A-2147483647] DESCR="[LAN_WAN]Allow All Traffic" IN=br{number % 5} OUT=eth8 '
        f"MAC=9c:05:d6:65:39:06:02:00:00:00:00:{number % 200:02x}:08:00 SRC=192.168.{number % 5}.{number % 200 + 2} "
        f"DST=203.0.113.{number % 250} LEN=224 TOS=00 PREC=0x00 TTL=63 ID={number % 65536} DF PROTO=TCP SPT={1024 + number % 60000} "
        f"DPT=443 SEQ={number} ACK=0 WINDOW=64240 SYN URGP=0 MARK=1a0000"
    )


def _denied(number: int, stamp: str) -> str:
    return (
        f'<4>{stamp} Gateway Gateway [WAN_LOCAL-D-2147483647] DESCR="no rule description" IN=eth8 OUT= '
        f"MAC=60:22:32:80:f9:e0:02:00:00:00:00:02:08:00 SRC=198.51.100.{number // 10 % 250} DST=203.0.113.10 LEN=44 TOS=00 "
        f"PREC=0x00 TTL=53 ID={number % 65536} PROTO=TCP SPT=80 DPT={number % 65536} SEQ=0 ACK=0 WINDOW=1024 SYN URGP=0 MARK=0"
    )


def _leased(number: int, stamp: str) -> str:
    mac = f"02:00:00:00:00:{number % 200:02x}"
    return f"<30>{stamp} Gateway Gateway dnsmasq-dhcp[3487]: DHCPACK(br0) 192.168.1.{number % 250} {mac} phone{number % 200}"


def _looked_up(number: int, stamp: str) -> str:
    return f"<30>{stamp} Gateway Gateway dnsmasq[2956]: query[A] host{number % 999}.example.com from 192.168.1.{number % 250}"


def _associated(number: int, stamp: str) -> str:
    mac = f"02:00:00:00:00:{number % 200:02x}"
    return f"<14>{stamp} Hall 28704e551ced,U7-Pro-8.5.11+18612: hostapd[{number}]: wifi2ap6: STA {mac} IEEE 802.11: associated (aid 1)"


_MAKERS = (
    _allowed, _allowed, _denied, _allowed, _allowed, _leased, _allowed, _allowed, _allowed,
    lambda number, stamp: _associated(number, stamp) if number % 20 < 10 else _looked_up(number, stamp),
)  # fmt: skip


def _cef_lines() -> Iterator[str]:
    for number in range(CEF_LINES):
        moment = (START + timedelta(seconds=number // PER_SECOND, milliseconds=number % 1000)).isoformat(
            timespec="milliseconds"
        )
        client = number % 200
        yield (
            f"<14>{_stamp(number)} Gateway CEF:0|Ubiquiti|UniFi Network|10.4.57|400|WiFi Client Connected|1|"
            f"UNIFIcategory=Client Devices UNIFIhost=Gateway UNIFIconnectedToDeviceName=Hall UNIFIconnectedToDeviceIp=10.0.0.11 "
            f"UNIFIconnectedToDeviceMac=02:00:00:00:01:{number % 12:02x} UNIFIconnectedToDeviceModel=U7-Pro "
            f"UNIFIconnectedToDeviceVersion=8.5.11 UNIFIclientAlias=Phone {client} UNIFIclientHostname=phone-{client} "
            f"UNIFIclientIp=10.0.4.{client} UNIFIclientMac=02:00:00:00:00:{client:02x} UNIFIwifiChannel=36 UNIFIwifiChannelWidth=80 "
            f"UNIFIwifiName=Office UNIFIwifiBand=na UNIFIauthMethod=wpapsk UNIFIWiFiRssi=-{50 + number % 30} UNIFInetworkName=LAN "
            f"UNIFInetworkSubnet=10.0.4.0/24 UNIFInetworkVlan=4 UNIFIutcTime={moment.replace('+00:00', 'Z')} "
            f"msg=Phone {client} connected to Office on Hall. Connection Info: Ch. 36 (5 GHz, 80 MHz), -60 dBm. IP: 10.0.4.{client}"
        )


if __name__ == "__main__":
    print(run())
