"""Text from strangers made inert, measured and wrapped for a terminal. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
MARKS = {"Mn", "Me"}
MAX_LINE = 1_200
MAX_TITLE = 160
MAX_STACKED = 4  # more accents than this on one letter are an attack on the lines around it
ASCII_FOR = str.maketrans(
    "─═●○›→·×–—‘’“”Øø█■░│",  # noqa: RUF001 - the characters that are replaced
    "-=*o>>-x--''\"\"Oo##:|",
) | {ord("…"): "...", ord("ß"): "ss"}


@lru_cache(maxsize=8192)
def plain_line(text: str, limit: int = MAX_LINE) -> str:
    """Return `text` as one visible line: no controls, escapes, direction marks or line breaks; at most `limit` long."""
    line = " ".join("".join(_visible(text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _visible(text: str) -> Iterator[str]:
    stacked = 0
    for char in text:
        category = unicodedata.category(char)
        stacked = stacked + 1 if category in MARKS else 0
        if char.isspace():
            yield " "
        elif category not in INVISIBLE and stacked <= MAX_STACKED:
            yield char


def to_ascii(text: str) -> str:
    """Return `text` in ASCII: accents dropped, drawing characters replaced, the rest a question mark."""
    simple = unicodedata.normalize("NFKD", text.translate(ASCII_FOR))
    kept = "".join(c for c in simple if unicodedata.category(c) not in MARKS)
    return kept.encode("ascii", "replace").decode("ascii")


def width_of(text: str) -> int:
    """Return how many terminal cells `text` takes."""
    return len(text) if text.isascii() else sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, width: int) -> str:
    """Return `text` filled with spaces to `width` cells."""
    return text + " " * (width - width_of(text))


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells; only a word longer than a line is broken."""
    lines: list[str] = []
    line = ""
    for word in _pieces(text, width):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines


def _pieces(text: str, width: int) -> Iterator[str]:
    for word in text.split():
        yield from _broken(word, max(width, 2))


def _broken(word: str, width: int) -> Iterator[str]:
    piece, used = "", 0
    for char in word:
        cells = _cells(char)
        if used + cells > width:
            yield piece
            piece, used = "", 0
        piece, used = piece + char, used + cells
    yield piece


_UNSAFE_IN_JSON = re.compile(r"[^\x20-\x7e\n]")


def escaped_json(text: str) -> str:
    """Return encoded JSON in which every invisible character is written as an escape."""
    return _UNSAFE_IN_JSON.sub(lambda match: _json_escape(match.group()), text)


def _json_escape(char: str) -> str:
    if unicodedata.category(char) not in INVISIBLE:
        return char
    code = ord(char)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
