"""Which part of which remote log file to read next, the commands for it, and what their answers mean. Pure.

Files grow, are renamed (`.0`, `.1`), emptied and replaced while we are away. A position therefore holds the inode, the
offset after the last whole line read, and a check of the bytes before it, because inodes are used again.
"""

from __future__ import annotations

import shlex
import zlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from unifi_scanner.logs.framing import MAX_LINE, Message, text_of
from unifi_scanner.models.enums import DeviceType

ROTATED = (".0", ".1", ".2", ".3")  # newest first; BusyBox begins at 0, others at 1 (docs/protocol.md G)
CHECKED = 32  # bytes before the offset that must still be the same
_CONSOLE = (
    "/var/log/messages",
    "/var/log/daemon.log",
    "/var/log/auth.log",
    "/var/log/kern.log",
    "/var/log/user.log",
    "/data/unifi/logs/server.log",
    "/srv/unifi/logs/server.log",  # CloudKey Gen2
    "/mnt/data/unifi-os/unifi/logs/server.log",  # UniFi OS 1.x
    "/data/unifi-core/logs/system.log",
    "/data/unifi-core/logs/errors.log",
)
_CLASSIC = (
    "/usr/lib/unifi/logs/server.log",
    "/var/log/unifi/server.log",
    "/unifi/log/server.log",
    "/config/logs/server.log",
)
USUAL_FILES: Mapping[DeviceType, tuple[str, ...]] = {  # docs/protocol.md G
    DeviceType.UDM_PRO: _CONSOLE,
    DeviceType.SELF_HOSTED: _CLASSIC,
}
APPLICATION_LOG = "server.log"  # its records may go over several lines: stack traces (docs/protocol.md G)


class Position(msgspec.Struct, frozen=True):
    """How far a file has been read: what `Positions` keeps, as JSON if it likes (`msgspec.to_builtins`)."""

    inode: int
    offset: int
    checked: int = 0
    check: int = 0


class FileState(msgspec.Struct, frozen=True):
    """A remote file as `stat` tells of it."""

    device: int
    inode: int
    size: int


class Step(msgspec.Struct, frozen=True):
    """One stretch to read: `path` as it is named now, from `start`; `closed` where nobody writes to it any more."""

    path: str
    start: Position
    closed: bool = False
    skip_partial: bool = False


class Plan(msgspec.Struct, frozen=True):
    """What to read of one file, oldest first, and what may be missing, in a sentence."""

    steps: tuple[Step, ...] = ()
    note: str = ""
    missing: bool = False


class Stretch(msgspec.Struct, frozen=True):
    """What an answer to a read command held; `inode` None where it told nothing usable."""

    inode: int | None
    size: int = 0
    data: bytes = b""


def listing_command(paths: Sequence[str]) -> str:
    """Return the command that tells device, inode and size of files and of their rotated forerunners."""
    names = [path + suffix for path in paths for suffix in ("", *ROTATED)]
    return f"LC_ALL=C stat -L -c '%d %i %s %n' {' '.join(map(shlex.quote, names))}"


def parse_listing(text: str) -> dict[str, FileState]:
    """Return the files that are there, by path; what is no such line is chatter."""
    found: dict[str, FileState] = {}
    for line in text.splitlines():
        parts = line.split(" ", 3)
        if len(parts) == 4 and all(
            part.isascii() and part.isdigit() and len(part) < 20 for part in parts[:3]
        ):
            found[parts[3]] = FileState(*map(int, parts[:3]))
    return found


def refused_paths(stderr: str, paths: Sequence[str]) -> list[str]:
    """Return the paths that are there, but may not be looked at."""
    refusals = [line for line in stderr.splitlines() if "ermission denied" in line]
    return [path for path in paths if any(f"'{path}'" in line for line in refusals)]


def without_doubles(paths: Sequence[str], listing: Mapping[str, FileState]) -> list[str]:
    """Return the paths less those that are another name of one before."""
    seen: set[tuple[int, int]] = set()
    kept: list[str] = []
    for path in paths:
        state = listing.get(path)
        if state is None or (state.device, state.inode) not in seen:
            kept.append(path)
        if state is not None:
            seen.add((state.device, state.inode))
    return kept


def plan(path: str, position: Position | None, listing: Mapping[str, FileState], backlog: int) -> Plan:
    """Return what to read of `path` after `position`; of a file never read, its last `backlog` bytes."""
    current = listing.get(path)
    if position is None:
        return Plan(missing=True) if current is None else _first_time(path, current, backlog)
    if current is not None and current.inode == position.inode:
        return _go_on(path, position, current)
    older = [(path + suffix, listing[path + suffix]) for suffix in ROTATED if path + suffix in listing]
    at = next((n for n, (_, state) in enumerate(older) if state.inode == position.inode), None)
    if at is not None:
        return _rotated(path, position, current, older[: at + 1])
    if current is None:
        return Plan(missing=True)
    note = "It was replaced, and the file it was before is gone; lines in between may be missing."
    return Plan((Step(path, Position(current.inode, 0)),), note)


def _first_time(path: str, current: FileState, backlog: int) -> Plan:
    start = max(0, current.size - backlog)
    note = f"It is large; only its last {backlog // 1024 // 1024} MB were read." if start else ""
    return Plan((Step(path, Position(current.inode, start), skip_partial=start > 0),), note)


def _go_on(path: str, position: Position, current: FileState) -> Plan:
    if current.size < position.offset:
        note = "It was emptied; lines written just before may be missing."
        return Plan((Step(path, Position(current.inode, 0)),), note)
    return Plan((Step(path, position),)) if current.size > position.offset else Plan()


def _rotated(
    path: str, position: Position, current: FileState | None, older: Sequence[tuple[str, FileState]]
) -> Plan:
    """Finish the file we were in, then read those that came after it, then the present one."""
    # until the new file has its first line, whoever writes may still hold the old one open
    moved_on = current is not None and current.size > 0
    steps: list[Step] = []
    if older[-1][1].size > position.offset:
        steps.append(Step(older[-1][0], position, closed=moved_on or len(older) > 1))
    for n in range(len(older) - 2, -1, -1):
        name, state = older[n]
        steps.append(Step(name, Position(state.inode, 0), closed=moved_on or n > 0))
    if current is not None and moved_on:
        steps.append(Step(path, Position(current.inode, 0)))
    return Plan(tuple(steps))


def read_command(step: Step, limit: int) -> str:
    """Return the command that tells a file's inode and size, then up to `limit` bytes after the step's start.

    Both come from one open file, so that a rotation between the two cannot mix files up.
    """
    first = step.start.offset - step.start.checked + 1
    reading = f"tail -c +{first} | head -c {limit + step.start.checked}"
    return f"{{ stat -L -c '%i %s' /proc/self/fd/0; {reading}; }} < {shlex.quote(step.path)}"


def parse_stretch(raw: bytes) -> Stretch:
    """Return what a read command answered."""
    head, _, data = raw.partition(b"\n")
    inode, _, size = head.partition(b" ")
    if not (inode.isdigit() and size.isdigit() and len(head) < 40):
        return Stretch(None)
    return Stretch(int(inode), int(size), data)


def is_same(step: Step, data: bytes) -> bool:
    """Return whether the bytes before the step's start are those that were there."""
    return len(data) >= step.start.checked and zlib.crc32(data[: step.start.checked]) == step.start.check


class Taken(msgspec.Struct, frozen=True):
    """The whole lines of a stretch, and the position after them."""

    lines: tuple[str, ...]
    after: Position


def take_lines(step: Step, data: bytes, *, full: bool) -> Taken:
    """Return the whole lines of `data` (what stands after the step's start); `full` where more may follow.

    A last line without its end waits for the next time, unless nobody writes to the file any more, or the line is
    longer than one read: it is cut then, so that it cannot hold up the rest for good.
    """
    end = data.rfind(b"\n") + 1
    if (end == 0 and full) or (step.closed and not full):
        end = len(data)
    body = data[:end]
    if step.skip_partial:
        body = body.partition(b"\n")[2]
    lines = tuple(_text(raw) for raw in body.split(b"\n") if raw.strip(b"\r\0 \t"))
    return Taken(lines, _after(step.start, data[:end]))


def _text(raw: bytes) -> str:
    bare = raw.rstrip(b"\r\0")
    return text_of(Message(bare[:MAX_LINE], cut=len(bare) > MAX_LINE)).text


def _after(start: Position, passed: bytes) -> Position:
    if not passed:
        return start
    last = passed[-CHECKED:]
    return Position(start.inode, start.offset + len(passed), len(last), zlib.crc32(last))


def records(path: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield the records of a file's lines: one a line, but a stack trace belongs to the line before it."""
    if path.rpartition("/")[2] != APPLICATION_LOG:
        yield from lines
        return
    held: list[str] = []
    size = 0
    for line in lines:
        if held and (line.startswith("[") or size > MAX_LINE):
            yield "\n".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line) + 1
    if held:
        yield "\n".join(held)
