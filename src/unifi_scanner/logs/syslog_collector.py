"""What the syslog receiver heard -> LogEntry, and who spoke when."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from unifi_scanner import clock
from unifi_scanner.logs.base import Collected, Failure, Heard
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.noise import Noise
from unifi_scanner.logs.received import ReceivedLine
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry

REMEMBERED_SENDERS = 4096
LATE_LINES = timedelta(minutes=5)  # lines of an hour still come when it is over: queues, clocks that differ
LOSSES = {  # by the receiver's own reasons; lines that were kept, but altered, are no loss
    "not_allowed": "came from addresses that are not on the list of senders",
    "too_fast": "came faster than one sender may send",
    "buffer_full": "found no room in memory",
    "missed_by_the_system": "never reached us, because the system's own queue was full",
}
ReadLine = Callable[[str, Context], LogEntry]
NOTHING_SAID = Context()


class Received(Protocol):
    """Whatever hands over received lines: the SyslogReceiver."""

    def drain(self) -> list[ReceivedLine]:
        """Return and clear what was received, oldest first."""
        ...

    def drops(self) -> Mapping[str, int]:
        """Return how much was lost so far, by reason."""
        ...

    def is_running(self) -> bool:
        """Return whether lines are being received."""
        ...


class SenderSeen(msgspec.Struct, frozen=True):
    """When a sender was first and last heard, and how many lines it sent."""

    sender: str
    first: datetime
    last: datetime
    lines: int


class SyslogCollector:
    """Turns what the receiver heard into entries; has no past, so `since` means nothing to it.

    With `noise`, what comes by the thousand is counted there, and told when its hour is over.
    """

    source = "syslog"

    def __init__(
        self,
        receiver: Received,
        entry_of_line: ReadLine,
        *,
        context: Context = NOTHING_SAID,
        noise: Noise | None = None,
    ) -> None:
        self.receiver = receiver
        self.noise = noise
        self.entry_of_line = entry_of_line
        self.context = context
        self._senders: OrderedDict[str, SenderSeen] = OrderedDict()  # least recently heard first
        self._told: dict[str, int] = {}

    def collect(self, since: datetime | None) -> Collected:  # noqa: ARG002 - the port's signature
        """Return an entry for every line received since the last time; what was lost meanwhile is a failure.

        The lines that are only counted are heard, too.
        """
        lines = self.receiver.drain()
        entries = self.entries_of(lines)
        if self.noise is not None:
            entries += self.noise.flush(clock.now() - LATE_LINES)
        failures = self._losses()
        if not self.receiver.is_running():
            failures.append(Failure(source=self.source, reason="The syslog receiver is not running."))
        return Collected(
            entries=entries, heard=[Heard(source=self.source, entries=len(lines))], failures=failures
        )

    def entries_of(self, lines: Sequence[ReceivedLine]) -> list[LogEntry]:
        """Return the entries of lines that are not merely counted, and remember who sent them all."""
        made = (self._entry_of(line) for line in lines)
        return [entry for entry in made if entry is not None]

    def senders(self) -> list[SenderSeen]:
        """Return who sent lines so far, most recently heard last."""
        return list(self._senders.values())

    def _entry_of(self, line: ReceivedLine) -> LogEntry | None:
        self._note(line)
        context = msgspec.structs.replace(self.context, heard=line.at)
        if self.noise is not None and self.noise.take_line(line.text, context):
            return None
        entry = self.entry_of_line(line.text, context)
        if self.noise is not None and self.noise.take(entry):
            return None
        # the reader tells CEF from other lines; what it takes for a line of some file was heard by us
        if entry.origins - {Origin.IMPORT}:
            return entry
        return msgspec.structs.replace(entry, origins=frozenset({Origin.SYSLOG}))

    def _note(self, line: ReceivedLine) -> None:
        known = self._senders.pop(line.sender, None)
        first, lines = (known.first, known.lines) if known else (line.at, 0)
        self._senders[line.sender] = SenderSeen(line.sender, first, line.at, lines + 1)
        if len(self._senders) > REMEMBERED_SENDERS:
            self._senders.popitem(last=False)

    def _losses(self) -> list[Failure]:
        drops = self.receiver.drops()
        new = {reason: drops.get(reason, 0) - self._told.get(reason, 0) for reason in LOSSES}
        self._told = {reason: drops.get(reason, 0) for reason in LOSSES}
        return [
            Failure(source=self.source, reason=f"{count} log lines {LOSSES[reason]}.")
            for reason, count in new.items()
            if count > 0
        ]
