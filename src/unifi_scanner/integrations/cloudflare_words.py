"""What Cloudflare told, in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from unifi_scanner.integrations.base import worst
from unifi_scanner.integrations.cloudflare_answers import Tunnel
from unifi_scanner.integrations.cloudflare_tallies import Events, Lookups, Seen
from unifi_scanner.models.coverage import SourceCoverage
from unifi_scanner.models.enums import Severity, SourceState
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import digest_of
from unifi_scanner.models.section import Figure, Section, Table
from unifi_scanner.reports.plain import plain_line
from unifi_scanner.reports.prose import counted, duration, listed, number, times

AREAS = ("websites", "lookups", "tunnels")
MOST_ROWS = 5
MOST_NAME = 60
SHORT = timedelta(minutes=5)  # less than this missing at the beginning of the period is not worth a sentence

K = TypeVar("K")


def section_of(seen: Sequence[Seen], *, since: datetime, now: datetime) -> Section:
    """Return the section of a report on what was seen, and on what was not."""
    sources = [_row(area, [s for s in seen if s.area == area], since, now) for area in AREAS]
    rows = tuple(row for row in sources if row is not None)
    tunnels = [tunnel for part in seen if part.area == "tunnels" for tunnel in part.found or ()]
    return Section(
        id="cloudflare",
        title="Cloudflare",
        state=worst({row.area: row.state for row in rows}),
        sentences=tuple(_sentences(seen, since, now)),
        figures=tuple(_figures(seen)),
        tables=tuple(_tables(seen)),
        findings=tuple(_finding(t, now) for t in tunnels if t.status in ("down", "degraded")),
        sources=rows,
    )


def _row(area: str, parts: Sequence[Seen], since: datetime, now: datetime) -> SourceCoverage | None:
    if not parts:
        return None
    troubles = [part for part in parts if part.trouble is not None]
    state = SourceState.OK if any(_tells(part) for part in parts) else SourceState.QUIET
    if troubles:
        never = all(part.trouble is not None and part.trouble.on_purpose for part in troubles)
        state = SourceState.BLIND if never else SourceState.FAILED
    reasons = dict.fromkeys(f"{_of(part)}{part.trouble}" for part in troubles)
    return SourceCoverage(
        source="cloudflare",
        area=area,
        state=state,
        reason=" ".join(reasons),
        since=None if troubles else since,
        until=None if troubles else now,
    )


def _of(part: Seen) -> str:
    return f"{_name(part.zone)}: " if part.zone else ""


def _tells(part: Seen) -> bool:
    match part.found:
        case Events() as events:
            return bool(events.stopped or events.asked or events.other)
        case Lookups() as lookups:
            return bool(lookups.codes)
        case found:
            return bool(found)


def _sentences(seen: Sequence[Seen], since: datetime, now: datetime) -> Iterator[str]:
    for part in seen:
        match part.found:
            case Events() as events:
                yield from _of_events(part.zone, events)
                yield from _of_missing_time("requests to", part.zone, events.since, since, now)
            case Lookups() as lookups:
                yield from _of_lookups(part.zone, lookups)
                yield from _of_missing_time("look-ups of", part.zone, lookups.since, since, now)
            case list() as tunnels:
                yield from _of_tunnels(tunnels, now)
            case _:
                yield f"{_subject(part)} could not be seen. {part.trouble}"


def _subject(part: Seen) -> str:
    what = {"websites": "Requests to", "lookups": "Look-ups of"}.get(part.area)
    return f"{what} {_name(part.zone)}" if what else "Your tunnels"


def _of_events(zone: str, events: Events) -> Iterator[str]:
    least = "at least " if events.is_cut else ""
    if events.stopped:
        yield f"Cloudflare stopped {least}{counted(events.stopped, 'request')} to {_name(zone)} before they came to you."
    else:
        yield f"Cloudflare did not have to stop any request to {_name(zone)}."
    if events.asked:
        yield f"{least.capitalize()}{counted(events.asked, 'visitor')} had to prove that a person was there."
    top = [(country, count) for country, count in events.countries.most_common(3) if country]
    if top:
        told = listed([f"{_name(country)} ({number(count)})" for country, count in top])
        yield f"The most came from these countries: {told}."


def _of_lookups(zone: str, lookups: Lookups) -> Iterator[str]:
    total, missing = sum(lookups.codes.values()), lookups.codes.get("NXDOMAIN", 0)
    if not total:
        yield f"Nobody looked up a name of {_name(zone)}."
        return
    yield f"Names of {_name(zone)} were looked up {times(total)}."
    if missing:
        most = max(lookups.missing.items(), key=lambda item: (item[1], item[0]), default=None)
        often = f", most often {_name(most[0])}" if most else ""
        yield f"{counted(missing, 'look-up')} asked for a name that does not exist{often}."
    failed = lookups.codes.get("SERVFAIL", 0)
    if failed:
        yield f"{counted(failed, 'look-up')} failed. People may not have reached {_name(zone)} then."


def _of_missing_time(what: str, zone: str, told: datetime, since: datetime, now: datetime) -> Iterator[str]:
    if told - since > SHORT:
        yield f"Cloudflare told of {what} {_name(zone)} for the last {duration(now - told)} only; what came before is not counted."


def _of_tunnels(tunnels: Sequence[Tunnel], now: datetime) -> Iterator[str]:
    if not tunnels:
        yield "The account has no tunnels."
        return
    up = sum(tunnel.status == "healthy" for tunnel in tunnels)
    yield f"{number(up)} of {counted(len(tunnels), 'tunnel')} {'is' if up == 1 else 'are'} up and well."
    for tunnel in sorted(tunnels, key=lambda t: (t.name, t.id)):
        if tunnel.status == "down":
            yield f"The tunnel {_name(tunnel.name)} is down{_for_how_long(tunnel, now)}."
        elif tunnel.status == "degraded":
            yield f"The tunnel {_name(tunnel.name)} works, but has lost some of its connections."
        elif tunnel.status == "inactive":
            yield f"The tunnel {_name(tunnel.name)} was never started."
        elif tunnel.status != "healthy":
            yield f"Cloudflare says nothing we know about the tunnel {_name(tunnel.name)}."


def _for_how_long(tunnel: Tunnel, now: datetime) -> str:
    if tunnel.conns_inactive_at is None or tunnel.conns_inactive_at >= now:
        return ""
    return f", for {duration(now - tunnel.conns_inactive_at)} now"


def _figures(seen: Sequence[Seen]) -> Iterator[Figure]:
    events = [part.found for part in seen if isinstance(part.found, Events)]
    lookups = [part.found for part in seen if isinstance(part.found, Lookups)]
    tunnels = [part.found for part in seen if isinstance(part.found, list)]
    if events:
        yield Figure(name="Requests stopped", value=number(sum(e.stopped for e in events)))
    if lookups:
        yield Figure(name="Name look-ups", value=number(sum(sum(each.codes.values()) for each in lookups)))
    for found in tunnels:
        up = sum(tunnel.status == "healthy" for tunnel in found)
        yield Figure(name="Tunnels up", value=f"{number(up)} of {number(len(found))}")


def _tables(seen: Sequence[Seen]) -> Iterator[Table]:
    senders: Counter[tuple[str, str]] = Counter()
    missing: Counter[str] = Counter()
    for part in seen:
        if isinstance(part.found, Events):
            senders.update(part.found.senders)
        elif isinstance(part.found, Lookups):
            missing.update(part.found.missing)
    if senders:
        yield Table(
            caption="Who was stopped most often",
            columns=("Address", "Country", "Times"),
            rows=tuple((_name(ip), _name(country), number(n)) for (ip, country), n in _top(senders)),
        )
    if missing:
        yield Table(
            caption="Names asked for that do not exist",
            columns=("Name", "Times"),
            rows=tuple((_name(name), number(n)) for name, n in _top(missing)),
        )


def _top(counts: Mapping[K, int]) -> list[tuple[K, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:MOST_ROWS]


def _finding(tunnel: Tunnel, now: datetime) -> Finding:
    name, is_down = _name(tunnel.name), tunnel.status == "down"
    began = min(tunnel.conns_inactive_at or now, now)
    return Finding(
        id=digest_of("cloudflare-tunnel", tunnel.id, tunnel.status, str(tunnel.conns_inactive_at)),
        rule=f"cloudflare-tunnel-{tunnel.status}",
        severity=Severity.MEDIUM if is_down else Severity.LOW,
        title=f"The Cloudflare tunnel {name} is down" if is_down else f"The Cloudflare tunnel {name} is weak",
        what=f"The tunnel {name} has no connection to Cloudflare{_for_how_long(tunnel, now)}."
        if is_down
        else f"The tunnel {name} has lost some of its connections to Cloudflare.",
        why="What you reach through this tunnel cannot be reached from outside."
        if is_down
        else "It still works. If it loses the others too, nothing behind it can be reached from outside.",
        do=(
            "Look whether the machine that runs cloudflared is on and online, and restart cloudflared there.",
            "Then check the tunnel: Cloudflare dashboard > Networking > Tunnels.",
        ),
        sure_because="Cloudflare says so itself.",
        first_seen=began,
        last_seen=now,
        subjects=(name,),
        about=(f"tunnel:{plain_line(tunnel.id, MOST_NAME)}",),
    )


def _name(text: object) -> str:
    return plain_line(str(text), MOST_NAME) or "(nameless)"
