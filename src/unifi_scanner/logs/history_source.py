"""One list of a controller's history -> entries: asked alone, failing alone, resumed where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import msgspec
import structlog

from unifi_scanner import clock
from unifi_scanner.api.paging import Read, Unread, widest
from unifi_scanner.errors import (
    CollectionError,
    ControllerError,
    EndpointForbidden,
    EndpointGone,
    SignInRefused,
    SignInThrottled,
)
from unifi_scanner.logs.base import Collected, Failure, Heard
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.normalise import entries_of
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.wire_time import EPOCH

LATE_ROWS = timedelta(minutes=15)  # a row may be written down later than it happened
BEGINNING = EPOCH + timedelta(days=1)
log = structlog.get_logger(__name__)


class Fetch(Protocol):
    """One of the lists of UnifiClient."""

    def __call__(self, since: datetime, until: datetime | None = None) -> Read:
        """Read the list from `since` on."""
        ...


class Span(NamedTuple):
    """From when until when a list is to be read, or was; no end means up to now."""

    since: datetime
    until: datetime | None


class HistorySource:
    """A Collector over one list; its subclasses say which, and how to call what comes from it."""

    source: str
    origin: Origin
    error: type[CollectionError] = CollectionError

    def __init__(self, fetch: Fetch, *, context: Context | None = None) -> None:
        self._fetch = fetch
        self.context = context or Context()
        self._have: Span | None = None

    def collect(self, since: datetime | None) -> Collected:
        """Return what the list keeps from `since` on.

        A list this controller does not have, or does not show this account, is a `gone` failure. Where only the
        newest part could be read, it is returned together with a failure that says what is missing; the next
        call reads that first. Raises the source's own CollectionError where nothing could be read, and
        SignInRefused or SignInThrottled, which concern every source.
        """
        wanted = since or BEGINNING
        begun = clock.now()
        try:
            read = self._read(spans_to_read(wanted, self._have), begun)
        except (SignInRefused, SignInThrottled):
            raise
        except (EndpointGone, EndpointForbidden) as exc:
            return Collected(failures=[Failure(source=self.source, reason=str(exc), gone=True)])
        except ControllerError as exc:
            raise self.error(str(exc), exc) from exc
        return self._collected(read)

    def fit_to_keep(self, row: Any) -> Any:
        """Return a row as it may be kept."""
        return row

    def _read(self, spans: Sequence[Span], begun: datetime) -> Read:
        reads: list[Read] = []
        for span in spans:
            try:
                reads.append(self._fetch(span.since, span.until))
            except ControllerError as exc:
                if not reads:
                    raise
                reads.append(Read(unread=Unread(since=span.since, until=span.until, reason=str(exc))))
            if reads[-1].unread is not None:
                break  # what is older is not read while something newer is missing
        unread = _and_the_rest([read.unread for read in reads if read.unread], spans)
        self._have = Span(unread.until, begun) if unread is not None and unread.until is not None else None
        return Read(rows=tuple(row for read in reads for row in read.rows), unread=unread)

    def _collected(self, read: Read) -> Collected:
        told = msgspec.structs.replace(self.context, origin=self.origin)
        entries: list[LogEntry] = [
            entry for row in read.rows for entry in entries_of(self.fit_to_keep(row), told)
        ]
        times = [entry.timestamp for entry in entries if entry.has_time]
        heard = Heard(
            source=self.source,
            entries=len(entries),
            newest=max(times, default=None),
            oldest=min(times, default=None),
        )
        return Collected(entries=entries, heard=[heard], failures=self._failures(read.unread))

    def _failures(self, unread: Unread | None) -> list[Failure]:
        if unread is None:
            return []
        log.warning("source_read_in_part", source=self.source, reason=unread.reason, until=str(unread.until))
        return [Failure(source=self.source, reason=unread.reason, since=unread.since, until=unread.until)]


def spans_to_read(since: datetime, have: Span | None) -> list[Span]:
    """Return what to read, newest first, to have all from `since` on when `have` was read before."""
    if have is None or have.until is None or since >= have.since:
        return [Span(since, None)]
    return [Span(max(since, have.until - LATE_ROWS), None), Span(since, have.since)]


def _and_the_rest(missing: Sequence[Unread], spans: Sequence[Span]) -> Unread | None:
    """Return what is missing together with the older spans that were therefore not read at all."""
    whole = widest(missing)
    return None if whole is None else msgspec.structs.replace(whole, since=min(span.since for span in spans))
