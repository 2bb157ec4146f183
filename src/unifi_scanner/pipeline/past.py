"""What the store knows of a site's past, for judging a period by it: what is usual, who was here before, how devices fare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import structlog

from unifi_scanner.detection import ANALYSERS, Analyser
from unifi_scanner.detection.analysers.new_clients import NewClients
from unifi_scanner.detection.analysers.sign_ins import SIGNED_IN, Places, SignIns, known_places_of
from unifi_scanner.detection.baseline_words import qualified, trend_of, unusual_of
from unifi_scanner.detection.baselines import Counted, History, compare, looks_back_to, usual_of_day
from unifi_scanner.detection.health import (
    NetworkHealth,
    decode_health,
    encode_health,
    explained,
    health_findings,
    with_look,
)
from unifi_scanner.detection.witness import Witness
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.pictures import Span
from unifi_scanner.models.report import Period, Trend
from unifi_scanner.models.samples import Samples
from unifi_scanner.store import EventStore, Shard

ENOUGH = timedelta(days=7)  # of history, before a client can be called new
LONG_AGO = timedelta(days=90)
AN_HOUR = timedelta(hours=1)
MOST_VISITS = 60  # hours with sign-ins that are looked at again
STALE = timedelta(days=1)  # an older look at the devices says nothing of now
log = structlog.get_logger(__name__)


class Past:
    """A site's past beside one period; its analysers see the period's entries, then `compare` what they saw.

    Without a known beginning there is nothing to compare: nobody is new, and nothing is unusual.
    """

    def __init__(
        self,
        *,
        hours: Callable[[datetime, datetime], Iterable[Counted]] = lambda _since, _until: (),
        known_clients: frozenset[str] | None = None,
        health: NetworkHealth | None = None,
        known_places: Callable[[], Places] = dict,
    ) -> None:
        self._hours = hours
        self._history = History(())
        self._witness = Witness()
        self._new = NewClients(known_clients)
        self._health = health or NetworkHealth()
        self._sign_ins = SignIns(known_places)
        self._known = _Known(health_findings(self._health))

    def analysers(self) -> Sequence[Analyser]:
        """Return those that look at the period with the past in mind, beside those that need none."""
        others = (make() for name, make in ANALYSERS.items() if name != "sign-ins")
        return (*others, self._sign_ins, self._witness, self._new, self._known)

    def compare(self, period: Period) -> list[Trend]:
        """Return how the period stands beside the past; from now on, what is unusual in it is a finding."""
        if period.start is None or period.end is None or period.start >= period.end:
            return []
        hours = self._hours(looks_back_to(period.start, period.end), period.end)
        self._history = History(hours, period.zone)
        trends = []
        for one in compare(self._history, period.start, period.end):
            trends.append(trend_of(one))
            seen = self._witness.seen[one.measure.name]
            if one.is_unusual and seen.count:
                self._known.findings_known.append(unusual_of(one, seen))
        return trends

    def usual_blocked(self, days: Iterable[Span]) -> tuple[tuple[float, float] | None, ...]:
        """Return how many blocked attacks such days usually have, after `compare`; None where that is not known."""
        return tuple(
            usual_of_day(self._history, "attacks-blocked", day.start, day.end) if day.end else None
            for day in days
        )

    def qualify(self, finding: Finding) -> Finding:
        """Return a finding as this network's past, and the health of its devices, show it; most as they are."""
        return explained(qualified(finding, self._history), self._health)


class _Known:
    """What is known without looking at entries, told with everything else that is found."""

    kinds: tuple[str, ...] = ()
    MADE_WITH: ClassVar = frozenset({"findings_known"})

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings_known = list(findings)

    def see(self, entry: LogEntry) -> None:
        """Look at nothing: it has no Kinds."""

    def findings(self) -> Sequence[Finding]:
        """Return what is known."""
        return self.findings_known


def past_of(store: EventStore, shard: Shard, start: datetime | None, now: datetime) -> Past:
    """Return the past of a site before `start`."""
    return Past(
        hours=lambda since, until: store.hourly(shard, since, until) if start is not None else (),
        known_clients=None if start is None else known_clients(store, shard, start),
        health=recall_health(store, shard, now),
        known_places=lambda: {} if start is None else known_places(store, shard, start),
    )


def known_clients(store: EventStore, shard: Shard, start: datetime) -> frozenset[str] | None:
    """Return every client that was here before then; None where the history is too short to know."""
    seen = dict(store.seen_clients(shard, start))
    if not seen or start - min(seen.values()) < ENOUGH:
        return None
    return frozenset(seen)


def known_places(store: EventStore, shard: Shard, start: datetime) -> Places:
    """Return from where administrators signed in before then; nothing where the history is too short to know."""
    since = start - LONG_AGO
    hours = [(row.hour, row.kind) for row in store.hourly(shard, since, start)]
    if not hours or start - hours[0][0] < ENOUGH:
        return {}
    visited = [hour for hour, kind in hours if kind == SIGNED_IN][-MOST_VISITS:]
    return known_places_of(
        entry
        for hour in visited
        for entry in store.entries(shard, since=hour, until=min(hour + AN_HOUR, start))
    )


def remember_health(store: EventStore, shard: Shard, samples: Samples) -> None:
    """Keep how the devices fare after one more look at them. Raises StoreError."""
    known = _health(store, shard)
    store.remember(_name(shard), encode_health(with_look(known, samples)))


def recall_health(store: EventStore, shard: Shard, now: datetime) -> NetworkHealth:
    """Return how the devices fare, by looks that are not too old to say so."""
    devices = _health(store, shard).devices
    return NetworkHealth(devices=tuple(device for device in devices if now - device.at <= STALE))


def _health(store: EventStore, shard: Shard) -> NetworkHealth:
    text = store.recall(_name(shard))
    try:
        return NetworkHealth() if text is None else decode_health(text)
    except ValueError as exc:
        # only a digest of looks: the next looks make a new one
        log.warning("device_health_unreadable", site=shard.site, reason=str(exc))
        return NetworkHealth()


def _name(shard: Shard) -> str:
    return f"device_health:{shard.controller}:{shard.site}"
