"""An occurrence as the wire tells it: v1 event item, system-log row, alarm, traffic flow. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from unifi_scanner.sim.flavour import Flavour
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import Network, digest
from unifi_scanner.sim.roles import message_of, parameters_of
from unifi_scanner.sim.scenario import Scenario
from unifi_scanner.sim.versions import Answers, answers_of
from unifi_scanner.sim.world import World

WORDS: Final = {"AP": "AP[{}]", "SW": "Switch[{}]", "GW": "Gateway[{}]", "DM": "{}", "XG": "Gateway[{}]"}
SUBSYSTEMS: Final = {"AP": "wlan", "SW": "lan", "GW": "lan", "DM": "lan", "XG": "lan"}
NEWEST_WITH_BOTH: Final = "9.3.43"


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"[{key}]"


def object_id(at_ms: int, *parts: object) -> str:
    """Return a 24-hex id that begins with the time, as the controller's database makes them."""
    return f"{at_ms // 1000 & 0xFFFFFFFF:08x}{digest(*parts, length=16)}"


def site_id(site: str) -> str:
    """Return the 24-hex id of a site."""
    return digest("site", site)


def when_v1(occurrence: Occurrence, at_ms: int) -> int:
    """Return the time v1 tells: some events lose their milliseconds (docs/protocol.md B.6)."""
    v1 = occurrence.code.v1
    return at_ms // 1000 * 1000 if v1 is not None and v1.whole_seconds else at_ms


def when_v2(at_ms: int, row_id: str) -> int:
    """Return the time system-log tells: a few milliseconds later than v1's (docs/protocol.md E)."""
    return at_ms + int(row_id[-2:], 16) % 9 + 1


def v1_item(occurrence: Occurrence, at_ms: int, row_id: str, site: str = "default") -> dict[str, Any]:
    """Return the event as an `events` frame and `stat/event` carry it (docs/protocol.md B.5, C)."""
    v1 = occurrence.code.v1
    if v1 is None:
        raise ValueError(f"{occurrence.code.name} has no v1 event")
    time_ms = when_v1(occurrence, at_ms)
    item: dict[str, Any] = {
        **occurrence.facts,
        "key": occurrence.key,
        "subsystem": v1.subsystem or SUBSYSTEMS.get(occurrence.group, "lan"),
        "is_negative": v1.negative,
        "site_id": site_id(site),
        "time": time_ms,
        "datetime": datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "msg": _msg(occurrence),
        "_id": row_id,
    }
    if occurrence.code.is_threat:
        item |= {"archived": False, "timestamp": time_ms // 1000}
    return item | {k: v for k, v in occurrence.facts.items() if k in {"msg", "subsystem", "is_negative"}}


def _msg(occurrence: Occurrence) -> str:
    assert occurrence.code.v1 is not None  # noqa: S101 - v1_item has looked
    facts = dict(occurrence.facts)
    words = {
        "who": "Guest" if occurrence.group in {"WG", "LG"} else "User",
        "mac": facts.get("mac") or occurrence.client or "",
        "device": WORDS.get(occurrence.group, "{}").format(occurrence.device or ""),
        "span": span_text(int(facts.get("duration", 0))),
        "volume": volume_text(int(facts.get("bytes", 0))),
    }
    return occurrence.code.v1.msg.format_map(_Blank({**facts, **words}))


def span_text(seconds: int) -> str:
    """Return 477 as "7m 57s"."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "m"), (left, "s")]
    return " ".join(f"{n}{unit}" for n, unit in parts if n) or "0s"


def volume_text(count: int) -> str:
    """Return 19130891 as "18.24M"."""
    value = float(count)
    for unit in ("", "K", "M"):
        if value < 1024:
            return f"{value:.2f}{unit}"
        value /= 1024
    return f"{value:.2f}G"


def alarm_row(item: Mapping[str, Any], *, archived: bool = False) -> dict[str, Any]:
    """Return a v1 event as the alarm endpoints tell it: the same, and whether someone put it away (C)."""
    return {**item, "archived": archived}


def v2_row(
    occurrence: Occurrence, at_ms: int, row_id: str, network: Network, answers: Answers
) -> dict[str, Any]:
    """Return the row that `system-log/all` of this version has for it (docs/protocol.md D.3, D.4)."""
    v2 = occurrence.code.v2_for(client_known=occurrence.client is not None)
    if v2 is None:
        raise ValueError(f"{occurrence.code.name} is not in system-log")
    parameters = parameters_of(v2.message, occurrence, network)
    row: dict[str, Any] = {
        "category": v2.place.ten if answers.is_10 else v2.place.nine,
        "event": v2.event,
        "id": row_id,
        "key": v2.key,
        "message_raw": v2.message,
        "parameters": parameters,
        "severity": v2.severity,
        "show_on_dashboard": v2.severity in {"HIGH", "VERY_HIGH"},
        "status": "NEW",
        "subcategory": v2.place.sub,
        "target": v2.target,
        "timestamp": when_v2(at_ms, row_id),
        "title_raw": v2.title,
    }
    if v2.type is not None:
        row["type"] = v2.type
    if not answers.is_10:  # D.3: `system-log/all` on 10.x has no rendered message
        row |= {"title": v2.title, "message": message_of(v2.message, parameters)}
    return row


def flow_row(occurrence: Occurrence, at_ms: int, row_id: str, network: Network) -> dict[str, Any]:
    """Return the traffic flow of an intrusion alert (docs/protocol.md D.6)."""
    facts = occurrence.facts
    client = network.client(occurrence.client)
    blocked = facts["inner_alert_action"] == "blocked"
    return {
        "id": row_id,
        "action": "blocked" if blocked else "allowed",
        "risk": "high" if facts["inner_alert_severity"] == 1 else "medium",
        "service": "OTHER",
        "protocol": facts["proto"],
        "direction": "outgoing" if client else "incoming",
        "count": 1,
        "duration_milliseconds": 0,
        "time": at_ms,
        "flow_start_time": at_ms,
        "flow_end_time": at_ms,
        "source": {"ip": facts["src_ip"], "port": facts["src_port"], "mac": facts["src_mac"],
                   "client_name": client.name if client else "", "host_name": client.hostname if client else ""},
        "destination": {"ip": facts["dest_ip"], "port": facts["dest_port"], "mac": facts["dst_mac"], "domains": []},
        "policies": [{"type": "INTRUSION_PREVENTION", "name": facts["inner_alert_signature"]}],
        "ips": {"signature": facts["inner_alert_signature"], "signature_id": facts["inner_alert_signature_id"],
                "category_name": facts["inner_alert_category"],
                "advanced_information": _msg(occurrence)},
        "next_ai": [],
        "traffic_data": {"bytes_rx": 0, "bytes_tx": 60, "bytes_total": 60, "packets_rx": 0, "packets_tx": 1,
                         "packets_total": 1},
    }  # fmt: skip


def row_ids(scenario_seed: int, number: int, at_ms: int) -> tuple[str, str]:
    """Return the v1 and the v2 id of the `number`-th occurrence: never the same (docs/protocol.md E)."""
    return object_id(at_ms, scenario_seed, number, "v1"), object_id(at_ms, scenario_seed, number, "v2")


def wire_events(scenario: Scenario, start_ms: int) -> Iterator[dict[str, Any]]:
    """Yield every v1 event of the scenario, oldest first, as if it had begun at `start_ms`."""
    for number, occurrence in enumerate(World(scenario).occurrences()):
        at_ms = start_ms + occurrence.at_ms
        if occurrence.code.v1 is not None:
            yield v1_item(occurrence, at_ms, row_ids(scenario.seed, number, at_ms)[0])


def system_log_rows(
    scenario: Scenario, start_ms: int, version: str = NEWEST_WITH_BOTH, flavour: Flavour = Flavour.UNIFI_OS
) -> Iterator[dict[str, Any]]:
    """Yield every system-log row of the scenario, oldest first, in the shape of that version."""
    answers = answers_of(version, flavour)
    for number, occurrence in enumerate(World(scenario).occurrences()):
        at_ms = start_ms + occurrence.at_ms
        if occurrence.code.v2 is not None and answers.system_log:
            row_id = row_ids(scenario.seed, number, at_ms)[1]
            yield v2_row(occurrence, at_ms, row_id, scenario.network, answers)
