"""A drawn run as a scanner would hear it: every record of every way that still works, some lost, some out of order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import msgspec

from insight.drawing import Drawn
from insight.truth import Known, whom
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.noise import Noise
from unifi_scanner.logs.normalise import entries_of
from unifi_scanner.logs.received import ReceivedLine
from unifi_scanner.logs.syslog import entry_of_line, split_messages
from unifi_scanner.logs.syslog_collector import SyslogCollector
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.samples import Samples, clients_of, devices_of, health_of
from unifi_scanner.sim import inventory
from unifi_scanner.sim.flavour import Flavour
from unifi_scanner.sim.frames import frame
from unifi_scanner.sim.ledger import Kept, Ledger
from unifi_scanner.sim.rows import admin_row, anomaly_rows, blocked_flow
from unifi_scanner.sim.state import State
from unifi_scanner.sim.versions import answers_of
from unifi_scanner.sim.voice import Voice
from unifi_scanner.sim.wire import alarm_row, flow_row, v2_row
from unifi_scanner.sim.world import World

ORIGINS: Final[Mapping[str, Origin]] = {
    "websocket": Origin.WEBSOCKET, "rest": Origin.REST, "alarm": Origin.ALARM, "ips": Origin.IPS,
    "system_log": Origin.SYSTEM_LOG, "activity": Origin.ACTIVITY, "anomalies": Origin.REST, "flows": Origin.FLOW,
}  # fmt: skip
MAY_BE_MISSING: Final = ("websocket", "rest", "system_log", "lines", "flows", "alarm")
BATCH: Final = timedelta(hours=6)
SAMPLE_EVERY: Final = timedelta(hours=6)
FLAVOUR: Final = Flavour.UNIFI_OS


class Record(msgspec.Struct, frozen=True):
    """One record of the wire: by which way, what it says, about which happening."""

    way: str
    value: Any
    kept: Kept


class Heard(msgspec.Struct):
    """All that was heard of a run: batches of entries in the order they came, the network now and then."""

    batches: list[list[LogEntry]]
    samples: list[Samples]
    truths: tuple[Known, ...]
    ways: tuple[str, ...]


def hear(drawn: Drawn) -> Heard:
    """Return everything a scanner hears of the run, and how much of each truth that holds."""
    rng = Random(f"wires {drawn.name} {drawn.seed}")
    missing = _missing(drawn, rng)
    kept, samples = _live(drawn)
    voice = Voice(noise=drawn.chance.syslog)
    records = [
        record
        for one in kept
        for record in _records(one, drawn, voice)
        if record.way not in missing and rng.random() * 100 >= drawn.chance.drop
    ]
    names = samples[0].names()
    ways = tuple(sorted({record.way for record in records}))
    batches = list(_batches(records, Context(names=names, zone=drawn.scenario.network.timezone), rng))
    truths = tuple(_weighed(one, records, drawn) for one in drawn.truths)
    return Heard(batches, samples, truths, ways)


def _missing(drawn: Drawn, rng: Random) -> frozenset[str]:
    """Return the ways that are shut in this run; what remains still has a stream or a whole history."""
    answers, lost = answers_of(drawn.version, FLAVOUR), set[str]()
    for way in MAY_BE_MISSING:
        if rng.random() < drawn.chance.without:
            lost.add(way)
    whole = {"system_log"} if answers.is_10 else {"websocket", "rest"}
    if whole <= lost or {"websocket", "system_log"} <= lost:
        lost -= whole
    if not drawn.chance.syslog:
        lost.add("lines")
    return frozenset(lost)


def _live(drawn: Drawn) -> tuple[list[Kept], list[Samples]]:
    """Return what happened, and the network every few hours as the controller would answer then."""
    world, answers = World(drawn.scenario), answers_of(drawn.version, FLAVOUR)
    ledger = Ledger(drawn.scenario.seed, drawn.scenario.network)
    voice = Voice(noise=drawn.chance.syslog)
    start_ms = round(drawn.began.timestamp() * 1000)
    samples, due = [_sample(world.state, drawn, drawn.began)], drawn.began + SAMPLE_EVERY
    for occurrence in world.occurrences():
        at_ms = start_ms + occurrence.at_ms
        ledger.add(occurrence, at_ms, answers, voice.sources(occurrence, answers.version))
        if (now := datetime.fromtimestamp(at_ms / 1000, UTC)) >= due:
            samples.append(_sample(world.state, drawn, now))
            due = now + SAMPLE_EVERY
    samples.append(_sample(world.state, drawn, drawn.ended))
    return ledger.kept, samples


def _sample(state: State, drawn: Drawn, at: datetime) -> Samples:
    network, now_ms = state.network, round(at.timestamp() * 1000)
    began_ms = round(drawn.began.timestamp() * 1000)
    online = [
        inventory.client_object(client, state.online[client.mac], network, now_ms, began_ms)
        for client in network.clients
        if client.mac in state.online
    ]
    return Samples(
        at=at,
        devices=devices_of([inventory.device_object(device, state, now_ms) for device in network.devices]),
        clients=clients_of(online, [inventory.user_object(client) for client in network.clients]),
        health=health_of(inventory.health_objects(state)),
    )


def _records(one: Kept, drawn: Drawn, voice: Voice) -> Iterator[Record]:
    sources, network = one.row.sources, drawn.scenario.network
    answers = answers_of(drawn.version, FLAVOUR)
    for way in ("websocket", "rest", "alarm", "ips"):
        if way in sources and one.item is not None:
            yield Record(way, alarm_row(one.item) if way == "alarm" else one.item, one)
    if "system_log" in sources:
        yield Record("system_log", v2_row(one.occurrence, one.at_ms, one.row.v2_id, network, answers), one)
    if "activity" in sources:
        yield Record("activity", admin_row(one), one)
    if answers.flows and one.occurrence.code.is_threat:
        yield Record("flows", flow_row(one.occurrence, one.at_ms, one.row.v2_id, network), one)
    if answers.flows and one.occurrence.code.name == "firewall_blocked":
        yield Record("flows", blocked_flow(one, network), one)
    if "anomalies" in sources:
        yield Record("anomalies", anomaly_rows([one])[0], one)
    yield from (
        Record("lines", line, one) for line in voice.lines(one.occurrence, one.at_ms, network, drawn.version)
    )


def _batches(records: Sequence[Record], context: Context, rng: Random) -> Iterator[list[LogEntry]]:
    """Yield what each quarter of a day brought: the stream first, history after it, neighbours now and then swapped."""
    desk = _Desk(context)
    ends = _hours(records)
    for hour in ends:
        rng.shuffle(hour)
        hour.sort(key=lambda record: record.kept.at_ms + rng.randrange(4_000))
        live = [record for record in hour if record.way == "websocket"]
        batch = list(_from_frames(live, context, rng))
        for record in hour:
            if record.way not in {"websocket", "lines"}:
                told = msgspec.structs.replace(context, origin=ORIGINS[record.way])
                batch.extend(entries_of(record.value, told))
        batch.extend(desk.read([record for record in hour if record.way == "lines"]))
        yield batch
    yield desk.close()


def _hours(records: Sequence[Record]) -> list[list[Record]]:
    hours: dict[int, list[Record]] = {}
    for record in records:
        hours.setdefault(record.kept.at_ms // round(BATCH.total_seconds() * 1000), []).append(record)
    return [hours[hour] for hour in sorted(hours)]


def _from_frames(live: Sequence[Record], context: Context, rng: Random) -> Iterator[LogEntry]:
    waiting: list[Any] = []
    for record in live:
        waiting.append(record.value)
        if rng.random() > 0.15:
            yield from _from_frame(waiting, context)
            waiting = []
    if waiting:
        yield from _from_frame(waiting, context)


def _from_frame(items: Sequence[Any], context: Context) -> Iterator[LogEntry]:
    text = frame("events", items).payload
    yield from entries_of(
        msgspec.json.decode(text), msgspec.structs.replace(context, origin=Origin.WEBSOCKET)
    )


class _Desk:
    """The lines of a run, as the collector of log lines reads them; chatter is counted by the hour."""

    def __init__(self, context: Context) -> None:
        self._noise = Noise(zone=context.zone)
        self._collector = SyslogCollector(NOBODY, entry_of_line, context=context, noise=self._noise)

    def read(self, records: Sequence[Record]) -> list[LogEntry]:
        """Return the entries of these lines but for those that are only counted."""
        lines = [
            ReceivedLine(datetime.fromtimestamp(record.kept.at_ms / 1000, UTC), SENDER, text)
            for record in records
            for text in split_messages(record.value.encode())
        ]
        return self._collector.entries_of(lines)

    def close(self) -> list[LogEntry]:
        """Return what was counted."""
        return self._noise.flush(datetime.max.replace(tzinfo=UTC))


class _Nobody:
    """The receiver of a run: lines are handed over as they are, so there is none."""

    def drain(self) -> list[ReceivedLine]:
        """Return nothing."""
        return []

    def drops(self) -> Mapping[str, int]:
        """Return that nothing was lost."""
        return {}

    def is_running(self) -> bool:
        """Return that nothing stopped."""
        return True


SENDER: Final = "192.168.1.1"
NOBODY: Final = _Nobody()


def _weighed(known: Known, records: Sequence[Record], drawn: Drawn) -> Known:
    """Return the truth with how many of the happenings behind it were heard by any way."""
    wanted, subject = known.truth.evidence, whom(known.cause)
    first, last = (round(moment.timestamp() * 1000) for moment in (known.start, known.end))
    heard = {
        record.kept.row.v2_id
        for record in records
        if first <= record.kept.at_ms <= last and _is_evidence(record, wanted, subject, drawn)
    }
    return msgspec.structs.replace(known, heard=len(heard))


def _is_evidence(record: Record, wanted: Sequence[str], subject: str, drawn: Drawn) -> bool:
    row, occurrence = record.kept.row, record.kept.occurrence
    if wanted and occurrence.code.name not in wanted:
        return False
    if record.way == "lines" and "dnsmasq-dhcp" in record.value and "DHCPACK" in record.value:
        return (
            False  # what a client's arrival makes the DHCP server say is no word about the happening itself
        )
    network = drawn.scenario.network
    target = network.device(subject) or network.client(subject)
    return target is None or target.mac in {row.device, row.client} or target.mac in occurrence.facts.values()
