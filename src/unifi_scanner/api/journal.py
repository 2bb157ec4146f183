"""What was heard and is not stored yet, on disk, so that it survives a kill -9.

One short-lived file a batch: `append` adds to the present one, `cut` ends it, and `discard` removes what is
stored. What an earlier process left behind is told by `recover`. A record is one line of bytes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)
MOST_BYTES = 64 * 1024 * 1024  # while nothing can be stored, the journal stops growing here


class Journal:
    """The records of one source; every method may be called from any thread.

    `stored` is a mark of an earlier process: what came before it is known to be stored, discarded or not.
    """

    def __init__(self, directory: Path, name: str, *, stored: int = 0) -> None:
        self._directory = directory
        self._name = name
        self._guard = threading.Lock()
        self._waiting = self._files()  # that are not discarded
        self._left_behind = [number for number in self._waiting if number > stored]
        self._number = max([*self._waiting, stored])  # no number is given twice, or a mark would lie
        self._handle: int | None = None
        self._is_torn = False
        self._bytes = 0
        self._lost_told = False
        self.unwritten = 0

    def append(self, record: bytes) -> bool:
        """Keep a record, which holds no line break; False where the disk would not take it, which is counted."""
        with self._guard:
            kept = self._bytes < MOST_BYTES and self._write(record)
            if not kept:
                self.unwritten += 1
            self._tell_health(kept=kept)
            return kept

    def _write(self, record: bytes) -> bool:
        line = (b"\n" if self._is_torn else b"") + record + b"\n"
        try:
            if self._handle is None:
                self._number += 1
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
                self._handle = os.open(self._path(self._number), flags, 0o600)
                self._waiting.append(self._number)
            written = os.write(self._handle, line)
        except OSError:
            return False
        self._bytes += written
        self._is_torn = written < len(line)
        return not self._is_torn

    def _tell_health(self, *, kept: bool) -> None:
        if kept and self._lost_told:
            log.info("journal_written_again", name=self._name)
        elif not kept and not self._lost_told:
            log.warning("journal_not_written", name=self._name)
        self._lost_told = not kept

    def cut(self) -> int:
        """Return a mark: `discard` of it forgets what was appended before this call."""
        with self._guard:
            self._close()
            return self._number

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
            self._is_torn = False

    def discard(self, mark: int) -> None:
        """Forget everything up to `mark`: it is stored."""
        with self._guard:
            stored = [number for number in self._waiting if number <= mark]
            for number in stored:
                with suppress(OSError):
                    self._bytes -= self._path(number).stat().st_size
                    self._path(number).unlink()
            self._waiting = self._waiting[len(stored) :]

    def recover(self) -> Iterator[bytes]:
        """Yield, once, the records an earlier process left behind, oldest first; they stay until discarded."""
        left, self._left_behind = self._left_behind, []
        for number in left:
            try:
                content = self._path(number).read_bytes()
            except OSError as exc:
                log.warning("journal_unreadable", name=self._name, reason=exc.strerror)
                continue
            self._bytes += len(content)
            yield from (line for line in content.split(b"\n") if line)

    def close(self) -> None:
        """Let go of the file; what is not discarded stays for the next process."""
        with self._guard:
            self._close()

    def _path(self, number: int) -> Path:
        return self._directory / f"{self._name}-{number:08d}.journal"

    def _files(self) -> list[int]:
        tails = (path.name.removeprefix(f"{self._name}-") for path in self._directory.glob("*.journal"))
        return sorted(int(tail[:8]) for tail in tails if len(tail) == 16 and tail[:8].isdecimal())
