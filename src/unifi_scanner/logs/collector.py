"""The chain of sources as a table: WebSocket, then REST v1 and v2, then SSH, then what is known of the devices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from unifi_scanner.errors import CollectionError, ScannerError, SignInRefused, SignInThrottled
from unifi_scanner.logs.base import Collected, Collector, Failure
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine

CHAIN = (
    "websocket",
    "syslog",
    "rest",
    "super",
    "alarm",
    "ips",
    "system_log",
    "activity",
    "flows",
    "anomalies",
    "ssh",
    "samples",
)  # in this order; one that is not configured is left out
STRANGE = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)
log = structlog.get_logger(__name__)


class LogCollector:
    """Asks every source in turn; what one of them cannot do never costs another's entries."""

    def __init__(self, sources: Sequence[Collector]) -> None:
        self.sources = sorted(
            sources, key=lambda s: CHAIN.index(s.source) if s.source in CHAIN else len(CHAIN)
        )

    def collect(self, since: datetime | None = None) -> list[LogEntry]:
        """Return every entry once, oldest first; raises CollectionError only when every source failed."""
        return combine(self.gather(since).entries)

    def gather(self, since: datetime | None = None) -> Collected:
        """Return the entries, each once, together with what answered and what failed."""
        told = self.hear(since)
        return msgspec.structs.replace(told, entries=combine(told.entries))

    def hear(self, since: datetime | None = None) -> Collected:
        """Return what every source told, not merged: for a store that knows what it heard before.

        Raises like `collect`. Merged too early, an entry forgets the ids it was stored under.
        """
        parts, errors = self._ask_all(since)
        broken = [Failure(source=source, reason=str(error)) for source, error in errors]
        if errors and not any(part.heard or part.entries for part in parts):
            raise _of_all([error for _, error in errors])
        entries = [entry for part in parts for entry in part.entries]
        heard = [h for part in parts for h in part.heard]
        failures = [f for part in parts for f in part.failures] + broken
        log.info(
            "log_collection_complete",
            entries=len(entries),
            heard={h.source: h.entries for h in heard},
            failed=[f.source for f in failures if not f.gone],
        )
        samples = next((part.samples for part in parts if part.samples is not None), None)
        return Collected(entries=entries, heard=heard, failures=failures, samples=samples)

    def _ask_all(self, since: datetime | None) -> tuple[list[Collected], list[tuple[str, Exception]]]:
        parts: list[Collected] = []
        errors: list[tuple[str, Exception]] = []
        for source in self.sources:
            try:
                parts.append(source.collect(since))
            except ScannerError as exc:
                log.warning("source_failed", source=source.source, reason=str(exc))
                errors.append((source.source, exc))
            except STRANGE as exc:  # an answer nobody thought of: its source is lost, the others are not
                log.exception("source_failed", source=source.source)
                errors.append((source.source, exc))
        return parts, errors


def _of_all(errors: Sequence[Exception]) -> Exception:
    """Return what it means that no source could be read; a refused sign-in is told as what it is."""
    refused = [error for error in errors if isinstance(error, (SignInRefused, SignInThrottled))]
    if refused:
        return refused[0]
    return CollectionError("No source could be read. " + " ".join(map(str, errors)))
