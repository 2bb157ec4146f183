"""What a scenario plays on: a simulated controller, lives of the service, and a true account of what went on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Self

import msgspec

from faults.home import HISTORY, histories, home, usual, version_of
from faults.judging import Delivered, NamedGap, Outcome, Run, Stored, judge
from faults.life import Life, wait_for
from faults.living import newest_reports
from faults.truth import Truth
from unifi_scanner.sim import Flavour, SimulatedController
from unifi_scanner.store import SqliteStore, open_store

POLL_S = 0.3
START_S, SETTLED_S = 20.0, 8.0
DATA_FILE = "unifi-scanner.db"
RULES = Path(__file__).parent / "rules"


class Stage:
    """One run: everything on it is real but the network, and everything that happens is written down."""

    def __init__(self, directory: Path, seed: int, *, version: str, **more: Any) -> None:
        self.rng = Random(seed)
        flavour = Flavour.CLASSIC if version_of(version) < (8,) else Flavour.UNIFI_OS
        self.twin = SimulatedController(
            home(), flavour=flavour, network_version=version, start_at=more.pop("start_at", None)
        )
        self.truth = Truth(self.twin, version)
        self.directory = directory
        self.more: dict[str, str] = more.pop("environ", {})
        self.lived: Callable[..., Any] = more.pop("lived", Life)
        self.how: dict[str, Any] = more
        self.life: Any = None  # a Life, or whatever has its methods
        self.delivered: list[Delivered] = []
        self.notes: list[str] = []
        self._read: set[str] = set()
        self._clients = 0
        self._store: SqliteStore | None = None

    def __enter__(self) -> Self:
        self.twin.start()
        self.truth.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.truth.end()
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
        deadline = time.monotonic() + START_S
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
        self.life = self.lived(self.environ(), self.log, **self.how | {"clock_offset": self.truth.ahead_s})

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
        self.truth.ahead_s = ahead_s
        if self.life is not None:
            self.life.set_clock(ahead_s, schedule=self.how.get("schedule_shifted", True))

    def tell(self) -> None:
        """Have a report made and delivered; what did not answer for a while must be in it."""
        if self.life is None:
            return
        silent = self.truth.silent_for(3 * POLL_S)
        if not self.life.tell():
            self.life_is_alive()
        self.gather(silent & self.truth.silent_for(3 * POLL_S))

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
            self.emit_same(self.rng.choice(kinds or usual(self.truth.version)), mac)
            if apart:
                time.sleep(apart)

    def emit_same(self, kind: str, mac: str) -> None:
        """Let this very thing happen to this very client."""
        self.truth.note(self.twin.emit(kind, client=mac))

    def pause(self, least: float = 0.1, most: float = 0.5) -> None:
        """Let a random while pass."""
        time.sleep(self.rng.uniform(least, most))

    # what goes wrong with the controller

    def break_source(self, source: str, broken: Callable[[str], None]) -> None:
        """Let `broken(path)` make a history source fail, and remember since when."""
        broken(HISTORY[source])
        if source in histories(self.truth.version):
            self.truth.silent.setdefault(source, datetime.now(UTC))

    def mend(self) -> None:
        """Let every history source answer again."""
        for source, path in HISTORY.items():
            self.twin.fail(path, None)
            self.twin.twist(path, None)
            self.truth.silent.pop(source, None)

    def upgrade(self, version: str) -> None:
        """Let the controller be upgraded, as an upgrade is: with a restart."""
        self.twin.upgrade(version)
        self.truth.upgraded(version)

    def expect_stored(self, last: int, seconds: float, when: str) -> None:
        """Note it when the `last` things that happened are not in the store within `seconds`."""

        def are_there() -> bool:
            stored = {entry.record for entry in self.stored()}
            return not any(stored.isdisjoint(one.ids) for one in self.truth.happened()[-last:])

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
        self.truth.end()  # that the stream ends with the service is no gap
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
        return not any(one.due and stored.isdisjoint(one.ids) for one in self.truth.happened())

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
            happened=self.truth.happened(),
            stored=self.stored(),
            delivered=self.delivered,
            spans=self.truth.spans(),
            gaps=gaps,
            dead=frozenset(self.truth.silent),
        )

    def _last_words(self) -> str:
        with suppress(OSError):
            return self.log.read_text(encoding="utf-8", errors="replace")[-600:]
        return "it wrote nothing"
