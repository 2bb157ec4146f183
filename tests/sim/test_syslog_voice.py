"""The simulated network speaks syslog as real ones were recorded speaking, live, to a real socket."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.shared_data import FIXTURES, needs_fixtures
from tests.sim.simulated import signed_in, small_home, wait_until
from unifi_scanner.sim import Flavour, ScenarioError, SimulatedController
from unifi_scanner.sim.cef import SIGNATURES, cef_line, envelope, local_time
from unifi_scanner.sim.device_lines import device_lines
from unifi_scanner.sim.ledger import Kept

NOON = 1_780_488_240_000  # 3 June 2026, 12:04 UTC
FILES = ("syslog-misc/cef_misc.log", "poshukach/cef.log", "ph0tacular-unifi-wazuh/cef.log")
# where a recorded line speaks of things this small network has none of
ABSENT = {"UNIFIsite", "cnt", "UNIFIsettingsChanges", "UNIFIflowId", "UNIFIflowStartTime"}


def _happen(what: str, version: str = "10.4.57") -> Kept:
    return signed_in(Flavour.UNIFI_OS, version).console.emit(what, {})


def _line(what: str, version: str) -> str:
    kept = _happen(what, version)
    return cef_line(kept.occurrence, NOON, small_home().network, version)


def _keys(line: str) -> set[str]:
    return set(re.findall(r"[| ]([A-Za-z]\w*)=", line))


@pytest.mark.parametrize(
    ("version", "present", "absent"),
    [
        ("9.3.33", {"UNIFIsubCategory"}, {"UNIFIutcTime"}),
        ("9.4.19", {"UNIFIsubCategory", "UNIFIutcTime"}, set()),
        ("10.0.162", {"UNIFIsubCategory", "UNIFIutcTime"}, set()),
        ("10.4.57", {"UNIFIutcTime"}, {"UNIFIsubCategory"}),
    ],
)
def test_each_version_has_its_own_fields(version: str, present: set[str], absent: set[str]) -> None:
    keys = _keys(_line("client_connects", version))
    assert present <= keys
    assert absent.isdisjoint(keys)


def test_categories_changed_with_ten_one() -> None:
    assert "UNIFIcategory=Monitoring UNIFIsubCategory=WiFi" in _line("client_connects", "10.0.162")
    assert "UNIFIcategory=Client Devices" in _line("client_connects", "10.1.85")
    assert "|544|Admin Accessed UniFi Network|" in _line("admin_signs_in", "9.4.19")
    assert "|544|Network Accessed|" in _line("admin_signs_in", "10.4.57")


@pytest.mark.parametrize("what", sorted(SIGNATURES))
def test_everything_that_has_a_signature_can_be_said(what: str) -> None:
    line = _line(what, "10.4.57")
    assert line.startswith(f"CEF:0|Ubiquiti|UniFi Network|10.4.57|{SIGNATURES[what].id}|")
    assert "UNIFIutcTime=2026-06-03T12:04:00.000Z msg=" in line
    assert "\n" not in line


@needs_fixtures
@pytest.mark.parametrize("what", ["client_connects", "client_leaves", "admin_signs_in"])
def test_a_line_has_the_fields_that_were_recorded_most_often(what: str) -> None:
    number = f"|{SIGNATURES[what].id}|"
    lines = [line for f in FILES for line in (FIXTURES / f).read_text("utf-8").splitlines() if number in line]
    network_lines = [_keys(line) for line in lines if "UniFi Network" in line]
    assert network_lines
    common = set.intersection(*network_lines)
    assert common - _keys(_line(what, "10.0.162")) - ABSENT == set()


@needs_fixtures
def test_an_envelope_looks_like_a_recorded_one() -> None:
    shape = re.compile(r"^<\d+>[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d \S+ CEF:0\|Ubiquiti\|UniFi Network\|")
    recorded = [
        line
        for line in (FIXTURES / "syslog-misc/cef_misc.log").read_text("utf-8").splitlines()
        if shape.match(line)
    ]
    assert recorded
    assert shape.match(envelope(_line("client_connects", "10.4.57"), NOON, small_home().network))


def test_the_header_tells_local_time_without_year_or_zone() -> None:
    assert local_time(NOON, "Europe/Berlin") == "Jun  3 14:04:00"


@needs_fixtures
def test_an_access_point_looks_like_a_recorded_one() -> None:
    shape = re.compile(
        r"^<\d+>\w{3} [ \d]\d [\d:]{8} \S+ [0-9a-f]{12},\S+-[\d.]+\+\d+: hostapd\[\d+\]: wifi\dap\d:"
        r" STA [0-9a-f:]{17} IEEE 802\.11: associated"
    )
    recorded = (FIXTURES / "syslog-misc/templated_udm_se_10_2.log").read_text("utf-8").splitlines()
    assert any(shape.match(line) for line in recorded)
    (line,) = device_lines(_happen("client_connects").occurrence, NOON, small_home().network)
    assert shape.match(line)


def test_a_device_may_have_a_clock_of_its_own() -> None:
    occurrence = _happen("client_leaves").occurrence
    (right,) = device_lines(occurrence, NOON, small_home().network)
    (fast,) = device_lines(occurrence, NOON, small_home().network, skew_ms=7_000)
    assert ("14:04:00" in right, "14:04:07" in fast) == (True, True)


class Listener:
    """A syslog receiver that keeps whatever comes."""

    def __init__(self, proto: str, port: int = 0) -> None:
        kind = socket.SOCK_DGRAM if proto == "udp" else socket.SOCK_STREAM
        self.text = b""
        self._ended = threading.Event()
        self._socket = socket.socket(socket.AF_INET, kind)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(0.02)
        if proto == "tcp":
            self._socket.listen()
        self.address: tuple[str, int] = self._socket.getsockname()
        self._thread = threading.Thread(target=self._udp if proto == "udp" else self._tcp)
        self._thread.start()

    def _udp(self) -> None:
        while not self._ended.is_set():
            with closing_quietly():
                self.text += self._socket.recv(65_536)

    def _tcp(self) -> None:
        while not self._ended.is_set():
            with closing_quietly():
                line, _ = self._socket.accept()
                with closing(line):
                    line.settimeout(0.02)
                    self._read(line)

    def _read(self, line: socket.socket) -> None:
        while not self._ended.is_set():
            with closing_quietly():
                if not (some := line.recv(65_536)):
                    return
                self.text += some

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._socket.close()


@contextmanager
def closing_quietly() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        return


@pytest.mark.parametrize("proto", ["udp", "tcp"])
def test_what_happens_is_said_at_once_and_the_ledger_knows(proto: str) -> None:
    with (
        closing(Listener(proto)) as heard,
        SimulatedController(
            small_home(),
            network_version="10.4.57",
            syslog_to=heard.address,
            syslog_proto=proto,  # type: ignore[arg-type]
        ) as controller,
    ):
        told = controller.emit("client_connects", client="Anna's iPhone")
        untold = controller.emit("device_online", device="Hall AP")
        controller.emit("admin_signs_in")
        wait_until(lambda: heard.text.count(b"\n") == 2, "two lines")
        assert "cef" in told.sources
        assert "cef" not in untold.sources
    assert heard.text.count(b"CEF:0|Ubiquiti|UniFi Network|10.4.57|") == 2


def test_before_nine_three_the_devices_speak_for_themselves() -> None:
    scenario = small_home('[syslog]\nto = "127.0.0.1:1"\nclock_ahead_ms = 7000\nnoise = true\n')
    with (
        closing(Listener("udp")) as heard,
        SimulatedController(
            scenario, flavour=Flavour.CLASSIC, network_version="8.6.9", syslog_to=heard.address
        ) as controller,
    ):
        told = controller.emit("client_connects", client="Anna's iPhone")
        wait_until(lambda: heard.text.count(b"\n") == 2, "two lines")
        assert "syslog" in told.sources
        assert controller.syslog_sent() == 2
    assert b"IEEE 802.11: associated" in heard.text
    assert b"DHCPACK(br0) 192.168.1.100 " in heard.text


def test_a_receiver_that_was_away_gets_every_line_over_tcp() -> None:
    with closing(Listener("tcp")) as found:
        port = found.address[1]
    with SimulatedController(
        small_home(), network_version="10.4.57", syslog_to=("127.0.0.1", port), syslog_proto="tcp"
    ) as controller:
        controller.emit("admin_signs_in")
        controller.emit("client_connects", client="Anna's iPhone")
        with closing(Listener("tcp", port)) as heard:
            wait_until(lambda: heard.text.count(b"\n") == 2, "two lines")


def test_nothing_is_said_where_nobody_asked() -> None:
    with SimulatedController(small_home(), network_version="10.4.57") as controller:
        row = controller.emit("client_connects")
        assert controller.syslog_sent() == 0
    assert row.sources.isdisjoint({"cef", "syslog"})


def test_an_address_without_a_port_is_told_with_its_key() -> None:
    with pytest.raises(ScenarioError, match=r"syslog.to"):
        small_home('[syslog]\nto = "somewhere"\n')
