"""Every Kind of thing that can happen: where it belongs, how loud it is, and the sentence that tells it. Pure.

A sentence may hold `[optional parts]`, told only when every fact they name is known; see phrasing.py.
"""

from __future__ import annotations

from typing import NamedTuple

from unifi_scanner.models.enums import LogLevel, LogSource
from unifi_scanner.models.kinds_lines import LINES

DEBUG, INFO, WARN, ERROR = LogLevel.DEBUG, LogLevel.INFO, LogLevel.WARNING, LogLevel.ERROR
WIFI, WIRED, SECURITY = LogSource.WIRELESS, LogSource.WIRED, LogSource.SECURITY
INTERNET, DEVICE, POWER = LogSource.INTERNET, LogSource.DEVICE, LogSource.POWER
VPN, ADMIN, SYSTEM, OTHER = LogSource.VPN, LogSource.ADMIN, LogSource.SYSTEM, LogSource.UNKNOWN


class KindInfo(NamedTuple):
    """What the house knows about a Kind: its part of the network, its level, its subject, its sentence."""

    source: LogSource
    level: LogLevel
    subject: str  # "client", "device" or "site": whom the thing happened to
    sentence: str


UNKNOWN_KIND = "unknown"
UNREADABLE_KIND = "unreadable"

KINDS: dict[str, KindInfo] = {
    # clients on Wi-Fi and cable
    "client.connected": KindInfo(WIFI, INFO, "client", "{client} joined the Wi-Fi[ “{ssid}”][ on {device}]."),
    "client.disconnected": KindInfo(
        WIFI, INFO, "client", "{client} left the Wi-Fi[ “{ssid}”][ on {device}][ after {duration}]."
    ),
    "client.roamed": KindInfo(WIFI, INFO, "client", "{client} moved from {ap_from} to {ap_to}."),
    "client.switched_radio": KindInfo(
        WIFI, INFO, "client", "{client} changed its radio band on {device}[, from {band_from} to {band_to}]."
    ),
    "client.state": KindInfo(WIFI, DEBUG, "client", "{client} is connected, and its state was refreshed."),
    "client.wired_connected": KindInfo(
        WIRED, INFO, "client", "{client} was connected by cable[ to {network}][ on {device}][, port {port}]."
    ),
    "client.wired_disconnected": KindInfo(
        WIRED, INFO, "client", "{client} was disconnected from its cable[ on {device}][ after {duration}]."
    ),
    "client.blocked": KindInfo(ADMIN, INFO, "client", "{client} was blocked from the network[ by {admin}]."),
    "client.unblocked": KindInfo(ADMIN, INFO, "client", "{client} was let back on the network[ by {admin}]."),
    "client.blocked_tried": KindInfo(
        SECURITY, WARN, "client", "{client}, which is blocked, tried to join the network."
    ),
    "client.forgotten": KindInfo(
        SYSTEM, DEBUG, "client", "{client} was removed from the list of known devices."
    ),
    "client.known": KindInfo(SYSTEM, DEBUG, "client", "The network updated what it knows about {client}."),
    "client.ip_conflict": KindInfo(
        WIRED, WARN, "client", "Two or more devices use the same address[, {ip}]."
    ),
    "client.no_address": KindInfo(
        WIFI, WARN, "client", "{client} could not get an address on the network[ {network}]."
    ),
    "client.rogue": KindInfo(SECURITY, WARN, "client", "{client} was marked as suspicious."),
    "client.experience_dropped": KindInfo(WIFI, WARN, "client", "The Wi-Fi of {client} got much worse."),
    "client.experience_restored": KindInfo(WIFI, INFO, "client", "The Wi-Fi of {client} is back to normal."),
    # guests
    "guest.authorized": KindInfo(WIFI, INFO, "client", "{client} was let in as a guest[ by {admin}]."),
    "guest.unauthorized": KindInfo(
        WIFI, INFO, "client", "The guest access of {client} ended[; {admin} ended it]."
    ),
    "guest.quota_reached": KindInfo(
        WIFI, INFO, "client", "The guest access of {client} ended because its allowance was used up."
    ),
    "guest.extended": KindInfo(
        WIFI, INFO, "client", "The guest access of {client} was extended[ by {admin}]."
    ),
    "guest.paid": KindInfo(WIFI, INFO, "client", "A guest paid for access[: {client}]."),
    "guest.refunded": KindInfo(WIFI, INFO, "site", "A guest's payment was given back[ by {admin}]."),
    "voucher.created": KindInfo(
        WIFI, INFO, "site", "[{amount} guest][Guest] vouchers were created[ by {admin}]."
    ),
    "voucher.used": KindInfo(WIFI, INFO, "client", "A guest voucher was used[ by {client}]."),
    "voucher.deleted": KindInfo(
        WIFI, INFO, "site", "[{amount} guest vouchers were][A guest voucher was] deleted[ by {admin}]."
    ),
    # UniFi devices
    "device.offline": KindInfo(DEVICE, ERROR, "device", "{device} went offline."),
    "device.several_offline": KindInfo(
        DEVICE, ERROR, "site", "Several UniFi devices went offline[: {devices}]."
    ),
    "device.online": KindInfo(DEVICE, INFO, "device", "{device} is online."),
    "device.flapping": KindInfo(DEVICE, WARN, "device", "{device} went offline and came back several times."),
    "device.readopted": KindInfo(DEVICE, INFO, "device", "{device} came back under control by itself."),
    "device.restarted": KindInfo(DEVICE, WARN, "device", "{device} restarted."),
    "device.restarted_by_admin": KindInfo(DEVICE, INFO, "device", "{device} was restarted[ by {admin}]."),
    "device.adopted": KindInfo(DEVICE, INFO, "device", "{device} was added to the network[ by {admin}]."),
    "device.discovered": KindInfo(
        DEVICE, INFO, "device", "{device} was found, and waits to be added to the network."
    ),
    "device.deleted": KindInfo(DEVICE, WARN, "device", "{device} was removed from the network[ by {admin}]."),
    "device.configured": KindInfo(DEVICE, INFO, "device", "{device} took over new settings."),
    "device.config_failed": KindInfo(DEVICE, ERROR, "device", "{device} could not apply its settings."),
    "device.upgraded": KindInfo(
        DEVICE,
        INFO,
        "device",
        "{device} was updated[ from version {version_from}][ to version {version_to}].",
    ),
    "device.upgrade_scheduled": KindInfo(
        DEVICE, INFO, "device", "An update was scheduled for {device}[ by {admin}]."
    ),
    "device.upgrade_failed": KindInfo(DEVICE, ERROR, "device", "An update of {device} failed."),
    "device.firmware_available": KindInfo(DEVICE, INFO, "device", "An update is available for {device}."),
    "device.isolated": KindInfo(
        DEVICE, ERROR, "device", "{device} lost its wireless link to the rest of the network."
    ),
    "device.overheating": KindInfo(DEVICE, ERROR, "device", "{device} is too hot."),
    "device.fan_failed": KindInfo(DEVICE, WARN, "device", "A fan of {device} failed, or runs too fast."),
    "device.process_restarted": KindInfo(
        DEVICE, WARN, "device", "A program inside {device} stopped and was started again."
    ),
    "device.host_key_changed": KindInfo(
        SECURITY, WARN, "device", "{device} showed a different identity key than before."
    ),
    "device.managed_elsewhere": KindInfo(
        DEVICE, WARN, "device", "{device} belongs to some other controller."
    ),
    "device.license": KindInfo(DEVICE, INFO, "device", "The licence of {device} was checked or changed."),
    "device.license_problem": KindInfo(DEVICE, WARN, "device", "The licence of {device} is not valid."),
    "device.long_offline": KindInfo(
        DEVICE, ERROR, "device", "{device} has been offline for more than 8 hours."
    ),
    "device.notice": KindInfo(DEVICE, INFO, "device", "{device} sent a notice."),
    # access points
    "ap.channel_changed": KindInfo(
        WIFI, INFO, "device", "{device} changed its Wi-Fi channel[ from {channel_from}][ to {channel_to}]."
    ),
    "ap.radar": KindInfo(
        WIFI, WARN, "device", "{device} heard radar[ on channel {channel}] and must leave that channel."
    ),
    "ap.interference": KindInfo(
        WIFI, WARN, "device", "{device} is disturbed by other radio signals[ on channel {channel}]."
    ),
    "ap.rogue": KindInfo(
        SECURITY, WARN, "site", "An unknown access point[ called “{ssid}”] was seen nearby."
    ),
    "ap.packet_loss": KindInfo(WIFI, WARN, "device", "Devices on {device} are losing data."),
    "ap.low_power": KindInfo(WIFI, WARN, "device", "{device} runs with less power than it needs."),
    "ap.slow_uplink": KindInfo(WIFI, WARN, "device", "{device} is linked to the network at a low speed."),
    "ap.afc": KindInfo(WIFI, WARN, "device", "{device} may not use full 6 GHz power where it is."),
    "ap.optimised": KindInfo(WIFI, INFO, "site", "The Wi-Fi settings were tuned by themselves."),
    "ap.update_for_autolink": KindInfo(
        DEVICE, INFO, "device", "{device} needs an update before it can be linked without a cable."
    ),
    "ap.uplink_set": KindInfo(WIFI, INFO, "site", "A wireless link between access points was set up."),
    "ap.uplink_lost": KindInfo(WIFI, WARN, "site", "A wireless link between access points ended."),
    # switches and ports
    "port.poe_overload": KindInfo(
        POWER, ERROR, "device", "{device} cannot give enough power over the cable[ on port {port}]."
    ),
    "port.poe_lost": KindInfo(
        POWER, WARN, "device", "{device} stopped giving power over the cable[ on port {port}]."
    ),
    "power.budget_exceeded": KindInfo(
        POWER, ERROR, "device", "{device} has no power left for its cables[, port {port}]."
    ),
    "port.stp_blocked": KindInfo(
        WIRED, WARN, "device", "{device} closed[ port {port}][ a port] to stop a loop."
    ),
    "switch.loop": KindInfo(WIRED, ERROR, "device", "{device} found a loop in the cabling[ on port {port}]."),
    "switch.rogue_dhcp": KindInfo(
        SECURITY,
        ERROR,
        "device",
        "{device} found a second device handing out addresses[: {ip}][, on port {port}].",
    ),
    "port.errors": KindInfo(WIRED, WARN, "device", "A port of {device} has transmission errors."),
    "port.drops": KindInfo(WIRED, WARN, "device", "A port of {device} is dropping traffic."),
    "port.aggregation_failed": KindInfo(
        WIRED, WARN, "device", "{device} could not bundle its ports[ (port {port})]."
    ),
    # Internet
    "wan.down": KindInfo(INTERNET, ERROR, "site", "The Internet connection[ {wan}][ ({isp})] went down."),
    "wan.down_briefly": KindInfo(
        INTERNET,
        WARN,
        "site",
        "The Internet connection[ {wan}][ ({isp})] was briefly down[, for {duration}].",
    ),
    "wan.flapping": KindInfo(
        INTERNET, ERROR, "site", "The Internet connection[ {wan}][ ({isp})] failed again and again."
    ),
    "wan.restored": KindInfo(INTERNET, INFO, "site", "The Internet connection[ {wan}][ ({isp})] is up."),
    "wan.changed": KindInfo(INTERNET, INFO, "site", "The Internet connection[ {wan}] changed its state."),
    "wan.failover": KindInfo(
        INTERNET, WARN, "site", "The Internet switched to the backup connection[ {failover_wan}]."
    ),
    "wan.failover_briefly": KindInfo(
        INTERNET, WARN, "site", "The Internet ran on the backup connection for a short time."
    ),
    "wan.failback": KindInfo(INTERNET, INFO, "site", "The Internet is back on its main connection[ {wan}]."),
    "wan.latency": KindInfo(
        INTERNET, WARN, "site", "The Internet connection[ {wan}][ ({isp})] is slow to answer."
    ),
    "wan.packet_loss": KindInfo(
        INTERNET, WARN, "site", "The Internet connection[ {wan}][ ({isp})] is losing some data."
    ),
    "lte.limit": KindInfo(INTERNET, WARN, "device", "The mobile data allowance is nearly or fully used."),
    "lte.connected": KindInfo(INTERNET, INFO, "device", "The mobile backup connection is ready."),
    "lte.disconnected": KindInfo(INTERNET, WARN, "device", "The mobile backup connection is not available."),
    "lte.notice": KindInfo(INTERNET, INFO, "device", "The mobile backup modem reported its state."),
    "modem.restarted": KindInfo(
        INTERNET, WARN, "site", "The modem was switched off and on again automatically."
    ),
    "dns.issue": KindInfo(INTERNET, WARN, "site", "The name service (DNS) has a problem."),
    "dhcp.pool_exhausted": KindInfo(
        SYSTEM, ERROR, "site", "The network[ {network}] has no free addresses left."
    ),
    "dhcp.pool_low": KindInfo(SYSTEM, WARN, "site", "The network[ {network}] is running out of addresses."),
    "dhcp.scaled": KindInfo(SYSTEM, INFO, "site", "The network[ {network}] was given more addresses."),
    "dhcp.scale_failed": KindInfo(
        SYSTEM, ERROR, "site", "The network[ {network}] is out of addresses and could not be made larger."
    ),
    "radius.issue": KindInfo(SECURITY, WARN, "site", "The sign-in server for the network has a problem."),
    "route.started": KindInfo(SYSTEM, INFO, "site", "A traffic route became active."),
    "route.ended": KindInfo(SYSTEM, INFO, "site", "A traffic route ended."),
    "traffic.high": KindInfo(SYSTEM, INFO, "client", "{client} moved an unusual amount of data."),
    # security
    "threat.blocked": KindInfo(
        SECURITY, WARN, "site", "An attack[ from {attacker}][ on {target}] was blocked[: {threat}]."
    ),
    "threat.detected": KindInfo(
        SECURITY,
        ERROR,
        "site",
        "An attack[ from {attacker}][ on {target}] was noticed[ but {action}]"
        "[ (the record does not say whether it was stopped)][: {threat}].",
    ),
    "threat.updates_failed": KindInfo(
        SECURITY, WARN, "device", "{device} could not update its list of known attacks."
    ),
    "honeypot.hit": KindInfo(SECURITY, ERROR, "site", "{attacker} touched the trap set for intruders."),
    "firewall.blocked": KindInfo(
        SECURITY, INFO, "site", "The firewall stopped a connection[ from {attacker}][ to {target}]."
    ),
    "geo.blocked": KindInfo(SECURITY, INFO, "site", "Traffic from a blocked country was stopped."),
    "traffic.flow": KindInfo(
        SECURITY, DEBUG, "client", "A connection[ from {attacker}][ to {target}] was recorded."
    ),
    "certificate.expiring": KindInfo(SECURITY, WARN, "site", "A certificate is about to run out."),
    "inspection.bypassed": KindInfo(SECURITY, INFO, "site", "A connection was let past content inspection."),
    # VPN
    "vpn.connected": KindInfo(VPN, INFO, "client", "{client} connected by VPN[ from {ip}]."),
    "vpn.disconnected": KindInfo(VPN, INFO, "client", "{client} disconnected from the VPN."),
    "vpn.site_down": KindInfo(VPN, ERROR, "site", "The VPN link to another site is down."),
    "vpn.state": KindInfo(VPN, DEBUG, "site", "A VPN link reported its state."),
    # administrators
    "admin.signed_in": KindInfo(ADMIN, INFO, "site", "{admin} signed in[ from {ip}]."),
    "admin.sign_in_failed": KindInfo(
        ADMIN, WARN, "site", "Someone failed to sign in as {admin}[ from {ip}]."
    ),
    "admin.signed_out": KindInfo(ADMIN, INFO, "site", "{admin} signed out."),
    "admin.changed_settings": KindInfo(ADMIN, INFO, "site", "{admin} changed settings[: {section}]."),
    "admin.created": KindInfo(ADMIN, INFO, "site", "{admin} created something[: {section}]."),
    "admin.removed": KindInfo(ADMIN, WARN, "site", "{admin} removed something[: {section}]."),
    "admin.paused": KindInfo(ADMIN, INFO, "site", "{admin} paused something[: {section}]."),
    "admin.resumed": KindInfo(ADMIN, INFO, "site", "{admin} resumed something[: {section}]."),
    "admin.created_api_key": KindInfo(ADMIN, WARN, "site", "{admin} created an access key for programs."),
    # the controller itself
    "system.update_available": KindInfo(SYSTEM, INFO, "site", "A new version of UniFi Network is available."),
    "system.updated": KindInfo(SYSTEM, INFO, "site", "A UniFi app was updated[ to version {version_to}]."),
    "system.disk_full": KindInfo(SYSTEM, ERROR, "site", "The controller's storage is nearly full."),
    "system.backup_created": KindInfo(SYSTEM, INFO, "site", "A backup was made."),
    "system.backup_failed": KindInfo(SYSTEM, WARN, "site", "The automatic backup was skipped."),
    "system.test": KindInfo(SYSTEM, DEBUG, "site", "The controller sent a test message."),
    "system.notice": KindInfo(SYSTEM, INFO, "site", "The controller sent a notice[: “{said}”]."),
    "protect.event": KindInfo(SYSTEM, INFO, "site", "The camera system had something to tell."),
    "announcement.failed": KindInfo(SYSTEM, WARN, "site", "A planned announcement could not be played."),
    # power
    "ups.on_battery": KindInfo(POWER, ERROR, "site", "The power went out; the battery backup took over."),
    "ups.mains_back": KindInfo(POWER, INFO, "site", "The mains power is back."),
    "ups.offline": KindInfo(POWER, WARN, "site", "The battery backup cannot be reached."),
    "power.supply_failed": KindInfo(POWER, ERROR, "device", "A power supply of {device} failed."),
    "power.on_backup": KindInfo(POWER, WARN, "device", "{device} runs on its backup power."),
    "power.backup_overload": KindInfo(
        POWER,
        ERROR,
        "device",
        "{device} cannot deliver all the backup power that is asked of it[ on port {port}].",
    ),
    "power.cycled": KindInfo(POWER, INFO, "device", "{device} switched an outlet off and on again."),
    # frames that tell of state rather than of an event
    "state.device": KindInfo(DEVICE, DEBUG, "device", "{device} reported its state."),
    "state.config": KindInfo(SYSTEM, DEBUG, "site", "Settings of the network changed."),
    "state.session": KindInfo(SYSTEM, DEBUG, "site", "The controller reported its state."),
    "state.answer": KindInfo(SYSTEM, DEBUG, "site", "The controller answered a question; nothing happened."),
    "state.refusal": KindInfo(SYSTEM, DEBUG, "site", "The controller refused to answer a question."),
    "state.measurement": KindInfo(SYSTEM, DEBUG, "site", "A speed or connection test reported a result."),
    # what a controller notices of a client's Wi-Fi over an hour (docs/protocol.md C, `stat/anomalies`)
    "client.anomaly": KindInfo(WIFI, INFO, "client", "{client} had trouble on the Wi-Fi[: {problem}]."),
    UNKNOWN_KIND: KindInfo(
        OTHER,
        INFO,
        "site",
        "The network reported something we do not know yet[ about {device}][ about {client}][: “{said}”].",
    ),
    UNREADABLE_KIND: KindInfo(
        OTHER, WARN, "site", "A record could not be read[: {reason}]; what came of it was kept."
    ),
}
KINDS |= {kind: KindInfo(*row) for kind, row in LINES.items()}


def info_of(kind: str) -> KindInfo:
    """Return what is known of `kind`; a Kind nobody knows is told as unknown."""
    return KINDS.get(kind, KINDS[UNKNOWN_KIND])
