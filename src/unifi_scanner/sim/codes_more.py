"""What happens more rarely: power, parts that fail, backup lines, what only log lines tell. Pure data.

Keys and meanings after docs/protocol.md D.3, E and F; where no template was ever captured, the message is ours.
"""

from __future__ import annotations

from typing import Final

from unifi_scanner.sim.codes import V1, V2, Code, Place
from unifi_scanner.sim.places import AUDIT, BACKUP, DEVICES, FIREWALL, LAN, OUTAGE, POE, UPDATES, VPN, WIFI

LINE: Final = "Internet connection {WAN_ID} ({ISP_NAME}) on port {PORT} is "
SYSTEM: Final = Place("SYSTEM", "UNIFI_DEVICES", "SYSTEM_DEVICES")


def _device(name: str, key: str, severity: str, title: str, message: str, place: Place = DEVICES) -> Code:
    return Code(name=name, about="device",
                v2=V2(key, key.removesuffix("_V2"), place, severity, title, message, "DEVICE"))  # fmt: skip


def _client(name: str, key: str, severity: str, title: str, message: str, place: Place = WIFI) -> Code:
    return Code(name=name, about="client",
                v2=V2(key, key.removesuffix("_V2"), place, severity, title, message, "CLIENT"))  # fmt: skip


MORE_CODES: Final = (
    # devices and their power
    Code(name="upgrade_scheduled", about="device admin",
         v1=V1("EVT_*_UpgradeScheduled", "", "{device} was scheduled for update by {admin}")),
    _device("offline_with_downlinks", "DEVICE_UNREACHABLE_WITH_DOWNLINKS", "HIGH", "Device Offline",
            "{DEVICE} and the devices behind it went offline."),
    _device("device_flaps", "DEVICE_RECONNECTED_SEVERAL_TIMES", "MEDIUM", "Device Reconnected Several Times",
            "{DEVICE} has been reconnecting repeatedly."),
    _device("fan_failed", "DEVICE_FAN_NOT_OPERATING", "HIGH", "Fan Not Operating", "A fan of {DEVICE} stands still."),
    _device("supply_failed", "DEVICE_POWER_SUPPLY_OFFLINE", "HIGH", "Power Supply Offline",
            "A power supply of {DEVICE} is offline.", BACKUP),
    _device("poe_budget", "POE_BUDGET_EXCEEDED", "HIGH", "PoE Budget Exceeded",
            "{DEVICE} has no more power to give over its cables.", POE),
    _device("ups_offline", "DEVICE_UPS_OFFLINE", "MEDIUM", "UPS Offline", "{DEVICE} is offline.", BACKUP),
    _device("low_performance", "AP_LOW_PERFORMANCE_MODE", "MEDIUM", "AP in Low-Performance Mode",
            "{DEVICE} runs in low-power mode.", POE),
    _device("port_drops", "PORT_DROPPED_TRAFFIC", "MEDIUM", "Port Dropped Traffic",
            "{DEVICE_WITH_PORT} drops traffic.", LAN),
    Code(name="poor_link", about="device"),  # CEF 563 is all that is known of it (E)
    _device("bundle_failed", "LAG_PORT_NEGOTIATION_FAILED", "MEDIUM", "Link Aggregation Failed",
            "{DEVICE_WITH_PORT} could not be bundled.", LAN),
    # clients
    _client("no_address", "CLIENT_CAN_NOT_ACQUIRE_IP_ADDRESS", "MEDIUM", "Client Could Not Get an Address",
            "{CLIENT} could not get an IP address."),
    _client("score_dropped", "CLIENT_WIFI_SCORE_HAS_DROPPED", "LOW", "WiFi Experience Dropped",
            "The WiFi experience of {CLIENT} has dropped."),
    _client("vpn_leaves", "VPN_CLIENT_DISCONNECTED_V2", "INFO", "VPN Client Disconnected",
            "{CLIENT} disconnected from the VPN.", VPN),
    _client("rogue_client", "ROGUE_CLIENT_DETECTED", "HIGH", "Rogue Client Detected", "{CLIENT} looks suspicious."),
    _client("high_upload", "HIGH_UPLOAD_TRAFFIC", "LOW", "High Upload Traffic",
            "{CLIENT} sent an unusual amount of data."),
    # the line to the Internet
    Code(name="failover_brief", about="wan",
         v2=V2("NETWORK_FAILED_OVER_TO_BACKUP_WAN_TEMPORARY_2", "NETWORK_FAILED_OVER_TO_BACKUP_WAN_TEMPORARY", OUTAGE,
               "MEDIUM", "Temporary Internet Failover", LINE + "restored after temporarily failing over to"
               " {FAILOVER_WAN_ID} ({FAILOVER_ISP_NAME}).", "WAN_ID")),
    Code(name="wan_failback", about="wan",
         v2=V2("NETWORK_RETURNED_FROM_BACKUP_WAN_2", "NETWORK_RETURNED_FROM_BACKUP_WAN", OUTAGE, "LOW",
               "Internet Returned to Main Connection", LINE + "in use again.", "WAN_ID")),
    Code(name="wan_fails_often", about="wan",
         v2=V2("NETWORK_WAN_FAILED_MULTIPLE_TIMES_2", "NETWORK_WAN_FAILED_MULTIPLE_TIMES", OUTAGE, "VERY_HIGH",
               "Internet Failed Several Times", LINE + "failing repeatedly.", "WAN_ID")),
    # the site
    Code(name="vpn_site_down", about="site",
         v2=V2("VPN_SITE_TO_SITE_DISCONNECTED", "VPN_SITE_TO_SITE_DISCONNECTED", VPN, "HIGH",
               "Site-to-Site VPN Disconnected", "The site-to-site VPN is down.", "NETWORK")),
    Code(name="radius_trouble", about="site",
         v2=V2("RADIUS_SERVER_ISSUE_V2", "RADIUS_SERVER_ISSUE", WIFI, "HIGH", "RADIUS Server Issue",
               "The RADIUS server does not answer.", "NETWORK")),
    Code(name="certificate_expires", about="site",
         v2=V2("SSL_CERTIFICATE_EXPIRY_V2", "SSL_CERTIFICATE_EXPIRY", SYSTEM, "MEDIUM", "Certificate Expiring",
               "A certificate is about to expire.", "CERTIFICATE_NAME")),
    Code(name="country_blocked", about="client",
         v2=V2("GEO_IP_FILTERED", "UNKNOWN", FIREWALL, "LOW", "Blocked by Country", "Traffic to {DST_IP} was blocked.",
               "SRC_CLIENT")),
    Code(name="disk_full", about="site",
         v1=V1("EVT_AD_HDUsableSpace", "www", "The UniFi Controller data partition is nearly full. Only"
               " {usable_bytes} of {total_bytes} free", negative=True, alarm=True)),
    _device("update_no_names", "FIRMWARE_UPDATE_DNS_RESOLUTION_FAILED", "MEDIUM", "Firmware Update Failed",
            "{DEVICE} could not find the update server.", UPDATES),
    Code(name="admin_creates", about="admin",
         v2=V2("GENERATED", "GENERATED", AUDIT, "LOW", "Admin Created New Config",
               "{ADMIN} created {SETTING_NAME} in {SECTION}.", "ADMIN")),
    Code(name="admin_removes", about="admin",
         v2=V2("REMOVED_ENTITY", "REMOVED_ENTITY", AUDIT, "LOW", "Admin Removed Config",
               "{ADMIN} removed {SETTING_NAME} from {SECTION}.", "ADMIN")),
    # what only access points and the DHCP server log (F.4, F.5)
    Code(name="password_wrong", about="wifi line"),
    Code(name="join_denied", about="wifi line"),
    Code(name="address_refused", about="wifi line"),
    Code(name="join_stumbles", about="wifi line"),
    Code(name="link_poor", about="wifi line"),
)  # fmt: skip
