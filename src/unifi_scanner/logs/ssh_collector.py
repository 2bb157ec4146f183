"""Log files on the console, read over SSH from where the last round ended -> LogEntry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import structlog

from unifi_scanner import clock
from unifi_scanner.errors import SSHCollectionError
from unifi_scanner.logs.base import Collected, Failure, Heard
from unifi_scanner.logs.commands import Commands
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.ssh_files import Position
from unifi_scanner.logs.ssh_progress import Positions, Progress
from unifi_scanner.logs.ssh_round import ReadLine, Round, Rounds, Wanted
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.wire_time import EPOCH

__all__ = ["Position", "Positions", "Rounds", "SSHCollectionError", "SSHLogCollector", "Wanted"]

NOTHING_SAID = Context()
log = structlog.get_logger(__name__)


DEFAULT_ROUNDS = Rounds()


class SSHLogCollector:
    """Reads log files over SSH, each from where it was last read; one file that cannot be read costs only itself.

    Call `stored` once the entries are on disk: only then are the positions handed to `positions`, so that a crash, a
    full disk or a lost connection in between reads lines again instead of losing them.
    """

    source = "ssh"

    def __init__(
        self,
        commands: Commands,
        entry_of_line: ReadLine,
        wanted: Wanted,
        positions: Positions,
        *,
        context: Context = NOTHING_SAID,
        rounds: Rounds = DEFAULT_ROUNDS,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self.commands = commands
        self.entry_of_line = entry_of_line
        self.wanted = wanted
        self.progress = Progress(positions)
        self.context = context
        self.rounds = rounds
        self.now = now
        self._failed: set[str] = set()

    def collect(self, since: datetime | None) -> Collected:
        """Return what was written since the last round; `since` only counts for files never read before.

        Raises SSHCollectionError when the console cannot be reached, refuses us, or has none of the files.
        """
        self.progress.go_back()
        round_ = Round(
            self.commands,
            self.progress,
            self.entry_of_line,
            wanted=self.wanted,
            rounds=self.rounds,
            since=since,
            # a line without a time was written at some time, not when we read it
            context=msgspec.structs.replace(self.context, origin=Origin.SSH, near=self.now()),
        )
        round_.read_files()
        if self.wanted.alerts:
            round_.read_alerts(since or EPOCH)
        entries = sorted(round_.all_entries(), key=lambda entry: entry.timestamp)
        log.info("ssh_logs_collected", entries=len(entries), failures=len(round_.failures))
        heard = [Heard(source=self.source, entries=len(entries))] if round_.heard else []
        return Collected(
            entries=entries, heard=[*heard, *self._back(round_.failures)], failures=round_.failures
        )

    def _back(self, failures: Sequence[Failure]) -> list[Heard]:
        """Log what failed newly and return what failed the last time and does no longer, so that its gap closes."""
        failed = {failure.source: failure.reason for failure in failures}
        for source, reason in failed.items():
            if source not in self._failed:
                log.warning("ssh_source_lost", part=source, reason=reason)
        back = sorted(self._failed - failed.keys())
        for source in back:
            log.info("ssh_source_back", part=source)
        self._failed = set(failed)
        return [Heard(source=source, entries=0) for source in back]

    def stored(self) -> None:
        """Keep how far was read: what the last rounds gave is on disk now."""
        self.progress.keep()

    def close(self) -> None:
        """Let go of the connection, also while a round runs in another thread, which then fails."""
        self.commands.close()
