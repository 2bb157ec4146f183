"""Any wire record -> LogEntry: tolerant once, here, so that nothing after has to be. Pure.

`metadata` holds the facts under our own names: client and device sides (`ssid`, `channel`, `ap_from`, …),
the line (`wan`, `isp`, …), threats (`attacker`, `target`, `threat`, …), changes (`admin`, `section`, …).
`heard` is true where the wire gave no time and the timestamp is when we heard it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from unifi_scanner.logs import facts_lists, facts_v1
from unifi_scanner.logs.entry import Context, make_entry, unknown_entry, unreadable_entry
from unifi_scanner.logs.reading import first_text, mac_of
from unifi_scanner.logs.rows import MAKERS, Maker, v1_entry
from unifi_scanner.logs.shapes import Shape, event_key, shape_of
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.kinds import UNKNOWN_KIND, info_of
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.vocabulary import EVENT_FRAMES, kind_of_event_type, kind_of_frame

MAX_DEPTH = 4  # answers nest at most: list of answers of rows
NOBODY = NameBook()


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
    elif shape in MAKERS:
        yield _guarded(MAKERS[shape], record, context)
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


def _guarded(make: Maker, row: Mapping[str, Any], context: Context) -> LogEntry:
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


def _state_maker(message: str) -> Maker:
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
        return make_entry(
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


def _dotted_maker(event_type: str) -> Maker:
    group = event_type.partition(".")[0].upper()

    def make(item: Mapping[str, Any], context: Context) -> LogEntry:
        return v1_entry(
            item, context, kind=kind_of_event_type(event_type), event_type=event_type, key=f"EVT_{group}_"
        )

    return make
