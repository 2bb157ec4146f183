"""What happened to a device or the whole site, in the wire's own field names (docs/protocol.md B.5, C.4). Pure."""

from __future__ import annotations

from typing import Final

from unifi_scanner.sim.codes import Code
from unifi_scanner.sim.moment import Facts, Moment, admin_name, device_fields
from unifi_scanner.sim.network import mac_of

FREQUENCIES: Final = {"36": "5180", "44": "5220", "52": "5260", "100": "5500", "116": "5580", "149": "5745"}
SIGNATURES: Final = (
    ("ET DROP Spamhaus DROP Listed Traffic Inbound group 23", "Misc Attack", 2400022, 2),
    ("ET SCAN Suspicious inbound to MSSQL port 1433", "Potentially Bad Traffic", 2010935, 2),
    ("ET MALWARE Win32/Emotet CnC Activity", "A Network Trojan was detected", 2035046, 1),
)


def device_facts(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of a device that came, went, restarted or was updated."""
    device = moment.device or moment.network.aps[0]
    facts = device_fields(device)
    known = moment.state.versions.get(device.mac, device.version)
    if _code.name == "device_upgraded":
        return {
            "version_from": known,
            "version_to": moment.ask("version_to", next_version(known)),
            **facts,
        }, {}
    return facts, {"version_to": next_version(known)}


def next_version(version: str) -> str:
    """Return the firmware that comes after `version`."""
    head, _, last = version.rpartition(".")
    return f"{head}.{int(last) + 34}" if last.isdigit() else f"{version}.1"


def device_admin_facts(code: Code, group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of a device an admin did something to."""
    facts, extra = device_facts(code, group, moment)
    return facts | {"admin": admin_name(moment), "is_admin": True}, extra


def ap_facts(code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of an access point and the air around it."""
    ap, rng = moment.device or moment.network.aps[0], moment.rng
    named = device_fields(ap)
    channel = moment.state.channel(ap, "na")
    match code.name:
        case "radar":
            return {**named, "radar_channel": channel, "freq": FREQUENCIES.get(channel, "5260")}, {
                "channel": channel
            }
        case "channel_changed":
            target = rng.choice([c for c in ("36", "44", "149") if c != channel])
            return {**named, "radio": "na", "channel_from": channel, "channel_to": target}, {}
        case "rogue_ap":
            return {**named, "essid": "Free WiFi", "mac": mac_of("0a:1b:2c", "rogue", ap.name)}, {}
        case _:
            return {**named, "channel": channel, "radio": "na"}, {}


def port_facts(code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of a switch and one of its ports."""
    switch = moment.device or (moment.network.switches or (moment.network.gateway,))[0]
    facts: Facts = {"port": moment.rng.randint(1, max(switch.ports, 1)), **device_fields(switch)}
    if code.name == "rogue_dhcp":
        facts |= {"ip": "192.168.0.1", "mac": mac_of("50:c7:bf", "rogue-dhcp", switch.name), "vlan": 1}
    return facts, {}


def wan_facts(code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of the line to the internet."""
    gateway = moment.network.gateway
    # the backup link and latency are told by system-log only (docs/protocol.md E)
    extra: Facts = {"wan": "WAN", "isp": moment.network.isp, "wan_port": "9", "backup_isp": "Mobile"}
    return {
        "gw": gateway.mac,
        "iface": "eth8",
        "state": code.when.get("state", ""),
        **device_fields(gateway),
    }, extra


def dhcp_facts(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of a network that runs out of addresses."""
    gateway = moment.network.gateway
    return {"network_name": moment.network.lans[0], **device_fields(gateway), "gw": gateway.mac}, {}


def threat_facts(code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of an intrusion alert (docs/protocol.md C.4)."""
    rng, client, gateway = moment.rng, moment.client, moment.network.gateway
    signature, category, number, severity = rng.choice(SIGNATURES)
    stranger = f"203.0.113.{rng.randint(2, 250)}"
    inside = client.ip if client else gateway.ip
    src, dst = (inside, stranger) if client else (stranger, inside)
    return {
        "event_type": "alert", "in_iface": "br0" if client else "eth8", "flow_id": rng.getrandbits(48),
        "src_ip": src, "src_port": rng.randint(20_000, 60_000), "src_mac": client.mac if client else "",
        "dest_ip": dst, "dest_port": rng.choice((443, 1433, 22, 8080)), "dst_mac": "" if client else gateway.mac,
        "proto": "TCP", "app_proto": "failed", "host": gateway.mac, "usgip": "198.51.100.7",
        "unique_alertid": f"{rng.getrandbits(40)}", "srcipCountry": False, "dstipCountry": False, "srcipGeo": {},
        "dstipGeo": {}, "catname": [category], "inner_alert_action": code.when["inner_alert_action"],
        "inner_alert_gid": 1, "inner_alert_signature_id": number, "inner_alert_rev": 4,
        "inner_alert_signature": signature, "inner_alert_category": category, "inner_alert_severity": severity,
    }, {}  # fmt: skip


def admin_facts(code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of an admin who came in, failed to, or changed something."""
    facts: Facts = {"admin": admin_name(moment), "ip": moment.ask("ip", "192.168.1.20"), "is_admin": True}
    if code.name == "admin_fails":
        facts.pop("is_admin")
    return facts, {"platform": "web", "setting": "Guest WiFi", "section": "WiFi"}


def site_facts(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of the controller itself."""
    if _code.name == "disk_full":
        return {"usable_bytes": "1.2 GB", "total_bytes": "32 GB"}, {}
    return {"version": moment.ask("version", "10.4.57")}, {}
