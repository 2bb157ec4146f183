"""Every wire code of every source, and the one Kind it means. Pure.

v1 codes are `EVT_*` (docs/protocol.md E), system-log keys carry revision and endpoint suffixes (D.3), CEF ids
are keyed on product and number (F.2), WebSocket frame kinds are `meta.message` (B.4).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from unifi_scanner.models.kinds import KINDS, UNKNOWN_KIND, UNREADABLE_KIND

__all__ = [
    "UNKNOWN_KIND",
    "UNREADABLE_KIND",
    "dotted",
    "kind_of_cef",
    "kind_of_event_type",
    "kind_of_frame",
    "kind_of_v1",
    "kind_of_v2",
    "v2_base",
]

DEVICE_GROUPS: Final = ("AP", "SW", "GW", "DM", "XG", "BB", "LTE", "DEV", "NU")

# what the codes of every device group have in common (E: "exist per device group")
DEVICE_SUFFIXES: Final = {
    "Lost_Contact": "device.offline",
    "LostContact": "device.offline",
    "Disconnected": "device.offline",
    "DISCONNECTED": "device.offline",
    "Connected": "device.online",
    "CONNECTED": "device.online",
    "AutoReadopted": "device.readopted",
    "Adopted": "device.adopted",
    "Configured": "device.configured",
    "CommitError": "device.config_failed",
    "Deleted": "device.deleted",
    "DiscoveredPending": "device.discovered",
    "RediscoveredPending": "device.discovered",
    "Restarted": "device.restarted_by_admin",
    "RestartedUnknown": "device.restarted",
    "RestartProc": "device.process_restarted",
    "Upgraded": "device.upgraded",
    "UpgradeScheduled": "device.upgrade_scheduled",
    "RollUpgrade": "device.upgrade_scheduled",
    "UpgradeFailed": "device.upgrade_failed",
    "FirmwareCheckFailed": "device.upgrade_failed",
    "FirmwareDownloadFailed": "device.upgrade_failed",
    "UPDATE_AVAILABLE": "device.firmware_available",
    "HostKeyMismatch": "device.host_key_changed",
    "Isolated": "device.isolated",
    "ISOLATED": "device.isolated",
    "Overheat": "device.overheating",
    "LicenseChanged": "device.license",
    "LicenseValid": "device.license",
    "LicenseInvalid": "device.license_problem",
    "EliteDeviceChanged": "device.license",
    "EliteDeviceRevoke": "device.license_problem",
    "EliteDeviceOffline": "device.long_offline",
    "NOTIFICATION": "device.notice",
    "ChannelChanged": "ap.channel_changed",
    "ChannelChange": "ap.channel_changed",
    "LinkRadioChanged": "ap.channel_changed",
    "PossibleInterference": "ap.interference",
    "POSSIBLE_INTERFERENCE": "ap.interference",
    "Interference": "ap.interference",
    "RadarDetected": "ap.radar",
    "RADAR_DETECTED": "ap.radar",
    "PowerCycled": "power.cycled",
    "OutletPowerCycle": "power.cycled",
}

V1: Final = {
    "EVT_WU_Connected": "client.connected",
    "EVT_WU_Disconnected": "client.disconnected",
    "EVT_WU_Roam": "client.roamed",
    "EVT_WU_RoamRadio": "client.switched_radio",
    "EVT_WG_Connected": "client.connected",
    "EVT_WG_Disconnected": "client.disconnected",
    "EVT_WG_Roam": "client.roamed",
    "EVT_WG_RoamRadio": "client.switched_radio",
    "EVT_LU_Connected": "client.wired_connected",
    "EVT_LU_Disconnected": "client.wired_disconnected",
    "EVT_LG_Connected": "client.wired_connected",
    "EVT_LG_Disconnected": "client.wired_disconnected",
    "EVT_WC_Blocked": "client.blocked",
    "EVT_WC_Unblocked": "client.unblocked",
    "EVT_LC_Blocked": "client.blocked",
    "EVT_LC_Unblocked": "client.unblocked",
    "EVT_WG_AuthorizationEnded": "guest.unauthorized",
    "EVT_WG_AuthorizationEndedByQuota": "guest.quota_reached",
    "EVT_HS_AuthedByNoAuth": "guest.authorized",
    "EVT_HS_AuthedByPassword": "guest.authorized",
    "EVT_HS_PaymentProcessed": "guest.paid",
    "EVT_HS_VoucherUsed": "voucher.used",
    "EVT_AD_GuestAuthorizedFor": "guest.authorized",
    "EVT_AD_GuestExtended": "guest.extended",
    "EVT_AD_GuestUnauthorized": "guest.unauthorized",
    "EVT_AD_PaymentRefunded": "guest.refunded",
    "EVT_AD_VoucherCreated": "voucher.created",
    "EVT_AD_VoucherDeleted": "voucher.deleted",
    "EVT_AD_VouchersDeleted": "voucher.deleted",
    "EVT_AD_Login": "admin.signed_in",
    "EVT_AD_LOGIN": "admin.signed_in",
    "EVT_AD_AdminLogin": "admin.signed_in",
    "EVT_AD_HotspotOpLogin": "admin.signed_in",
    "EVT_AD_LoginFailed": "admin.sign_in_failed",
    "EVT_AD_LOGIN_FAILED": "admin.sign_in_failed",
    "EVT_AD_Logout": "admin.signed_out",
    "EVT_AD_APIKeyCreate": "admin.created_api_key",
    "EVT_AD_UpdateAvailable": "system.update_available",
    "EVT_AD_Update_Available": "system.update_available",
    "EVT_AD_BACKUP_CREATED": "system.backup_created",
    "EVT_AD_AutoBackupFailedCloudKeySDCardNotFound": "system.backup_failed",
    "EVT_AD_HDUsableSpace": "system.disk_full",
    "EVT_AD_MicroSDUsableSpace": "system.disk_full",
    "EVT_AD_ScheduleUpgradeFailedNotFound": "device.upgrade_failed",
    "EVT_AP_DetectRogueAP": "ap.rogue",
    "EVT_AP_RogueAPDetected": "ap.rogue",
    "EVT_AP_ARPCacheTimeoutNoDevice": "ap.optimised",
    "EVT_AP_MinRateNGAutoOptimized": "ap.optimised",
    "EVT_AP_MulticastBlockAutoEnabled": "ap.optimised",
    "EVT_AP_MulticastBlockNoDevice": "ap.optimised",
    "EVT_AP_No2GHzByOuiAutoEnabled": "ap.optimised",
    "EVT_AP_PlanFinished": "ap.optimised",
    "EVT_AP_WiFiUXIncreased": "ap.optimised",
    "EVT_AP_WIRELESS_EVENT": "device.notice",
    "EVT_CF_VwireSet": "ap.uplink_set",
    "EVT_CF_VwireUnset": "ap.uplink_lost",
    "EVT_SW_DetectRogueDHCP": "switch.rogue_dhcp",
    "EVT_SW_LoopDetected": "switch.loop",
    "EVT_SW_StpPortBlocking": "port.stp_blocked",
    "EVT_SW_PoeOverload": "port.poe_overload",
    "EVT_SW_PoeDisconnect": "port.poe_lost",
    "EVT_SW_PoEDisconnect": "port.poe_lost",
    "EVT_SW_PoeBudgetExceeded": "power.budget_exceeded",
    "EVT_GW_WANTransition": "wan.changed",
    "EVT_GW_WAN_Transition": "wan.changed",
    "EVT_GW_WAN_DOWN": "wan.down",
    "EVT_GW_WAN_DISCONNECTED": "wan.down",
    "EVT_GW_Internet_Access": "wan.changed",
    "EVT_GW_Failover": "wan.failover",
    "EVT_WAN_FAILOVER": "wan.failover",
    "EVT_GW_DhcpPoolExhausted": "dhcp.pool_exhausted",
    "EVT_GW_DhcpPoolNearExhausted": "dhcp.pool_low",
    "EVT_GW_NetworkAutoScaled": "dhcp.scaled",
    "EVT_GW_NetworkAutoScaleFailed": "dhcp.scale_failed",
    "EVT_GW_IPSUpdateError": "threat.updates_failed",
    "EVT_GW_IpReputationAlert": "threat.detected",
    "EVT_GW_ThreatDetected": "threat.detected",
    "EVT_GW_Honeypot": "honeypot.hit",
    "EVT_GW_HoneypotDetected": "honeypot.hit",
    "EVT_GW_BlockedTraffic": "firewall.blocked",
    "EVT_GW_GeoIPFilteredTraffic": "geo.blocked",
    "EVT_GW_TrafficRoute": "route.started",
    "EVT_GW_PowerLoss": "ups.on_battery",
    "EVT_FW_Block": "firewall.blocked",
    "EVT_IDS_Alert": "threat.detected",
    "EVT_IPS_Alert": "threat.detected",
    "EVT_IPS_IpsAlert": "threat.detected",
    "EVT_IPS_IpsBlock": "threat.blocked",
    "EVT_IPS_ThreatDetected": "threat.detected",
    "EVT_IPS_IDS_Disconnected": "threat.updates_failed",
    "EVT_LTE_ConnectedToLte": "lte.connected",
    "EVT_LTE_RegisteredToLte": "lte.connected",
    "EVT_LTE_NotConnectedToLte": "lte.disconnected",
    "EVT_LTE_NotConnectedToLte_Alert": "lte.disconnected",
    "EVT_LTE_NotRegisteredToLte": "lte.disconnected",
    "EVT_LTE_NotRegisteredToLte_Alert": "lte.disconnected",
    "EVT_LTE_HardLimitCutoff": "lte.limit",
    "EVT_LTE_HardLimitUsed": "lte.limit",
    "EVT_LTE_Threshold": "lte.limit",
    "EVT_ULTE_DEFAULT_PROFILE_SET": "lte.notice",
    "EVT_ULTE_NOTIFICATION": "lte.notice",
    "EVT_ULTE_PIN_VERIFIED": "lte.notice",
    "EVT_PA_IncorrectStreamConfiguration": "announcement.failed",
    "EVT_PA_ScheduledStreamFailed": "announcement.failed",
    "EVT_PA_StreamSkippedDevices": "announcement.failed",
    "EVT_USP_OutletPowerCycle": "power.cycled",
    "EVT_USP_RpsOutOfBudget": "power.backup_overload",
    "EVT_USP_RpsPortErrorBlocked": "power.backup_overload",
    "EVT_USP_RpsPortOverload": "power.backup_overload",
    "EVT_USP_RpsPowerDeniedByPsuOverload": "power.backup_overload",
    "EVT_USP_RpsPortPowerDelivering": "power.on_backup",
}

V2: Final = {
    "CLIENT_CONNECTED": "client.connected",
    "CLIENT_CONNECTED_WIRELESS": "client.connected",
    "CLIENT_CONNECTED_WIRED": "client.wired_connected",
    "CLIENT_DISCONNECTED": "client.disconnected",
    "CLIENT_DISCONNECTED_WIRELESS": "client.disconnected",
    "CLIENT_DISCONNECTED_WIRED": "client.wired_disconnected",
    "CLIENT_ROAMED": "client.roamed",
    "HOTSPOT_CLIENT_CONNECTED": "client.connected",
    "HOTSPOT_CLIENT_DISCONNECTED": "client.disconnected",
    "HOTSPOT_GUEST_AUTHORIZED": "guest.authorized",
    "HOTSPOT_GUEST_UNAUTHORIZED_BY_ADMIN": "guest.unauthorized",
    "CLIENT_IP_CONFLICT": "client.ip_conflict",
    "CLIENT_IP_CONFLICT_BULK": "client.ip_conflict",
    "CLIENT_CAN_NOT_ACQUIRE_IP_ADDRESS": "client.no_address",
    "CLIENT_WIFI_SCORE_HAS_DROPPED": "client.experience_dropped",
    "CLIENT_WIFI_SCORE_HAS_DROPPED_SUGGEST_SMART_QUEUES": "client.experience_dropped",
    "CLIENT_WIFI_SCORE_HAS_DROPPED_SUGGEST_WIFI_AI": "client.experience_dropped",
    "CLIENT_WIFI_SCORE_HAS_DROPPED_SUGGEST_SMART_QUEUES_OR_WIFI_AI": "client.experience_dropped",
    "CLIENT_WIFI_SCORE_HAS_RETURNED_TO_NORMAL": "client.experience_restored",
    "ROGUE_CLIENT_DETECTED": "client.rogue",
    "BLOCKED_CLIENT_TRIED_CONNECT_TO_NETWORK": "client.blocked_tried",
    "VPN_CLIENT_CONNECTED": "vpn.connected",
    "VPN_CLIENT_DISCONNECTED": "vpn.disconnected",
    "TELEPORT_CLIENT_CONNECTED": "vpn.connected",
    "TELEPORT_CLIENT_DISCONNECTED": "vpn.disconnected",
    "VPN_SITE_TO_SITE_DISCONNECTED": "vpn.site_down",
    "DEVICE_UNREACHABLE": "device.offline",
    "DEVICE_UNREACHABLE_WITH_DOWNLINKS": "device.offline",
    "DEVICE_DISCONNECTED_AP": "device.offline",
    "MULTIPLE_DEVICES_UNREACHABLE": "device.several_offline",
    "DEVICE_RECONNECTED": "device.online",
    "DEVICE_RECONNECTED_WITH_DOWNLINKS": "device.online",
    "DEVICE_RECONNECTED_SEVERAL_TIMES": "device.flapping",
    "DEVICE_DISCOVERED": "device.discovered",
    "MULTIPLE_DEVICES_DISCOVERED": "device.discovered",
    "DEVICE_ADOPTED": "device.adopted",
    "DEVICE_MANAGED_BY_OTHER_CONTROLLER": "device.managed_elsewhere",
    "DEVICE_COMMIT_ERROR": "device.config_failed",
    "DEVICE_FAN_OFFLINE": "device.fan_failed",
    "DEVICE_FAN_HIGH_LEVEL_SPEED": "device.fan_failed",
    "DEVICE_FAN_NOT_OPERATING": "device.fan_failed",
    "DEVICE_POWER_SUPPLY_OFFLINE": "power.supply_failed",
    "DEVICE_POWERED_BY_USP_RPS": "power.on_backup",
    "DEVICES_POWERED_BY_USW_MC": "power.on_backup",
    "DEVICE_UPS_BATTERY_POWER": "ups.on_battery",
    "DEVICE_UPS_POWER_RESTORED": "ups.mains_back",
    "DEVICE_UPS_OFFLINE": "ups.offline",
    "DEVICE_UPS_OFFLINE_TIME": "ups.offline",
    "U6_PRO_ADVISORY": "device.notice",
    "FIRMWARE_UPDATE_AVAILABLE": "device.firmware_available",
    "BULK_FIRMWARE_UPDATE_AVAILABLE": "device.firmware_available",
    "FIRMWARE_UPDATE_FAILED": "device.upgrade_failed",
    "FIRMWARE_UPDATE_DNS_RESOLUTION_FAILED": "device.upgrade_failed",
    "FIRMWARE_UPDATED": "device.upgraded",
    "AP_CHANGED_CHANNELS": "ap.channel_changed",
    "AP_CHANGED_CHANNELS_RADIO_AI": "ap.channel_changed",
    "AP_DETECTED_RADAR": "ap.radar",
    "AP_CLIENT_PACKET_LOSS": "ap.packet_loss",
    "AP_LOW_PERFORMANCE_MODE": "ap.low_power",
    "ROGUE_AP_DETECTED": "ap.rogue",
    "AP_UPDATE_AVAILABLE_TO_SUPPORT_AUTOLINK": "ap.update_for_autolink",
    "MULTIPLE_AP_UPDATES_AVAILABLE_TO_SUPPORT_AUTOLINK": "ap.update_for_autolink",
    "AFC_SERVER_NOT_AVAILABLE": "ap.afc",
    "AFC_INDOOR_AP_LOCATION_CANNOT_BE_DETERMINED": "ap.afc",
    "AFC_OUTDOOR_AP_LOCATION_CANNOT_BE_DETERMINED": "ap.afc",
    "AFC_INDOOR_AP_LOCATION_NOT_MEET_AFC_REQUIREMENT": "ap.afc",
    "AFC_OUTDOOR_AP_LOCATION_NOT_MEET_AFC_REQUIREMENT": "ap.afc",
    "LOCATION_CANNOT_BE_DETERMINED": "ap.afc",
    "AP_LOCATION_NOT_MEET_AFC_REQUIREMENT": "ap.afc",
    "POE_BUDGET_EXCEEDED": "power.budget_exceeded",
    "POE_PORT_BUDGET_EXCEEDED": "port.poe_overload",
    "PORT_TRANSMISSION_ERRORS": "port.errors",
    "PORT_DROPPED_TRAFFIC": "port.drops",
    "NETWORK_LOOP_DETECTED_BY_KEEPALIVE": "switch.loop",
    "NETWORK_LOOP_DETECTED_BY_STP": "switch.loop",
    "LAG_PORT_NEGOTIATION_FAILED": "port.aggregation_failed",
    "MCLAG_MULTI_CHASSIS_LINK_PORT_NEGOTIATION_FAILED": "port.aggregation_failed",
    "MCLAG_TARGET_DEVICE_PORT_NEGOTIATION_FAILED": "port.aggregation_failed",
    "NETWORK_WAN_FAILED": "wan.down",
    "NETWORK_WAN_FAILED_TEMPORARY": "wan.down_briefly",
    "NETWORK_WAN_FAILED_MULTIPLE_TIMES": "wan.flapping",
    "NETWORK_WAN_RESTORED": "wan.restored",
    "NETWORK_FAILED_OVER_TO_BACKUP_WAN": "wan.failover",
    "NETWORK_FAILED_OVER_TO_BACKUP_LTE": "wan.failover",
    "NETWORK_FAILED_OVER_TO_BACKUP_WAN_TEMPORARY": "wan.failover_briefly",
    "NETWORK_FAILED_OVER_TO_BACKUP_LTE_TEMPORARY": "wan.failover_briefly",
    "NETWORK_RETURNED_FROM_BACKUP_WAN": "wan.failback",
    "NETWORK_RETURNED_FROM_BACKUP_LTE": "wan.failback",
    "ISP_HIGH_LATENCY": "wan.latency",
    "ISP_PACKET_LOSS": "wan.packet_loss",
    "ULTE_WARNING_LIMIT_EXCEEDED": "lte.limit",
    "ULTE_DATA_LIMIT_REACHED": "lte.limit",
    "SMART_POWER_MODEM_RESTARTED": "modem.restarted",
    "MULTIPLE_DEVICES_RESTARTED_BY_POWER_STRIP": "power.cycled",
    "DNS_SERVER_ISSUE": "dns.issue",
    "DHCP_POOL_EXHAUSTED": "dhcp.pool_exhausted",
    "RADIUS_SERVER_ISSUE": "radius.issue",
    "TRAFFIC_ROUTING_STARTED": "route.started",
    "TRAFFIC_ROUTING_STARTED_SOURCE_DEVICE": "route.started",
    "TRAFFIC_ROUTING_ENDED": "route.ended",
    "TRAFFIC_ROUTING_ENDED_SOURCE_DEVICE": "route.ended",
    "POLICY_BASED_ROUTING_STARTED": "route.started",
    "POLICY_BASED_ROUTING_STOPPED": "route.ended",
    "HIGH_TRAFFIC": "traffic.high",
    "HIGH_UPLOAD_TRAFFIC": "traffic.high",
    "HIGH_DOWNLOAD_TRAFFIC": "traffic.high",
    "HIGH_TOTAL_TRAFFIC": "traffic.high",
    "THREAT_BLOCKED": "threat.blocked",
    "THREAT_DETECTED": "threat.detected",
    "HONEYPOT_HIT_DETECTED": "honeypot.hit",
    "TRAFFIC_BLOCKED": "firewall.blocked",
    "BLOCKED_BY_FIREWALL": "firewall.blocked",
    "GEO_IP_FILTERED": "geo.blocked",
    "SSL_CERTIFICATE_EXPIRY": "certificate.expiring",
    "SSL_INSPECTION_BYPASS": "inspection.bypassed",
    "ADMIN_ACCESS": "admin.signed_in",
    "GENERATED": "admin.created",
    "MADE_CHANGES": "admin.changed_settings",
    "MADE_CHANGES_ONE_GLOBAL_SETTING": "admin.changed_settings",
    "MADE_CHANGES_MULTIPLE_GLOBAL_SETTINGS": "admin.changed_settings",
    "MADE_CHANGES_ONE_SETTING_OBJECT": "admin.changed_settings",
    "MADE_CHANGES_MULTIPLE_SETTING_OBJECTS": "admin.changed_settings",
    "PAUSED_ENTITY": "admin.paused",
    "RESUMED_ENTITY": "admin.resumed",
    "REMOVED_ENTITY": "admin.removed",
}

CEF: Final = {
    "Network:100": "wan.down",
    "Network:105": "wan.failover_briefly",
    "Network:112": "wan.latency",
    "Network:113": "wan.packet_loss",
    "Network:200": "threat.detected",
    "Network:201": "threat.blocked",
    "Network:202": "honeypot.hit",
    "Network:203": "firewall.blocked",
    "Network:215": "ups.on_battery",
    "Network:216": "ups.mains_back",
    "Network:303": "client.wired_disconnected",
    "Network:400": "client.connected",
    "Network:401": "client.disconnected",
    "Network:402": "client.roamed",
    "Network:403": "client.wired_connected",
    "Network:404": "client.wired_disconnected",
    "Network:510": "device.upgraded",
    "Network:512": "device.offline",
    "Network:530": "ap.channel_changed",
    "Network:539": "client.ip_conflict",
    "Network:544": "admin.signed_in",
    "Network:545": "admin.created",
    "Network:546": "admin.changed_settings",
    "Network:549": "admin.removed",
    "Network:563": "ap.slow_uplink",
    "Network:578": "system.updated",
    "OS:1": "system.test",
    "OS:1000": "admin.signed_in",
    "OS:1005": "admin.changed_settings",
    "OS:1100": "system.update_available",
    "OS:1102": "system.updated",
    "OS:admins": "system.notice",
    "OS:updates": "system.notice",
}

FRAMES: Final = {
    "sta:sync": "client.state",
    "client:sync": "client.state",
    "client:disconnected": "vpn.disconnected",
    "user:sync": "client.known",
    "user:delete": "client.forgotten",
    "device:sync": "state.device",
    "device:add": "state.device",
    "device:update": "state.device",
    "unifi-device:sync": "state.device",
    "unifi-device:add": "state.device",
    "setup:sync": "lte.notice",
    "vpn:connect": "vpn.state",
    "vpn:disconnect": "vpn.state",
    "vpn-connection:sync": "vpn.state",
    "vpn-users:sync": "vpn.state",
    "speed-test:update": "state.measurement",
    "ping-test:update": "state.measurement",
    "session-metadata:sync": "state.session",
    "notification-toast": "state.session",
    "radio-ai:plan": "ap.optimised",
}
CONFIG_FRAMES: Final = (
    "wlanconf",
    "networkconf",
    "setting",
    "dpiapp",
    "dpigroup",
    "firewallgroup",
    "firewallrule",
    "portforward",
    "scheduletask",
    "usergroup",
)

# frames whose items are log records (docs/protocol.md B.4)
EVENT_FRAMES: Final = frozenset({"events", "alert", "alarm", "critical-notifications:sync"})

_REVISION = re.compile(r"(_V?\d+)$")
_ENDPOINTS = re.compile(
    r"_KNOWN_(SOURCE_AND_DESTINATION_|SOURCE_|DESTINATION_)?(CLIENTS?|DEVICES?)(_AND_DESTINATION_(CLIENT|DEVICE))?$"
)
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_V1_KEY = re.compile(r"^EVT_([A-Za-z]+)_(.+)$")


@lru_cache(maxsize=4096)
def dotted(key: str) -> str:
    """Return the dotted event type of an `EVT_` code: `EVT_AP_Lost_Contact` is `ap.lost_contact`."""
    match = _V1_KEY.match(key)
    if match is None:
        return key
    group, rest = match.groups()
    return f"{group.lower()}.{_SNAKE.sub('_', rest).replace('__', '_').lower()}"


def _all_v1() -> dict[str, str]:
    table = {
        f"EVT_{group}_{suffix}": kind for group in DEVICE_GROUPS for suffix, kind in DEVICE_SUFFIXES.items()
    }
    return table | V1


_V1_ALL: Final = _all_v1()
_DOTTED: Final = {dotted(key): kind for key, kind in _V1_ALL.items()}


def kind_of_v1(key: str) -> str:
    """Return the Kind of an `EVT_` code; codes no controller was seen to send are unknown."""
    return _V1_ALL.get(key, UNKNOWN_KIND)


@lru_cache(maxsize=4096)
def v2_base(key: str) -> str:
    """Return a system-log key without its revision and known-endpoint suffixes (docs/protocol.md D.3)."""
    if key in V2:
        return key
    bare = _REVISION.sub("", key)
    return _ENDPOINTS.sub("", bare) if bare not in V2 else bare


def kind_of_v2(key: str, event: str = "") -> str:
    """Return the Kind of a system-log key, or of its `event` where the key is new."""
    return V2.get(v2_base(key)) or V2.get(v2_base(event)) or UNKNOWN_KIND


@lru_cache(maxsize=1024)
def kind_of_cef(product: str, signature: str) -> str:
    """Return the Kind of a CEF line, keyed on product and id because names change (docs/protocol.md F.2)."""
    family = product.removeprefix("UniFi ").strip() or "Network"
    if family == "Protect":
        return "protect.event"
    return CEF.get(f"{family}:{signature}", UNKNOWN_KIND)


@lru_cache(maxsize=1024)
def kind_of_frame(message: str) -> str:
    """Return the Kind of a WebSocket frame that carries state rather than events."""
    if message in FRAMES:
        return FRAMES[message]
    return "state.config" if message.partition(":")[0] in CONFIG_FRAMES else UNKNOWN_KIND


@lru_cache(maxsize=4096)
def kind_of_event_type(event_type: str) -> str:
    """Return the Kind of any spelling: `wu.roam`, `EVT_WU_Roam` and `CLIENT_ROAMED_2` are one thing."""
    if event_type in KINDS:
        return event_type
    if event_type.startswith("EVT_"):
        return kind_of_v1(event_type)
    if event_type.startswith("CEF:"):
        _, _, rest = event_type.partition(":")
        product, _, signature = rest.partition(":")
        return kind_of_cef(product, signature)
    return _DOTTED.get(event_type) or V2.get(v2_base(event_type)) or kind_of_frame(event_type)
