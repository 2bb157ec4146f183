"""Which kind of record a piece of JSON is, by its shape alone (docs/protocol.md B.4, C, D). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from unifi_scanner.models.device import canonical_mac
from unifi_scanner.models.vocabulary import V2, v2_base


class Shape(StrEnum):
    """What a JSON value turned out to be."""

    FRAME = "frame"  # WebSocket: meta.message and data
    ANSWER = "answer"  # REST v1: meta and data
    PAGE = "page"  # REST v2: data and paging fields
    V1_EVENT = "v1_event"
    ALARM = "alarm"
    IPS = "ips"
    V2_ROW = "v2_row"
    ACTIVITY = "activity"
    FLOW = "flow"
    THREAT = "threat"
    TRIGGER = "trigger"
    ANOMALY = "anomaly"
    WEBHOOK = "webhook"
    PROTECT = "protect"  # a webhook of the camera system
    ALERT_LIST = "alert_list"
    DEVICE = "device"
    CLIENT = "client"
    LINE = "line"  # a log line, as our own raw records and rule examples hold it
    STATE = "state"  # settings, measurements, sign-in bodies: an answer that tells of no event
    LIST = "list"
    OTHER = "other"
    NOT_AN_OBJECT = "not_an_object"


def shape_of(record: Any) -> Shape:
    """Return what `record` is; anything unheard of is OTHER and is kept, not dropped."""
    if isinstance(record, list):
        return Shape.LIST
    if not isinstance(record, Mapping):
        return Shape.NOT_AN_OBJECT
    return _envelope(record) or _row(record)


def _envelope(record: Mapping[str, Any]) -> Shape | None:
    meta = record.get("meta")
    if isinstance(meta, Mapping) and ("data" in record or "message" in meta):
        return Shape.FRAME if isinstance(meta.get("message"), str) else Shape.ANSWER
    if isinstance(record.get("data"), list) and (
        "page_number" in record or "total_page_count" in record or "has_next" in record
    ):
        return Shape.PAGE
    if isinstance(record.get("events"), list) and any(
        isinstance(e, Mapping) and "alert_key" in e for e in record["events"]
    ):
        return Shape.ALERT_LIST
    if "deviceEventClassId" in record:
        return Shape.WEBHOOK
    alarm = record.get("alarm")
    if isinstance(alarm, Mapping) and "triggers" in alarm:
        return Shape.PROTECT
    if isinstance(record.get("data"), list) and "key" not in record:
        return Shape.ANSWER
    if isinstance(record.get("line"), str) and not event_key(record):
        return Shape.LINE
    return None


def _row(record: Mapping[str, Any]) -> Shape:
    key = event_key(record)
    if key.startswith("EVT_"):
        if _tells_a_signature(record):
            return Shape.IPS
        return Shape.ALARM if "archived" in record else Shape.V1_EVENT
    if "src_ip" in record and _tells_a_signature(record):
        return Shape.IPS
    if isinstance(record.get("admin"), Mapping) and any(
        f in record for f in ("change_key", "updates", "operation")
    ):
        return Shape.ACTIVITY
    if "threat_type" in record and "threat_direction" in record:
        return Shape.THREAT
    if isinstance(record.get("trigger"), Mapping) and ("source" in record or "destination" in record):
        return Shape.TRIGGER
    if "anomaly" in record and canonical_mac(record.get("mac")):
        return Shape.ANOMALY
    if _is_v2(record, key):
        return Shape.V2_ROW
    if _is_flow(record):
        return Shape.FLOW
    return _inventory(record)


def _tells_a_signature(record: Mapping[str, Any]) -> bool:
    if any(field in record for field in ("inner_alert_action", "inner_alert_signature", "signature")):
        return True
    return any(isinstance(record.get(field), Mapping) for field in ("inner_alert", "alert"))


def is_mongo(record: Mapping[str, Any]) -> bool:
    """Return whether a row comes from the controller's database: `ace.alert` (docs/protocol.md G)."""
    parameters = record.get("parameters")
    return isinstance(parameters, Mapping) and any(
        isinstance(role, Mapping) and "target_id" in role for role in parameters.values()
    )


def event_key(record: Mapping[str, Any]) -> str:
    """Return the event code of a row, in whichever field it stands."""
    key = record.get("key") or record.get("event_type")
    return key if isinstance(key, str) else ""


def _is_v2(record: Mapping[str, Any], key: str) -> bool:
    if "parameters" in record or "message_raw" in record or "title_raw" in record:
        return True
    return v2_base(key) in V2 or v2_base(str(record.get("event") or "")) in V2


def _is_flow(record: Mapping[str, Any]) -> bool:
    sides = [record.get("source"), record.get("destination")]
    if not any(isinstance(side, Mapping) for side in sides) or "zone_id" in record:
        return False
    # a firewall policy has sides too, but matches instead of meeting (fixtures)
    if any(isinstance(side, Mapping) and "matching_target" in side for side in sides):
        return False
    return any(f in record for f in ("flow_start_time", "service", "ips", "flow_end_time", "traffic_data"))


def _inventory(record: Mapping[str, Any]) -> Shape:
    if record.get("type") in _DEVICE_TYPES and "key" not in record:
        return Shape.DEVICE
    if canonical_mac(record.get("mac")) is None:
        return Shape.STATE if _is_state(record) else Shape.OTHER
    if ("type" in record and "state" in record) or "port_table" in record or "adopted" in record:
        return Shape.DEVICE
    return Shape.CLIENT if "oui" in record or "is_wired" in record else Shape.OTHER


_DEVICE_TYPES = frozenset({"uap", "usw", "ugw", "udm", "uxg", "ucg", "uci", "ubb", "usp", "uas", "umbb"})
# no record with one of these is taken for mere state: it may be an event nobody knows yet
_SIGNS_OF_EVENTS = frozenset(
    {
        "key",
        "event",
        "event_type",
        "eventType",
        "alert_key",
        "msg",
        "message",
        "severity",
        "title",
        "parameters",
    }
)
_SIGNS_OF_STATE = (
    frozenset({"request", "response"}),  # a recorded question and its answer
    frozenset({"http", "body"}),
    frozenset({"errorCode"}),  # refusals of v2 and of the console (A.7)
    frozenset({"error"}),
    frozenset({"code", "level"}),
    frozenset({"username", "unique_id"}),  # signing in (A.3)
    frozenset({"subsystem", "status"}),  # stat/health
    frozenset({"_id"}),
    frozenset({"site_id"}),
    frozenset({"wan_interfaces"}),
    frozenset({"configuration"}),
    frozenset({"interface_name"}),
    frozenset({"anonymous_controller_id"}),  # stat/sysinfo
)
_REFUSALS = frozenset({"errorCode", "error", "errors"})


def _is_state(record: Mapping[str, Any]) -> bool:
    names = record.keys()
    if _REFUSALS & names or {"code", "level"} <= names:
        return True
    if not names.isdisjoint(_SIGNS_OF_EVENTS):
        return False
    return any(signs <= names for signs in _SIGNS_OF_STATE) or _is_policy(record) or _is_collection(record)


def _is_policy(record: Mapping[str, Any]) -> bool:
    """Return whether this is a firewall policy: its sides match, where those of a flow meet."""
    sides = (record.get("source"), record.get("destination"))
    return any(isinstance(side, Mapping) and "matching_target" in side for side in sides)


def _is_collection(record: Mapping[str, Any]) -> bool:
    """Return whether this is several answers under names of their own."""
    return len(record) > 1 and all(isinstance(value, list | Mapping) for value in record.values())


def is_refusal(record: Mapping[str, Any]) -> bool:
    """Return whether an answer says no: an error of v1, of v2 or of the console (docs/protocol.md A.7)."""
    meta = record.get("meta")
    if isinstance(meta, Mapping):
        return meta.get("rc") == "error"
    body = record.get("body")
    if isinstance(body, Mapping):
        return is_refusal(body)
    return bool(_REFUSALS & record.keys()) or {"code", "level"} <= record.keys()
