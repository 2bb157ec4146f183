"""What devices do. Pure data; texts after docs/protocol.md B.6, D.3, E."""

from __future__ import annotations

from typing import Final

from unifi_scanner.sim.codes import V1, V2, Code
from unifi_scanner.sim.places import BACKUP, DEVICES, LAN, POE, RADIO, UPDATES

DEVICE_CODES: Final = (
    Code(
        name="device_offline", about="device",
        v1=V1("EVT_*_Lost_Contact", "", "{device} was disconnected", negative=True, alarm=True),
        v2=V2("DEVICE_UNREACHABLE", "DEVICE_UNREACHABLE", DEVICES, "HIGH", "Device Offline",
              "{DEVICE} went offline.", "DEVICE"),
    ),
    Code(
        name="device_online", about="device",
        v1=V1("EVT_*_Connected", "", "{device} was connected"),
        v2=V2("DEVICE_RECONNECTED", "DEVICE_RECONNECTED", DEVICES, "LOW", "Device Reconnected",
              "{DEVICE} is back online.", "DEVICE"),
    ),
    Code(name="device_restarted", about="device", v1=V1("EVT_*_RestartedUnknown", "", "{device} was restarted")),
    Code(name="device_restarted_by_admin", about="device admin",
         v1=V1("EVT_*_Restarted", "", "{device} was restarted by {admin}")),
    Code(
        name="device_upgraded", about="device",
        v1=V1("EVT_*_Upgraded", "", '{device} was upgraded from "{version_from}" to "{version_to}"'),
        v2=V2("FIRMWARE_UPDATED_V2", "FIRMWARE_UPDATED", UPDATES, "LOW", "Firmware Updated",
              "{DEVICE} was updated from {PREVIOUS_VERSION} to {VERSION}.", "DEVICE"),
    ),
    Code(
        name="upgrade_failed", about="device",
        v1=V1("EVT_*_UpgradeFailed", "", "{device} upgrade failed", negative=True),
        v2=V2("FIRMWARE_UPDATE_FAILED", "FIRMWARE_UPDATE_FAILED", UPDATES, "MEDIUM", "Firmware Update Failed",
              "{DEVICE} could not be updated.", "DEVICE"),
    ),
    Code(
        name="firmware_available", about="device",
        v2=V2("FIRMWARE_UPDATE_AVAILABLE_V2", "FIRMWARE_UPDATE_AVAILABLE", UPDATES, "INFO",
              "Firmware Update Available", "An update to {VERSION} is available for {DEVICE}.", "DEVICE"),
    ),
    Code(
        name="device_adopted", about="device admin",
        v1=V1("EVT_*_Adopted", "", "{device} was adopted by {admin}"),
        v2=V2("DEVICE_ADOPTED", "DEVICE_ADOPTED", DEVICES, "INFO", "Device Adopted", "{DEVICE} was adopted.",
              "DEVICE"),
    ),
    Code(name="device_readopted", about="device",
         v1=V1("EVT_*_AutoReadopted", "", "{device} was automatically readopted")),
    Code(name="ap_isolated", about="device", v1=V1("EVT_*_Isolated", "", "{device} became isolated", negative=True)),
    Code(
        name="radar", about="ap",
        v1=V1("EVT_AP_RadarDetected", "wlan", "AP[{ap}] detected radar on channel {radar_channel} ({freq} MHz)",
              whole_seconds=True),
        v2=V2("AP_DETECTED_RADAR_V2", "AP_DETECTED_RADAR", RADIO, "MEDIUM", "Radar Detected",
              "{DEVICE} detected radar on channel {CHANNEL} ({FREQUENCY} MHz).", "DEVICE"),
    ),
    Code(
        name="channel_changed", about="ap",
        v1=V1("EVT_AP_ChannelChanged", "wlan", 'AP[{ap}] changed the channel from "{channel_from}" to "{channel_to}"'),
        v2=V2("AP_CHANGED_CHANNELS", "AP_CHANGED_CHANNELS", RADIO, "LOW", "AP Changed Channels",
              "{DEVICE} moved to channel {CHANNEL} from {PREVIOUS_CHANNEL}.", "DEVICE"),
    ),
    Code(name="interference", about="ap",
         v1=V1("EVT_AP_PossibleInterference", "wlan",
               "AP[{ap}] was encountering some interference on channel {channel}", negative=True)),
    Code(
        name="rogue_ap", about="ap",
        v1=V1("EVT_AP_DetectRogueAP", "wlan", "Rogue Access Point {essid} [{mac}] was detected", negative=True,
              alarm=True),
        v2=V2("ROGUE_AP_DETECTED_V2", "ROGUE_AP_DETECTED", RADIO, "MEDIUM", "Rogue Access Point Detected",
              "{NEAREST_AP} sees an unknown access point {ESSID} ({BSSID}).", "BSSID"),
    ),
    Code(
        name="poe_overload", about="port",
        v1=V1("EVT_SW_PoeOverload", "lan", "Switch[{sw}] POE overloading on port {port}", negative=True, alarm=True,
              whole_seconds=True),
        v2=V2("POE_PORT_BUDGET_EXCEEDED_V2", "POE_PORT_BUDGET_EXCEEDED", POE, "HIGH", "PoE Port Budget Exceeded",
              "Port {PORT} of {DEVICE} needs more power than it may draw.", "DEVICE"),
    ),
    Code(name="poe_lost", about="port",
         v1=V1("EVT_SW_PoeDisconnect", "lan", "Switch[{sw}] PoE disconnected on port {port}", negative=True)),
    Code(name="stp_block", about="port",
         v1=V1("EVT_SW_StpPortBlocking", "lan", "Switch[{sw}] port {port} blocked by STP protocol", negative=True)),
    Code(
        name="loop", about="port",
        v1=V1("EVT_SW_LoopDetected", "lan", "Switch[{sw}] loop detected on port {port}", negative=True, alarm=True),
        v2=V2("NETWORK_LOOP_DETECTED_BY_STP", "NETWORK_LOOP_DETECTED_BY_STP", LAN, "HIGH", "Network Loop Detected",
              "A loop was detected on {DEVICE_WITH_PORT}.", "DEVICE"),
    ),
    Code(
        name="rogue_dhcp", about="port",
        v1=V1("EVT_SW_DetectRogueDHCP", "lan",
              "Switch[{sw}] detected rogue dhcp server {ip} [{mac}] on port {port} vlan {vlan}", negative=True,
              alarm=True, whole_seconds=True),
    ),
    Code(name="overheating", about="switch",
         v1=V1("EVT_SW_Overheat", "lan", "Switch[{sw}] is overheating", negative=True, alarm=True)),
    Code(
        name="port_errors", about="switch",
        v2=V2("PORT_TRANSMISSION_ERRORS", "PORT_TRANSMISSION_ERRORS", LAN, "MEDIUM", "Port Transmission Errors",
              "{DEVICE_WITH_PORT} shows transmission errors.", "DEVICE"),
    ),
    Code(
        name="ups_on_battery", about="switch",
        v2=V2("DEVICE_UPS_BATTERY_POWER", "DEVICE_UPS_BATTERY_POWER", BACKUP, "HIGH", "UPS on Battery Power",
              "{DEVICE} is running on battery power.", "DEVICE"),
    ),
    Code(
        name="ups_mains_back", about="switch",
        v2=V2("DEVICE_UPS_POWER_RESTORED", "DEVICE_UPS_POWER_RESTORED", BACKUP, "LOW", "UPS Power Restored",
              "{DEVICE} is back on mains power.", "DEVICE"),
    ),
)  # fmt: skip
