"""What really went on: what happened, when no stream was connected, and who ought to have answered."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import msgspec

from faults.home import histories
from faults.judging import Happened, Span
from unifi_scanner.sim import LedgerRow, SimulatedController

SAFE = timedelta(seconds=0.4)  # a frame that left so long before the line broke was heard
LOOK_EVERY_S = 0.01


class Down(msgspec.Struct):
    """A time in which no stream was connected, by the true clock, and how far ahead the scanner's was then.

    `whole` says whether history could make up for it, once that is beyond change.
    """

    start: datetime
    end: datetime | None = None
    ahead: timedelta = timedelta(0)
    whole: bool | None = None


class Truth:
    """The account a scenario keeps, and a thread that watches whether a stream is connected."""

    def __init__(self, twin: SimulatedController, version: str) -> None:
        self.version = version
        self.ahead_s = 0.0  # how far the scanner's clock is ahead of the true one
        self.silent: dict[str, datetime] = {}  # sources that do not answer as they ought, and since when
        self.unfilled: list[tuple[datetime, datetime]] = []  # what history has forgotten
        self._twin = twin
        self._emitted: list[tuple[LedgerRow, datetime]] = []
        self._downs: list[Down] = []
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def begin(self) -> None:
        """Watch the stream from now on."""
        self._watcher.start()

    def end(self) -> None:
        """Watch no more; harmless twice."""
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        self._downs.append(self._down())
        while not self._ended.wait(LOOK_EVERY_S):
            last, connected = self._downs[-1], self._twin.connections() > 0
            if connected and last.end is None:
                last.end = datetime.now(UTC)
            elif not connected and last.end is not None:
                self._downs.append(self._down())

    def _down(self) -> Down:
        return Down(datetime.now(UTC), ahead=timedelta(seconds=self.ahead_s))

    def note(self, row: LedgerRow) -> None:
        """Write down that this happened just now."""
        self._emitted.append((row, datetime.now(UTC)))

    def upgraded(self, version: str) -> None:
        """Write down that the controller is of another version from now on."""
        for down in self._downs:
            down.whole = self._is_whole() if down.whole is None and down.end is not None else down.whole
        self.version = version

    def subjects(self) -> list[str]:
        """Return every client that something happened to."""
        return sorted({str(row.client) for row, _ in self._emitted})

    def happened(self) -> list[Happened]:
        """Return everything that happened so far, oldest first."""
        rows = {row.id: row for row in self._twin.ledger()}
        return [
            Happened(
                ids=(row.id, row.v2_id),
                what=f"{row.key or row.v2_key} {row.client}",
                at=at + timedelta(seconds=self.ahead_s),
                due=self._is_due(rows[row.id], at),
            )
            for row, at in self._emitted
        ]

    def _is_due(self, row: LedgerRow, at: datetime) -> bool:
        """Return whether some way that is still open, or was when it happened, told it."""
        asked = row.sources - {"websocket"} - set(self.silent)
        if asked and not any(start <= at <= end for start, end in self.unfilled):
            return True
        return "websocket" in row.sources and self._was_heard(at)

    def _was_heard(self, at: datetime) -> bool:
        return not any(
            down.start - SAFE <= at and (down.end is None or at <= down.end) for down in list(self._downs)
        )

    def spans(self) -> list[Span]:
        """Return when the stream was down, and whether history could make up for all it tells."""
        spans = []
        for down in self._downs[1:]:  # before the first connection there was nothing to miss
            end = down.end or datetime.now(UTC)
            forgotten = any(start < end and down.start < stop for start, stop in self.unfilled)
            whole = self._is_whole() if down.whole is None else down.whole
            spans.append(
                Span(
                    source="websocket",
                    start=down.start + down.ahead,
                    end=end + down.ahead,
                    open=forgotten or not whole,
                )
            )
        return spans

    def _is_whole(self) -> bool:
        """Return whether history tells all that the stream tells: v1's events, and only those, do."""
        return "rest" in histories(self.version) - set(self.silent)

    def silent_for(self, seconds: float) -> frozenset[str]:
        """Return which sources have not answered as they ought for so long."""
        edge = datetime.now(UTC) - timedelta(seconds=seconds)
        silent = {source for source, since in self.silent.items() if since < edge}
        last = self._downs[-1] if self._downs else None
        if last is not None and last.end is None and last.start < edge and not self._is_whole():
            silent.add("websocket")  # where history tells all of it, a stream that is missing hides nothing
        return frozenset(silent)
