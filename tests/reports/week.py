"""A bad week, a quiet one and a first day of an invented office, entry by entry: what pictures are drawn from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from unifi_scanner.models.coverage import Coverage, Gap, SourceCoverage
from unifi_scanner.models.enums import Confidence, LogLevel, LogSource, Novelty, Role, Severity, SourceState
from unifi_scanner.models.finding import Beat, Evidence, Finding, Incident
from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.pictures import Pictures
from unifi_scanner.models.report import Change, Period, Report, Trend
from unifi_scanner.reports import Almanac, build_report

MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)  # midnight in Chicago
POINTS = ("Workshop", "Meeting Room", "Upstairs East", "Upstairs West", "Reception")
OTHERS = ("Gateway", "Core switch", "Upstairs switch")
MACS = {name: f"02:5e:10:00:01:{place:02x}" for place, name in enumerate((*POINTS, *OTHERS))}
FULL_WEEK = Period(start=MONDAY, end=MONDAY + timedelta(days=7), zone="America/Chicago")
TROUBLE = {"Workshop": (1, 0, 6, 14, 17, 2, 1), "Meeting Room": (0, 1, 2, 0, 1, 0, 0)}
HOURLY = (9, 9, 8, 9, 9, 9, 10, 18, 34, 44, 47, 40, 43, 46, 44, 45, 41, 24, 15, 12, 11, 10, 9, 9)


def at(day: int, hour: float) -> datetime:
    """Return a moment of the week: day 0 is Monday, hours are local."""
    return MONDAY + timedelta(days=day, hours=hour)


def entry(when: datetime, kind: str, **facts: Any) -> LogEntry:
    """Return an entry of a kind; facts that are no field of an entry are its metadata."""
    fields = {name: facts.pop(name) for name in list(facts) if name in LogEntry.__struct_fields__}
    return LogEntry(
        timestamp=when, source=info_of(kind).source, level=LogLevel.INFO, event_type=kind, message=kind,
        kind=kind, metadata=facts, **fields,
    )  # fmt: skip


def of_device(when: datetime, kind: str, name: str) -> LogEntry:
    """Return an entry about one of the office's devices."""
    return entry(when, kind, device_mac=MACS[name], device_name=name)


def clients_of_a_day(day: int) -> Iterator[LogEntry]:
    """Yield who came and went on one day."""
    here: list[int] = list(range(9)) if day else []
    if not day:
        yield from (_client(at(0, 0.01), "client.connected", number) for number in range(9))
        here = list(range(9))
    weekend = day >= 5
    for hour, wanted in enumerate(HOURLY):
        goal = 9 + round((wanted - 9) * (0.1 if weekend else 1 + 0.05 * math.sin(day + hour)))
        while len(here) < goal:
            here.append(len(here))
            yield _client(at(day, hour + 0.2), "client.connected", here[-1])
        while len(here) > goal:
            yield _client(at(day, hour + 0.4), "client.disconnected", here.pop())


def _client(when: datetime, kind: str, number: int) -> LogEntry:
    point = POINTS[number % len(POINTS)]
    return entry(
        when, kind, client_mac=f"02:5e:20:00:00:{number:02x}", client_name=f"Laptop {number}",
        device_mac=MACS[point], device_name=point,
    )  # fmt: skip


def bad_entries() -> list[LogEntry]:
    """Return the bad week."""
    found: list[LogEntry] = [of_device(at(0, 0), "device.online", name) for name in (*POINTS, *OTHERS)]
    for day in range(7):
        found += clients_of_a_day(day)
    for name, days in TROUBLE.items():
        found += [
            of_device(at(day, 9 + n * 0.3), "wifi.trouble", name)
            for day, n_of in enumerate(days)
            for n in range(n_of)
        ]
    for day, hour, lasted in ((1, 9.2, 24), (3, 9.17, 9)):
        for name in ("Upstairs switch", "Upstairs East", "Upstairs West", "Meeting Room"):
            found.append(of_device(at(day, hour), "device.offline", name))
            found.append(
                of_device(at(day, hour) + timedelta(minutes=lasted + len(name) % 4), "device.online", name)
            )
    for day, hour, lasted in ((2, 14.1, 14), (4, 11.53, 11), (5, 3.25, 6)):
        found.append(entry(at(day, hour), "wan.down", wan="Internet 1"))
        found.append(entry(at(day, hour) + timedelta(minutes=lasted), "wan.restored", wan="Internet 1"))
    outside = (52, 47, 61, 55, 58, 44, 41)
    inside = (0, 0, 0, 0, 5, 16, 16)
    for day in range(7):
        found += [
            entry(at(day, n * 0.35), "threat.blocked", direction="incoming") for n in range(outside[day])
        ]
        found += [
            entry(at(day, 17 + n * 0.3), "threat.blocked", direction="outgoing") for n in range(inside[day])
        ]
    return sorted(found, key=lambda e: e.timestamp)


def quiet_entries() -> list[LogEntry]:
    """Return a week in which nothing needed anyone."""
    found = [of_device(at(0, 0), "device.online", name) for name in (*POINTS, *OTHERS)]
    for day in range(7):
        found += clients_of_a_day(day)
        found += [entry(at(day, n * 0.5), "threat.blocked", direction="incoming") for n in range(40 + day)]
    return sorted(found, key=lambda e: e.timestamp)


def drawn(entries: Iterable[LogEntry], coverage: Coverage, period: Period = FULL_WEEK) -> Pictures:
    """Return the pictures of entries."""
    almanac = Almanac()
    for one in entries:
        almanac.feed(one)
    return almanac.pictures(period, coverage)


def beat(when: datetime, role: Role, sentence: str) -> Beat:
    """Return a moment of a story."""
    return Beat(at=when, role=role, sentence=sentence)


def power_story() -> Incident:
    """Return a story that is over."""
    return Incident(
        id="story-power", rule="device-offline", severity=Severity.HIGH, source=LogSource.POWER,
        title="Upstairs switch lost power, and took 3 access points and 30 devices with it",
        what="It went off on Tuesday at 09:12 for 24 minutes. Three access points get their power from it.",
        why="30 devices lost their network; 11 of them had none for 29 minutes.",
        do=("Look at how the switch is plugged in.", "Put it on a small battery backup, if you can.", "On Friday, look at UniFi Devices > Upstairs switch > Overview: its uptime should say more than 4 days."),
        confidence=Confidence.PROBABLY,
        sure_because="It started from cold, and nobody asked for a restart. A broken switch can look the same.",
        first_seen=at(1, 9.2), last_seen=at(1, 9.7), ended=at(1, 9.7), count=41, subjects=("Upstairs switch",), about=(f"device:{MACS['Upstairs switch']}",),
        evidence=(Evidence(entry_id="e1", timestamp=at(1, 9.2), sentence="Upstairs switch went offline."),),
        cause="The upstairs switch lost its power.",
        timeline=(
            beat(at(1, 9.2), Role.CAUSE, "Upstairs switch went off. Core switch, next in line, stayed on."),
            beat(at(1, 9.21), Role.CONSEQUENCE, "Upstairs East, Upstairs West and Meeting Room went off with it."),
            beat(at(1, 9.25), Role.CONSEQUENCE, "30 devices dropped off. By 09:14, 19 of them had found another access point."),
            beat(at(1, 9.6), Role.RECOVERY, "Upstairs switch came back, started from cold."),
            beat(at(1, 9.7), Role.RECOVERY, "All devices were back. Over after 29 minutes."),
        ),
    )  # fmt: skip


def wifi_story() -> Incident:
    """Return a story that goes on."""
    return Incident(
        id="story-wifi", rule="wifi-got-worse", severity=Severity.LOW, source=LogSource.WIRELESS,
        title="A setting was changed, then Wi-Fi in the workshop got worse",
        what="Devices now move between access points 41 times a day; 13 is usual.",
        why="Each move is a short break in calls and video.",
        do=("To undo it: UniFi Devices > Workshop > Settings > Radios.",),
        confidence=Confidence.PROBABLY, sure_because="It began within the hour, and nothing else changed.",
        first_seen=at(2, 17.1), last_seen=at(6, 20), count=82, subjects=("Workshop",), evidence=(),
        timeline=(
            beat(at(2, 17.1), Role.CHANGE, "office-admin raised the transmit power of Workshop."),
            beat(at(3, 9), Role.CAUSE, "Devices moved between Workshop and Reception 40 times that day."),
            beat(at(4, 9), Role.CONSEQUENCE, "42 moves. 17 devices could not join at once."),
        ),
    )  # fmt: skip


def knocking() -> Finding:
    """Return what cannot wait."""
    return Finding(
        id="f-pc", rule="inside-device-blocked", severity=Severity.CRITICAL, source=LogSource.SECURITY,
        title="Workshop PC may be infected. Take it off the network today.",
        what="Since Friday 17:00, Workshop PC has tried 37 times to reach two bad Internet addresses. Your gateway blocked all of them.",
        why="A program that steals passwords only has to get through once. It may also spread to other computers.",
        do=("Pull its network cable, or block it: Client Devices > Workshop PC > Block.", "Run a full virus scan before it goes back on the network.", "From another computer, change the passwords that were used on it."),
        confidence=Confidence.PROBABLY, sure_because="The tries come day and night, when nobody is at work. A security test tool can look the same.",
        first_seen=at(4, 17), last_seen=at(6, 23.8), count=37, subjects=("Workshop PC",), about=("client:02:5e:20:00:00:f1",),
        evidence=tuple(Evidence(entry_id=f"pc{n}", timestamp=at(4 + n, 17), sentence="An attack from Workshop PC was blocked.") for n in range(3)),
    )  # fmt: skip


def outages() -> Finding:
    """Return the Internet's failures."""
    return Finding(
        id="f-wan", rule="internet-keeps-failing", severity=Severity.MEDIUM, source=LogSource.INTERNET, resolved=True,
        title="The Internet failed 3 times. Send your provider the list.",
        what="The line was down for 14 minutes on Wednesday, 11 on Friday and 6 on Saturday. That is 31 minutes.",
        why="Calls and cloud files stop. Two of the three were in working hours.",
        do=("Send the list below to your provider, and ask them to test the line.", "If you can’t do without, add a backup line: Settings > Internet > Internet 2."),
        confidence=Confidence.PROBABLY, sure_because="Your gateway stayed on and its cable to the modem stayed live.",
        first_seen=at(2, 14.1), last_seen=at(5, 3.35), count=6, subjects=("Internet 1",),
        evidence=(Evidence(entry_id="w1", timestamp=at(2, 14.1), sentence="The Internet connection Internet 1 went down."),),
    )  # fmt: skip


def small_ones() -> tuple[Finding, ...]:
    """Return what is worth knowing."""
    base = msgspec.structs.replace(outages(), severity=Severity.LOW, resolved=False, source=LogSource.DEVICE)
    return (
        msgspec.structs.replace(
            base, id="f-up", rule="update-waits", title="An update waits for Reception.",
            what="Reception can be updated to a newer version.", why="Updates close holes and mend faults.",
            do=("Start it when nobody needs the Wi-Fi: UniFi Devices > Reception > Update.",),
            confidence=Confidence.CERTAINLY, sure_because="", count=1, first_seen=at(1, 8), last_seen=at(1, 8),
        ),
        msgspec.structs.replace(
            base, id="f-radar", rule="radar-heard", title="Workshop left a Wi-Fi channel because it heard radar.",
            what="It moved to another channel by itself.", why="Radar has the right of way.", do=(), source=LogSource.WIRELESS,
            confidence=Confidence.CERTAINLY, sure_because="", count=1, first_seen=at(5, 13.3), last_seen=at(5, 13.3),
        ),
    )  # fmt: skip


TRENDS = (
    Trend(what="Minutes without Internet", amount=31, usual=(0, 4), is_unusual=True, sentence="31 minutes; 0 to 4 a week is usual here."),
    Trend(what="Devices that restarted", amount=4, usual=(0, 1), is_unusual=True, sentence="4; 0 to 1 is usual."),
    Trend(what="Attacks stopped", amount=395, usual=(300, 420), is_unusual=False, sentence="As usual."),
    Trend(what="Wi-Fi disconnects", amount=212, usual=None, is_unusual=False, sentence="Too early to say what is usual."),
)  # fmt: skip
CHANGES = (
    Change(id="f-pc", title="Workshop PC tries to reach bad addresses.", novelty=Novelty.NEW),
    Change(id="story-power", title="Upstairs switch loses power around 09:10.", novelty=Novelty.NEW),
    Change(id="f-wan", title="Internet outages: 3 this week, 1 the week before.", novelty=Novelty.CONTINUING),
    Change(id="gone", title="Reception no longer runs hot.", novelty=Novelty.OVER),
)


def seen_all(*gaps: Gap) -> Coverage:
    """Return a coverage in which all but the system messages answered."""
    areas = ("internet", "devices", "wireless", "wired", "admin", "security")
    rows = [
        SourceCoverage(
            source=name, area=area, state=SourceState.OK, since=MONDAY, until=FULL_WEEK.end, entries=400
        )
        for name in ("websocket", "system_log")
        for area in areas
    ]
    rows.append(
        SourceCoverage(
            source="ips",
            area="security",
            state=SourceState.OK,
            since=MONDAY,
            until=FULL_WEEK.end,
            entries=395,
        )
    )
    rows.append(SourceCoverage(source="syslog", area="system", state=SourceState.OFF, reason="System messages are not switched on. To close this: Settings > Control Plane > Integrations > Activity Logging."))  # fmt: skip
    return Coverage(sources=tuple(rows), gaps=gaps, entries_read=11_482, entries_kept=11_482)


def told_bad() -> Report:
    """Return the report of the bad week."""
    gap = Gap(
        source="websocket",
        start=at(3, 22.2),
        end=at(4, 0.5),
        reason="The console was being updated",
        closed=True,
        closed_by="system_log",
    )
    coverage = seen_all(gap)
    story = power_story()
    made = build_report(
        (knocking(), outages(), *small_ones()), coverage, period=FULL_WEEK, title="Acme HQ", entry_count=11_482,
        generated_at=at(7, 7), incidents=(story, wifi_story()), pictures=drawn(bad_entries(), coverage),
    )  # fmt: skip
    return msgspec.structs.replace(made, changes=CHANGES, trends=TRENDS)


def told_quiet() -> Report:
    """Return the report of the quiet week."""
    coverage = seen_all()
    made = build_report(
        small_ones()[:1], coverage, period=FULL_WEEK, title="Maple Street", entry_count=4_210,
        generated_at=at(7, 7), pictures=drawn(quiet_entries(), coverage),
    )  # fmt: skip
    return msgspec.structs.replace(made, trends=TRENDS[2:], changes=CHANGES[3:])


def told_half_blind() -> Report:
    """Return the report of a first day with half the sources missing."""
    began = at(6, 9.2)
    rows = [
        SourceCoverage(
            source="websocket", area=area, state=SourceState.OK, since=began, until=at(6, 10), entries=40
        )
        for area in ("internet", "devices", "wireless", "wired")
    ]
    refused = "Our account may not read this. Give it the role “Site Admin”, for reading only."
    rows += [SourceCoverage(source="ips", area="security", state=SourceState.FAILED, reason=refused)]
    rows += [SourceCoverage(source="activity", area="admin", state=SourceState.FAILED, reason=refused)]
    rows += [
        SourceCoverage(
            source="syslog", area="system", state=SourceState.OFF, reason="No system message has arrived yet."
        )
    ]
    coverage = Coverage(
        sources=tuple(rows), blind=("security", "admin"), entries_read=3_118, entries_kept=3_118
    )
    seen = [
        e for e in quiet_entries() if began <= e.timestamp <= at(6, 10) and not e.kind.startswith("threat")
    ]
    period = Period(start=MONDAY, end=at(6, 10), zone="America/Chicago")
    camera = msgspec.structs.replace(
        small_ones()[1], id="f-cam", rule="client-keeps-dropping", severity=Severity.LOW,
        title="Garage camera keeps dropping off Wi-Fi.", what="It left and came back 26 times.",
        why="While it is away, it records nothing.", do=("Move it, or an access point, closer.",), count=26,
    )  # fmt: skip
    return build_report(
        (camera,), coverage, period=period, title="Maple Street", entry_count=3_118, generated_at=at(6, 10),
        pictures=drawn(seen, coverage, period),
    )  # fmt: skip
