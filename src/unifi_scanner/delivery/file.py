"""A directory of reports: whole files only, the newest `keep` of them."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from unifi_scanner import clock
from unifi_scanner.delivery.base import Attachment, Message, Receipt
from unifi_scanner.errors import DeliveryError

OURS = re.compile(r"(report-\d{4,}-\d\d-\d\dT\d{4}(?:-\d+)?)\.(?:html|txt|json)")
HALF_WRITTEN = ".report-"
FORGOTTEN_AFTER = 3_600.0  # seconds after which a half-written file has no writer any more
HINTS = {
    errno.ENOSPC: "The disk is full: make room, or keep fewer reports.",
    errno.EDQUOT: "The disk quota is used up: make room, or keep fewer reports.",
    errno.EROFS: "The file system is read-only: choose another UNIFI_FILE_DIR.",
    errno.EACCES: "Let the scanner's user write there, or choose another UNIFI_FILE_DIR.",
    errno.EPERM: "Let the scanner's user write there, or choose another UNIFI_FILE_DIR.",
    errno.ENOTDIR: "A part of this path is a file, not a directory: choose another UNIFI_FILE_DIR.",
    errno.EEXIST: "There is a file of this name where the directory should be: choose another UNIFI_FILE_DIR.",
}
log = structlog.get_logger(__name__)


class FileChannel:
    """Writes each report as report-2026-11-24T0700.html, .txt and .json into `directory`."""

    name = "file"

    def __init__(self, directory: Path | str, *, keep: int = 60) -> None:
        self.directory = Path(directory)
        self.keep = max(keep, 1)

    def send(self, message: Message) -> Receipt:
        """Return the receipt once every file is safe on the disk; sending again writes nothing new."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            written = self._write_all(message.attachments)
        except OSError as exc:
            raise self._refusal(exc) from exc
        self._forget_old(written)
        where = next((path for path in written if path.suffix == ".html"), self.directory)
        return Receipt(channel=self.name, at=clock.now(), detail=f"Wrote {where}")

    def _write_all(self, files: Sequence[Attachment]) -> list[Path]:
        paths = self._free_paths(files)
        for path, file in zip(paths, files, strict=True):
            if not _holds(path, file.data):
                _write_whole(path, file.data)
        _flush_directory(self.directory)
        return paths

    def _free_paths(self, files: Sequence[Attachment]) -> list[Path]:
        # two reports of one minute (two sites) must not overwrite each other; the same one must find itself
        return next(
            paths
            for paths in self._candidates(files)
            if all(_is_free(*pair) for pair in zip(paths, files, strict=True))
        )

    def _candidates(self, files: Sequence[Attachment]) -> Iterator[list[Path]]:
        place = 1
        while True:
            yield [self.directory / _numbered(Path(file.name).name, place) for file in files]
            place += 1

    def _forget_old(self, written: Sequence[Path]) -> None:
        try:
            for path in self._outdated(written):
                path.unlink(missing_ok=True)
        except OSError as exc:
            log.warning("old_reports_kept", directory=str(self.directory), error=exc)

    def _outdated(self, written: Sequence[Path]) -> list[Path]:
        found = [
            (match.group(1), path)
            for path in self.directory.iterdir()
            if (match := OURS.fullmatch(path.name))
        ]
        current = {path.stem for path in written}
        older = sorted({stem for stem, _ in found} - current, reverse=True)
        gone = set(older[self.keep - 1 :])
        return [path for stem, path in found if stem in gone] + list(self._half_written())

    def _half_written(self) -> Iterator[Path]:
        limit = clock.now().timestamp() - FORGOTTEN_AFTER
        for path in self.directory.glob(f"{HALF_WRITTEN}*.tmp"):
            if path.stat().st_mtime < limit:
                yield path

    def _refusal(self, exc: OSError) -> DeliveryError:
        hint = HINTS.get(exc.errno or 0, "Choose another UNIFI_FILE_DIR.")
        return DeliveryError(
            self.name, f"{self.directory} cannot be written ({exc.strerror or exc}).", hint=hint
        )


def _numbered(name: str, place: int) -> str:
    stem, dot, suffix = name.rpartition(".")
    return name if place == 1 else f"{stem}-{place}{dot}{suffix}"


def _is_free(path: Path, file: Attachment) -> bool:
    return not path.exists() or _holds(path, file.data)


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data


def _write_whole(path: Path, data: bytes) -> None:
    handle, half = tempfile.mkstemp(prefix=HALF_WRITTEN, suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(half).replace(path)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise


def _flush_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
