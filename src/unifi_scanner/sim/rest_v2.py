"""REST v2 of one site: system-log and traffic flows (docs/protocol.md D)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from unifi_scanner.sim.call import Call
from unifi_scanner.sim.code_table import CODES
from unifi_scanner.sim.codes import V2
from unifi_scanner.sim.http import Reply, html_reply, json_reply, v2_error
from unifi_scanner.sim.ledger import Kept
from unifi_scanner.sim.log_parts import PARTS, SHAPED, WHOLE, is_triggered
from unifi_scanner.sim.rows import admin_row, has_words, threat_row, trigger_row
from unifi_scanner.sim.versions import SEVERITIES
from unifi_scanner.sim.wire import when_v2

PAGE_SIZE: Final = 100
Row = Mapping[str, Any]

ENUM_ERROR: Final = (
    "JSON parse error: Cannot deserialize value of type `com.ubnt.service.alert.JdEI` from String"
    ' "{}": not one of the values accepted for Enum class: [{}]'
)


def answer(call: Call, rest: str) -> Reply:
    """Return the answer to `/v2/api/site/{site}/{rest}`."""
    match rest.split("/"):
        case ["system-log", "setting"] if call.ask.method == "GET" and call.console.answers.system_log:
            return _labels()
        case ["system-log", *name] if call.console.answers.log_parts:
            return _system_log(call, "/".join(name))
        case ["traffic-flows"] if call.console.answers.flows:
            return _flows(call) if call.ask.method == "POST" else v2_error(405, "Method Not Allowed")
        case ["trafficrules" | "trafficroutes"]:
            return json_reply([])
    return v2_error(404, "Not Found") if rest else html_reply("Not Found", 404)


def _system_log(call: Call, name: str) -> Reply:
    if name not in {*SHAPED, *PARTS} and not (name in WHOLE and call.console.answers.system_log):
        return v2_error(404, "Not Found")
    if call.ask.method != "POST":
        return v2_error(405, "Request method 'GET' is not supported")
    asked = call.ask.json()
    if (reply := _enum_error(call, asked)) is not None:
        return reply
    match name:
        case "count":
            return _count(call, asked)
        case "filter-data":
            return json_reply({"categories": call.console.answers.categories, "severities": SEVERITIES})
        case "critical":
            return json_reply(_alerts(call, asked, PARTS[name]))
        case _ if name in SHAPED:
            return _paged(call, asked, _shaped(call, asked, name))
        case _:
            return _paged(call, asked, _alerts(call, asked, PARTS.get(name, lambda _v2: True)))


def _shaped(call: Call, asked: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    match name:
        case "threats":
            return [threat_row(k) for k in _kept(call, asked) if k.occurrence.code.is_threat]
        case "triggers":
            network = call.console.network
            return [trigger_row(k, network) for k in _kept(call, asked) if is_triggered(k.occurrence.code)]
        case _:
            return [admin_row(k) for k in _kept(call, asked) if k.occurrence.code.about == "admin"]


def _enum_error(call: Call, asked: Mapping[str, Any]) -> Reply | None:
    """Return the 400 for a word outside the version's own lists (docs/protocol.md 0.4, D.2)."""
    for field, accepted in (("categories", call.console.answers.categories), ("severities", SEVERITIES)):
        for value in asked.get(field) or []:
            if value not in accepted:
                return v2_error(400, ENUM_ERROR.format(value, ", ".join(accepted)))
    return None


def _kept(call: Call, asked: Mapping[str, Any]) -> list[Kept]:
    """Return what system-log kept of the time asked for, newest first."""
    if not call.here:
        return []
    return [
        kept
        for kept in reversed(call.console.ledger.kept)
        if kept.row.sources & {"system_log", "activity"}
        and kept.occurrence.code.v2 is not None
        and _in_time(kept, asked)
        and call.console.still_keeps("system_log", kept.at_ms)
    ]


def _in_time(kept: Kept, asked: Mapping[str, Any]) -> bool:
    time_ms = when_v2(kept.at_ms, kept.row.v2_id)
    return int(asked.get("timestampFrom") or 0) <= time_ms <= int(asked.get("timestampTo") or time_ms)


def _alerts(call: Call, asked: Mapping[str, Any], wanted: Callable[[V2], bool]) -> list[dict[str, Any]]:
    if not call.here:
        return []

    def fits(kept: Kept) -> bool:
        v2 = kept.occurrence.code.v2_for(client_known=kept.occurrence.client is not None)
        kept_still = call.console.still_keeps("system_log", kept.at_ms)
        return v2 is not None and kept_still and wanted(v2) and _in_time(kept, asked)

    rows = [row for row in call.console.ledger.v2_rows(call.console.answers, fits) if _filtered(row, asked)]
    rows.sort(key=lambda row: int(row["timestamp"]), reverse=asked.get("sortDirection") != "ASC")
    return rows


def _filtered(row: Row, asked: Mapping[str, Any]) -> bool:
    fields = {"categories": "category", "severities": "severity", "events": "event", "keys": "key",
              "subcategories": "subcategory"}  # fmt: skip
    return all(not asked.get(many) or row[one] in asked[many] for many, one in fields.items())


def _paged(call: Call, asked: Mapping[str, Any], rows: Sequence[Row]) -> Reply:
    """Return one page: 0-based, at most 100 rows whatever was asked (docs/protocol.md D.2)."""
    size = max(1, min(int(asked.get("pageSize") or PAGE_SIZE), call.console.faults.page_cap))
    number = int(asked.get("pageNumber") or 0)
    pages = -(-len(rows) // size)
    for _ in range(call.console.faults.shifting):
        call.console.emit("client_connects", {})
    return json_reply(
        {
            "data": rows[number * size : (number + 1) * size],
            "page_number": number,
            "total_element_count": len(rows),
            "total_page_count": pages,
            "has_next": number + 1 < pages,
            "or_more": False,
        }
    )


def _count(call: Call, asked: Mapping[str, Any]) -> Reply:
    rows = _alerts(call, asked, lambda _v2: True)
    events, subs = Counter(row["event"] for row in rows), Counter(row["subcategory"] for row in rows)
    return json_reply(
        {
            "events": [{"name": name, "count": count} for name, count in events.items()],
            "subcategories": [{"name": name, "count": count} for name, count in subs.items()],
        }
    )


def _labels() -> Reply:
    """Return the human label of every event this controller knows (docs/protocol.md D.1, `setting`)."""
    settings = {
        code.v2.event: {"label": code.v2.title, "category": code.v2.place.nine, "subcategory": code.v2.place.sub,
                        "push": False, "email": False}
        for code in CODES.values()
        if code.v2 is not None
    }  # fmt: skip
    return json_reply({"preference": "auto", "settings": settings})


def _flows(call: Call) -> Reply:
    """Return intrusion alerts and blocks as flows: where their detail lives on 10.x (docs/protocol.md D.6)."""
    asked = call.ask.json()
    if call.console.faults.picky_flows and not has_words(
        asked, ("risk", "action", "policy_type", "source_mac")
    ):
        return v2_error(400, "Required field is missing")
    policies, actions = asked.get("policy_type") or [], asked.get("action") or []
    rows = call.console.ledger.flow_rows(lambda kept: _in_time(kept, asked)) if call.here else []
    chosen = [
        row
        for row in rows
        if (not policies or row["policies"][0]["type"] in policies)
        and (not actions or row["action"] in actions)
    ]
    return _paged(call, asked, chosen)
