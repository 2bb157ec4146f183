"""What clients do. Pure data; texts after docs/protocol.md B.6, D.3, E."""

from __future__ import annotations

from typing import Final

from unifi_scanner.sim.codes import V1, V2, Code
from unifi_scanner.sim.places import HOTSPOT, LAN, WIFI, WIRED

CLIENT_TYPE: Final = "CLIENT_CONNECTION"

CLIENT_CODES: Final = (
    Code(
        name="client_connects", about="wifi",
        v1=V1("EVT_*_Connected", "wlan",
              '{who}[{mac}] has connected to AP[{ap}] with SSID "{ssid}" on "channel {channel}({radio})"'),
        v2=V2("CLIENT_CONNECTED_WIRELESS_2", "CLIENT_CONNECTED_WIRELESS", WIFI, "INFO", "WiFi Client Connected",
              "{CLIENT} connected to {WLAN} on {DEVICE}. Connection Info: {WIFI_STATS}.", "CLIENT", CLIENT_TYPE),
    ),
    Code(
        name="client_leaves", about="wifi",
        v1=V1("EVT_*_Disconnected", "wlan",
              '{who}[{mac}] disconnected from "{ssid}" ({span} connected, {volume} bytes, last AP[{ap}])',
              whole_seconds=True),
        v2=V2("CLIENT_DISCONNECTED_WIRELESS_2", "CLIENT_DISCONNECTED_WIRELESS", WIFI, "INFO",
              "WiFi Client Disconnected",
              "{CLIENT} disconnected from {WLAN}. Time Connected: {DURATION}. Data Used: {DATA_UP} (up) /"
              " {DATA_DOWN} (down). Last Connected To: {DEVICE} at {SIGNAL_STRENGTH} dBm.", "CLIENT", CLIENT_TYPE),
    ),
    Code(
        name="client_roams", about="wifi",
        v1=V1("EVT_*_Roam", "wlan",
              '{who}[{mac}] roams from AP[{ap_from}] to AP[{ap_to}] from "channel {channel_from}({radio_from})"'
              ' to "channel {channel_to}({radio_to})" on "{ssid}"'),
        v2=V2("CLIENT_ROAMED_2", "CLIENT_ROAMED", WIFI, "LOW", "WiFi Client Roamed",
              "{CLIENT} roamed from {DEVICE_FROM} to {DEVICE_TO}. Connection Info: {WIFI_STATS}. Roaming Decision:"
              " {PREVIOUS_SIGNAL_STRENGTH} dBm to {SIGNAL_STRENGTH} dBm.", "CLIENT", CLIENT_TYPE),
    ),
    Code(
        name="client_switches_radio", about="wifi",
        v1=V1("EVT_*_RoamRadio", "wlan",
              '{who}[{mac}] roams from "channel {channel_from}({radio_from})"'
              ' to "channel {channel_to}({radio_to})" at AP[{ap}]'),
        v2=V2("CLIENT_ROAMED_2", "CLIENT_ROAMED", WIFI, "LOW", "WiFi Client Roamed",
              "{CLIENT} roamed from {DEVICE_FROM} to {DEVICE_TO}. Connection Info: {WIFI_STATS}. Roaming Decision:"
              " {PREVIOUS_SIGNAL_STRENGTH} dBm to {SIGNAL_STRENGTH} dBm.", "CLIENT", CLIENT_TYPE),
    ),
    Code(
        name="client_plugs_in", about="wired",
        v1=V1("EVT_*_Connected", "lan", "{who}[{mac}] has connected to {network}"),
        v2=V2("CLIENT_CONNECTED_WIRED_2", "CLIENT_CONNECTED_WIRED", WIRED, "INFO", "Wired Client Connected",
              "{CLIENT} connected to {NETWORK} on {DEVICE_WITH_PORT}. Link Speed: {CONNECTION_SPEED}.",
              "CLIENT", CLIENT_TYPE),
    ),
    Code(
        name="client_unplugs", about="wired",
        v1=V1("EVT_*_Disconnected", "lan", '{who}[{mac}] disconnected from "{network}" ({span} connected, {volume}'
              " bytes)", whole_seconds=True),
        v2=V2("CLIENT_DISCONNECTED_WIRED_2", "CLIENT_DISCONNECTED_WIRED", WIRED, "INFO", "Wired Client Disconnected",
              "{CLIENT} disconnected from {NETWORK} on {DEVICE_WITH_PORT}.", "CLIENT", CLIENT_TYPE),
    ),
    Code(
        name="client_blocked", about="blocking",
        v1=V1("EVT_*_Blocked", "wlan", "Client[{client}] is blocked by {admin}"),
    ),
    Code(
        name="client_unblocked", about="blocking",
        v1=V1("EVT_*_Unblocked", "wlan", "Client[{client}] is unblocked by {admin}"),
    ),
    Code(
        name="blocked_client_tried", about="client",
        v2=V2("BLOCKED_CLIENT_TRIED_CONNECT_TO_NETWORK", "UNKNOWN", WIFI, "MEDIUM", "Blocked Client Tried to Connect",
              "{CLIENT} is blocked and tried to connect.", "CLIENT"),
    ),
    Code(
        name="guest_authorized", about="guest",
        v1=V1("EVT_HS_AuthedByPassword", "wlan", "Guest[{guest}] is authorized by password"),
        v2=V2("HOTSPOT_GUEST_AUTHORIZED", "HOTSPOT_GUEST_AUTHORIZED",
              HOTSPOT, "INFO", "Hotspot Guest Authorized",
              "{CLIENT} was authorized.", "CLIENT"),
    ),
    Code(
        name="ip_conflict", about="client",
        v2=V2("CLIENT_IP_CONFLICT", "CLIENT_IP_CONFLICT", LAN, "HIGH", "IP Conflict",
              "{CLIENT} uses the address {IP}, which another device uses too.", "CLIENT"),
    ),
)  # fmt: skip
