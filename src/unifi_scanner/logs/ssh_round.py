"""One round of reading over SSH: files, then alerts, within bounds; what fails costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from unifi_scanner.errors import SSHCollectionError
from unifi_scanner.logs.base import Failure
from unifi_scanner.logs.commands import Commands
from unifi_scanner.logs.entry import Context, unreadable_entry
from unifi_scanner.logs.noise import Noise
from unifi_scanner.logs.normalise import entries_of
from unifi_scanner.logs.ssh_alerts import AlertPage, alerts_command, parse_alerts
from unifi_scanner.logs.ssh_files import (
    FileState,
    Plan,
    Position,
    Step,
    is_same,
    listing_command,
    parse_listing,
    parse_stretch,
    plan,
    read_command,
    records,
    refused_paths,
    take_lines,
    without_doubles,
)
from unifi_scanner.logs.ssh_progress import Progress
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.phrasing import tame
from unifi_scanner.models.wire_time import EPOCH, event_time

LISTING_BYTES = 256 * 1024
HEADER_BYTES = 256
ALERT_BYTES = 16 * 1024 * 1024
ALERTS = "mongo:ace.alert"  # where the position of the alerts is kept: its offset is a time in ms
LATE = timedelta(minutes=15)  # rows may appear late; what is read twice is recognised by its id
FOREVER = datetime.max.replace(tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
ReadLine = Callable[[str, Context], LogEntry]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to read: files, whether each of them must be there, and whether the alert collection too."""

    files: tuple[str, ...]
    all_must_be_there: bool = False  # True for files a person named, False for the usual ones
    alerts: bool = False


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much one round may read; what is beyond waits for the next."""

    file_bytes: int = 8 * 1024 * 1024
    all_bytes: int = 16 * 1024 * 1024
    backlog_bytes: int = 32 * 1024 * 1024  # of a file never read before
    alert_rows: int = 500
    alert_pages: int = 10


class Round:
    """One round of reading: what it gave so far, and what it may still read."""

    def __init__(
        self,
        commands: Commands,
        progress: Progress,
        entry_of_line: ReadLine,
        *,
        wanted: Wanted,
        rounds: Rounds,
        since: datetime | None,
        context: Context,
    ) -> None:
        self.commands = commands
        self.progress = progress
        self.entry_of_line = entry_of_line
        self.wanted = wanted
        self.rounds = rounds
        self.since = since
        self.context = context
        self.entries: list[LogEntry] = []
        self.noise = Noise(zone=context.zone)
        self.failures: list[Failure] = []
        self.heard = False
        self._left = rounds.all_bytes

    def all_entries(self) -> list[LogEntry]:
        """Return what was read, with a sum of each hour for what was only counted."""
        return self.entries + self.noise.flush(FOREVER)

    def read_files(self) -> None:
        """Read each file from where it was last read. Raises SSHCollectionError where nothing could be read at all."""
        paths = self.wanted.files
        answer = self.commands.run(listing_command(paths), LISTING_BYTES)
        listing = parse_listing(answer.stdout.decode("utf-8", errors="replace"))
        refused = refused_paths(answer.stderr, paths)
        for path in refused:
            self._fail(path, "This user may not read it.")
        present = [path for path in without_doubles(paths, listing) if path not in refused]
        self._tell_missing([path for path in paths if path not in listing and path not in refused])
        if not listing and not self.wanted.alerts:
            raise self._nothing_there(answer.stderr)
        self._read_each(self.progress.in_turn(present), listing)

    def _read_each(self, paths: Sequence[str], listing: Mapping[str, FileState]) -> None:
        for path in paths:
            try:
                self._read_file(path, listing)
            except SSHCollectionError as exc:
                # the connection failed, not the file: what was read stands, the rest waits for the next round
                if not self.heard:
                    raise
                self._fail(path, str(exc))
                return

    def _tell_missing(self, paths: Sequence[str]) -> None:
        if self.wanted.all_must_be_there:
            for path in paths:
                self._fail(path, "It is not there. Correct or remove it in UNIFI_SSH_FILES.")

    def _nothing_there(self, stderr: str) -> SSHCollectionError:
        said = tame(stderr.strip().splitlines()[0][:200]) if stderr.strip() else "it said nothing"
        return SSHCollectionError(
            f"None of the log files could be found over SSH ({said}).",
            hint="Name the files this console has in UNIFI_SSH_FILES.",
        )

    def _read_file(self, path: str, listing: Mapping[str, FileState]) -> None:
        position = self.progress.position_of(path)
        if position is None:
            self.progress.begin(path, self.since)
        planned: Plan = plan(path, position, listing, self.rounds.backlog_bytes)
        if planned.note:
            self._fail(path, planned.note)
        self._take_steps(path, planned.steps)
        self.heard = self.heard or not planned.missing

    def _take_steps(self, path: str, steps: Sequence[Step]) -> None:
        allowed = min(self.rounds.file_bytes, self._left)
        for step in steps:
            if allowed <= 0:
                return
            used = self._take_step(path, step, allowed)
            if used is None:
                return
            allowed -= used
        self.progress.caught_up(path)

    def _take_step(self, path: str, step: Step, limit: int) -> int | None:
        """Read one stretch; return its size, or None where the rest of the file has to wait for the next round."""
        answer = self.commands.run(read_command(step, limit), limit + HEADER_BYTES)
        stretch = parse_stretch(answer.stdout)
        if stretch.inode is None:
            self._fail(path, f"It could not be read ({tame(answer.stderr.strip()[:200]) or 'no answer'}).")
            return None
        if stretch.inode != step.start.inode:
            return None  # renamed since it was listed
        if not is_same(step, stretch.data):
            self._fail(path, "It was replaced by another; lines in between may be missing.")
            self.progress.reach(path, Position(step.start.inode, 0))
            return None
        fresh = stretch.data[step.start.checked :]
        full = len(fresh) >= limit
        short = not full and step.start.offset + len(fresh) < stretch.size  # the command was ended early
        taken = take_lines(step, fresh, full=full or short)
        self.entries.extend(self._entries_of(path, taken.lines))
        if taken.after != step.start:
            self.progress.reach(path, taken.after)
        self._left -= len(fresh)
        return None if full or short else len(fresh)

    def _entries_of(self, path: str, lines: Sequence[str]) -> Iterator[LogEntry]:
        from_when = self.progress.matters_from(path)
        for record in records(path, lines):
            entry = self.entry_of_line(record, self.context)
            matters = from_when is None or not entry.has_time or entry.timestamp >= from_when
            if matters and not self.noise.take(entry):
                yield entry

    def read_alerts(self, since: datetime) -> None:
        """Read the alert collection page by page; a failure costs the files nothing."""
        reached = self.progress.position_of(ALERTS)
        if reached is not None:
            since = EPOCH + reached.offset * MILLISECOND
        seen: set[str] = set()
        for _ in range(self.rounds.alert_pages):
            page = self._alert_page(since)
            if page is None:
                return
            self.heard = True
            self._keep_alerts(page, seen)
            newest = self._newest(page, since)
            whole = len(page.rows) < self.rounds.alert_rows
            if page.rows:
                # at the end go back a little; in the middle of many, going back would mean never to arrive
                back = LATE if whole else timedelta(0)
                self.progress.reach(ALERTS, Position(0, max(0, (newest - back - EPOCH) // MILLISECOND)))
            if whole:
                return
            since = newest if newest > since else since + MILLISECOND
        self._fail("alerts", "There were more alerts than one round reads; the rest is read next time.")

    def _newest(self, page: AlertPage, since: datetime) -> datetime:
        newest = max((at for row in page.rows if (at := event_time(row))), default=since)
        # a row dated in the future must not hide those that come until then
        return min(newest, self.context.near or newest)

    def _alert_page(self, since: datetime) -> AlertPage | None:
        since_ms = (since - EPOCH) // MILLISECOND
        try:
            answer = self.commands.run(alerts_command(since_ms, self.rounds.alert_rows), ALERT_BYTES)
        except SSHCollectionError as exc:
            if not self.heard:
                raise
            self._fail("alerts", str(exc))
            return None
        if answer.status != 0:
            said = tame((answer.stderr.strip() or answer.stdout.decode("utf-8", "replace").strip())[:200])
            self._fail("alerts", f"The console's database did not answer ({said or 'it said nothing'}).")
            return None
        return parse_alerts(answer.stdout.decode("utf-8", errors="replace"))

    def _keep_alerts(self, page: AlertPage, seen: set[str]) -> None:
        for row in page.rows:
            name = str(row.get("_id"))
            if name not in seen or "_id" not in row:
                self.entries.extend(entries_of(row, self.context))
            seen.add(name)
        self.entries.extend(unreadable_entry({"line": line}, self.context) for line in page.unreadable)

    def _fail(self, what: str, reason: str) -> None:
        self.failures.append(Failure(source=f"ssh {what}", reason=f"{what}: {reason}"))
