"""Syslog over a byte stream -> messages: line ends and octet counts (RFC 6587), told apart message by message. Pure."""

from __future__ import annotations

import re

import msgspec

MAX_LINE = 64 * 1024
CUT_MARK = " [cut: longer than 64 KiB]"
_COUNT = re.compile(rb"([1-9][0-9]{0,6}) (?=<)")
_COUNT_AGAIN = re.compile(rb"([1-9][0-9]{0,6}) ")
_PERHAPS_COUNT = re.compile(rb"[1-9][0-9]{0,6} ?\Z")
_BETWEEN = b"\r\n\0"


class Message(msgspec.Struct, frozen=True):
    """One message as it came, without its line end; `cut` where it was longer than the limit."""

    raw: bytes
    cut: bool = False


class Text(msgspec.Struct, frozen=True):
    """A message as text; `binary` where bytes that are no UTF-8 had to be replaced."""

    text: str
    cut: bool = False
    binary: bool = False


def text_of(message: Message) -> Text:
    """Return the message as text: what is no UTF-8 is replaced, what was cut says so."""
    text = message.raw.decode("utf-8", errors="replace")
    binary = "\ufffd" in text and not _is_utf8(message)
    return Text(text + CUT_MARK if message.cut else text, cut=message.cut, binary=binary)


class Framing:
    """Takes bytes as they come and gives whole messages; holds no more than one of `limit` bytes.

    A message that begins with a number, a blank and `<` is taken to say its length; from then on a number and a
    blank are enough, because UniFi may leave the priority out (docs/protocol.md F.1). All else ends at a line end.
    """

    def __init__(self, limit: int = MAX_LINE) -> None:
        self.limit = limit
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._held = bytearray()
        self._searched = 0  # no line end among so many of the held bytes
        self._pass_by = 0  # bytes of a counted message that are beyond the limit
        self._to_line_end = False  # a line beyond the limit goes on
        self._counts = _COUNT
        self._awaited: int | None = None  # the length a counted message announced

    def feed(self, chunk: bytes) -> list[Message]:
        """Return the messages that `chunk` completes, in order."""
        self._held += chunk
        messages: list[Message] = []
        at = 0
        while (step := self._step(at)) is not None:
            at, message = step
            if message is not None:
                messages.append(message)
        del self._held[:at]
        return messages

    def finish(self) -> list[Message]:
        """Return what is left when no more bytes come: a message without its end, or nothing."""
        rest = bytes(self._held).strip(_BETWEEN)
        unfinished = self._awaited is not None
        self._begin_anew()
        return [Message(rest[: self.limit], cut=unfinished or len(rest) > self.limit)] if rest else []

    def _step(self, at: int) -> tuple[int, Message | None] | None:
        """Return where the next message begins and what was found before it, or None to wait for more."""
        if self._pass_by:
            return self._skip_counted(at)
        if self._to_line_end:
            return self._skip_line(at)
        if self._awaited is not None:
            return self._counted(at)
        return self._begin(at)

    def _begin(self, at: int) -> tuple[int, Message | None] | None:
        start = at
        while start < len(self._held) and self._held[start] in _BETWEEN:
            start += 1
        if start > at:
            self._searched = 0
            return start, None
        if start == len(self._held):
            return None
        if self._searched == 0:
            found = self._counts.match(self._held, start)
            if found is not None:
                self._counts, self._awaited = _COUNT_AGAIN, int(found.group(1))
                return found.end(), None
            if _PERHAPS_COUNT.match(self._held, start):
                return None
        return self._line(start)

    def _line(self, at: int) -> tuple[int, Message | None] | None:
        end = self._held.find(b"\n", at + self._searched, at + self.limit + 1)
        if end >= 0:
            self._searched = 0
            return end + 1, Message(bytes(self._held[at:end]).rstrip(_BETWEEN))
        if len(self._held) - at > self.limit:
            self._searched, self._to_line_end = 0, True
            return at + self.limit, Message(bytes(self._held[at : at + self.limit]), cut=True)
        self._searched = len(self._held) - at
        return None

    def _skip_line(self, at: int) -> tuple[int, None] | None:
        end = self._held.find(b"\n", at)
        if end >= 0:
            self._to_line_end = False
            return end + 1, None
        return (len(self._held), None) if len(self._held) > at else None

    def _counted(self, at: int) -> tuple[int, Message | None] | None:
        length = self._awaited or 0
        if len(self._held) - at < min(length, self.limit):
            return None
        end = at + min(length, self.limit)
        self._awaited, self._pass_by = None, max(0, length - self.limit)
        raw = bytes(self._held[at:end]).rstrip(_BETWEEN)
        return end, Message(raw, cut=length > self.limit) if raw else None

    def _skip_counted(self, at: int) -> tuple[int, None] | None:
        passed = min(self._pass_by, len(self._held) - at)
        self._pass_by -= passed
        return (at + passed, None) if passed else None


def _is_utf8(message: Message) -> bool:
    try:
        message.raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        # a cut may go through the middle of a letter: that makes nothing binary
        return message.cut and exc.start >= len(message.raw) - 3
    return True
