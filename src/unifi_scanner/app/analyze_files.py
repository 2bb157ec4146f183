"""`analyze`: a report, or the entries, of files alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from unifi_scanner.app.output import put, put_entries, put_report
from unifi_scanner.config.settings import Settings
from unifi_scanner.detection import load_rules
from unifi_scanner.errors import InputError
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.import_files import Placed, entries_in, values_in
from unifi_scanner.logs.noise import Noise
from unifi_scanner.models.coverage import Coverage, SourceCoverage
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import SourceState, Voice
from unifi_scanner.models.kinds import UNREADABLE_KIND
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine
from unifi_scanner.models.report import Period
from unifi_scanner.models.samples import devices_of
from unifi_scanner.models.telling import sentence_of
from unifi_scanner.models.topology import UNKNOWN_TOPOLOGY, Topology, topology_of
from unifi_scanner.models.wire_time import EPOCH
from unifi_scanner.pipeline import Tally, judge

LEFT_OUT = "import.left_out"
MOST_REASONS = 5


def analyze(
    files: Sequence[Path],
    *,
    devices: Path | None = None,
    format: str = "text",  # noqa: A002 - the name of the option
    output: Path | None = None,
    entries: bool = False,
    settings: Settings | None = None,
) -> int:
    """Print the report on the files, or their entries, and return 0; raises InputError for an unreadable file."""
    context = Context(names=names_from(devices), zone=str(settings.timezone()) if settings else "UTC")
    places = _place(files, context)
    placed = list(_apart(places if entries else _without_noise(places, context.zone)))
    whole = combine([p.entry for p in placed])
    if entries:
        put_entries(_in_input_order(placed, whole), output, format)
        return 0
    if not placed and format == "text" and output is None:
        put("There is nothing in these files: no record at all.", None)
        return 0
    voice = Voice(settings.report_voice) if settings else Voice.HOME
    put_report(_judge(whole, files, settings, topology_from(devices)), format, output, voice)
    return 0


def names_from(devices: Path | None) -> NameBook:
    """Return the names in a device list: an answer of `stat/device`, or its `data`."""
    if devices is None:
        return NameBook()
    named = [row for row in values_in(devices) if isinstance(row, Mapping)]
    if not named:
        raise InputError(f"{devices} holds no device list.", hint="Save the answer of stat/device to it.")
    return NameBook().with_devices(named)


def topology_from(devices: Path | None) -> Topology:
    """Return what hangs on what in a device list, as `names_from` reads it."""
    return UNKNOWN_TOPOLOGY if devices is None else topology_of(devices_of(values_in(devices)))


def _place(files: Sequence[Path], context: Context) -> Iterator[Placed]:
    for file in files:
        yield from entries_in(file, context)


def _without_noise(places: Iterator[Placed], zone: str) -> Iterator[Placed]:
    """Count what comes by the thousand: a report needs its numbers, not its lines."""
    noise = Noise(zone=zone)
    for place in places:
        if not noise.take(place.entry):
            yield place
    for entry in noise.flush(datetime.max.replace(tzinfo=UTC)):
        yield Placed(entry, "", 0)


def _apart(placed: Iterator[Placed]) -> Iterator[Placed]:
    """Give records that say neither who nor when an identity each: two of them are not one."""
    seen: dict[str, int] = {}
    for place in placed:
        if place.entry.has_time:
            yield place
            continue
        count = seen[place.entry.id] = seen.get(place.entry.id, 0) + 1
        entry = (
            place.entry
            if count == 1
            else msgspec.structs.replace(place.entry, id=f"{place.entry.id}-{count}")
        )
        yield msgspec.structs.replace(place, entry=entry)


def _in_input_order(
    placed: Sequence[Placed], whole: Sequence[LogEntry]
) -> Iterator[tuple[LogEntry, Mapping[str, Any]]]:
    kept = {entry.id: entry for entry in whole}
    for place in placed:
        entry = kept.pop(place.entry.id, None)
        if entry is not None:
            yield entry, {"file": place.file, "index": place.index}


def _judge(
    whole: Sequence[LogEntry], files: Sequence[Path], settings: Settings | None, topology: Topology
) -> Any:
    return judge(
        whole,
        load_rules(settings.rules_dir if settings else None),
        cover=lambda tally: _cover(tally, whole),
        period=lambda tally: Period(
            start=tally.first, end=tally.last, zone=str(settings.timezone()) if settings else "UTC"
        ),
        title=files[0].name if len(files) == 1 else f"{len(files)} files",
        # the files' own last moment: the same files always give the same report
        generated_at=lambda tally: tally.last or EPOCH,
        topology=topology,
    )


def _cover(tally: Tally, whole: Sequence[LogEntry]) -> Coverage:
    # what of the files was left out, and why
    reasons = [sentence_of(entry) for entry in whole if _is_about_the_files(entry)]
    state = SourceState.OK if tally.entries else SourceState.QUIET
    return Coverage(
        sources=(
            SourceCoverage(
                source="files",
                area="files",
                state=state,
                reason=" ".join(dict.fromkeys(reasons[:MOST_REASONS])),
                since=tally.first,
                until=tally.last,
                entries=tally.entries,
            ),
        ),
        entries_read=tally.entries,
        entries_kept=tally.entries,
        unknown_codes=dict(sorted(tally.unknown.items())),
        unreadable=tally.unreadable,
        without_time=tally.without_time,
    )


def _is_about_the_files(entry: LogEntry) -> bool:
    return entry.kind == LEFT_OUT or (entry.kind == UNREADABLE_KIND and "reason" in entry.metadata)
