"""One UDP datagram -> its messages: consoles pack several into one (docs/protocol.md F). Pure."""

from __future__ import annotations

import re

_BACK_TO_BACK = re.compile(
    r"(?<=\S)(?=(?:<\d{1,3}>)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \S+ CEF:)"
)


def split_messages(datagram: bytes) -> list[str]:
    """Return the messages of a datagram: divided by line ends, or back to back; what is no UTF-8 is replaced."""
    text = datagram.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\0", "\n")
    lines = (line for line in text.split("\n") if line.strip())
    return [part for line in lines for part in _parts(line)]


def _parts(line: str) -> list[str]:
    return _BACK_TO_BACK.split(line) if line.count("CEF:") > 1 else [line]
