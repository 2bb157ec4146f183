"""Who is there, over UDP: real packets on a real socket; whatever comes back, nothing breaks."""

from __future__ import annotations

import socket
import struct
import threading

from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.api.discovery import QUESTION, Neighbour, parse_answer
from unifi_scanner.api.nearby import ask_around


def packet(**fields: bytes) -> bytes:
    """Return an answer as devices send it: kind, length, value, one after the other."""
    kinds = {"address": 0x02, "name": 0x0B, "model": 0x0C}
    body = b"".join(struct.pack("!BH", kinds[name], len(value)) + value for name, value in fields.items())
    return struct.pack("!BBH", 1, 0, len(body)) + body


CONSOLE = packet(address=bytes(6) + bytes([192, 0, 2, 7]), name=b"Dream Machine", model=b"UDMPRO")


def test_a_console_tells_its_address_name_and_model() -> None:
    assert parse_answer(CONSOLE, "192.0.2.99") == Neighbour(
        address="192.0.2.7", name="Dream Machine", model="UDMPRO"
    )


def test_an_access_point_is_no_console() -> None:
    found = parse_answer(packet(name=b"Hall", model=b"U7PRO"), "192.0.2.8")
    assert found == Neighbour(address="192.0.2.8", name="Hall", model="U7PRO")
    assert not found.is_console


@given(st.binary(max_size=200))
def test_whatever_comes_is_an_answer_or_none(raw: bytes) -> None:
    for data in (raw, CONSOLE[:9] + raw, b"\x01\x00" + struct.pack("!H", len(raw)) + raw):
        found = parse_answer(data, "192.0.2.1")
        assert found is None or (found.name.isprintable() and found.model.isprintable())


def test_an_own_question_that_comes_back_is_no_answer() -> None:
    assert parse_answer(QUESTION, "192.0.2.1") is None


def test_whoever_answers_the_question_is_found_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as console:
        console.bind(("127.0.0.1", 0))
        console.settimeout(10)

        def answer() -> None:
            asked, sender = console.recvfrom(100)
            for reply in (b"", b"junk", CONSOLE, CONSOLE) if asked == QUESTION else ():
                console.sendto(reply, sender)

        helper = threading.Thread(target=answer)
        helper.start()
        found = ask_around("127.0.0.1", console.getsockname()[1], seconds=0.5)
        helper.join()
    assert [one.name for one in found] == ["Dream Machine"]
