"""What a scenario plays on: a simulated controller, lives of the service, and a true account of what went on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

import msgspec

from faults.judging import Delivered, Happened, NamedGap, Outcome, Run, Span, Stored, judge
from faults.life import Life, wait_for
from faults.living import newest_reports
from unifi_scanner.sim import Flavour, LedgerRow, Scenario, SimulatedController, parse_scenario
from unifi_scanner.store import SqliteStore, open_store

POLL_S = 0.3
SAFE = timedelta(seconds=0.4)  # a frame that left so long before the line broke was heard
SETTLED_S = 8.0
DATA_FILE = "unifi-scanner.db"
RULES = Path(__file__).parent / "rules"
HOME = """
title = "A small home"
seed = 5
duration = "2h"
[serving]
state_frames_every = "500ms"
[network.gateway]
name = "Gateway"
[[network.aps]]
name = "Kitchen AP"
[[network.switches]]
name = "Rack Switch"
[[network.clients]]
name = "Anna's iPhone"
hostname = "Annas-iPhone"
ssid = "Home"
"""
BOTH, V1_ONLY, V2_ONLY = "client_connects", "client_unblocked", "vpn_connects"
HISTORY = {
    "rest": "stat/event",
    "alarm": "list/alarm",
    "ips": "stat/ips/event",
    "system_log": "system-log/all",
}


def home() -> Scenario:
    """Return the network every scenario plays in."""
    return parse_scenario(HOME, "faults.toml")


class Down(msgspec.Struct):
    """A time in which no stream was connected, by the true clock, and how far ahead the scanner's was then.

    `whole` says whether history could make up for it, once that is beyond change.
    """

    start: datetime
    end: datetime | None = None
    ahead: timedelta = timedelta(0)
    whole: bool | None = None


class Stage:
    """One run: everything on it is real but the network, and everything that happens is written down."""

    def __init__(self, directory: Path, seed: int, *, version: str, **more: Any) -> None:
        self.rng = Random(seed)
        self.version = version
        flavour = Flavour.CLASSIC if version_of(version) < (8,) else Flavour.UNIFI_OS
        self.ahead_s = 0.0  # how far the scanner's clock is ahead of the true one
        self.twin = SimulatedController(
            home(), flavour=flavour, network_version=version, start_at=more.pop("start_at", None)
        )
        self.directory = directory
        self.more: dict[str, str] = more.pop("environ", {})
        self.lived: Callable[..., Any] = more.pop("lived", Life)
        self.how: dict[str, Any] = more
        self.life: Any = None  # a Life, or whatever has its methods
        self.silent: dict[str, datetime] = {}
        self.downs: list[Down] = []
        self.delivered: list[Delivered] = []
        self.notes: list[str] = []
        self.unfilled: list[tuple[datetime, datetime]] = []  # down so long that history had forgotten
        self._emitted: list[tuple[LedgerRow, datetime]] = []
        self._read: set[str] = set()
        self._watching = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._clients = 0
        self._store: SqliteStore | None = None

    def __enter__(self) -> Self:
        self.twin.start()
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watching.set()
        self._watcher.join()
        if self.life is not None and self.life.alive:
            self.life.kill()
        if self._store is not None:
            self._store.close()
        self.twin.stop()

    @property
    def data(self) -> Path:
        """Return the data directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """Return what the lives wrote to stderr."""
        return self.directory / "log"

    def now(self) -> datetime:
        """Return the moment by the scanner's clock."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    def environ(self) -> dict[str, str]:
        """Return the settings of a life."""
        return {
            "HOME": str(self.directory),
            "UNIFI_HOST": "127.0.0.1",
            "UNIFI_PORT": str(self.twin.port),
            "UNIFI_USERNAME": "scanner",
            "UNIFI_PASSWORD": "correct horse",
            "UNIFI_TLS_FINGERPRINT": self.twin.fingerprint,
            "UNIFI_DATA_DIR": str(self.data),
            "UNIFI_FILE_DIR": str(self.directory / "reports"),
            "UNIFI_POLL_INTERVAL_S": str(POLL_S),
            "UNIFI_RULES_DIR": str(RULES),
            "UNIFI_SCHEDULE_TIMEZONE": "Europe/Berlin",
            **self.more,
        }

    # what is done to the service

    def begin(self, *, connected: bool = True) -> None:
        """Start a life as a supervisor does: again and again until it stays, and is connected."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self.life is None or not self.life.alive:
                self.begin_unwatched()
            if wait_for(lambda: self.twin.connections() > 0 or not self.life_is_alive(), 2.0):
                if self.twin.connections() > 0:
                    return
                time.sleep(0.1)
            elif not connected:
                return
        self.notes.append(f"the service never connected: {self._last_words()}")

    def begin_unwatched(self) -> None:
        """Start a life and do not wait for anything."""
        self.life = self.lived(self.environ(), self.log, **self.how | {"clock_offset": self.ahead_s})

    def life_is_alive(self) -> bool:
        """Return whether the present life runs."""
        return self.life is not None and self.life.alive

    def kill(self) -> None:
        """End the present life with SIGKILL."""
        if self.life is not None:
            self.life.kill()
            self.life = None
            wait_for(lambda: self.twin.connections() == 0, 2.0)

    def stop(self) -> None:
        """End the present life in an orderly way."""
        if self.life is not None:
            code = self.life.stop()
            if code != 0:
                self.notes.append(f"an orderly stop ended with {code}: {self._last_words()}")
            self.life = None

    def set_clock(self, ahead_s: float) -> None:
        """Let the scanner's machine be that far ahead of the true time, at once."""
        self.ahead_s = ahead_s
        if self.life is not None:
            self.life.set_clock(ahead_s, schedule=self.how.get("schedule_shifted", True))

    def tell(self) -> None:
        """Have a report made and delivered; what did not answer for a while must be in it."""
        if self.life is None:
            return
        silent = self._silent_now()
        if not self.life.tell():
            self.life_is_alive()
        self.gather(silent & self._silent_now())

    def gather(self, silent: frozenset[str] = frozenset()) -> None:
        """Take in the reports that were delivered since the last time."""
        for path in newest_reports(self.directory / "reports"):
            if path.name not in self._read:
                self._read.add(path.name)
                report = msgspec.json.decode(path.read_bytes())
                self.delivered.append(Delivered(report=report, silent=silent))

    # what happens on the network

    def emit(self, count: int = 1, *kinds: str, apart: float = 0.0) -> None:
        """Let clients come, be let back in, or dial in by VPN: each a client of its own."""
        for _ in range(count):
            self._clients += 1
            mac = f"02:00:00:00:{self._clients // 256:02x}:{self._clients % 256:02x}"
            self.emit_same(self.rng.choice(kinds or self.usual()), mac)
            if apart:
                time.sleep(apart)

    def emit_same(self, kind: str, mac: str) -> None:
        """Let this very thing happen to this very client."""
        self._emitted.append((self.twin.emit(kind, client=mac), datetime.now(UTC)))

    def macs(self) -> list[str]:
        """Return every client that something happened to."""
        return sorted({str(row.client) for row, _ in self._emitted})

    def usual(self) -> tuple[str, ...]:
        """Return what may happen so that this version tells it in every way it has."""
        return (BOTH, BOTH, V1_ONLY, *((V2_ONLY,) if version_of(self.version) >= (9,) else ()))

    def pause(self, least: float = 0.1, most: float = 0.5) -> None:
        """Let a random while pass."""
        time.sleep(self.rng.uniform(least, most))

    # what goes wrong with the controller

    def break_source(self, source: str, broken: Callable[[str], None]) -> None:
        """Let `broken(path)` make a history source fail, and remember since when."""
        broken(HISTORY[source])
        if source in self.ought():
            self.silent.setdefault(source, datetime.now(UTC))

    def mend(self) -> None:
        """Let every history source answer again."""
        for source, path in HISTORY.items():
            self.twin.fail(path, None)
            self.twin.twist(path, None)
            self.silent.pop(source, None)

    def ought(self) -> frozenset[str]:
        """Return the history sources that this version answers with something new (docs/protocol.md 0)."""
        number = version_of(self.version)
        checks = {
            "rest": number < (10,),
            "alarm": number < (10, 3),
            "ips": number < (9, 3, 45),
            "system_log": number >= (9,),
        }
        return frozenset(source for source, answers in checks.items() if answers)

    def upgrade(self, version: str) -> None:
        """Let the controller be upgraded, as an upgrade is: with a restart."""
        for down in self.downs:
            down.whole = self._is_whole() if down.whole is None and down.end is not None else down.whole
        self.twin.upgrade(version)
        self.version = version

    def _is_whole(self) -> bool:
        """Return whether history tells all that the stream tells: v1's events, and only those, do."""
        return "rest" in self.ought() - set(self.silent)

    def expect_stored(self, last: int, seconds: float, when: str) -> None:
        """Note it when the `last` things that happened are not in the store within `seconds`."""

        def are_there() -> bool:
            stored = {entry.record for entry in self.stored()}
            return not any(stored.isdisjoint(one.ids) for one in self._happened()[-last:])

        if not wait_for(are_there, seconds, 0.1):
            self.notes.append(f"nothing was stored for {seconds:.0f} s {when}")

    # the end

    def finish(self, *, connected: bool = True) -> Outcome:
        """Let everything settle, tell what is left, stop, and judge."""
        if not self.life_is_alive():
            self.life = None
            self.begin(connected=connected)
        elif connected and not wait_for(lambda: self.twin.connections() > 0, SETTLED_S):
            self.notes.append(f"the stream never came back: {self._last_words()}")
        settled = wait_for(self._all_stored, SETTLED_S, 0.1)
        time.sleep(2 * POLL_S + 0.1)
        self.tell()
        wait_for(self._all_told, 1.5, 0.1)
        self._watching.set()  # that the stream ends with the service is no gap
        self._watcher.join()
        self.stop()
        self.gather()
        outcome = judge(self._run())
        if not settled and not outcome.lost:
            self.notes.append(
                f"nothing was stored for {SETTLED_S:.0f} s, until a report or the end made it so"
            )
        outcome.notes += self.notes
        outcome.other = len(self.notes)
        return outcome

    def _all_stored(self) -> bool:
        stored = {entry.record for entry in self.stored()}
        return not any(one.due and stored.isdisjoint(one.ids) for one in self._happened())

    def _all_told(self) -> bool:
        store = self._open()
        return (
            all(store.told_upto(shard) >= store.last_seq(shard) for shard in store.shards())
            and not store.pending()
        )

    def stored(self) -> list[Stored]:
        """Return everything in the store."""
        store = self._open()
        return [
            Stored(
                id=entry.id,
                record=str(entry.raw_data.get("_id") or entry.raw_data.get("id") or ""),
                kind=entry.kind,
            )
            for shard in store.shards()
            for entry in store.entries(shard, with_raw=True)
        ]

    def _open(self) -> SqliteStore:
        if self._store is None:
            self._store = open_store(self.data / DATA_FILE)
        return self._store

    def _run(self) -> Run:
        store = self._open()
        gaps = [
            NamedGap(source=gap.source, start=gap.start, end=gap.end, closed=gap.closed)
            for shard in store.shards()
            for gap in store.gaps(shard)
        ]
        return Run(
            happened=self._happened(),
            stored=self.stored(),
            delivered=self.delivered,
            spans=self._spans(),
            gaps=gaps,
            dead=frozenset(self.silent),
        )

    def _happened(self) -> list[Happened]:
        rows = {row.id: row for row in self.twin.ledger()}
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
            down.start - SAFE <= at and (down.end is None or at <= down.end) for down in list(self.downs)
        )

    def _spans(self) -> list[Span]:
        """Return when the stream was down, and whether history could make up for all it tells."""
        spans = []
        for down in self.downs[1:]:  # before the first connection there was nothing to miss
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

    def _silent_now(self) -> frozenset[str]:
        edge = datetime.now(UTC) - timedelta(seconds=3 * POLL_S)
        silent = {source for source, since in self.silent.items() if since < edge}
        last = self.downs[-1] if self.downs else None
        if last is not None and last.end is None and last.start < edge:
            silent.add("websocket")
        return frozenset(silent)

    def _watch(self) -> None:
        self.downs.append(Down(datetime.now(UTC), ahead=timedelta(seconds=self.ahead_s)))
        while not self._watching.wait(0.01):
            last, connected = self.downs[-1], self.twin.connections() > 0
            if connected and last.end is None:
                last.end = datetime.now(UTC)
            elif not connected and last.end is not None:
                self.downs.append(Down(datetime.now(UTC), ahead=timedelta(seconds=self.ahead_s)))

    def _last_words(self) -> str:
        with suppress(OSError):
            return self.log.read_text(encoding="utf-8", errors="replace")[-600:]
        return "it wrote nothing"


def version_of(text: str) -> tuple[int, ...]:
    """Return a version as numbers."""
    return tuple(int(part) for part in text.split("."))


__all__ = ["BOTH", "HISTORY", "V1_ONLY", "V2_ONLY", "Stage", "version_of"]
