"""Reading a long list page by page: what to ask next, when to stop, and what was left unread. Pure.

Rows come newest first, so a read that is cut short has the newest part and lacks the oldest; while it goes on,
new rows push older ones to later pages, which only makes rows come twice (docs/protocol.md C, D.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from unifi_scanner.errors import AnswerUnusable
from unifi_scanner.models.log_entry import digest_of
from unifi_scanner.models.wire_time import event_time

V1_PAGE, V2_PAGE = 3000, 100  # the most rows an answer was seen to hold (docs/protocol.md C, D.2)
MAX_PAGES = 500
MOST_RESTARTS = 3
BARREN_PAGES = 3  # so many pages in a row with nothing new mean that the page number is not looked at
TOO_LONG = "It holds more than could be read at once; the older part is read next time."
STUCK = "It gave the same page again and again."
Row = dict[str, Any]
Moment = Callable[[Mapping[str, Any]], datetime | None]


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """The span that was asked for and not read: from `since` to `until`, or to the end where that is None."""

    since: datetime
    until: datetime | None
    reason: str


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Rows, oldest first, those without a time in front; `unread` where they are not all there is.

    A row that is no object is kept as it came.
    """

    rows: tuple[Any, ...] = ()
    unread: Unread | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)


class Pages:
    """One list being read: `question` says what to ask, `take` what came; done when `is_finished`."""

    def __init__(
        self,
        since: datetime,
        until: datetime | None = None,
        *,
        size: int = V2_PAGE,
        max_pages: int = MAX_PAGES,
        moment: Moment = event_time,
    ) -> None:
        self.since = since
        self.until = until
        self.size = size
        self.is_finished = False
        self.asked = 0
        self.number = 0
        self._max_pages = max_pages
        self._moment = moment
        self._rows: dict[str, Any] = {}
        self._oldest: datetime | None = None
        self._is_newest_first = True
        self._barren = self._restarts = 0
        self._problem = ""

    def question(self) -> dict[str, Any]:
        """Return what tells the next page from the others, in the words of v2 (docs/protocol.md D.2)."""
        return {"pageNumber": self.number, "pageSize": self.size}

    def take(self, answer: Any) -> None:
        """Take in an answer; raises AnswerUnusable where it is no page."""
        page = rows_of(answer)
        self.asked += 1
        fresh = self._add(page)
        ought = self.number * self.size + len(page) > len(self._rows) - fresh
        more = says_more(answer, self.number)
        if not page or more is False or (fresh and self._reaches_back(page)):
            self.is_finished = True
        elif more and len(page) < self.size and self._restarts < MOST_RESTARTS:
            # it caps pages below what was asked; whether it counts in pages of ours or of its own is not known
            self.size, self.number, self._restarts = len(page), 0, self._restarts + 1
        else:
            self.number += 1
        self._check_limits(is_barren=ought and not fresh)

    def interrupt(self, reason: str) -> None:
        """End here: a page could not be read."""
        self._problem = reason
        self.is_finished = True

    def read(self) -> Read:
        """Return what was read so far, each row once."""
        rows = recent(list(self._rows.values()), self.since, self._moment)
        if not self._problem:
            return Read(rows=rows)
        # in any other order nobody knows which part is missing
        until = self._oldest if self._is_newest_first and self._oldest else self.until
        return Read(rows=rows, unread=Unread(since=self.since, until=until, reason=self._problem))

    def _check_limits(self, *, is_barren: bool) -> None:
        self._barren = self._barren + 1 if is_barren else 0
        if self.is_finished:
            return
        if self.asked >= self._max_pages:
            self.interrupt(TOO_LONG)
        elif self._barren >= BARREN_PAGES:
            self.interrupt(STUCK)

    def _add(self, page: Sequence[Any]) -> int:
        before = len(self._rows)
        for row in page:
            self._rows.setdefault(key_of(row), row)
        times = _times(page, self._moment)
        if times:
            self._is_newest_first = self._is_newest_first and times[0] >= times[-1]
            self._oldest = min(times) if self._oldest is None else min(self._oldest, *times)
        return len(self._rows) - before

    def _reaches_back(self, page: Sequence[Any]) -> bool:
        times = _times(page, self._moment)
        return self._is_newest_first and bool(times) and min(times) < self.since


class OffsetPages(Pages):
    """The same over v1, which counts in rows and says only sometimes that there are more (docs/protocol.md C)."""

    def __init__(
        self,
        since: datetime,
        until: datetime | None = None,
        *,
        size: int = V1_PAGE,
        max_pages: int = MAX_PAGES,
    ) -> None:
        super().__init__(since, until, size=size, max_pages=max_pages)

    def question(self) -> dict[str, Any]:
        """Return what tells the next page from the others, in the words of v1."""
        return {"_start": self.number, "_limit": self.size}

    def take(self, answer: Any) -> None:
        """Take in an answer; raises AnswerUnusable where it is no page."""
        page = rows_of(answer)
        self.asked += 1
        fresh = self._add(page)
        self.number += len(page)
        meta = answer.get("meta") if isinstance(answer, Mapping) else None
        count = meta.get("count") if isinstance(meta, Mapping) else None
        has_more = len(page) >= self.size or (isinstance(count, int) and count > self.number)
        self.is_finished = not page or not has_more or (bool(fresh) and self._reaches_back(page))
        self._check_limits(is_barren=not fresh)


def rows_of(answer: Any) -> list[Any]:
    """Return the rows of an answer of either kind; raises AnswerUnusable where it holds no list."""
    data = answer.get("data") if isinstance(answer, Mapping) else answer
    if not isinstance(data, list):
        raise AnswerUnusable("It answered with something that is not a list.")
    return data


def says_more(answer: Any, number: int) -> bool | None:
    """Return whether a page says that others follow; None where it does not say (docs/protocol.md D.2)."""
    if not isinstance(answer, Mapping):
        return False  # a bare list is everything (docs/protocol.md D.1, `critical`)
    if answer.get("has_next") is True:
        return True
    if answer.get("or_more") is True:
        return None  # the totals are lower bounds
    if "has_next" in answer:
        return False
    total = answer.get("total_page_count")
    return number + 1 < total if isinstance(total, int) else None


def key_of(row: Any) -> str:
    """Return what tells a row from every other: its id, or all of it."""
    own = (row.get("_id") or row.get("id")) if isinstance(row, Mapping) else None
    return own if isinstance(own, str) else "row " + digest_of(row)


def recent(rows: Sequence[Any], since: datetime, moment: Moment = event_time) -> tuple[Any, ...]:
    """Return the rows from `since` on, oldest first; those that do not say when come first."""
    timed = [(_time(row, moment), row) for row in rows]
    kept = [(at, row) for at, row in timed if at is None or at >= since]
    return tuple(row for _, row in sorted(kept, key=lambda pair: (pair[0] is not None, pair[0] or since)))


def newest_of(rows: Sequence[Any], moment: Moment = event_time) -> datetime | None:
    """Return the latest time any row tells."""
    return max(_times(rows, moment), default=None)


def join(reads: Sequence[Read], moment: Moment = event_time) -> Read:
    """Return several reads as one, each row once; what any of them lacks is unread."""
    rows = {key_of(row): row for read in reads for row in read.rows}
    ordered = sorted(rows.values(), key=lambda row: _sortable(_time(row, moment)))
    missing = [read.unread for read in reads if read.unread is not None]
    return Read(rows=tuple(ordered), unread=widest(missing))


def widest(missing: Sequence[Unread]) -> Unread | None:
    """Return the one span that holds every one of `missing`."""
    if not missing:
        return None
    ends = [one.until for one in missing]
    return Unread(
        since=min(one.since for one in missing),
        until=None if None in ends else max(end for end in ends if end is not None),
        reason=" ".join(dict.fromkeys(one.reason for one in missing)),
    )


def is_newest_first(rows: Sequence[Any]) -> bool:
    """Return whether the first row is the latest, as far as rows say when they happened."""
    times = _times(rows, event_time)
    return not times or times[0] >= times[-1]


def misses_some(rows: Sequence[Any], since: datetime) -> bool:
    """Return whether a list that was cut off may lack a row from `since` on."""
    times = _times(rows, event_time)
    return not times or not is_newest_first(rows) or min(times) >= since


def says_cut(answer: Any, rows: int) -> bool:
    """Return whether v1 says that there were more rows than it gave (docs/protocol.md C)."""
    meta = answer.get("meta") if isinstance(answer, dict) else None
    count = meta.get("count") if isinstance(meta, dict) else None
    return isinstance(count, int) and count > rows


def _times(rows: Sequence[Any], moment: Moment) -> list[datetime]:
    return [at for row in rows if (at := _time(row, moment)) is not None]


def _time(row: Any, moment: Moment) -> datetime | None:
    return moment(row) if isinstance(row, Mapping) else None


def _sortable(at: datetime | None) -> tuple[bool, float]:
    return (at is not None, at.timestamp() if at is not None else 0.0)
