"""What happens to the internet line, to security and by admins. Pure data; texts after docs/protocol.md B.6, D.3, E."""

from __future__ import annotations

from typing import Final

from unifi_scanner.sim.codes import V1, V2, Code
from unifi_scanner.sim.places import AUDIT, FIREWALL, HONEYPOT, IPS, LAN, OUTAGE, PERFORMANCE, VPN

IPS_MSG: Final = (
    "IPS Alert {inner_alert_severity}: {inner_alert_category}. Signature {inner_alert_signature}."
    " From: {src_ip}:{src_port}, to: {dest_ip}:{dest_port}, protocol: {proto}"
)
INTRUSION: Final = "A network intrusion attempt from {%s} to {DST_IP} has been detected"
WAN_LINE: Final = "Internet connection {WAN_ID} ({ISP_NAME}) on port {PORT} is "
THREAT_TYPE: Final = "THREAT_DETECTION_AND_PREVENTION"
TRANSITION: Final = "Gateway[{gw}] WAN iface {iface} transition to state {state}"

SITE_CODES: Final = (
    Code(
        name="wan_down", about="wan", when={"state": "inactive"},
        v1=V1("EVT_GW_WANTransition", "lan", TRANSITION, whole_seconds=True),
        v2=V2("NETWORK_WAN_FAILED_2", "NETWORK_WAN_FAILED", OUTAGE, "VERY_HIGH", "Internet Connection Down",
              WAN_LINE + "down.", "WAN_ID"),
    ),
    Code(
        name="wan_up", about="wan", when={"state": "active"},
        v1=V1("EVT_GW_WANTransition", "lan", TRANSITION, whole_seconds=True),
        v2=V2("NETWORK_WAN_RESTORED_2", "NETWORK_WAN_RESTORED", OUTAGE, "LOW", "Internet Connection Restored",
              WAN_LINE + "restored.", "WAN_ID"),
    ),
    Code(
        name="wan_failover", about="wan",
        v2=V2("NETWORK_FAILED_OVER_TO_BACKUP_WAN_2", "NETWORK_FAILED_OVER_TO_BACKUP_WAN", OUTAGE, "HIGH",
              "Internet Failed Over",
              WAN_LINE + "down. Failed over to {FAILOVER_WAN_ID} ({FAILOVER_ISP_NAME}).", "WAN_ID"),
    ),
    Code(
        name="isp_latency", about="wan",
        v2=V2("ISP_HIGH_LATENCY_2", "ISP_HIGH_LATENCY", PERFORMANCE, "MEDIUM", "High Internet Latency",
              WAN_LINE + "experiencing high latency.", "WAN_ID"),
    ),
    Code(
        name="isp_packet_loss", about="wan",
        v2=V2("ISP_PACKET_LOSS_2", "ISP_PACKET_LOSS", PERFORMANCE, "MEDIUM", "Internet Packet Loss",
              WAN_LINE + "experiencing packet loss.", "WAN_ID"),
    ),
    Code(
        name="dhcp_pool_exhausted", about="dhcp",
        v1=V1("EVT_GW_DhcpPoolExhausted", "lan", '{gw} DHCP pool for Network "{network_name}" is exhausted, turn on'
              " auto-scaling to resolve this issue", negative=True, alarm=True),
        v2=V2("DHCP_POOL_EXHAUSTED", "DHCP_POOL_EXHAUSTED", LAN, "HIGH", "DHCP Pool Exhausted",
              "The network {NETWORK} has no free addresses left.", "NETWORK"),
    ),
    Code(
        name="dhcp_pool_low", about="dhcp",
        v1=V1("EVT_GW_DhcpPoolNearExhausted", "lan", '{gw} DHCP pool for Network "{network_name}" is nearing'
              " exhaustion, turn on auto-scaling to resolve this issue", negative=True),
    ),
    Code(
        name="threat_blocked", about="threat", when={"inner_alert_action": "blocked"},
        v1=V1("EVT_IPS_IpsAlert", "www", IPS_MSG, negative=True, alarm=True),
        v2=V2("THREAT_BLOCKED_V3", "THREAT_BLOCKED", IPS, "MEDIUM", "Threat Detected and Blocked",
              INTRUSION % "SRC_IP" + " and blocked.", "SRC_IP", THREAT_TYPE),
        v2_known_client=V2("THREAT_BLOCKED_KNOWN_SOURCE_CLIENT", "THREAT_BLOCKED", IPS, "MEDIUM",
                           "Threat Detected and Blocked", INTRUSION % "SRC_CLIENT" + " and blocked.", "SRC_CLIENT",
                           THREAT_TYPE),
    ),
    Code(
        name="threat_detected", about="threat", when={"inner_alert_action": "allowed"},
        v1=V1("EVT_IPS_IpsAlert", "www", IPS_MSG, negative=True, alarm=True),
        v2=V2("THREAT_DETECTED_V3", "THREAT_DETECTED", IPS, "HIGH", "Threat Detected", INTRUSION % "SRC_IP" + ".",
              "SRC_IP", THREAT_TYPE),
        v2_known_client=V2("THREAT_DETECTED_KNOWN_SOURCE_CLIENT", "THREAT_DETECTED", IPS, "HIGH", "Threat Detected",
                           INTRUSION % "SRC_CLIENT" + ".", "SRC_CLIENT", THREAT_TYPE),
    ),
    Code(
        name="honeypot", about="client",
        v2=V2("HONEYPOT_HIT_DETECTED_KNOWN_CLIENT", "HONEYPOT_HIT_DETECTED", HONEYPOT, "HIGH", "Honeypot Triggered",
              "Honeypot triggered by {CLIENT}.", "CLIENT"),
    ),
    Code(
        name="firewall_blocked", about="client",
        v2=V2("TRAFFIC_BLOCKED_KNOWN_SOURCE_CLIENT", "BLOCKED_BY_FIREWALL", FIREWALL, "MEDIUM", "Blocked by Firewall",
              "{SRC_CLIENT} was blocked from accessing {DST_IP} by the {TRIGGER} Firewall Policy.", "TRIGGER",
              "CONTENT_FILTERING_AND_RESTRICTIONS"),
    ),
    Code(
        name="admin_signs_in", about="admin",
        v1=V1("EVT_AD_Login", "www", "{admin} log in from {ip}"),
        v2=V2("ADMIN_ACCESS", "ADMIN_ACCESS", AUDIT, "INFO", "Admin Accessed UniFi Network",
              "{ADMIN} accessed UniFi Network using the {PLATFORM}. Source IP: {IP}", "ADMIN"),
    ),
    Code(name="admin_fails", about="admin", v1=V1("EVT_AD_LoginFailed", "www", "{admin} login failed", negative=True)),
    Code(
        name="admin_changes", about="admin",
        v2=V2("MADE_CHANGES_ONE_SETTING_OBJECT", "MADE_CHANGES", AUDIT, "LOW", "Admin Made Config Changes",
              "{ADMIN} changed {SETTING_NAME} in {SECTION}. Source IP: {IP}", "ADMIN"),
    ),
    Code(
        name="update_available", about="site",
        v1=V1("EVT_AD_UpdateAvailable", "www", "A new version ({version}) of UniFi Controller is available"),
    ),
    Code(name="client_anomaly", about="anomaly"),
    Code(
        name="vpn_connects", about="client",
        v2=V2("VPN_CLIENT_CONNECTED_V2", "VPN_CLIENT_CONNECTED", VPN, "INFO", "VPN Client Connected",
              "{CLIENT} connected to the VPN.", "CLIENT"),
    ),
)  # fmt: skip
