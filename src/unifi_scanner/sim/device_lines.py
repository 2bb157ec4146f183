"""An occurrence as the devices themselves log it: hostapd, stahtd, DHCP and firewall lines (docs/protocol.md F). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from unifi_scanner.sim.cef import host_of, local_time
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import Client, Device, Network

# what a device's own line tells in a way that a reader can tell apart from chatter
TOLD: Final = frozenset({"client_connects", "client_leaves", "client_roams", "firewall_blocked"})
# what nothing but a line tells, whatever the version
ONLY_LINES: Final = frozenset(
    {"password_wrong", "join_denied", "address_refused", "join_stumbles", "link_poor"}
)
GATEWAY_PRIORITY, AP_PRIORITY, FIREWALL_PRIORITY = 30, 13, 4


def tells_device_line(occurrence: Occurrence) -> bool:
    """Say whether a device logs a line of its own about it."""
    return occurrence.code.name in TOLD | ONLY_LINES


def only_a_line_tells(occurrence: Occurrence) -> bool:
    """Say whether neither controller nor console has a word for it."""
    return occurrence.code.name in ONLY_LINES


def device_lines(occurrence: Occurrence, at_ms: int, network: Network, skew_ms: int = 0) -> list[str]:
    """Return the datagrams about it; the device's clock is `skew_ms` ahead, behind where negative."""
    moment, client = at_ms + skew_ms, network.client(occurrence.client)
    known = {**occurrence.extra, **occurrence.facts}
    return [f"{line}\n" for line in _lines(occurrence, known, client, network, moment)]


def dhcp_line(client: Client, at_ms: int, network: Network) -> str:
    """Return what the gateway's DHCP server logs when a client asks for its address (F.5)."""
    host = f" {client.hostname}" if client.hostname else ""
    text = f"dnsmasq-dhcp[3487]: DHCPACK(br0) {client.ip} {client.mac}{host}"
    return f"{_gateway(network, at_ms, GATEWAY_PRIORITY)} {text}\n"


def _lines(
    occurrence: Occurrence, known: dict[str, Any], client: Client | None, network: Network, moment: int
) -> Iterator[str]:
    match occurrence.code.name:
        case "client_connects" | "client_leaves" if client is not None:
            word = "associated" if occurrence.code.name == "client_connects" else "disassociated"
            text = f"hostapd[4429]: wifi1ap1: STA {client.mac} IEEE 802.11: {word}"
            yield from _from_ap(known.get("ap"), network, moment, text)
        case "password_wrong" if client is not None:
            yield from _from_ap(known.get("ap"), network, moment, _hostapd_mismatch(client))
        case "join_denied" if client is not None:
            text = f"hostapd[4429]: wifi1ap1: STA {client.mac} IEEE 802.11: denied association"
            yield from _from_ap(known.get("ap"), network, moment, text)
        case "join_stumbles" if client is not None:
            yield from _from_ap(known.get("ap"), network, moment, _tracked(client, known, "soft failure"))
        case "link_poor" if client is not None:
            yield from _from_ap(known.get("ap"), network, moment, _anomalous(client, known))
        case "address_refused" if client is not None:
            text = f"dnsmasq-dhcp[3487]: DHCPNAK(br0) {client.ip} {client.mac} wrong network"
            yield f"{_gateway(network, moment, GATEWAY_PRIORITY)} {text}"
        case "client_roams" if client is not None:
            yield from _from_ap(known.get("ap_to"), network, moment, _tracked(client, known))
        case "firewall_blocked" if client is not None:
            rule = f'[LAN_WAN-B-10000] DESCR="{str(known.get("policy", ""))[:31]}" IN=br0 OUT=eth8'
            ends = f"SRC={client.ip} DST={known.get('dest_ip')} LEN=60 TOS=00 PREC=0x00 TTL=63 ID=34881 DF"
            mac = f"MAC={network.gateway.mac}:{client.mac}:08:00"
            tail = "PROTO=TCP SPT=47196 DPT=443 SEQ=726876871 ACK=0 WINDOW=64240 SYN URGP=0"
            yield f"{_gateway(network, moment, FIREWALL_PRIORITY)} {rule} {mac} {ends} {tail}"


def _hostapd_mismatch(client: Client) -> str:
    return f"hostapd[4429]: wifi1ap1: AP-STA-POSSIBLE-PSK-MISMATCH {client.mac}"  # F.4: unverified on UniFi


def _anomalous(client: Client, known: dict[str, Any]) -> str:
    told = f"bssid={known.get('ap')} radio=rai0 vap=rai2 sta={client.mac} satisfaction_now=72 anomalies=tcp_latency"
    return f"mcad: mcad[1837]: wireless_agg_stats.log_sta_anomalies(): {told}"


def _tracked(client: Client, known: dict[str, Any], event: str = "sta_roam") -> str:
    fields = {
        "message_type": "STA_ASSOC_TRACKER", "mac": client.mac, "vap": "wifi1ap1", "event_type": event,
        "assoc_status": "0", "event_id": "1", "ip_assign_type": "roamed", "avg_rssi": str(known.get("signal", "")),
    }  # fmt: skip
    text = json.dumps(fields, separators=(",", ":"))
    return f"stahtd: stahtd[3701]: [STA-TRACKER].stahtd_dump_event(): {text}"


def _from_ap(mac: Any, network: Network, moment: int, text: str) -> Iterator[str]:
    ap = network.device(mac)
    if ap is not None:
        yield f"<{AP_PRIORITY}>{local_time(moment, network.timezone)} {host_of(ap)} {_tag(ap)}: {text}"


def _tag(device: Device) -> str:
    version, _, build = device.version.rpartition(".")
    return f"{device.mac.replace(':', '')},{device.model}-{version}+{build}"


def _gateway(network: Network, moment: int, priority: int) -> str:
    host = host_of(network.gateway)  # F.1: syslog-ng on gateways writes it twice
    return f"<{priority}>{local_time(moment, network.timezone)} {host} {host}"
