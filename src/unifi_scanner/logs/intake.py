"""What becomes of a line once it has arrived: counted, limited, journalled, kept. Called from one thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import structlog

from unifi_scanner import clock
from unifi_scanner.errors import ScannerError
from unifi_scanner.logs.framing import Text
from unifi_scanner.logs.rate import RateLimit
from unifi_scanner.logs.received import LineBuffer, ReceivedLine
from unifi_scanner.logs.senders import AllowList

NOT_ALLOWED, TOO_FAST, BUFFER_FULL = "not_allowed", "too_fast", "buffer_full"
TOO_LONG, BINARY = "too_long", "binary"  # kept, but altered
TOO_MANY_CONNECTIONS, NO_TLS, IDLE = "too_many_connections", "tls_failed", "idle"  # connections, not lines
MISSED = "missed_by_the_system"  # the kernel's own queue was full
NAMED_STRANGERS = 1000
log = structlog.get_logger(__name__)
OnLine = Callable[[ReceivedLine], None]


class Intake:
    """Decides on every line that arrives and keeps the count of each decision."""

    def __init__(
        self, allow: AllowList, rate: RateLimit, buffer: LineBuffer, on_line: OnLine | None = None
    ) -> None:
        self.allow = allow
        self.rate = rate
        self.buffer = buffer
        self.on_line = on_line
        self.drops: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self._strangers: set[str] = set()
        self._journal_broken = False
        self._full = False

    def admits(self, sender: str) -> bool:
        """Return whether we listen to this address; a refusal is counted, and logged once for each address."""
        if self.allow.allows(sender):
            return True
        self.drops[NOT_ALLOWED] += 1
        if sender not in self._strangers and len(self._strangers) < NAMED_STRANGERS:
            self._strangers.add(sender)
            log.warning(
                "syslog_sender_refused", sender=sender, hint="Add it to UNIFI_SYSLOG_ALLOW if it is yours."
            )
        return False

    def take(self, sender: str, text: Text) -> None:
        """Keep one message of an admitted sender, or count why not."""
        self.counts["received"] += 1
        if not self.rate.allows(sender, clock.monotonic()):
            self.drops[TOO_FAST] += 1
            return
        self.drops[TOO_LONG] += text.cut
        self.drops[BINARY] += text.binary
        self._keep(ReceivedLine(clock.now(), sender, text.text))

    def _keep(self, line: ReceivedLine) -> None:
        if not self.buffer.has_room(line.text):
            self.drops[BUFFER_FULL] += 1
            self._say_full()
            return
        self._full = False
        if self.on_line is None:
            self.buffer.add(line)
        else:
            self.buffer.add(line, partial(self._journal, self.on_line, line))
        self.counts["kept"] += 1

    def _say_full(self) -> None:
        if not self._full:
            self._full = True
            log.warning("syslog_buffer_filled", lines=len(self.buffer))

    def _journal(self, on_line: OnLine, line: ReceivedLine) -> None:
        try:
            on_line(line)
        except (OSError, ScannerError) as exc:
            self.counts["not_journalled"] += 1
            if not self._journal_broken:
                self._journal_broken = True
                log.warning("syslog_journal_lost", reason=str(exc))
        else:
            if self._journal_broken:
                self._journal_broken = False
                log.info("syslog_journal_back")

    def tell_floods(self) -> None:
        """Log which senders began and which ceased to send too fast."""
        for flood in self.rate.floods(clock.monotonic()):
            if flood.over:
                log.info("syslog_flood_ended", sender=flood.sender, refused=flood.refused)
            else:
                log.warning(
                    "syslog_flood_began", sender=flood.sender, hint="UNIFI_SYSLOG_LINES_PER_S is the limit."
                )
