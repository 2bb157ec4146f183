"""Syslog over a byte stream: whatever the chunks, the same messages."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.logs.framing import CUT_MARK, MAX_LINE, Framing, Message, text_of

LIMIT = 20
PIECES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b"\n", b"\r\n", b"\0", b"12 <", b"5 <14>", b"30 <", b"7 ", b"1", b"0", b"9999999 ", b"<13>x"]
        ),
    ),
    max_size=20,
)


def framed(chunks: list[bytes], limit: int = MAX_LINE) -> list[Message]:
    framing = Framing(limit)
    return [message for chunk in chunks for message in framing.feed(chunk)] + framing.finish()


@pytest.mark.parametrize(
    ("stream", "messages"),
    [
        (b"<13>one\n<13>two\n", [b"<13>one", b"<13>two"]),
        (b"<13>one\r\n\r\n\0<13>two", [b"<13>one", b"<13>two"]),
        (b"7 <13>one7 <13>two", [b"<13>one", b"<13>two"]),
        (b"7 <13>one\n7 <13>two\n", [b"<13>one", b"<13>two"]),  # a count and a line end as well
        (b"9 <13>one\nx7 <13>two", [b"<13>one\nx", b"<13>two"]),  # a counted message may hold line ends
        (b"7 <13>one8 CEF:0|ab", [b"<13>one", b"CEF:0|ab"]),  # UniFi may leave the priority out
        (b"7 <13>one<13>two\n", [b"<13>one", b"<13>two"]),  # and may change its mind
        (b"2026-01-02 no count\n12 apples\n", [b"2026-01-02 no count", b"12 apples"]),
        (b"12345678 <13>no count\n", [b"12345678 <13>no count"]),
        (b"", []),
        (b"\n\n\r\n\0", []),
    ],
)
def test_a_stream_is_divided_into_messages(stream: bytes, messages: list[bytes]) -> None:
    assert framed([stream]) == [Message(raw) for raw in messages]
    assert framed([bytes([byte]) for byte in stream]) == [Message(raw) for raw in messages]


@given(PIECES, st.data())
@settings(deadline=None)
def test_any_chunking_of_any_bytes_gives_the_same_messages(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=15)))
    chunks = [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]
    assert framed(chunks, LIMIT) == framed([stream], LIMIT)


@given(PIECES)
@settings(deadline=None)
def test_nothing_is_longer_than_the_limit(pieces: list[bytes]) -> None:
    assert all(0 < len(message.raw) <= LIMIT for message in framed([b"".join(pieces)], LIMIT))


@given(st.binary(max_size=200).filter(lambda stream: not any(48 < byte < 58 for byte in stream)))
@settings(deadline=None)
def test_nothing_is_dropped_from_lines_without_counts(stream: bytes) -> None:
    kept = b"".join(message.raw for message in framed([stream]))
    assert kept.translate(None, b"\r\n\0") == stream.translate(None, b"\r\n\0")


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), min_size=1).filter(str.strip))
)
@settings(deadline=None)
def test_lines_that_do_not_look_counted_come_out_as_they_went_in(lines: list[str]) -> None:
    sent = [f"<13>{line}" for line in lines]
    got = [text_of(message) for message in framed([("\n".join(sent) + "\n").encode()])]
    assert [text.text for text in got] == sent
    assert not any(text.cut or text.binary for text in got)


@given(st.lists(st.binary(min_size=1, max_size=200)))
@settings(deadline=None)
def test_counted_messages_come_out_as_they_went_in(bodies: list[bytes]) -> None:
    sent = [b"<13>" + body for body in bodies]
    stream = b"".join(b"%d %b" % (len(raw), raw) for raw in sent)
    assert framed([stream]) == [Message(raw.rstrip(b"\r\n\0")) for raw in sent]


@pytest.mark.parametrize("counted", [True, False])
def test_a_line_beyond_64_kib_is_cut_and_the_next_is_whole(counted: bool) -> None:
    long = b"<13>" + b"x" * (MAX_LINE + 1000)
    stream = b"%d %b8 <13>next" % (len(long), long) if counted else long + b"\n<13>next\n"
    first, second = framed([stream[:70_000], stream[70_000:]])
    assert first.cut
    assert len(first.raw) == MAX_LINE
    assert text_of(first).text.endswith(CUT_MARK)
    assert second == Message(b"<13>next")


def test_a_line_that_never_ends_takes_no_more_memory_than_the_limit() -> None:
    framing = Framing(limit=1000)
    for _ in range(100):
        framing.feed(b"y" * 5000)
        assert len(framing._held) <= 1001


def test_a_counted_message_that_breaks_off_is_kept_and_marked() -> None:
    assert framed([b"50 <13>the beginning"]) == [Message(b"<13>the beginning", cut=True)]


def test_binary_junk_is_kept_as_replaced_text() -> None:
    text = text_of(Message(b"<13>\xff\xfe\x80 junk"))
    assert text.binary
    assert text.text == "<13>\ufffd\ufffd\ufffd junk"


def test_a_letter_cut_in_the_middle_makes_nothing_binary() -> None:
    assert not text_of(Message("ü".encode() * 3 + b"\xc3", cut=True)).binary
