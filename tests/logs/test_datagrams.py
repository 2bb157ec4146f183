"""Several messages in one datagram."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.logs.datagrams import split_messages

CEF = "Oct 26 20:01:3{} Express-7 CEF:0|Ubiquiti|UniFi Network|10.0.140|201|Threat|7|msg=a"


def test_messages_divided_by_line_ends_come_apart() -> None:
    assert split_messages(b"<13>one\n<13>two\r\n\n") == ["<13>one", "<13>two"]


def test_messages_back_to_back_come_apart() -> None:
    assert split_messages((CEF.format(1) + CEF.format(2)).encode()) == [CEF.format(1), CEF.format(2)]


@given(st.binary())
@settings(deadline=None)
def test_no_datagram_raises_and_nothing_visible_is_dropped(datagram: bytes) -> None:
    kept = "".join(split_messages(datagram))
    assert "".join(kept.split()) == "".join(datagram.decode("utf-8", "replace").replace("\0", "").split())
