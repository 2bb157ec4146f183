"""One record of a known shape -> its entry: a table of shapes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from unifi_scanner.logs import facts_flows, facts_lists, facts_v1, facts_v2
from unifi_scanner.logs.cef import CefLine, cef_kind, cef_time, is_told_in_its_words, own_subject, with_names
from unifi_scanner.logs.cef_fields import cef_facts
from unifi_scanner.logs.entry import Context, make_entry
from unifi_scanner.logs.mongo import from_mongo
from unifi_scanner.logs.reading import BLOCKED, first_text, mac_of, present, said, text_of
from unifi_scanner.logs.redaction import redacted
from unifi_scanner.logs.shapes import Shape, event_key, is_mongo, is_refusal, shape_of
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.kinds import UNKNOWN_KIND
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.vocabulary import dotted
from unifi_scanner.models.wire_time import event_time

Maker = Callable[[Mapping[str, Any], Context], LogEntry]


def _from_event(item: Mapping[str, Any], context: Context) -> LogEntry:
    key = event_key(item)
    origin = context.origin or (Origin.ALARM if "archived" in item else Origin.REST)
    told = msgspec.structs.replace(context, origin=origin)
    event_type = dotted(key) if origin is Origin.WEBSOCKET else key
    return v1_entry(item, told, kind=facts_v1.kind_of(key, item), event_type=event_type, key=key)


def v1_entry(item: Mapping[str, Any], context: Context, *, kind: str, event_type: str, key: str) -> LogEntry:
    """Return the entry of a v1 event of a known kind."""
    who = facts_v1.subject_of(key, item, context.names)
    facts = facts_v1.facts_of_event(item, context.names)
    if kind == UNKNOWN_KIND:
        facts |= present(said=said(item.get("msg") or item.get("message"), context.names))
    own_id = text_of(item.get("_id"))
    identity: tuple[Any, ...] = ("v1", dict(item)) if event_key(item) else ("v1", dict(item), event_type)
    if own_id:
        identity = ("v1", own_id, dotted(event_type), who.client_mac or who.device_mac)
    return make_entry(
        item, context, kind=kind, event_type=event_type, who=who, facts=facts, identity=identity
    )


def _from_ips(item: Mapping[str, Any], context: Context) -> LogEntry:
    key = event_key(item) if event_key(item).startswith("EVT_") else "EVT_IPS_IpsAlert"
    flat = facts_v1.flat_threat(item)
    facts = facts_v1.facts_of_event(flat, context.names)
    kind = facts_v1.kind_of(key, flat)
    origin = context.origin or Origin.IPS
    own_id = text_of(item.get("_id"))
    who = facts_v1.subject_of("EVT_IPS_IpsAlert", item, context.names)
    return make_entry(
        item,
        msgspec.structs.replace(context, origin=origin),
        kind=kind,
        event_type=dotted(key) if origin is Origin.WEBSOCKET else key,
        who=who,
        facts=facts,
        identity=("v1", own_id, dotted(key), who.device_mac) if own_id else ("v1", dict(item)),
    )


def _from_row(raw: Mapping[str, Any], context: Context) -> LogEntry:
    row = from_mongo(raw) if is_mongo(raw) else raw
    own_id = first_text(row, "id", "_id")
    key = text_of(row.get("key")) or text_of(row.get("event")) or "unknown"
    return make_entry(
        raw,
        msgspec.structs.replace(context, origin=context.origin or Origin.SYSTEM_LOG),
        kind=facts_v2.kind_of(row),
        event_type=key,
        who=facts_v2.subject_of(row, context.names),
        facts=facts_v2.facts_of_row(row, context.names),
        identity=("v2", own_id, key) if own_id else ("v2", dict(row)),
        timed=row,
    )


def _from_activity(row: Mapping[str, Any], context: Context) -> LogEntry:
    """Make an entry of what an administrator did; the row is kept without what was typed as a secret (D.5)."""
    clean = redacted(row)
    return make_entry(
        clean,
        msgspec.structs.replace(context, origin=context.origin or Origin.SYSTEM_LOG),
        kind=facts_v2.activity_kind(row),
        event_type=first_text(row, "change_key", "key") or "admin-activity",
        who=Subject(),
        facts=facts_v2.activity_facts(clean),
        identity=("activity", text_of(row.get("id")) or clean),
    )


def _from_threat(row: Mapping[str, Any], context: Context) -> LogEntry:
    return _from_list_row(row, context, facts_lists.threat_row(row, context.names))


def _from_trigger(row: Mapping[str, Any], context: Context) -> LogEntry:
    return _from_list_row(row, context, facts_lists.trigger_row(row, context.names))


def _from_anomaly(row: Mapping[str, Any], context: Context) -> LogEntry:
    return _from_list_row(row, context, facts_lists.anomaly_row(row, context.names))


def _from_list_row(row: Mapping[str, Any], context: Context, told: facts_lists.Told) -> LogEntry:
    return make_entry(
        row,
        msgspec.structs.replace(context, origin=context.origin or told.origin),
        kind=told.kind,
        event_type=told.event_type,
        who=told.who,
        facts=told.facts,
        identity=(told.event_type, text_of(row.get("id")) or dict(row)),
    )


def _from_flow(flow: Mapping[str, Any], context: Context) -> LogEntry:
    moment = {"time": flow.get("flow_start_time") or flow.get("time")}
    return make_entry(
        flow,
        msgspec.structs.replace(context, origin=context.origin or Origin.IPS),
        kind=facts_flows.flow_kind(flow),
        event_type="traffic-flow",
        who=facts_flows.flow_subject(flow, context.names),
        facts=facts_flows.flow_facts(flow, context.names),
        identity=("flow", text_of(flow.get("id")) or dict(flow)),
        timed=moment,
    )


def _from_webhook(hook: Mapping[str, Any], context: Context) -> LogEntry:
    parameters = hook.get("parameters")
    line = CefLine(
        product="UniFi OS" if hook.get("app") == "os" else "UniFi Network",
        version=str(hook.get("version") or ""),
        signature=str(hook["deviceEventClassId"]),
        name=str(hook.get("name") or ""),
        severity=str(hook.get("severity") or ""),
        fields=parameters if isinstance(parameters, Mapping) else {},
    )
    return cef_entry(line, hook, msgspec.structs.replace(context, origin=context.origin or Origin.IMPORT))


def _from_protect(hook: Mapping[str, Any], context: Context) -> LogEntry:
    return make_entry(
        hook,
        msgspec.structs.replace(context, origin=context.origin or Origin.IMPORT),
        kind="protect.event",
        event_type="protect-alarm",
        who=Subject(),
        facts={},
        identity=("protect", dict(hook)),
    )


def cef_entry(
    line: CefLine,
    raw: Mapping[str, Any],
    context: Context,
    *,
    at: datetime | None = None,
    identity: tuple[Any, ...] | str | None = None,
) -> LogEntry:
    """Return the entry of a CEF record, from a log line (written `at`, where it says itself) or a webhook."""
    kind, facts = cef_kind(line), cef_facts(line.fields) if line.facts is None else line.facts
    if kind == "threat.detected" and facts.get("action") == BLOCKED:
        kind = "threat.blocked"
    who = with_names(line.who or own_subject(line.fields), context.names)
    if kind == "honeypot.hit" and who.client_name:
        facts.setdefault("attacker", who.client_name)
    if is_told_in_its_words(kind):
        facts |= present(said=said(line.fields.get("msg") or line.name, context.names))
    moment = at or cef_time(line.fields)
    return make_entry(
        raw,
        context,
        by=Origin.CEF,
        kind=kind,
        event_type=f"CEF:{line.product.removeprefix('UniFi ')}:{line.signature}",
        who=who,
        facts=facts,
        identity=identity or ("cef", dict(raw)),
        timed={},
        moment=moment,
    )


def _from_line(record: Mapping[str, Any], context: Context) -> LogEntry:
    from unifi_scanner.logs.syslog import entry_of_line  # most runs see no log line

    heard = event_time(record) or context.heard
    return entry_of_line(record["line"], msgspec.structs.replace(context, heard=heard))


def _from_answer(record: Mapping[str, Any], context: Context) -> LogEntry:
    return make_entry(
        record,
        context,
        kind="state.refusal" if is_refusal(record) else "state.answer",
        event_type="answer",
        who=Subject(),
        facts={},
        identity=("answer", dict(record)),
        timed={},
    )


def _from_inventory(row: Mapping[str, Any], context: Context) -> LogEntry:
    is_device = shape_of(row) is Shape.DEVICE
    mac, name = mac_of(row, "mac"), first_text(row, "name", "hostname")
    who = (
        Subject(device_mac=mac, device_name=name) if is_device else Subject(client_mac=mac, client_name=name)
    )
    kind = "state.device" if is_device else "client.known"
    named = "stat/device" if is_device else "stat/sta"
    return make_entry(
        row, context, kind=kind, event_type=named, who=who, facts={}, identity=(named, dict(row)), timed={}
    )


MAKERS: Mapping[Shape, Maker] = {
    Shape.V1_EVENT: _from_event,
    Shape.ALARM: _from_event,
    Shape.IPS: _from_ips,
    Shape.V2_ROW: _from_row,
    Shape.ACTIVITY: _from_activity,
    Shape.FLOW: _from_flow,
    Shape.THREAT: _from_threat,
    Shape.TRIGGER: _from_trigger,
    Shape.ANOMALY: _from_anomaly,
    Shape.WEBHOOK: _from_webhook,
    Shape.PROTECT: _from_protect,
    Shape.DEVICE: _from_inventory,
    Shape.CLIENT: _from_inventory,
    Shape.LINE: _from_line,
    Shape.ANSWER: _from_answer,
    Shape.STATE: _from_answer,
}
