"""Ping-pong: a client that goes back and forth between the same two access points. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from unifi_scanner.detection.dispatch import Seer
from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.trail import Trail, about, client_of, drop_oldest
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.phrasing import tame
from unifi_scanner.models.signal import GOOD, signal_words

RULE: Final = "client-ping-pong"
NEED: Final = 5  # moves in a row between the same two
APART: Final = timedelta(minutes=10)  # a longer rest begins a new row
MOST_RUNS, MOST_FOUND = 10_000, 500

Pair = frozenset[str]


class _Run:
    """Moves in a row between the same two access points."""

    __slots__ = ("ends", "kept", "last")

    def __init__(self, ends: tuple[str, str], entry: LogEntry) -> None:
        self.begin(ends, entry)

    def begin(self, ends: tuple[str, str], entry: LogEntry) -> None:
        """Begin anew, with one move."""
        self.ends = ends
        self.last = entry.timestamp
        self.kept: list[LogEntry] | None = [entry]  # None: enough of them, they go to the finding at once

    @property
    def pair(self) -> Pair:
        """Return the two, whichever way the first move went."""
        return frozenset(self.ends)


class _Found(Trail):
    """One client between two access points."""

    __slots__ = ("newest", "signals", "to")

    def __init__(self) -> None:
        super().__init__()
        self.to: dict[str, int] = {}
        self.signals: list[int] = []
        self.newest: LogEntry

    def add(self, entry: LogEntry) -> None:
        super().add(entry)
        self.newest = entry
        there = _ends(entry.metadata)[1]
        self.to[there] = self.to.get(there, 0) + 1
        signal = entry.metadata.get("signal_before") or entry.metadata.get("signal")
        if isinstance(signal, int) and len(self.signals) < 100:
            self.signals.append(signal)


class PingPong:
    """Finds clients that can't decide between two access points."""

    kinds = ("client.roamed",)

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}
        self._found: dict[tuple[str, Pair], _Found] = {}

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in roams."""
        return (Seer(kind, many=self.see_many) for kind in self.kinds)

    def see(self, entry: LogEntry) -> None:
        """Take in one roam."""
        if entry.timestamp != NO_TIME:
            self.see_many((entry,))

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in roams that have a time."""
        runs = self._runs
        for entry in entries:
            client, facts = entry.client_mac or entry.client_name, entry.metadata.get
            start = facts("ap_from_mac") or facts("ap_from")
            end = facts("ap_to_mac") or facts("ap_to")
            if not client or not start or not end or start == end:
                continue
            run = runs.get(client)
            if run is None:
                drop_oldest(runs, MOST_RUNS)
                runs[client] = _Run((start, end), entry)
            elif start not in run.ends or end not in run.ends or entry.timestamp - run.last > APART:
                run.begin((start, end), entry)
            else:
                self._go_on(client, run, entry)

    def _go_on(self, client: str, run: _Run, entry: LogEntry) -> None:
        run.last = entry.timestamp
        if run.kept is None:
            self._tell(client, run.pair, (entry,))
            return
        run.kept.append(entry)
        if len(run.kept) >= NEED:
            self._tell(client, run.pair, run.kept)
            run.kept = None

    def _tell(self, client: str, pair: Pair, entries: tuple[LogEntry, ...] | list[LogEntry]) -> None:
        found = self._found.get((client, pair))
        if found is None:
            if len(self._found) >= MOST_FOUND:
                return
            found = self._found[client, pair] = _Found()
        for entry in entries:
            found.add(entry)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each client and pair."""
        for (client, pair), found in self._found.items():
            yield _finding(client, pair, found)


def _ends(facts: Mapping[str, Any]) -> tuple[str, str]:
    get = facts.get
    return get("ap_from_mac") or get("ap_from") or "", get("ap_to_mac") or get("ap_to") or ""


def _names(entry: LogEntry) -> tuple[str, str]:
    """Return the two ends by name, in the order of their identity, so that both ways give the same."""
    facts = entry.metadata
    start, end = _ends(facts)
    names = {start: tame(str(facts.get("ap_from") or start)), end: tame(str(facts.get("ap_to") or end))}
    one, other = sorted(names)
    return names[one], names[other]


def _finding(client: str, pair: Pair, found: _Found) -> Finding:
    who = client_of(found.newest)
    one, other = _names(found.newest)
    first, second = sorted(pair)
    return Finding(
        id=digest_of(RULE, (client, first, second), found.first_id),
        rule=RULE,
        severity=Severity.MEDIUM,
        title=f"{who} can't decide between {one} and {other}",
        what=f"{who} moved {found.count:,} times between {one} and {other} in {span_words(found.span)}: "
        f"{found.to.get(second, 0):,} times to {other}, {found.to.get(first, 0):,} times to {one}.",
        why=f"Each move can interrupt a call or a video.{_signal_said(found)}",
        do=(
            f"Lower the transmit power of the one that is further away: UniFi Devices > {one} > Settings > Radios.",
            f"If it never leaves its place, tie it to one: Client Devices > {who} > Settings > Lock to Access Point.",
        ),
        confidence=Confidence.PROBABLY,
        sure_because="The moves are certain. Most likely it stands where both are equally strong. "
        "Someone who walks to and fro would look the same.",
        first_seen=found.first,
        last_seen=found.last,
        count=found.count,
        subjects=(who,),
        evidence=found.evidence(),
        source=LogSource.WIRELESS,
        about=about(
            ("client", found.newest.client_mac), *(("device", mac) for mac in (first, second) if ":" in mac)
        ),
    )


def _signal_said(found: _Found) -> str:
    if not found.signals:
        return ""
    dbm = sorted(found.signals)[len(found.signals) // 2]
    if dbm >= GOOD:
        return f" Its signal was {signal_words(dbm)} all the time ({dbm} dBm), so there was no need to move."
    return f" Its signal was {signal_words(dbm)} when it moved ({dbm} dBm)."
