"""REST v1 of one site: history, devices, clients, the controller (docs/protocol.md C)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from unifi_scanner.sim import inventory
from unifi_scanner.sim.call import Call
from unifi_scanner.sim.http import Reply, v1_error, v1_ok
from unifi_scanner.sim.rows import anomaly_rows
from unifi_scanner.sim.stale import stale_items
from unifi_scanner.sim.wire import alarm_row

LIMIT: Final = 3000
HOUR_MS: Final = 3_600_000
Row = Mapping[str, Any]


def answer(call: Call, rest: str) -> Reply:
    """Return the answer to `/api/s/{site}/{rest}`."""
    if call.ask.method not in {"GET", "POST"} or rest.startswith("cmd/"):
        return v1_error("NoPermission", 403)
    handler = HANDLERS.get(rest)
    if handler is None and rest.startswith("stat/device/"):
        return v1_ok([d for d in _device_objects(call) if d["mac"] == rest.rsplit("/", 1)[1]])
    return handler(call) if handler is not None else v1_error("NotFound", 404)


def answer_super(call: Call, rest: str) -> Reply:
    """Return the answer to `/api/s/super/{rest}` on a classic controller: what concerns all its sites."""
    if call.ask.method not in {"GET", "POST"} or rest not in {"stat/event", "rest/event"}:
        return v1_error("NoPermission", 403)
    return _event_list(call, "super")


def _events(call: Call) -> Reply:
    return _event_list(call, "rest")


def _event_list(call: Call, source: str) -> Reply:
    """Answer `stat/event`: whole up to 9.x, frozen at the upgrade on 10.0 to 10.2, then gone (section 0)."""
    console = call.console
    if console.answers.events == "gone":
        return v1_error("NotFound", 404)
    rows: list[dict[str, Any]] = console.ledger.v1_items(source) if call.here else []
    if console.answers.events == "frozen" and call.here and not rows and source == "rest":
        rows = stale_items(console.network, console.began_ms)
    return _page(call, _kept(call, rows, source))


def _kept(call: Call, rows: Sequence[dict[str, Any]], source: str) -> list[dict[str, Any]]:
    return [row for row in rows if call.console.still_keeps(source, int(row["time"]))]


def _open_alarms(call: Call) -> list[dict[str, Any]]:
    if not call.here:
        return []
    archived = call.console.archived
    rows = [
        alarm_row(item, archived=item["_id"] in archived) for item in call.console.ledger.v1_items("alarm")
    ]
    return _kept(call, rows, "alarm")


def _alarms(call: Call) -> Reply:
    """Answer `list/alarm`; 10.3 gives the oldest, whatever is asked, and 10.4 knows it no more (section 0, C)."""
    match call.console.answers.alarms:
        case "gone":
            return v1_error("InvalidObject", 400)
        case "oldest":
            return v1_ok(_open_alarms(call)[:LIMIT])
    asked = call.ask.parameters().get("archived")
    wanted = {None: (True, False), True: (True,), "true": (True,)}.get(asked, (False,))
    return _page(call, [row for row in _open_alarms(call) if row["archived"] in wanted])


def _alarms_elsewhere(call: Call) -> Reply:
    return _alarms(call) if call.console.answers.alarms == "full" else v1_error("NotFound", 404)


def _alarm_count(call: Call) -> Reply:
    if call.console.answers.alarms != "full":
        return v1_error("NotFound", 404)
    return v1_ok([{"count": sum(not row["archived"] for row in _open_alarms(call))}])


def _ips(call: Call) -> Reply:
    """Answer `stat/ips/event`: empty from 9.3.45, gone from 10.3 (section 0, C.4)."""
    match call.console.answers.ips:
        case "gone":
            return v1_error("NotFound", 404)
        case "empty":
            return v1_ok([])
        case _:
            return _page(call, _kept(call, call.console.ledger.v1_items("ips"), "ips") if call.here else [])


def _anomalies(call: Call) -> Reply:
    asked = call.ask.parameters()
    first, last = _number(asked, "start", 0), _number(asked, "end", 0)
    kept = [one for one in call.console.ledger.about("anomaly") if first <= one.at_ms <= (last or one.at_ms)]
    return v1_ok(anomaly_rows(kept) if call.here else [])


def _page(call: Call, rows: Sequence[Row]) -> Reply:
    """Return the rows asked for: by time, key, order and place in the list (docs/protocol.md C)."""
    asked = call.ask.parameters()
    chosen = [row for row in rows if _wanted(row, asked, call.console.clock.now_ms())]
    order = str(asked.get("_sort") or "time")
    chosen.sort(key=lambda row: int(row["time"]), reverse=order.startswith("-"))
    first, limit = _number(asked, "_start", 0), min(_number(asked, "_limit", LIMIT), LIMIT)
    page = chosen[first : first + limit]
    return v1_ok(page, len(chosen) if len(page) < len(chosen) else None)


def _wanted(row: Row, asked: Mapping[str, Any], now_ms: int) -> bool:
    time_ms = int(row["time"])
    if asked.get("key") and row["key"] != asked["key"]:
        return False
    if (within := _number(asked, "within", 0)) and time_ms < now_ms - within * HOUR_MS:
        return False
    return _number(asked, "start", 0) <= time_ms <= (_number(asked, "end", 0) or time_ms)


def _number(asked: Mapping[str, Any], name: str, default: int) -> int:
    try:
        return int(asked.get(name) or default)
    except (TypeError, ValueError):
        return default


def _device_objects(call: Call) -> list[dict[str, Any]]:
    console = call.console
    if not call.here:
        return []
    now_ms = console.clock.now_ms()
    return [inventory.device_object(d, console.state, now_ms) for d in console.network.devices]


def _devices(call: Call) -> Reply:
    macs = call.ask.parameters().get("macs")
    return v1_ok([d for d in _device_objects(call) if not isinstance(macs, list) or d["mac"] in macs])


def _devices_basic(call: Call) -> Reply:
    kept = ("mac", "state", "adopted", "disabled", "type", "model", "name")
    return v1_ok([{key: d[key] for key in kept} for d in _device_objects(call)])


def _clients(call: Call) -> Reply:
    console, now_ms = call.console, call.console.clock.now_ms()
    objects = [
        inventory.client_object(client, presence, console.network, now_ms, console.began_ms)
        for mac, presence in console.state.online.items()
        if (client := console.network.client(mac)) is not None
    ]
    return v1_ok(objects if call.here else [])


def _users(call: Call) -> Reply:
    return v1_ok([inventory.user_object(c) for c in call.console.network.clients] if call.here else [])


def _health(call: Call) -> Reply:
    return v1_ok(inventory.health_objects(call.console.state) if call.here else [])


def _sysinfo(call: Call) -> Reply:
    console = call.console
    return v1_ok([inventory.sysinfo_object(console.network, console.version, console.flavour)])


def _self(call: Call) -> Reply:
    return v1_ok([{"name": call.console.sessions.username, "is_super": False, "site_role": "readonly"}])


def _wlans(call: Call) -> Reply:
    return v1_ok(inventory.wlan_objects(call.console.network) if call.here else [])


def _nothing(_call: Call) -> Reply:
    return v1_ok([])


Handler = Callable[[Call], Reply]

HANDLERS: Final[Mapping[str, Handler]] = {
    "stat/event": _events,
    "rest/event": _events,
    "stat/alarm": _alarms_elsewhere,
    "rest/alarm": _alarms_elsewhere,
    "list/alarm": _alarms,
    "cnt/alarm": _alarm_count,
    "stat/ips/event": _ips,
    "stat/device": _devices,
    "stat/device-basic": _devices_basic,
    "stat/sta": _clients,
    "stat/alluser": _users,
    "rest/user": _users,
    "stat/health": _health,
    "stat/sysinfo": _sysinfo,
    "self": _self,
    "rest/wlanconf": _wlans,
    "stat/anomalies": _anomalies,
    "stat/rogueap": _nothing,
    "stat/guest": _nothing,
    "rest/setting": _nothing,
    "rest/dpiapp": _nothing,
    "rest/dpigroup": _nothing,
    "rest/portforward": _nothing,
    "rest/networkconf": _nothing,
    "rest/usergroup": _nothing,
}
