"""The chain of sources as a table: WebSocket, then REST v1 and v2, then SSH."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from unifi_scanner.errors import CollectionError
from unifi_scanner.logs.base import Collected, Collector, Failure
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine, unite

CHAIN = ("websocket", "rest", "system_log", "ssh")  # in this order; one that is not configured is left out
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
        """Return every record that was heard, oldest first, together with what answered and what failed.

        Two ways of hearing one event are still two records here: whoever stores them must know each by its own id,
        or would take the second one for another event when it comes again alone.
        """
        parts, broken = self._ask_all(since)
        if self.sources and len(broken) == len(self.sources):
            raise CollectionError("No source could be read. " + " ".join(f.reason for f in broken))
        entries = unite(entry for part in parts for entry in part.entries)
        heard = [h for part in parts for h in part.heard]
        failures = [f for part in parts for f in part.failures] + broken
        log.info(
            "log_collection_complete",
            entries=len(entries),
            heard={h.source: h.entries for h in heard},
            failed=[f.source for f in failures if not f.gone],
        )
        return Collected(entries=entries, heard=heard, failures=failures)

    def _ask_all(self, since: datetime | None) -> tuple[list[Collected], list[Failure]]:
        parts: list[Collected] = []
        broken: list[Failure] = []
        for source in self.sources:
            try:
                parts.append(source.collect(since))
            except CollectionError as exc:
                log.warning("source_failed", source=source.source, reason=str(exc))
                broken.append(Failure(source=source.source, reason=str(exc)))
        return parts, broken
