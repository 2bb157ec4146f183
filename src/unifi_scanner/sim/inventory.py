"""Devices, clients and the controller itself as REST v1 tells them (docs/protocol.md B.7, C). Pure."""

from __future__ import annotations

from typing import Any, Final

from unifi_scanner.sim.flavour import Flavour
from unifi_scanner.sim.network import DEVICE_TYPES, Client, Device, Network, digest
from unifi_scanner.sim.state import Presence, State
from unifi_scanner.sim.wire import site_id

UPTIME: Final = 864_000


def device_object(device: Device, state: State, now_ms: int) -> dict[str, Any]:
    """Return one item of `stat/device`, also the body of a `device:sync` frame."""
    up = state.is_up(device)
    clients = [p for p in state.online.values() if p.ap == device.mac]
    body: dict[str, Any] = {
        "_id": digest("device", device.mac),
        "device_id": digest("device", device.mac),
        "mac": device.mac,
        "ip": device.ip,
        "name": device.name,
        "model": device.model,
        "type": DEVICE_TYPES[device.group],
        "version": state.versions[device.mac],
        "adopted": True,
        "state": 1 if up else 0,
        "disabled": False,
        "upgradable": device.mac in state.upgradable,
        "serial": device.mac.replace(":", "").upper(),
        "site_id": site_id("default"),
        "considered_lost_at": now_ms // 1000 + 60,
        "next_interval": 30,
        "last_seen": now_ms // 1000 if up else now_ms // 1000 - 300,
        "uptime": UPTIME if up else 0,
        "num_sta": len(clients),
        "user-num_sta": len(clients),
        "overheating": False,
        "has_fan": False,
        "system-stats": {"cpu": "7.5", "mem": "41.2", "uptime": str(UPTIME)},
        "sys_stats": {"loadavg_1": "0.12", "mem_total": 1_048_576, "mem_used": 432_013},
        "uplink": _uplink(device, state.network, up=up),
        "config_network": {"type": "dhcp"},
        "port_table": [_port(index) for index in range(1, device.ports + 1)] if device.group != "AP" else [],
    }
    return body | _radio_tables(device, state) | _wan_tables(device, state)


def _uplink(device: Device, network: Network, *, up: bool) -> dict[str, Any]:
    above = network.device(device.uplink) or network.gateway
    port = {"uplink_remote_port": device.uplink_port} if device.uplink_port else {}
    return {"type": "wire", "up": up, "uplink_mac": above.mac, **port}


def _port(index: int) -> dict[str, Any]:
    return {
        "port_idx": index, "name": f"Port {index}", "media": "GE", "up": True, "enable": True, "speed": 1000,
        "full_duplex": True, "port_poe": True, "poe_enable": True, "poe_mode": "auto", "poe_good": True,
        "poe_power": "3.10", "rx_errors": 0, "tx_errors": 0, "rx_bytes": 1_000_000, "tx_bytes": 2_000_000,
        "stp_state": "forwarding", "portconf_id": digest("portconf"),
    }  # fmt: skip


def _radio_tables(device: Device, state: State) -> dict[str, Any]:
    if device.group != "AP":
        return {}
    radios = [(name, state.channel(device, name)) for name, _ in device.channels]
    stats = [
        {
            "radio": name,
            "name": f"wifi{i}",
            "channel": int(ch),
            "cu_total": 18,
            "num_sta": 2,
            "satisfaction": 98,
        }
        for i, (name, ch) in enumerate(radios)
    ]
    table = [
        {"radio": name, "name": f"wifi{i}", "channel": ch, "ht": "20"} for i, (name, ch) in enumerate(radios)
    ]
    return {"radio_table": table, "radio_table_stats": stats, "vap_table": []}


def _wan_tables(device: Device, state: State) -> dict[str, Any]:
    if not device.is_gateway:
        return {}
    wan = {"up": state.wan_up, "ip": "198.51.100.7" if state.wan_up else "", "ifname": "eth8", "latency": 9}
    return {"wan1": wan, "wan2": {"up": False, "ip": "", "ifname": "eth9"}, "speedtest-status": {}}


def client_object(
    client: Client, presence: Presence, network: Network, now_ms: int, began_ms: int
) -> dict[str, Any]:
    """Return one item of `stat/sta`, also the body of a `sta:sync` frame."""
    since = (began_ms + presence.since_ms) // 1000
    body: dict[str, Any] = {
        **user_object(client),
        "ip": client.ip,
        "network": client.network,
        "network_id": digest("lan", client.network),
        "is_wired": client.wired,
        "authorized": True,
        "assoc_time": since,
        "latest_assoc_time": since,
        "last_seen": now_ms // 1000,
        "uptime": max(0, now_ms // 1000 - since),
        "gw_mac": network.gateway.mac,
        "satisfaction": 97,
        "qos_policy_applied": True,
    }
    ap = network.device(presence.ap)
    if ap is None:
        switch = network.device(client.switch) or (network.switches or (network.gateway,))[0]
        return body | {"sw_mac": switch.mac, "sw_port": client.port, "wired_rate_mbps": 1000,
                       "wired-rx_bytes": 1000, "wired-tx_bytes": 2000}  # fmt: skip
    channel = dict(ap.channels).get(presence.radio, 36)
    return body | {
        "ap_mac": ap.mac, "bssid": ap.mac, "essid": client.ssid, "radio": presence.radio or "na", "channel": channel,
        "rssi": 35, "signal": -61, "noise": -96, "tx_bytes": 52_000, "rx_bytes": 12_000, "tx_rate": 216_000,
        "rx_rate": 400_000, "radio_proto": "ax", "powersave_enabled": False,
    }  # fmt: skip


def user_object(client: Client) -> dict[str, Any]:
    """Return one item of `rest/user`: a client the controller remembers, connected or not."""
    names = {key: value for key, value in (("name", client.name), ("hostname", client.hostname)) if value}
    return {
        "_id": digest("user", client.mac),
        "user_id": digest("user", client.mac),
        "mac": client.mac,
        **names,
        "oui": "Example Corp",
        "site_id": site_id("default"),
        "is_guest": client.guest,
        "is_wired": client.wired,
        "noted": bool(client.name),
        "blocked": False,
        "first_seen": 1_700_000_000,
        "usergroup_id": "",
    }


def health_objects(state: State) -> list[dict[str, Any]]:
    """Return the items of `stat/health`: one per subsystem (docs/protocol.md C)."""
    network = state.network
    lost_aps = sum(not state.is_up(ap) for ap in network.aps)
    lost_switches = sum(not state.is_up(switch) for switch in network.switches)
    wan = "ok" if state.wan_up else "error"
    return [
        {"subsystem": "wlan", "status": "warning" if lost_aps else "ok", "num_ap": len(network.aps),
         "num_disconnected": lost_aps, "num_user": sum(p.ap is not None for p in state.online.values())},
        {"subsystem": "wan", "status": wan, "wan_ip": "198.51.100.7", "isp_name": network.isp,
         "gw_mac": network.gateway.mac, "uptime_stats": {"WAN": {"availability": 100.0, "latency_average": 9}}},
        {"subsystem": "www", "status": wan, "latency": 9, "uptime": UPTIME, "drops": 0},
        {"subsystem": "lan", "status": "warning" if lost_switches else "ok", "num_sw": len(network.switches),
         "num_disconnected": lost_switches, "num_user": sum(p.ap is None for p in state.online.values())},
        {"subsystem": "vpn", "status": "unknown"},
    ]  # fmt: skip


def sysinfo_object(network: Network, version: str, flavour: Flavour) -> dict[str, Any]:
    """Return the one item of `stat/sysinfo`: the authority on the version (docs/protocol.md A.2)."""
    name = network.gateway.name if flavour is not Flavour.CLASSIC else "unifi"
    body: dict[str, Any] = {
        "anonymous_controller_id": digest("controller", network.gateway.mac, length=32),
        "version": version,
        "build": f"atag_{version}_28301",
        "previous_version": "8.6.9",
        "timezone": network.timezone,
        "hostname": name,
        "name": name,
        "uptime": UPTIME,
        "data_retention_days": 90,
        "data_retention_time_in_hours_for_others": 2160,
        "update_available": False,
        "update_downloaded": False,
        "https_port": 8443,
        "inform_port": 8080,
        "ip_addrs": ["192.168.1.1"],
        "is_cloud_console": False,
        "unsupported_device_count": 0,
    }
    if flavour is Flavour.UNIFI_OS:
        body |= {"ubnt_device_type": network.gateway.model, "udm_version": "4.0.6.16512"}
    return body


def wlan_objects(network: Network) -> list[dict[str, Any]]:
    """Return the items of `rest/wlanconf`; a reader has no business with a passphrase, so there is none."""
    return [
        {"_id": digest("wlan", ssid), "name": ssid, "enabled": True, "security": "wpapsk", "wpa_mode": "wpa2",
         "site_id": site_id("default"), "is_guest": any(c.guest for c in network.clients if c.ssid == ssid)}
        for ssid in network.ssids
    ]  # fmt: skip
