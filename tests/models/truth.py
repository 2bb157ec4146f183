"""Ground truth from the simulated world, and how each source tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final, NamedTuple

from unifi_scanner.logs.cef import parse_cef
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.logs.rows import cef_entry
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.sim import Flavour, parse_scenario
from unifi_scanner.sim.casting import NEED_PRESENCE, Role, cast
from unifi_scanner.sim.cef import SIGNATURES, cef_line
from unifi_scanner.sim.code_table import CODES
from unifi_scanner.sim.facts import compose
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.state import State
from unifi_scanner.sim.versions import answers_of
from unifi_scanner.sim.wire import alarm_row, flow_row, row_ids, v1_item, v2_row

START_MS: Final = 1_772_366_400_000  # 1 March 2026, noon
SOURCES: Final = ("websocket", "rest", "alarm", "ips", "system_log", "flows", "cef")
ORIGINS: Final = {name: Origin("ips" if name == "flows" else name) for name in SOURCES}
SITE = parse_scenario(
    """
title = "Three clients, two access points, a switch"
seed = 7
duration = "1h"
[network.gateway]
name = "Gateway"
[[network.aps]]
name = "Kitchen AP"
[[network.aps]]
name = "Hall AP"
[[network.switches]]
name = "Rack Switch"
[[network.clients]]
name = "Anna's iPhone"
hostname = "Annas-iPhone"
ssid = "Home"
[[network.clients]]
name = "Ben's Pixel"
hostname = "Pixel-8"
ssid = "Home"
[[network.clients]]
name = "NAS"
hostname = "diskstation"
""",
    "three.toml",
)
BOOK = NameBook(
    {device.mac: device.name for device in SITE.network.devices},
    {client.mac: client.name for client in SITE.network.clients},
)
EVERY_CODE: Final = tuple(sorted(CODES))


class Happening(NamedTuple):
    """What shall happen: to whom, where, and how long after the one before."""

    what: str
    client: int
    device: int
    gap_ms: int


class Event(NamedTuple):
    """One real-world event: when it truly happened, and its number."""

    number: int
    at_ms: int
    occurrence: Occurrence

    @property
    def same_thing(self) -> tuple[Any, ...]:
        """Return what another event must share to be the same thing to the same subject again."""
        name, facts = self.occurrence.code.name, self.occurrence.facts
        match self.occurrence.code.about:
            case "wifi" | "wired" | "client" | "guest" | "blocking":
                moved = (facts.get("ap_from"), facts.get("ap_to")) if name == "client_roams" else ()
                return (name, self.occurrence.client, *moved)
            case "device" | "device admin" | "ap" | "port" | "switch":
                return name, self.occurrence.device
            case _:
                return (name,)


class Telling(NamedTuple):
    """How one source tells: its clock, its spelling, whether it knows names, `_id`s and clients' MACs.

    `began_ms` is how long before its alert a flow had begun.
    """

    ahead_ms: int = 0
    shouts: bool = False
    named: bool = False
    ids: bool = True
    macs: bool = True
    began_ms: int = 0


def events_of(happenings: Sequence[Happening], *, apart_ms: int = 0, seed: int = 0) -> list[Event]:
    """Return what truly happens; the same thing comes again only more than `apart_ms` later."""
    state, rng = State(SITE.network), Random(seed)
    events: list[Event] = []
    last: dict[tuple[Any, ...], int] = {}
    now = 0
    for one in happenings:
        now += one.gap_ms
        occurrence = _occur(one, state, rng, now)
        if occurrence is None:
            continue
        event = Event(len(events), START_MS + now, occurrence)
        if event.at_ms - last.get(event.same_thing, -(10**12)) <= apart_ms:
            now = last[event.same_thing] + apart_ms + 1 - START_MS
            event = event._replace(at_ms=START_MS + now)
        last[event.same_thing] = event.at_ms
        state.apply(occurrence)
        events.append(event)
    return events


def _occur(one: Happening, state: State, rng: Random, now: int) -> Occurrence | None:
    code = CODES[one.what]
    wired = code.about == "wired"
    client = SITE.network.clients[2 if wired else one.client % 2]
    if one.what in NEED_PRESENCE and client.mac not in state.online:
        code = CODES["client_plugs_in" if wired else "client_connects"]
    group = code.groups()[0] if code.about != "other" else ""
    choices = {"AP": SITE.network.aps, "port": SITE.network.switches, "switch": SITE.network.switches}
    devices = choices.get(code.about, SITE.network.aps)
    device = devices[one.device % len(devices)].mac if code.about not in {"wan", "threat", "dhcp"} else None
    about_client = code.about in {"wifi", "wired", "client", "guest", "blocking"}
    named = about_client or (code.about == "threat" and one.client % 2)
    role = Role(
        code=code, group=group if about_client else "AP" if code.about in {"device", "device admin", "ap"} else "",
        client=client.mac if named else None, device=None if wired else device,
    )  # fmt: skip
    moment = cast(role, state, rng, now)
    return compose(code, group if about_client else "", moment) if moment else None


def told_by(source: str, event: Event) -> bool:
    """Say whether the source has a word for it."""
    code = event.occurrence.code
    match source:
        case "alarm":
            return code.v1 is not None and code.v1.alarm
        case "ips" | "flows":
            return code.is_threat
        case "system_log":
            return code.v2 is not None
        case "cef":
            return code.name in SIGNATURES
        case _:
            return code.v1 is not None


def entries_of(source: str, event: Event, telling: Telling = Telling()) -> list[LogEntry]:  # noqa: B008
    """Return what the real normaliser makes of the record by which `source` tells the event."""
    names = BOOK if telling.named else NameBook()
    if source == "cef":
        at_ms = event.at_ms + event.number % 7 + telling.ahead_ms
        text = cef_line(event.occurrence, at_ms, SITE.network, "10.4.57")
        if not telling.macs:  # as a captured line of 10.0.162 does; the alias ends like the MAC instead
            text = _without_mac(text)
        line = parse_cef(text)
        assert line is not None
        return [cef_entry(line, {"line": text}, Context(names=names, origin=Origin.CEF))]
    record = _record(source, event, telling)
    told = _shouted(record) if telling.shouts else record
    return normalise_record(told, names=names, origin=ORIGINS[source])


def _record(source: str, event: Event, telling: Telling) -> Mapping[str, Any]:
    at_ms = event.at_ms + telling.ahead_ms
    v1_id, v2_id = row_ids(SITE.seed, event.number, event.at_ms)
    item = v1_item(event.occurrence, at_ms, v1_id) if event.occurrence.code.v1 else {}
    if not telling.ids:
        item.pop("_id", None)
    match source:
        case "websocket":
            return {"meta": {"rc": "ok", "message": "events"}, "data": [item]}
        case "alarm":
            return alarm_row(item)
        case "system_log":
            return v2_row(
                event.occurrence, at_ms, v2_id, SITE.network, answers_of("10.4.57", Flavour.UNIFI_OS)
            )
        case "flows":
            began = at_ms - telling.began_ms
            return flow_row(event.occurrence, began, f"f{v2_id[1:]}", SITE.network)
        case _:
            return item


def _without_mac(text: str) -> str:
    found = re.search(r" UNIFIclientMac=(\S+)", text)
    if found is None:
        return text
    alias = re.compile(r"(UNIFIclientAlias=.*?)( UNIFIclientHostname=)")
    return alias.sub(rf"\1 {found[1][-5:]}\2", text.replace(found[0], ""))


def _shouted(value: Any) -> Any:
    """Return the record with its MACs in capitals and its channels spelled out."""
    match value:
        case Mapping():
            return {k: _channel(v) if k == "channel" else _shouted(v) for k, v in value.items()}
        case list():
            return [_shouted(item) for item in value]
        case str() if len(value) == 17 and value.count(":") == 5:
            return value.upper()
        case _:
            return value


def _channel(value: Any) -> Any:
    return f"{value} (5 GHz)" if isinstance(value, str) else value
