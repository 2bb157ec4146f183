"""The syslog receiver, over real sockets."""

from __future__ import annotations

import random
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from unifi_scanner.errors import ConfigError
from unifi_scanner.logs.framing import CUT_MARK
from unifi_scanner.logs.received import ReceivedLine
from unifi_scanner.logs.syslog_receiver import Limits, Listening, SyslogReceiver
from unifi_scanner.sim.certificate import make_certificate

Make = Callable[..., SyslogReceiver]
HERE = "127.0.0.1"


@pytest.fixture
def receivers() -> Iterator[Make]:
    """Make started receivers on loopback, on ports of the system's choice, and stop them."""
    with ExitStack() as stack:

        def make(limits: Limits | None = None, on_line: Any = None, **listening: Any) -> SyslogReceiver:
            where = Listening(**({"bind": HERE} | listening))
            receiver = SyslogReceiver(where, limits=limits or Limits(), on_line=on_line)
            stack.callback(receiver.stop)
            receiver.start()
            return receiver

        yield make
    assert not [thread for thread in threading.enumerate() if thread.name == "unifi-syslog"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = make_certificate()
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_text(made.pem)
    (folder / "key.pem").write_text(made.key_pem)
    return {"tls_cert_file": folder / "cert.pem", "tls_key_file": folder / "key.pem"}


def until(claim: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)


def lines_of(receiver: SyslogReceiver, count: int) -> list[ReceivedLine]:
    lines: list[ReceivedLine] = []

    def are_here() -> bool:
        lines.extend(receiver.drain())
        return len(lines) >= count

    until(are_here)
    return lines


def texts(receiver: SyslogReceiver, count: int) -> list[str]:
    return [line.text for line in lines_of(receiver, count)]


def send_udp(receiver: SyslogReceiver, *datagrams: bytes, to: str = HERE) -> None:
    family = socket.AF_INET6 if ":" in to else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        for datagram in datagrams:
            sock.sendto(datagram, (to, receiver.ports()["udp"]))


def dial(receiver: SyslogReceiver, way: str = "tcp", to: str = HERE) -> socket.socket:
    return socket.create_connection((to, receiver.ports()[way]), timeout=5)


def test_a_datagram_is_received_with_its_sender_and_the_time_of_receipt(receivers: Make) -> None:
    receiver = receivers(udp_port=0)
    send_udp(receiver, b"<13>hello\n")
    (line,) = lines_of(receiver, 1)
    assert (line.sender, line.text) == (HERE, "<13>hello")
    assert line.at.tzinfo is UTC
    assert abs(datetime.now(UTC) - line.at) < timedelta(minutes=1)


def test_several_messages_in_one_datagram_are_several_lines(receivers: Make) -> None:
    receiver = receivers(udp_port=0)
    send_udp(receiver, b"<13>one\n<13>two\n<13>three")
    assert texts(receiver, 3) == ["<13>one", "<13>two", "<13>three"]


def test_tcp_takes_both_framings(receivers: Make) -> None:
    receiver = receivers(tcp_port=0)
    with dial(receiver) as by_line, dial(receiver) as by_count:
        by_line.sendall(b"<13>a\n<13>b\n<13>the last has no end")
        by_count.sendall(b"6 <13>c\n5 <13>d")
    assert sorted(texts(receiver, 5)) == ["<13>a", "<13>b", "<13>c", "<13>d", "<13>the last has no end"]


def test_tls_is_spoken_with_our_certificate(receivers: Make, certificate: dict[str, Path]) -> None:
    receiver = receivers(tls_port=0, **certificate)
    trust = ssl.create_default_context(cafile=str(certificate["tls_cert_file"]))
    with dial(receiver, "tls") as raw, trust.wrap_socket(raw, server_hostname="localhost") as sock:
        sock.sendall(b"9 <13>hello9 <13>again")
        assert texts(receiver, 2) == ["<13>hello", "<13>again"]


def test_plain_text_on_the_tls_port_is_refused_and_counted(
    receivers: Make, certificate: dict[str, Path]
) -> None:
    receiver = receivers(tls_port=0, **certificate)
    with dial(receiver, "tls") as sock:
        sock.sendall(b"<13>no handshake\n" * 10)
        until(lambda: receiver.drops().get("tls_failed"))
    assert receiver.drain() == []


def test_a_peer_that_never_shakes_hands_is_let_go(receivers: Make, certificate: dict[str, Path]) -> None:
    receiver = receivers(Limits(handshake_s=0.1), tls_port=0, **certificate)
    with dial(receiver, "tls") as silent:
        until(lambda: receiver.drops().get("tls_failed"))
        assert silent.recv(1) == b""


def test_ipv6_is_heard(receivers: Make) -> None:
    receiver = receivers(udp_port=0, tcp_port=0, bind="::1")
    send_udp(receiver, b"<13>over six", to="::1")
    with dial(receiver, to="::1") as sock:
        sock.sendall(b"<13>also\n")
        lines = lines_of(receiver, 2)
    assert {(line.sender, line.text) for line in lines} == {("::1", "<13>over six"), ("::1", "<13>also")}


def test_without_an_address_to_bind_both_families_are_heard(receivers: Make) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::", 0))
        port = probe.getsockname()[1]
    receiver = receivers(udp_port=port, bind=None)
    send_udp(receiver, b"four")
    send_udp(receiver, b"six", to="::1")
    assert {line.sender for line in lines_of(receiver, 2)} == {HERE, "::1"}


def test_a_sender_that_is_not_named_is_refused_counted_and_logged_once(receivers: Make) -> None:
    with capture_logs() as logs:
        receiver = receivers(udp_port=0, tcp_port=0, allow=("192.168.1.1",))
        send_udp(receiver, b"a", b"b", b"c")
        with dial(receiver) as sock:
            until(lambda: receiver.drops().get("not_allowed") == 4)
            assert sock.recv(1) == b""
    assert receiver.drain() == []
    assert [log["event"] for log in logs].count("syslog_sender_refused") == 1


def test_what_is_too_fast_is_counted_by_sender_and_told_once(receivers: Make) -> None:
    with capture_logs() as logs:
        receiver = receivers(Limits(burst_s=1), tcp_port=0, lines_per_s=10.0)
        with dial(receiver) as sock:
            sock.sendall(b"<13>flood\n" * 1000)
        until(lambda: receiver.counts().get("received") == 1000)
        until(lambda: [log for log in logs if log["event"] == "syslog_flood_began"])
        kept = len(receiver.drain())
        assert 10 <= kept < 1000
        assert receiver.drops()["too_fast"] == 1000 - kept
        assert receiver.refused_by_sender() == {HERE: 1000 - kept}
    assert [log["event"] for log in logs].count("syslog_flood_began") == 1


def test_a_line_over_64_kib_is_cut_and_counted(receivers: Make) -> None:
    receiver = receivers(tcp_port=0)
    with dial(receiver) as sock:
        sock.sendall(b"<13>" + b"x" * 200_000 + b"\n<13>next\n")
        long, following = texts(receiver, 2)
    assert long.endswith(CUT_MARK)
    assert len(long) == 64 * 1024 + len(CUT_MARK)
    assert following == "<13>next"
    assert receiver.drops() == {"too_long": 1}


def test_binary_junk_is_kept_and_counted(receivers: Make) -> None:
    receiver = receivers(udp_port=0, tcp_port=0)
    junk = bytes(range(128, 256))
    send_udp(receiver, junk)
    with dial(receiver) as sock:
        sock.sendall(junk + b"\n")
    assert texts(receiver, 2) == ["\ufffd" * 128] * 2
    assert receiver.drops() == {"binary": 2}


@pytest.mark.parametrize("limits", [Limits(lines=10), Limits(bytes=10 * 210)])
def test_a_full_buffer_keeps_what_it_has_and_counts_the_rest(receivers: Make, limits: Limits) -> None:
    receiver = receivers(limits, tcp_port=0)
    with dial(receiver) as sock:
        sock.sendall(b"".join(b"<13>%05d\n" % n for n in range(100)))
        until(lambda: receiver.counts().get("received") == 100)
    assert [line.text for line in receiver.drain()] == [f"<13>{n:05d}" for n in range(10)]
    assert receiver.drops() == {"buffer_full": 90}


def test_every_accepted_line_is_journalled_before_it_can_be_drained(receivers: Make) -> None:
    journal: list[ReceivedLine] = []
    receiver = receivers(udp_port=0, on_line=journal.append)
    send_udp(receiver, b"<13>one\n<13>two", b"three")
    assert lines_of(receiver, 3) == journal


def test_a_journal_that_fails_costs_no_line(receivers: Make) -> None:
    def full(_line: ReceivedLine) -> None:
        raise OSError(28, "No space left on device")

    receiver = receivers(udp_port=0, on_line=full)
    send_udp(receiver, b"one", b"two")
    assert texts(receiver, 2) == ["one", "two"]
    assert receiver.counts()["not_journalled"] == 2


def test_one_sender_gets_only_so_many_connections(receivers: Make) -> None:
    receiver = receivers(Limits(connections_per_sender=2), tcp_port=0)
    with dial(receiver) as one, dial(receiver) as two:
        until(lambda: receiver.counts().get("connections") == 2)
        with dial(receiver) as three:
            assert three.recv(1) == b""
        one.sendall(b"still here\n")
        assert texts(receiver, 1) == ["still here"]
        two.close()
        one.close()
    assert receiver.drops() == {"too_many_connections": 1}
    until(lambda: not receiver_is_full(receiver))


def receiver_is_full(receiver: SyslogReceiver) -> bool:
    before = receiver.counts()["connections"]
    with dial(receiver) as sock:
        sock.shutdown(socket.SHUT_WR)
        sock.recv(1)
    return receiver.counts()["connections"] == before


def test_a_silent_connection_is_closed(receivers: Make) -> None:
    receiver = receivers(Limits(idle_s=0.05), tcp_port=0)
    with dial(receiver) as sock:
        assert sock.recv(1) == b""
    assert receiver.drops() == {"idle": 1}


def test_a_slow_peer_holds_up_nobody(receivers: Make) -> None:
    receiver = receivers(udp_port=0, tcp_port=0)
    with ExitStack() as stack:
        for _ in range(8):
            slow = stack.enter_context(dial(receiver))
            slow.sendall(b"<13>a line without an end")
        send_udp(receiver, b"<13>quick")
        assert texts(receiver, 1) == ["<13>quick"]


def test_a_sender_of_junk_without_end_crowds_out_nobody(
    receivers: Make, certificate: dict[str, Path]
) -> None:
    receiver = receivers(udp_port=0, tcp_port=0, tls_port=0, lines_per_s=100.0, **certificate)
    ports = receiver.ports()
    chance, done = random.Random(7), threading.Event()
    junk = [chance.randbytes(chance.randrange(1, 5000)) for _ in range(50)]

    def pester(way: str) -> None:
        while not done.is_set():
            elsewhere = ("127.0.0.2", 0)
            with suppress(OSError), socket.create_connection((HERE, ports[way]), 5, elsewhere) as sock:
                for piece in junk:
                    sock.sendall(piece)

    pests = [threading.Thread(target=pester, args=(way,)) for way in ("tcp", "tls")]
    got: list[str] = []

    def are_here() -> bool:
        got.extend(line.text for line in receiver.drain() if line.sender == HERE)
        return len(got) >= 40

    with ExitStack() as stack:
        stack.callback(done.set)
        honest = stack.enter_context(dial(receiver))
        for pest in pests:
            pest.start()
        for n in range(20):
            honest.sendall(b"<13>%d over tcp\n" % n)
            send_udp(receiver, b"<13>%d over udp" % n)
        until(are_here, 30)
    for pest in pests:
        pest.join(20)
    assert sorted(got) == sorted(f"<13>{n} over {way}" for n in range(20) for way in ("tcp", "udp"))


def test_what_came_before_a_stop_can_still_be_drained(receivers: Make) -> None:
    receiver = receivers(tcp_port=0)
    with dial(receiver) as sock:
        sock.sendall(b"<13>whole\n<13>half")
        until(lambda: receiver.counts().get("received"))
        receiver.stop()
    assert [line.text for line in receiver.drain()] == ["<13>whole", "<13>half"]


def test_a_stop_leaves_no_thread_no_socket_and_can_be_repeated(
    receivers: Make, certificate: dict[str, Path]
) -> None:
    receiver = receivers(udp_port=0, tcp_port=0, tls_port=0, **certificate)
    ports = receiver.ports()
    with dial(receiver) as open_one, dial(receiver, "tls") as in_handshake:
        until(lambda: receiver.counts().get("connections"))
        receiver.stop()
        receiver.stop()
        assert open_one.recv(1) == b""
        assert gone(in_handshake)
    assert not receiver.is_running()
    for way, port in ports.items():
        kind = socket.SOCK_DGRAM if way == "udp" else socket.SOCK_STREAM
        with closing(socket.socket(socket.AF_INET, kind)) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((HERE, port))


def gone(sock: socket.socket) -> bool:
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


def test_starting_twice_is_harmless_and_after_a_stop_it_starts_again(receivers: Make) -> None:
    receiver = receivers(udp_port=0)
    receiver.start()
    receiver.stop()
    receiver.start()
    assert receiver.is_running()
    send_udp(receiver, b"back")
    assert texts(receiver, 1) == ["back"]


def test_stopped_before_it_started_nothing_happens() -> None:
    receiver = SyslogReceiver(Listening(udp_port=0, bind=HERE))
    receiver.stop()
    assert receiver.drain() == []
    assert not receiver.is_running()


def test_races_of_starts_and_stops_leave_nothing_behind() -> None:
    receiver = SyslogReceiver(Listening(udp_port=0, tcp_port=0, bind=HERE))
    for _ in range(20):
        receiver.start()
        receiver.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "unifi-syslog"]


def test_a_port_in_use_is_told_with_the_setting_and_leaves_nothing_open(receivers: Make) -> None:
    other = receivers(tcp_port=0)
    receiver = SyslogReceiver(Listening(udp_port=0, tcp_port=other.ports()["tcp"], bind=HERE))
    with pytest.raises(ConfigError) as told:
        receiver.start()
    assert "UNIFI_SYSLOG_TCP_PORT" in str(told.value)
    assert "in use" in str(told.value)
    assert not receiver.is_running()


LOW_PORT = """
import os
from unifi_scanner.errors import ConfigError
from unifi_scanner.logs.syslog_receiver import Listening, SyslogReceiver
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    SyslogReceiver(Listening(udp_port=79, bind="127.0.0.1")).start()
except ConfigError as exc:
    print(exc)
"""


def test_a_port_that_needs_a_right_is_told_with_the_setting_and_the_way_out() -> None:
    first_free = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if first_free.exists() and int(first_free.read_text()) <= 79:
        pytest.skip("on this machine every port is free to all")
    told = subprocess.run([sys.executable, "-c", LOW_PORT], capture_output=True, text=True, check=True).stdout
    assert "UNIFI_SYSLOG_UDP_PORT" in told
    assert "need a right" in told


def test_an_address_this_machine_has_not_is_told_with_the_setting() -> None:
    with pytest.raises(ConfigError, match="UNIFI_SYSLOG_BIND"):
        SyslogReceiver(Listening(udp_port=0, bind="192.0.2.1")).start()


def test_a_certificate_that_is_none_is_told_with_the_setting(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    listening = Listening(tls_port=0, bind=HERE, tls_cert_file=empty, tls_key_file=empty)
    with pytest.raises(ConfigError, match="UNIFI_SYSLOG_TLS_CERT_FILE"):
        SyslogReceiver(listening).start()


def test_datagrams_the_kernel_threw_away_are_counted(receivers: Make) -> None:
    busy = threading.Event()
    receiver = receivers(
        Limits(lines=10**6, bytes=10**9), udp_port=0, lines_per_s=1e6, on_line=lambda _line: busy.wait(10)
    )
    for door in receiver._doors:
        door.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sent = 2000
    send_udp(receiver, *[b"x" * 1000] * sent)
    busy.set()
    until(lambda: receiver.counts()["received"] + receiver.drops().get("missed_by_the_system", 0) == sent)
    assert receiver.drops()["missed_by_the_system"] > 0
