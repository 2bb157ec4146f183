"""Rows that are neither events nor alerts: admin activity, threats, triggers, flows, anomalies (docs/protocol.md D.5, D.6). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from unifi_scanner.sim.network import Network, digest
from unifi_scanner.sim.wire import when_v2

if TYPE_CHECKING:
    from unifi_scanner.sim.ledger import Kept

SECRET: Final = "a secret that nobody may see"  # noqa: S105 - what a reader must not keep


def admin_row(kept: Kept) -> dict[str, Any]:
    """Return a row of admin-activity, with what was typed in it (docs/protocol.md D.5)."""
    occurrence = kept.occurrence
    name = str(occurrence.facts["admin"]).removeprefix("Admin[").removesuffix("]")
    changed = occurrence.code.name == "admin_changes"
    updates = [
        _update("name", "Guest", "Guest WiFi"),
        _update("x_passphrase", "the old " + SECRET, SECRET),
        _update("note", SECRET, "none", hide=True),
    ]
    return {
        "id": digest("activity", kept.row.v2_id),
        "key": kept.row.v2_key,
        "change_key": "WIFI" if changed else None,
        "admin": {"_id": digest("admin", name), "name": name},
        "ip": occurrence.facts["ip"],
        "platform": "WEB",
        "operation": "UPDATE" if changed else None,
        "meta": {"collection": "wlanconf", "section": "WiFi", "actor": name} if changed else {},
        "updates": updates if changed else [],
        "message": f"{name} changed the guest WiFi." if changed else f"{name} accessed UniFi Network.",
        "timestamp": when_v2(kept.at_ms, kept.row.v2_id),
    }


def _update(name: str, old: str, new: str, *, hide: bool = False) -> dict[str, Any]:
    return {"property": name, "property_path": name, "old_value": old, "new_value": new, "hide_value": hide,
            "type": "STRING"}  # fmt: skip


def threat_row(kept: Kept) -> dict[str, Any]:
    """Return a row of `threats`."""
    facts, row = kept.occurrence.facts, kept.row
    return {
        "id": digest("threat", row.v2_id),
        "alarm_id": row.id,
        "ips_alert_id": facts["unique_alertid"],
        "threat_direction": "OUTGOING" if row.client else "INCOMING",
        "device": row.client_name,
        "device_mac": row.client,
        "counterpart": facts["dest_ip"] if row.client else facts["src_ip"],
        "threat_type": "THREAT",
        "timestamp": when_v2(kept.at_ms, row.v2_id),
    }


def trigger_row(kept: Kept, network: Network) -> dict[str, Any]:
    """Return a row of `triggers`: a firewall policy that stopped a connection."""
    occurrence, client = kept.occurrence, network.client(kept.occurrence.client)
    policy, address = str(occurrence.extra["policy"]), str(occurrence.extra["dest_ip"])
    return {
        "id": digest("trigger", kept.row.v2_id),
        "key": kept.row.v2_key,
        "message": f"{client.shown_name if client else 'A device'} was blocked by {policy}.",
        "timestamp": when_v2(kept.at_ms, kept.row.v2_id),
        "source": {
            "type": "CLIENT", "mac": kept.row.client, "name": kept.row.client_name, "port": 51_000,
            "ip": client.ip if client else None,
        },
        "destination": {"type": "IP", "ip": address, "port": 443},
        "trigger": {"type": "FIREWALL_POLICY", "trigger_name": policy, "trigger_id": digest("policy", policy)},
    }  # fmt: skip


def blocked_flow(kept: Kept, network: Network) -> dict[str, Any]:
    """Return the traffic flow of a connection that a firewall policy stopped."""
    occurrence, client = kept.occurrence, network.client(kept.occurrence.client)
    policy = str(occurrence.extra["policy"])
    return {
        "id": digest("flow", kept.row.v2_id), "action": "blocked", "risk": "low", "service": "HTTPS",
        "protocol": "TCP", "direction": "outgoing", "count": 1, "duration_milliseconds": 0, "time": kept.at_ms,
        "flow_start_time": kept.at_ms, "flow_end_time": kept.at_ms,
        "source": {"ip": client.ip if client else None, "port": 51_000, "mac": kept.row.client,
                   "client_name": client.name if client else "", "host_name": client.hostname if client else ""},
        "destination": {"ip": str(occurrence.extra["dest_ip"]), "port": 443, "domains": []},
        "policies": [{"id": digest("policy", policy), "type": "FIREWALL", "name": policy}],
        "ips": {}, "next_ai": [], "traffic_data": {"bytes_total": 60, "packets_total": 1},
    }  # fmt: skip


def anomaly_rows(kept: Iterable[Kept]) -> list[dict[str, Any]]:
    """Return the rows of `stat/anomalies`: one for each problem of a client, with every time of it."""
    rows: dict[tuple[str, str | None], dict[str, Any]] = {}
    for one in kept:
        name, mac = str(one.occurrence.extra["anomaly"]), one.row.client
        row = rows.setdefault((name, mac), {"anomaly": name, "mac": mac, "timestamps": []})
        row["timestamps"].append(one.at_ms)
    return list(rows.values())


def has_words(asked: Mapping[str, Any], wanted: Iterable[str]) -> bool:
    """Say whether a question names every list that a picky build wants to see."""
    return all(isinstance(asked.get(name), list) for name in wanted)
