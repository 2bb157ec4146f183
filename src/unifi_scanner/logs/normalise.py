"""Any wire record -> LogEntry: tolerant once, here, so that nothing after has to be. Pure.

`metadata` holds the facts under our own names: client and device sides (`ssid`, `channel`, `ap_from`, …),
the line (`wan`, `isp`, …), threats (`attacker`, `target`, `threat`, …), changes (`admin`, `section`, …).
`heard` is true where the wire gave no time and the timestamp is when we heard it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from unifi_scanner.logs import facts_lists, facts_v1, facts_v2
from unifi_scanner.logs.cef import CefLine, cef_facts, cef_kind, cef_subject, cef_time
from unifi_scanner.logs.mongo import from_mongo
from unifi_scanner.logs.reading import BLOCKED, first_text, mac_of, present, said, text_of
from unifi_scanner.logs.redaction import redacted
from unifi_scanner.logs.shapes import Shape, event_key, is_mongo, is_refusal, shape_of
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import ALONE, Origin
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND, info_of
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.phrasing import phrase, tame
from unifi_scanner.models.vocabulary import (
    EVENT_FRAMES,
    dotted,
    kind_of_event_type,
    kind_of_frame,
)
from unifi_scanner.models.wire_time import event_time

MAX_DEPTH = 4  # answers nest at most: list of answers of rows
NOBODY = NameBook()


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the records do not say themselves: names, the site, when and by which way they were heard.

    `zone` is the console's (IANA), for times that name none; `near` tells the year of times without one where
    nobody knows when they were heard.
    """

    names: NameBook = NameBook()
    site: str = "default"
    zone: str = "UTC"
    near: datetime | None = None
    heard: datetime | None = None
    origin: Origin | None = None
    own_account: str | None = None


def normalise_record(
    record: Any,
    *,
    names: NameBook = NOBODY,
    site: str = "default",
    heard: datetime | None = None,
    origin: Origin | None = None,
    own_account: str | None = None,
) -> list[LogEntry]:
    """Return every entry of one wire record of any shape; what cannot be read is an entry that says so."""
    context = Context(names=names, site=site, heard=heard, origin=origin, own_account=own_account)
    return list(entries_of(record, context))


def entries_of(record: Any, context: Context, depth: int = 0) -> Iterator[LogEntry]:
    """Yield the entries of `record`, going into answers, pages and lists."""
    shape = shape_of(record)
    rows = _rows_of(record, shape)
    if rows is not None and (depth < MAX_DEPTH or shape is Shape.ANOMALY):
        for row in rows:
            yield from entries_of(row, context, depth + 1)
    elif shape is Shape.FRAME:
        yield from frame_entries(record, context)
    elif shape in _MAKERS:
        yield _guarded(_MAKERS[shape], record, context)
    elif isinstance(record, Mapping):
        yield unknown_entry(record, context)
    else:
        yield unreadable_entry(record, context)


def _rows_of(record: Any, shape: Shape) -> Sequence[Any] | None:
    if shape is Shape.LIST:
        return record  # type: ignore[no-any-return]
    if shape is Shape.ALERT_LIST:
        return [
            {**alert, "key": alert.get("alert_key")} if isinstance(alert, Mapping) else alert
            for alert in record["events"]
        ]
    if shape is Shape.ANOMALY:
        return facts_lists.moments_of(record)
    if shape not in (Shape.ANSWER, Shape.PAGE):
        return None
    meta = record.get("meta")
    if isinstance(meta, Mapping) and meta.get("rc") == "error":
        return None
    data = record.get("data")
    # an answer without rows is one record that says so, not none
    return (data or None) if isinstance(data, list) else [data]


def _guarded(
    make: Callable[[Mapping[str, Any], Context], LogEntry], row: Mapping[str, Any], context: Context
) -> LogEntry:
    try:
        return make(row, context)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return unreadable_entry(row, context)


def frame_entries(frame: Mapping[str, Any], context: Context) -> Iterator[LogEntry]:
    """Yield an entry for every item of a WebSocket frame's `data`, and one for a frame without items."""
    message = str(frame["meta"].get("message"))
    data = frame.get("data")
    items = data if isinstance(data, list) else [data] if isinstance(data, Mapping) else []
    heard = msgspec.structs.replace(context, origin=context.origin or Origin.WEBSOCKET)
    for item in items or [{}]:
        if not isinstance(item, Mapping):
            yield unreadable_entry(item, heard)
        elif item and (message in EVENT_FRAMES or event_key(item)):
            yield from entries_of(item, heard, MAX_DEPTH)
        else:
            yield _guarded(_state_maker(message), item or frame, heard)


def _state_maker(message: str) -> Callable[[Mapping[str, Any], Context], LogEntry]:
    def make(item: Mapping[str, Any], context: Context) -> LogEntry:
        kind = kind_of_frame(message)
        if kind == UNKNOWN_KIND:
            kind = kind_of_event_type(message) if message not in EVENT_FRAMES else UNKNOWN_KIND
        mac = mac_of(item, "user", "mac", "client_mac")
        is_client = info_of(kind).subject == "client" or "client_mac" in item
        name = context.names.of(mac) or first_text(item, "name", "hostname")
        ap = mac_of(item, "ap", "ap_mac")
        who = (
            Subject(
                client_mac=mac,
                client_name=name,
                device_mac=ap,
                device_name=first_text(item, "ap_displayName", "ap_name") or context.names.of(ap),
            )
            if is_client
            else Subject(device_mac=mac, device_name=name if mac else None)
        )
        facts = facts_v1.facts_of_event(item, context.names) if is_client and kind != "client.state" else {}
        return _entry(
            item,
            context,
            kind=kind,
            event_type=message or "frame",
            who=who,
            facts=facts,
            identity=("frame", message, dict(item), context.heard and context.heard.isoformat()),
        )

    return make


def entry_of_item(event_type: str, item: Mapping[str, Any], context: Context) -> LogEntry:
    """Return the entry of one WebSocket event whose type the frame told."""
    if event_key(item) or shape_of(item) is Shape.V2_ROW:
        return next(entries_of(item, context, MAX_DEPTH))
    if kind_of_frame(event_type) == UNKNOWN_KIND and "." in event_type:
        return _guarded(_dotted_maker(event_type), item, context)
    return _guarded(_state_maker(event_type), item, context)


def _dotted_maker(event_type: str) -> Callable[[Mapping[str, Any], Context], LogEntry]:
    group = event_type.partition(".")[0].upper()

    def make(item: Mapping[str, Any], context: Context) -> LogEntry:
        return _v1_entry(
            item, context, kind=kind_of_event_type(event_type), event_type=event_type, key=f"EVT_{group}_"
        )

    return make


def _from_event(item: Mapping[str, Any], context: Context) -> LogEntry:
    key = event_key(item)
    origin = context.origin or (Origin.ALARM if "archived" in item else Origin.REST)
    told = msgspec.structs.replace(context, origin=origin)
    event_type = dotted(key) if origin is Origin.WEBSOCKET else key
    return _v1_entry(item, told, kind=facts_v1.kind_of(key, item), event_type=event_type, key=key)


def _v1_entry(item: Mapping[str, Any], context: Context, *, kind: str, event_type: str, key: str) -> LogEntry:
    who = facts_v1.subject_of(key, item, context.names)
    facts = facts_v1.facts_of_event(item, context.names)
    if kind == UNKNOWN_KIND:
        facts |= present(said=said(item.get("msg") or item.get("message"), context.names))
    own_id = text_of(item.get("_id"))
    identity: tuple[Any, ...] = ("v1", dict(item)) if event_key(item) else ("v1", dict(item), event_type)
    if own_id:
        identity = ("v1", own_id, dotted(event_type), who.client_mac or who.device_mac)
    return _entry(item, context, kind=kind, event_type=event_type, who=who, facts=facts, identity=identity)


def _from_ips(item: Mapping[str, Any], context: Context) -> LogEntry:
    key = event_key(item) if event_key(item).startswith("EVT_") else "EVT_IPS_IpsAlert"
    flat = facts_v1.flat_threat(item)
    facts = facts_v1.facts_of_event(flat, context.names)
    kind = facts_v1.kind_of(key, flat)
    origin = context.origin or Origin.IPS
    own_id = text_of(item.get("_id"))
    who = facts_v1.subject_of("EVT_IPS_IpsAlert", item, context.names)
    return _entry(
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
    return _entry(
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
    return _entry(
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
    return _entry(
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
    return _entry(
        flow,
        msgspec.structs.replace(context, origin=context.origin or Origin.IPS),
        kind=facts_v2.flow_kind(flow),
        event_type="traffic-flow",
        who=facts_v2.flow_subject(flow, context.names),
        facts=facts_v2.flow_facts(flow, context.names),
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
    return _entry(
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
    identity: tuple[Any, ...] | None = None,
) -> LogEntry:
    """Return the entry of a CEF record, from a log line (written `at`, where it says itself) or a webhook."""
    kind, facts = cef_kind(line), cef_facts(line.fields)
    if kind == "threat.detected" and facts.get("action") == BLOCKED:
        kind = "threat.blocked"
    who = cef_subject(line.fields, context.names)
    if kind == "honeypot.hit" and who.client_name:
        facts.setdefault("attacker", who.client_name)
    if kind == UNKNOWN_KIND or kind.startswith("system.notice"):
        facts |= present(said=said(line.fields.get("msg") or line.name, context.names))
    moment = at or cef_time(line.fields)
    return _entry(
        raw,
        msgspec.structs.replace(context, origin=context.origin or Origin.CEF),
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
    return _entry(
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
    return _entry(
        row, context, kind=kind, event_type=named, who=who, facts={}, identity=(named, dict(row)), timed={}
    )


_MAKERS: dict[Shape, Callable[[Mapping[str, Any], Context], LogEntry]] = {
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


def unknown_entry(record: Mapping[str, Any], context: Context) -> LogEntry:
    """Return an entry for a readable record that nobody knows: kept whole, counted, shown as unknown."""
    key = event_key(record)
    facts = present(said=said(record.get("msg") or record.get("message"), context.names))
    who = Subject(device_name=text_of(record.get("device_name")), device_mac=mac_of(record, "mac"))
    return _entry(
        record,
        context,
        kind=UNKNOWN_KIND,
        event_type=key or "unknown",
        who=who,
        facts=facts,
        identity=("other", dict(record)),
    )


def left_out_entry(name: str, files: str, context: Context) -> LogEntry:
    """Return an entry that tells how many files of an archive hold no text."""
    raw, facts = {"file": name}, {"amount": files}
    return _entry(
        raw,
        context,
        kind="import.left_out",
        event_type="import",
        who=Subject(),
        facts=facts,
        identity=("left out", name, files),
        timed={},
    )


def unreadable_entry(record: Any, context: Context, *, reason: str | None = None) -> LogEntry:
    """Return an entry that says a record could not be read, with the record as it came and why, where known."""
    raw = (
        record
        if isinstance(record, Mapping)
        else {"unreadable": record if isinstance(record, str) else repr(record)}
    )
    return _entry(
        raw,
        context,
        kind=UNREADABLE_KIND,
        event_type="unreadable",
        who=Subject(),
        facts=present(reason=reason),
        identity=("unreadable", dict(raw)),
        timed={},
    )


def _entry(
    raw: Mapping[str, Any],
    context: Context,
    *,
    kind: str,
    event_type: str,
    who: Subject,
    facts: dict[str, Any],
    identity: tuple[Any, ...],
    timed: Mapping[str, Any] | None = None,
    moment: datetime | None = None,
) -> LogEntry:
    moment = moment or event_time(raw if timed is None else timed)
    if moment is None and context.heard is not None:
        facts = facts | {"heard": True}
    if kind == "admin.signed_in" and context.own_account and facts.get("admin") == context.own_account:
        facts = facts | {"own_account": True}
    info = info_of(kind)
    return LogEntry(
        timestamp=moment or context.heard or NO_TIME,
        source=info.source,
        level=info.level,
        event_type=event_type,
        message=short_message(kind, raw, who, facts),
        raw_data=raw,
        metadata=facts,
        device_mac=who.device_mac,
        device_name=who.device_name,
        client_mac=who.client_mac,
        client_name=who.client_name,
        site=context.site,
        origins=ALONE[context.origin or Origin.IMPORT],
        id=digest_of(*identity, *_told_apart(identity, moment, context)),
        kind=kind,
    )


def _told_apart(identity: tuple[Any, ...], moment: datetime | None, context: Context) -> tuple[str, ...]:
    """Return what tells two records apart that say the same, without id or time: when each was heard."""
    has_id = not isinstance(identity[1], dict)
    if has_id or moment is not None or context.heard is None or context.origin is not Origin.WEBSOCKET:
        return ()
    return (context.heard.isoformat(),)


_SHORT = {
    "client.connected": "Client {mac} connected to {ap}",
    "client.disconnected": "Client {mac} disconnected from {ap}",
    "client.roamed": "Client {mac} roamed from {ap_from} to {ap_to}",
    "client.switched_radio": "Client {mac} switched radio on {ap}",
    "client.state": "Client {mac} state sync",
}


def short_message(kind: str, raw: Mapping[str, Any], who: Subject, facts: Mapping[str, Any]) -> str:
    """Return the short form of an entry: the client by MAC, the access point by name where one is known."""
    template = _SHORT.get(kind)
    if template is None:
        told = {
            **facts,
            "client": who.client_name or who.client_mac,
            "device": who.device_name or who.device_mac,
        }
        return phrase(info_of(kind).sentence, told)
    mac = who.client_mac or first_text(raw, *facts_v1.CLIENT_FIELDS) or who.client_name or "unknown"
    ap = who.device_name or who.device_mac or first_text(raw, "ap", "ap_from") or "an unknown access point"
    if kind != "client.roamed":
        return template.format(mac=tame(mac), ap=tame(ap))
    return template.format(
        mac=tame(mac),
        ap_from=tame(str(facts.get("ap_from", ap))),
        ap_to=tame(str(facts.get("ap_to", "an unknown access point"))),
    )
