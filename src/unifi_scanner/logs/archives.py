"""Files, archives and support bundles -> the plain streams inside them, within bounds.

Told apart by their first bytes, never by their names. Nothing is ever written to disk, so a member's path is only
a name. What is damaged, locked or over a limit comes out as a `Trouble`: nothing is skipped without a word.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, Protocol

import msgspec

from unifi_scanner.logs.tar import BLOCK, TarDamaged, is_tar, tar_members

SNIFFED = 256 * 1024
MEBI = 1024 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}
_LOCKED = 0x1
_BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    TarDamaged,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one input file is unpacked: bytes in all, how often larger than packed, members, archives in archives."""

    total: int = 4096 * MEBI
    ratio: int = 250
    ratio_from: int = 64 * MEBI  # small files may shrink as much as they like
    members: int = 20_000
    depth: int = 3
    nested_zip: int = 64 * MEBI  # its directory stands at its end, so it is held in memory


LIMITS = Limits()


class OverLimit(Exception):
    """More came out of an archive than we unpack; the text says of what there was too much."""


UNREADABLE = (OverLimit, *_BROKEN)


class Trouble(msgspec.Struct, frozen=True):
    """A part that could not be read: which, and why, in words for its owner."""

    name: str
    reason: str


class LeftOut(msgspec.Struct, frozen=True):
    """Members that hold no text, and how many."""

    name: str
    count: int


class Stream(msgspec.Struct, frozen=True):
    """One plain stream: its name (`bundle.tgz!path/in/bundle`) and its bytes, to be read before the next is asked for."""

    name: str
    bytes: io.BufferedReader


Part = Stream | Trouble | LeftOut


class Budget:
    """What may still be unpacked of one input file."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self.limits = limits
        self.packed = packed or limits.total  # a pipe does not tell its size
        self.unpacked = self.members = self.binary = 0

    def spend(self, count: int) -> None:
        """Note `count` unpacked bytes; raises OverLimit."""
        self.unpacked += count
        if self.unpacked > self.limits.total:
            raise OverLimit("it holds more than we unpack, and the rest was left out")
        if self.unpacked > self.limits.ratio_from and self.unpacked > self.packed * self.limits.ratio:
            raise OverLimit("it grows far too much when unpacked, and the rest was left out")

    def count_member(self) -> None:
        """Note one more member; raises OverLimit."""
        self.members += 1
        if self.members > self.limits.members:
            raise OverLimit("it holds more files than we read, and the rest was left out")


class _Readable(Protocol):
    def read(self, count: int, /) -> bytes: ...


class _Metered(io.RawIOBase):
    """Unpacked bytes on their way, counted."""

    def __init__(self, inner: _Readable, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._inner.read(len(buffer))
        self._budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)


def parts_of(file: BinaryIO, name: str, size: int, limits: Limits = LIMITS) -> Iterator[Part]:
    """Yield everything in an open file of `size` bytes, in its order; never raises for what it holds.

    Reading a stream may raise one of `UNREADABLE`; see `reason_of`.
    """
    budget = Budget(limits, size)
    seekable = file if file.seekable() else None
    # no meter on the file itself: only what is unpacked can grow
    parts = _open(io.BufferedReader(_Raw(file), SNIFFED), name, budget, 0, seekable)
    try:
        yield from _guarded(name, parts)
    except OverLimit as exc:
        yield Trouble(name, reason_of(exc))
    if budget.binary:
        yield LeftOut(name, budget.binary)


def reason_of(error: Exception) -> str:
    """Return why a stream could not be read to its end, in words for its owner."""
    return (
        str(error)
        if isinstance(error, OverLimit)
        else "it is damaged, and what follows the damage was left out"
    )


class _Raw(io.RawIOBase):
    """An open file, read but not closed."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _guarded(name: str, parts: Iterator[Part]) -> Iterator[Part]:
    """Yield the parts; damage costs only itself, while a limit ends everything."""
    try:
        yield from parts
    except _BROKEN as exc:
        yield Trouble(name, reason_of(exc))


def _open(
    stream: io.BufferedReader, name: str, budget: Budget, depth: int, seekable: BinaryIO | None = None
) -> Iterator[Part]:
    head = stream.peek(SNIFFED)[:SNIFFED]
    kind = _kind_of(head)
    if kind is None:
        if depth and b"\0" in head:
            budget.binary += 1
        else:
            yield Stream(name, stream)
    elif kind in _OTHERS.values():
        yield Trouble(name, f"it is packed as {kind}, which we do not unpack")
    elif depth >= budget.limits.depth:
        yield Trouble(name, "there are too many archives inside one another")
    elif kind == "gzip":
        yield from _open_gzip(stream, name, budget, depth)
    elif kind == "zip":
        yield from _open_zip(_whole(stream, budget, seekable), name, budget, depth)
    else:
        yield from _open_tar(stream, name, budget, depth)


def _kind_of(head: bytes) -> str | None:
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head.startswith(_ZIP):
        return "zip"
    if is_tar(head[:BLOCK]):
        return "tar"
    return next((kind for magic, kind in _OTHERS.items() if head.startswith(magic)), None)


def _open_gzip(stream: io.BufferedReader, name: str, budget: Budget, depth: int) -> Iterator[Part]:
    with gzip.GzipFile(fileobj=stream, mode="rb") as unpacked:
        yield from _open(io.BufferedReader(_Metered(unpacked, budget), SNIFFED), name, budget, depth + 1)


def _whole(stream: io.BufferedReader, budget: Budget, seekable: BinaryIO | None) -> BinaryIO:
    if seekable is not None:
        seekable.seek(0)
        return seekable
    data = stream.read(budget.limits.nested_zip + 1)
    if len(data) > budget.limits.nested_zip:
        raise OverLimit("a zip file inside it is larger than we unpack")
    return io.BytesIO(data)


def _open_zip(file: BinaryIO, name: str, budget: Budget, depth: int) -> Iterator[Part]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            budget.count_member()
            inner = f"{name}!{member.filename}"
            if member.is_dir():
                continue
            if member.flag_bits & _LOCKED:
                yield Trouble(inner, "it is locked with a password")
                continue
            late = _Late(archive, member)
            stream: io.BufferedReader = io.BufferedReader(_Metered(late, budget), SNIFFED)
            yield from _guarded(inner, _open(stream, inner, budget, depth + 1))
            late.close()


class _Late:
    """A member of a zip file, opened at the first read: a damaged one costs only itself."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._member = member
        self._file: IO[bytes] | None = None

    def read(self, count: int, /) -> bytes:
        if self._file is None:
            self._file = self._archive.open(self._member)
        return self._file.read(count)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _open_tar(stream: io.BufferedReader, name: str, budget: Budget, depth: int) -> Iterator[Part]:
    for member in tar_members(stream):
        budget.count_member()
        inner = f"{name}!{member.name}"
        if not member.is_whole:
            yield Trouble(inner, "it is stored in a way we do not unpack")
            continue
        yield from _guarded(inner, _open(io.BufferedReader(member.bytes, SNIFFED), inner, budget, depth + 1))
