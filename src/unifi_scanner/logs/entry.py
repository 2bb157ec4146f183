"""What every record of the wire becomes in the end: one LogEntry. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from unifi_scanner.logs.facts_v1 import CLIENT_FIELDS
from unifi_scanner.logs.reading import first_text, mac_of, present, said, text_of
from unifi_scanner.logs.shapes import event_key
from unifi_scanner.logs.subject import Subject
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import ALONE, Origin
from unifi_scanner.models.kinds import UNKNOWN_KIND, UNREADABLE_KIND, info_of
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.phrasing import phrase, tame
from unifi_scanner.models.wire_time import event_time


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


def make_entry(
    raw: Mapping[str, Any],
    context: Context,
    *,
    kind: str,
    event_type: str,
    who: Subject,
    facts: dict[str, Any],
    identity: tuple[Any, ...] | str,
    timed: Mapping[str, Any] | None = None,
    moment: datetime | None = None,
    by: Origin = Origin.IMPORT,
) -> LogEntry:
    """Return the entry of a record: `identity` names it in every process, where it is text, as it is; `timed` holds its time, if
    not `raw`; `by` is the way it came where `context` does not say.
    """
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
        origins=ALONE[context.origin or by],
        id=identity if isinstance(identity, str) else _id_of(identity, moment, context),
        kind=kind,
    )


def _id_of(identity: tuple[Any, ...], moment: datetime | None, context: Context) -> str:
    return digest_of(*identity, *_told_apart(identity, moment, context))


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
    mac = who.client_mac or first_text(raw, *CLIENT_FIELDS) or who.client_name or "unknown"
    ap = who.device_name or who.device_mac or first_text(raw, "ap", "ap_from") or "an unknown access point"
    if kind != "client.roamed":
        return _at_one_place(template, mac, ap)
    return template.format(
        mac=tame(mac),
        ap_from=tame(str(facts.get("ap_from", ap))),
        ap_to=tame(str(facts.get("ap_to", "an unknown access point"))),
    )


@lru_cache(maxsize=1024)
def _at_one_place(template: str, mac: str, ap: str) -> str:
    return template.format(mac=tame(mac), ap=tame(ap))


def unknown_entry(record: Mapping[str, Any], context: Context) -> LogEntry:
    """Return an entry for a readable record that nobody knows: kept whole, counted, shown as unknown."""
    key = event_key(record)
    facts = present(said=said(record.get("msg") or record.get("message"), context.names))
    who = Subject(device_name=text_of(record.get("device_name")), device_mac=mac_of(record, "mac"))
    return make_entry(
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
    return make_entry(
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
    return make_entry(
        raw,
        context,
        kind=UNREADABLE_KIND,
        event_type="unreadable",
        who=Subject(),
        facts=present(reason=reason),
        identity=("unreadable", dict(raw)),
        timed={},
    )
