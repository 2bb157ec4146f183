"""The switches of a simulated controller for what it answers: errors, pauses, nonsense, rows that are forgotten."""

from __future__ import annotations

from threading import RLock

from unifi_scanner.sim.console import Console
from unifi_scanner.sim.faults import Twist
from unifi_scanner.sim.sessions import pause_header


class AnswerSwitches:
    """What a test may change about answers and handshakes, from any thread."""

    _lock: RLock
    _console: Console

    def throttle(
        self,
        endpoint_substring: str,
        retry_after: int | None = None,
        *,
        as_date: bool = False,
        on: bool = True,
    ) -> None:
        """Let every path that contains the substring answer 429 and ask for a pause, or no longer."""
        with self._lock:
            self._console.throttled.pop(endpoint_substring, None)
            if on:
                headers = pause_header(retry_after, as_date=as_date)
                self._console.throttled[endpoint_substring] = headers

    def fail(
        self,
        endpoint_substring: str,
        status: int | None,
        body: str | None = None,
        times: int | None = None,
        *,
        after: int = 0,
        retry_after: int | None = None,
    ) -> None:
        """Let every path that contains the substring answer `status`, for ever or `times`; None ends it.

        The first `after` requests are still answered well.
        """
        with self._lock:
            self._console.faults.fail(
                endpoint_substring, status, body, times, after=after, retry_after=retry_after
            )

    def allow_only_get(self, on: bool) -> None:
        """Refuse every POST behind the sign-in, as some do to accounts that may only read, or no longer."""
        with self._lock:
            self._console.faults.get_only = on

    def twist(self, endpoint_substring: str, how: str | None, seconds: float = 0.0) -> None:
        """Let every path that contains the substring answer otherwise than it would; None ends it.

        `how` is one of: empty, malformed, not_json, twice, late (rows come `seconds` after they happened), and
        forgetful (all rows that are older than `seconds` now are gone for good).
        """
        with self._lock:
            edge = self._console.clock.now_ms() - round(seconds * 1000) if how == "forgetful" else 0
            twist = None if how is None else Twist(how=how, seconds=seconds, edge_ms=edge)
            self._console.faults.twist(endpoint_substring, twist)

    def delay(self, endpoint_substring: str, seconds: float) -> None:
        """Let every path that contains the substring answer so much later; 0 ends it."""
        with self._lock:
            self._console.faults.delay(endpoint_substring, seconds)

    def refuse_sockets(self, status: int | None) -> None:
        """Answer the next handshakes with this status; None lets them in again."""
        with self._lock:
            self._console.faults.refused = status

    def close_at_once(self, on: bool) -> None:
        """Accept handshakes and close right away, or no longer."""
        with self._lock:
            self._console.faults.close_at_once = on

    def keep_only(self, source: str, seconds: float | None) -> None:
        """Let a list (`rest`, `alarm`, `ips`, `system_log`) forget what is older; None keeps everything."""
        with self._lock:
            self._console.retention_ms.pop(source, None)
            if seconds is not None:
                self._console.retention_ms[source] = round(seconds * 1000)

    def archive_alarms(self) -> None:
        """Put every alarm so far away, as a person would."""
        with self._lock:
            self._console.archived |= {str(row["_id"]) for row in self._console.ledger.v1_items("alarm")}

    def cap_pages(self, rows: int) -> None:
        """Give no more than so many rows a page of system-log, whatever is asked."""
        with self._lock:
            self._console.faults.page_cap = rows

    def shift_pages(self, rows: int) -> None:
        """Let so many new things happen after every page of system-log, so that rows move on to later pages."""
        with self._lock:
            self._console.faults.shifting = rows

    def want_every_list(self, on: bool) -> None:
        """Refuse questions about flows that leave a list out, as some builds do, or no longer."""
        with self._lock:
            self._console.faults.picky_flows = on
