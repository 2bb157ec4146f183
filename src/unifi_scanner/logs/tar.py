"""A tar stream -> its files, front to back, without seeking and in bounded memory.

Our own, because the standard library reads a member's long name into memory whatever size it claims to have.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import msgspec

BLOCK = 512
LONGEST_NAME = 64 * 1024
_NAME, _SIZE, _SUM, _TYPE, _MAGIC, _PREFIX = (
    slice(0, 100), slice(124, 136), slice(148, 156), slice(156, 157), slice(257, 262), slice(345, 500),
)  # fmt: skip
_FILES = (b"0", b"\0", b"7")
_WITHOUT_BYTES = (b"1", b"2", b"3", b"4", b"5", b"6")
_LONG_NAME, _PAX, _PAX_FOR_ALL = b"L", b"x", b"g"


class TarDamaged(Exception):
    """The stream is no tar, or was cut off."""


class Member(msgspec.Struct, frozen=True):
    """One file in the archive; `is_whole` is False where its bytes are not simply the file's."""

    name: str
    bytes: io.RawIOBase
    is_whole: bool


class _Part(io.RawIOBase):
    """The bytes of one member, as far as they reach."""

    def __init__(self, stream: io.BufferedReader, size: int) -> None:
        self._stream = stream
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(min(len(buffer), self.left))
        if not data and self.left and len(buffer):
            raise TarDamaged("cut off")
        self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def skip(self) -> None:
        """Read what is left, to no end."""
        buffer = bytearray(BLOCK * 128)
        while self.left:
            self.readinto(memoryview(buffer)[: min(self.left, len(buffer))])


def is_tar(header: bytes) -> bool:
    """Return whether a block is a tar header: by its mark and its checksum."""
    return len(header) == BLOCK and header[_MAGIC] == b"ustar" and _has_right_sum(header)


def tar_members(stream: io.BufferedReader) -> Iterator[Member]:
    """Yield the files of a tar; each must be read before the next is asked for. Raises TarDamaged."""
    name = b""
    while header := stream.read(BLOCK):
        if header.count(0) == BLOCK:
            continue  # the end is marked by empty blocks, and some tools put several archives in a row
        if len(header) < BLOCK or not _has_right_sum(header):
            raise TarDamaged("no header where one should be")
        kind, size = header[_TYPE], 0 if header[_TYPE] in _WITHOUT_BYTES else _number(header[_SIZE])
        part = _Part(stream, size)
        if kind in (_LONG_NAME, _PAX):
            name = _long_name(part, kind) or name
        elif kind not in (*_WITHOUT_BYTES, _PAX_FOR_ALL):
            yield Member(_shown(name or _short_name(header)), part, kind in _FILES)
        if kind not in (_LONG_NAME, _PAX):
            name = b""
        part.skip()
        stream.read(-size % BLOCK)


def _has_right_sum(header: bytes) -> bool:
    try:
        told = _number(header[_SUM])
    except TarDamaged:
        return False
    return told == sum(header) - sum(header[_SUM]) + 8 * 32


def _number(field: bytes) -> int:
    if field[0] & 0x80:  # larger than octal digits can say
        return int.from_bytes(field, "big") & ~(0x80 << 8 * (len(field) - 1))
    digits = field.replace(b"\0", b" ").strip()
    if not digits.isdigit():
        if digits:
            raise TarDamaged("a number that is none")
        return 0
    try:
        return int(digits, 8)
    except ValueError as exc:
        raise TarDamaged("a number that is none") from exc


def _short_name(header: bytes) -> bytes:
    prefix, name = (header[part].split(b"\0", 1)[0] for part in (_PREFIX, _NAME))
    return prefix + b"/" + name if prefix and header[_MAGIC] == b"ustar" else name


def _long_name(part: _Part, kind: bytes) -> bytes:
    text = bytes(part.read(min(part.left, LONGEST_NAME)) or b"")
    if kind == _LONG_NAME:
        return text.split(b"\0", 1)[0]
    # pax: "<length> path=<name>\n", and other facts nobody needs here
    for line in text.split(b"\n"):
        _, mark, name = line.partition(b" path=")
        if mark:
            return name
    return b""


def _shown(name: bytes) -> str:
    return name.decode("utf-8", errors="replace").removeprefix("./")
