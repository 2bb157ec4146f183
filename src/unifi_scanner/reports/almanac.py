"""Almanac: entries -> the series behind a report's pictures, in one pass and with bounded memory. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.log_entry import NO_TIME, LogEntry
from unifi_scanner.models.pictures import Outage, Pictures, Span
from unifi_scanner.models.report import Period
from unifi_scanner.models.wire_time import EPOCH
from unifi_scanner.reports.headcount import Headcount
from unifi_scanner.reports.pages import (
    SLOT_S,
    blocked_by_day,
    clients_by_hour,
    days_of,
    lanes_of,
    places_of,
    slot_of,
)
from unifi_scanner.reports.unseen import told_areas, unseen_spans

MOST_PLACES = 64
MOST_DEVICES = 128
MOST_SPANS = 200  # of one device, or of all Internet lines; the oldest go first
MOST_SLOTS = 4_000  # half hours that are remembered of one series: 83 days
SHORT_STAY_S = 60
SWITCH_OVER = timedelta(
    minutes=2
)  # a backup line that took over this close to a failure did so because of it
TROUBLES = (
    "client.anomaly",
    "client.experience_dropped",
    "client.no_address",
    "wifi.trouble",
    "wifi.sign_in_failed",
    "wifi.denied",
    "wifi.poor",
    "wifi.no_names",
    "ap.packet_loss",
    "ap.interference",
    "ap.radar",
    "ap.low_power",
)
BACK = ("device.online", "device.readopted")
JOINED, MOVED, DROPPED = "client.connected", "client.roamed", "client.disconnected"
WIRED_IN, WIRED_OUT = "client.wired_connected", "client.wired_disconnected"
COMINGS = frozenset({JOINED, MOVED, DROPPED, WIRED_IN, WIRED_OUT})  # and goings
INSIDE = ("outgoing", "local")
See = Callable[[LogEntry], None]


class Spot(msgspec.Struct):
    """What is remembered of one access point."""

    name: str
    joins: int = 0
    troubles: Counter[int] = msgspec.field(default_factory=Counter)


class Strand(msgspec.Struct):
    """What is remembered of one device, or of one Internet line: when it was off, and since when it is."""

    name: str
    off: list[Span] = msgspec.field(default_factory=list)
    since: datetime | None = None
    bridged: bool = False


class Almanac:
    """Sees entries nearly in time order and keeps what the pictures of a report need."""

    MADE_WITH: ClassVar = frozenset({"seers"})
    comings: ClassVar = COMINGS

    def __init__(self) -> None:
        self.spots: dict[str, Spot] = {}
        self.devices: dict[str, Strand] = {}
        self.lines: dict[str, Strand] = {}
        self.heads = Headcount(MOST_SLOTS)
        self.outside: Counter[int] = Counter()
        self.inside: Counter[int] = Counter()
        self.not_stopped: Counter[int] = Counter()
        self.seers = self._table()  # who takes in which Kind, but for `comings`
        self._slot_begins = self._slot_ends = EPOCH
        self._last_slot = 0

    def feed(self, entry: LogEntry) -> None:
        """Take in one entry; one that no picture needs costs a look-up."""
        if entry.timestamp == NO_TIME:
            return
        see = self.seers.get(entry.kind)
        if see is not None:
            see(entry)
        else:
            self.see_many((entry,))

    def pictures(self, period: Period, coverage: Coverage) -> Pictures:
        """Return what can be drawn of `period`, with what nobody saw."""
        days, cut = days_of(period)
        if not days:
            return Pictures()
        known = {
            "internet": bool(self.lines),
            "wireless": bool(self.spots or self.heads.known),
            "security": bool(self.outside or self.inside or self.not_stopped),
            "devices": bool(self.devices),
        }
        return Pictures(
            days=days,
            outages=self._outages(days),
            devices=lanes_of(self.devices, days),
            places=places_of(self.spots, days),
            clients=clients_by_hour(self.heads, days, period.end),
            blocked=blocked_by_day(self.outside, self.inside, self.not_stopped, days),
            unseen=unseen_spans(coverage, period, days),
            told=told_areas(coverage, known),
            cut=cut,
        )

    def _table(self) -> dict[str, See]:
        return {
            **dict.fromkeys(TROUBLES, self._see_trouble),
            "device.offline": self._see_offline,
            **dict.fromkeys(BACK, self._see_back),
            "device.restarted": self._see_restart,
            "device.restarted_by_admin": self._see_restart,
            "wan.down": self._see_line_down,
            "wan.restored": self._see_line_up,
            "wan.failback": self._see_line_up,
            "wan.down_briefly": self._see_short_outage,
            "wan.failover": self._see_failover,
            "threat.blocked": self._see_blocked,
            "threat.detected": self._see_not_stopped,
        }

    def see_many(self, entries: Sequence[LogEntry]) -> None:
        """Take in `COMINGS` that have a time, among others."""
        heads, spots, begins, ends = self.heads, self.spots, self._slot_begins, self._slot_ends
        for entry in entries:
            kind, when = entry.kind, entry.timestamp
            if not begins <= when < ends:
                self._turn_to(when)
                begins, ends = self._slot_begins, self._slot_ends
            who, mac = entry.client_mac or entry.client_name or "", entry.device_mac
            if kind == JOINED:
                heads.join(who, mac or "")
                name, spot = entry.device_name, spots.get(mac or "")
                if spot is None or (name and spot.name != name):
                    spot = self._spot(mac, name)
                if spot is not None:
                    spot.joins += 1
            elif kind == DROPPED:
                heads.leave(who)
                lasted = entry.metadata.get("duration_s")
                if lasted is not None:
                    self._see_stay(lasted, entry)
            elif kind == MOVED:
                heads.stay(who, mac or "")
            elif kind in COMINGS:
                self._see_wired(who, kind)

    def _see_wired(self, who: str, kind: str) -> None:
        if kind == WIRED_IN:
            self.heads.join(who, "")
        else:
            self.heads.leave(who)

    def _slot(self, moment: datetime) -> int:
        # entries come nearly in order of time, so the next one mostly is of the same half hour
        if not self._slot_begins <= moment < self._slot_ends:
            self._turn_to(moment)
        return self._last_slot

    def _turn_to(self, moment: datetime) -> None:
        self._last_slot = slot_of(moment)
        self._slot_begins = EPOCH + timedelta(seconds=self._last_slot * SLOT_S)
        self._slot_ends = self._slot_begins + timedelta(seconds=SLOT_S)
        self.heads.turn_to(self._last_slot)

    def _see_stay(self, lasted: object, entry: LogEntry) -> None:
        if isinstance(lasted, int) and lasted < SHORT_STAY_S:
            self._see_trouble(entry)

    def _see_trouble(self, entry: LogEntry) -> None:
        place = entry.device_mac or self.heads.place_of(_who(entry))
        spot = self._spot(place, entry.device_name if place == entry.device_mac else None)
        if spot is not None:
            _count(spot.troubles, self._slot(entry.timestamp))

    def _see_offline(self, entry: LogEntry) -> None:
        strand = _strand(self.devices, entry.device_mac, entry.device_name, MOST_DEVICES)
        if strand is not None and strand.since is None:
            strand.since = entry.timestamp

    def _see_back(self, entry: LogEntry) -> None:
        strand = _strand(self.devices, entry.device_mac, entry.device_name, MOST_DEVICES)
        if strand is not None:
            _close(strand, entry.timestamp)

    def _see_restart(self, entry: LogEntry) -> None:
        strand = _strand(self.devices, entry.device_mac, entry.device_name, MOST_DEVICES)
        if strand is not None and strand.since is None:
            _remember(strand, Span(start=entry.timestamp, end=entry.timestamp))

    def _see_line_down(self, entry: LogEntry) -> None:
        strand = self._line(entry)
        if strand is not None and strand.since is None:
            strand.since = entry.timestamp

    def _see_line_up(self, entry: LogEntry) -> None:
        strand = self._line(entry)
        still_down = [line for line in self.lines.values() if line.since is not None]
        if strand is not None and strand.since is None and len(still_down) == 1:
            strand = still_down[0]  # one line, told under two names
        if strand is not None:
            _close(strand, entry.timestamp)

    def _see_short_outage(self, entry: LogEntry) -> None:
        strand, lasted = self._line(entry), entry.metadata.get("duration_s")
        if strand is not None:
            seconds = min(lasted, 86_400) if isinstance(lasted, int) and lasted > 0 else 0
            start = entry.timestamp - timedelta(seconds=seconds)
            _remember(strand, Outage(start=start, end=entry.timestamp))

    def _see_failover(self, entry: LogEntry) -> None:
        for strand in self.lines.values():
            if strand.since is not None and abs(entry.timestamp - strand.since) <= SWITCH_OVER:
                strand.bridged = True

    def _see_blocked(self, entry: LogEntry) -> None:
        inside = entry.metadata.get("direction") in INSIDE
        _count(self.inside if inside else self.outside, self._slot(entry.timestamp))

    def _see_not_stopped(self, entry: LogEntry) -> None:
        _count(self.not_stopped, self._slot(entry.timestamp))

    def _line(self, entry: LogEntry) -> Strand | None:
        name = entry.metadata.get("wan")
        return _strand(self.lines, name if isinstance(name, str) and name else "line", None, MOST_PLACES)

    def _spot(self, mac: str | None, name: str | None) -> Spot | None:
        if not mac:
            return None
        spot = self.spots.get(mac)
        if spot is None:
            if len(self.spots) >= MOST_PLACES:
                return None
            spot = self.spots[mac] = Spot(name=name or mac)
        elif name:
            spot.name = name
        return spot

    def _outages(self, days: tuple[Span, ...]) -> tuple[Outage, ...]:
        found = [span for line in self.lines.values() for span in line.off if isinstance(span, Outage)]
        found += [
            Outage(start=line.since, bridged=line.bridged)
            for line in self.lines.values()
            if line.since is not None
        ]
        begins = days[0].start
        shown = [outage for outage in found if outage.end is None or outage.end >= begins]
        return _joined(sorted(shown, key=lambda o: (o.start, o.end is None, o.end or o.start)))


def _joined(outages: list[Outage]) -> tuple[Outage, ...]:
    """Return outages as one list: one failure is told under several names (docs/decisions.md)."""
    whole: list[Outage] = []
    for outage in outages:
        last = whole[-1] if whole else None
        if last is None or (last.end is not None and outage.start > last.end):
            whole.append(outage)
            continue
        end = None if last.end is None or outage.end is None else max(last.end, outage.end)
        whole[-1] = Outage(start=last.start, end=end, bridged=last.bridged and outage.bridged)
    return tuple(whole)


def _who(entry: LogEntry) -> str:
    return entry.client_mac or entry.client_name or ""


def _count(counter: Counter[int], slot: int) -> None:
    counter[slot] += 1
    if len(counter) > MOST_SLOTS:
        del counter[min(counter)]


def _strand(strands: dict[str, Strand], key: str | None, name: str | None, most: int) -> Strand | None:
    key = key or name
    if not key:
        return None
    strand = strands.get(key)
    if strand is None:
        if len(strands) >= most:
            return None
        strand = strands[key] = Strand(name=name or key)
    elif name:
        strand.name = name
    return strand


def _close(strand: Strand, at: datetime) -> None:
    if strand.since is None:
        return
    _remember(strand, Outage(start=strand.since, end=max(at, strand.since), bridged=strand.bridged))
    strand.since, strand.bridged = None, False


def _remember(strand: Strand, span: Span) -> None:
    strand.off.append(span)
    if len(strand.off) > MOST_SPANS:
        del strand.off[0]
