"""Another service kept at arm's length: a thread of its own, a time limit, and a circuit breaker."""

from __future__ import annotations

import threading
from datetime import datetime

import structlog
from pybreaker import CircuitBreaker, CircuitBreakerError

from unifi_scanner.errors import ScannerError
from unifi_scanner.integrations.base import Integration, failed_section
from unifi_scanner.models.section import Section
from unifi_scanner.reports.prose import counted

MOST_FAILURES = 3  # in a row; then it is left alone
LEFT_ALONE_S = 900.0
log = structlog.get_logger(__name__)


class Guarded:
    """Asks one service in the background; whatever it does, there is a section and nobody waits for longer than they like."""

    def __init__(
        self,
        integration: Integration,
        *,
        most_failures: int = MOST_FAILURES,
        left_alone_s: float = LEFT_ALONE_S,
    ) -> None:
        self.integration = integration
        self._breaker = CircuitBreaker(
            fail_max=most_failures, reset_timeout=left_alone_s, throw_new_error_on_trip=False
        )
        self._left_alone_s = left_alone_s
        self._thread: threading.Thread | None = None
        self._section: Section | None = None
        self._lost_told = False

    def begin(self, since: datetime, now: datetime) -> None:
        """Begin to ask; one question at a time."""
        if self.is_asking:
            return
        self._section = None
        # a daemon: a service that hangs keeps no program from ending
        self._thread = threading.Thread(
            target=self._ask, args=(since, now), name=f"integration-{self.integration.name}", daemon=True
        )
        self._thread.start()

    @property
    def is_asking(self) -> bool:
        """Return whether the answer is still to come."""
        return self._thread is not None and self._thread.is_alive()

    def section(self) -> Section:
        """Return what the service told, or that it did not tell; waits for nothing."""
        if self.is_asking:
            return self._failed(f"{self.integration.title} did not answer in time.")
        if self._section is None:
            return self._failed(
                f"Asking {self.integration.title} failed for a reason we did not foresee. See the log."
            )
        return self._section

    def _ask(self, since: datetime, now: datetime) -> None:
        try:
            self._section = self._breaker.call(self.integration.collect, since, now)
        except CircuitBreakerError:
            self._section = self._failed(self._resting())
        except ScannerError as exc:
            self._section = self._failed(str(exc))
        else:
            self._tell_back()

    def _resting(self) -> str:
        minutes = max(1, round(self._left_alone_s / 60))
        return (
            f"{self.integration.title} failed {self._breaker.fail_max} times in a row. "
            f"It is left alone for {counted(minutes, 'minute')}, then asked again."
        )

    def _failed(self, reason: str) -> Section:
        if not self._lost_told:
            self._lost_told = True
            log.warning("integration_lost", integration=self.integration.name, reason=reason)
        return failed_section(self.integration, reason)

    def _tell_back(self) -> None:
        if self._lost_told:
            self._lost_told = False
            log.info("integration_back", integration=self.integration.name)
