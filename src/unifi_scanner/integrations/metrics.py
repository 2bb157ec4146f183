"""The numbers of the data file as Prometheus reads them. Pure.

Format: prometheus.io, "Text-based exposition format", version 0.0.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from unifi_scanner.models.enums import Severity, SourceState, Status
from unifi_scanner.models.standing import Standing

if TYPE_CHECKING:
    from unifi_scanner.store.base import Shard
    from unifi_scanner.store.gauges import Gauges

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "unifi_scanner_"
MOST_LABEL = 120
ANSWERS = (SourceState.OK.value, SourceState.QUIET.value)
Sample = tuple[Mapping[str, str], float]


def exposition(gauges: Gauges, standings: Mapping[Shard, Standing]) -> str:
    """Return every metric, always in the same order."""
    return "".join((*_about_us(gauges), *_about_sources(gauges), *_about_sites(standings)))


def unreadable() -> str:
    """Return what is said while the data file cannot be read."""
    return _metric("up", "gauge", "Whether the service is at work and its data can be read.", [({}, 0)])


def _about_us(gauges: Gauges) -> Iterator[str]:
    yield _metric("up", "gauge", "Whether the service is at work and its data can be read.", [({}, 1)])
    yield _metric("store_bytes", "gauge", "Size of the data file.", [({}, gauges.size_bytes)])
    for what, count in (("reports", gauges.reports_waiting), ("messages", gauges.messages_waiting)):
        about = f"{what.capitalize()} that some channel has not taken yet."
        yield _metric(f"{what}_waiting", "gauge", about, [({}, count)])
    told: list[Sample] = [] if gauges.last_told is None else [({}, gauges.last_told)]
    yield _metric("last_report_told_timestamp_seconds", "gauge", "When a channel last took a report.", told)
    yield _metric(
        "dropped",
        "gauge",
        "What was received and not kept, as far back as is remembered.",
        [({**_site(shard), "what": what}, n) for (shard, what), n in sorted(gauges.dropped.items())],
    )


def _about_sources(gauges: Gauges) -> Iterator[str]:
    rows = [({**_site(each.shard), "source": each.source}, each) for each in gauges.sources]
    gaps = {(each.shard, each.source): 0 for each in gauges.sources} | dict(gauges.gaps_open)
    yield _metric(
        "entries_total", "counter", "Entries that a source gave.", [(at, s.entries) for at, s in rows]
    )
    yield _metric(
        "source_answers",
        "gauge",
        "Whether a source answered when it was last asked.",
        [(at, float(s.state in ANSWERS)) for at, s in rows],
    )
    yield _metric(
        "source_last_answer_timestamp_seconds",
        "gauge",
        "When a source last answered.",
        [(at, s.last_answer) for at, s in rows if s.last_answer is not None],
    )
    yield _metric(
        "source_last_event_timestamp_seconds",
        "gauge",
        "When the newest thing that a source told happened.",
        [(at, s.last_event) for at, s in rows if s.last_event is not None],
    )
    yield _metric(
        "gaps_open",
        "gauge",
        "Spans in which a source was not heard, still open and filled by nothing.",
        [({**_site(shard), "source": source}, n) for (shard, source), n in sorted(gaps.items())],
    )


def _about_sites(standings: Mapping[Shard, Standing]) -> Iterator[str]:
    sites = sorted(standings.items())
    yield _metric(
        "incidents_open",
        "gauge",
        "Incidents that were open in the latest report.",
        [(_site(shard), standing.open_incidents) for shard, standing in sites],
    )
    yield _metric(
        "findings",
        "gauge",
        "Findings of the latest report.",
        [
            ({**_site(shard), "severity": each.value}, standing.findings.get(each, 0))
            for shard, standing in sites
            for each in Severity
        ],
    )
    yield _metric(
        "status",
        "gauge",
        "The verdict of the latest report: 1 for the one in force.",
        [
            ({**_site(shard), "status": each.value}, float(standing.status is each))
            for shard, standing in sites
            for each in Status
        ],
    )


def _site(shard: Shard) -> dict[str, str]:
    return {"controller": shard.controller, "site": shard.site}


def _metric(name: str, kind: str, about: str, samples: Sequence[Sample]) -> str:
    full = PREFIX + name
    lines = [f"# HELP {full} {about}", f"# TYPE {full} {kind}", *_lines(full, samples)]
    return "\n".join(lines) + "\n"


def _lines(name: str, samples: Iterable[Sample]) -> Iterator[str]:
    for labels, value in samples:
        told = ",".join(f'{label}="{label_value(text)}"' for label, text in labels.items())
        yield f"{name}{{{told}}} {_number(value)}" if told else f"{name} {_number(value)}"


def label_value(text: str) -> str:
    """Return a name as it may stand between the quotes of a label, whoever chose it."""
    text = text[:MOST_LABEL].encode("utf-8", "replace").decode("utf-8")
    text = "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
