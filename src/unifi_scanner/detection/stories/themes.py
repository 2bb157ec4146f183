"""Theme: what a thing that happened is to a story, whoever told it and under whatever name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from unifi_scanner.models.enums import LogSource


class Theme(StrEnum):
    """The part of a network's life something belongs to, as far as causes go."""

    POWER = "power"  # the mains
    CABLE_POWER = "cable power"  # of one device, and what it feeds
    CHANGE = "change"  # by an administrator
    ASKED = "asked"  # a restart somebody asked for
    UPDATE = "update"
    HEAT = "heat"
    LOSS = "loss"  # a device is away
    MANY = "many"  # several devices are, in one record
    RESTART = "restart"
    DEVICE = "device"  # other trouble of one device
    LOOP = "loop"
    PORT = "port"
    LINE = "line"  # the way to the Internet
    SLOW_LINE = "slow line"
    BACKUP = "backup"
    BEYOND = "beyond"  # what needs the Internet to work
    RADAR = "radar"
    CHANNEL = "channel"
    DROPS = "drops"  # many clients leave one access point
    CLIENT = "client"  # trouble of one client
    ADDRESS = "address"
    ADDRESS_CLIENT = "address of a client"
    SIGN_IN = "sign-in"  # the server that lets clients in
    DENIED = "denied"
    BREAK_IN = "break-in"
    THREAT = "threat"
    OTHER = "other"


THEME_OF: Final[Mapping[str, Theme]] = {
    "ups.on_battery": Theme.POWER,
    "power.supply_failed": Theme.CABLE_POWER,
    "power.on_backup": Theme.CABLE_POWER,
    "power.backup_overload": Theme.CABLE_POWER,
    "port.poe_lost": Theme.CABLE_POWER,
    "port.poe_overload": Theme.CABLE_POWER,
    "power.budget_exceeded": Theme.CABLE_POWER,
    "ap.low_power": Theme.CABLE_POWER,
    "admin.changed_settings": Theme.CHANGE,
    "admin.created": Theme.CHANGE,
    "admin.removed": Theme.CHANGE,
    "admin.paused": Theme.CHANGE,
    "admin.resumed": Theme.CHANGE,
    "device.deleted": Theme.CHANGE,
    "client.blocked": Theme.CHANGE,
    "device.restarted_by_admin": Theme.ASKED,
    "device.upgraded": Theme.UPDATE,
    "device.upgrade_scheduled": Theme.UPDATE,
    "device.upgrade_failed": Theme.DEVICE,
    "device.config_failed": Theme.DEVICE,
    "device.overheating": Theme.HEAT,
    "device.fan_failed": Theme.HEAT,
    "device.offline": Theme.LOSS,
    "device.isolated": Theme.LOSS,
    "device.flapping": Theme.LOSS,
    "device.long_offline": Theme.LOSS,
    "device.several_offline": Theme.MANY,
    "device.restarted": Theme.RESTART,
    "switch.loop": Theme.LOOP,
    "port.stp_blocked": Theme.PORT,
    "port.errors": Theme.PORT,
    "port.drops": Theme.PORT,
    "port.aggregation_failed": Theme.PORT,
    "wan.down": Theme.LINE,
    "wan.down_briefly": Theme.LINE,
    "wan.flapping": Theme.LINE,
    "wan.latency": Theme.SLOW_LINE,
    "wan.packet_loss": Theme.SLOW_LINE,
    "wan.failover": Theme.BACKUP,
    "wan.failover_briefly": Theme.BACKUP,
    "lte.limit": Theme.BACKUP,
    "vpn.site_down": Theme.BEYOND,
    "vpn.site_lost": Theme.BEYOND,
    "dns.issue": Theme.BEYOND,
    "modem.restarted": Theme.BEYOND,
    "threat.updates_failed": Theme.BEYOND,
    "ap.radar": Theme.RADAR,
    "ap.channel_changed": Theme.CHANNEL,
    "ap.interference": Theme.CHANNEL,
    "ap.packet_loss": Theme.DROPS,
    "client.disconnected": Theme.CLIENT,
    "client.roamed": Theme.CLIENT,
    "client.switched_radio": Theme.CLIENT,
    "client.experience_dropped": Theme.CLIENT,
    "client.anomaly": Theme.CLIENT,
    "dhcp.pool_exhausted": Theme.ADDRESS,
    "dhcp.pool_low": Theme.ADDRESS,
    "dhcp.scale_failed": Theme.ADDRESS,
    "lease.none_left": Theme.ADDRESS,
    "switch.rogue_dhcp": Theme.ADDRESS,
    "client.no_address": Theme.ADDRESS_CLIENT,
    "client.ip_conflict": Theme.ADDRESS_CLIENT,
    "lease.refused": Theme.ADDRESS_CLIENT,
    "radius.issue": Theme.SIGN_IN,
    "wifi.denied": Theme.DENIED,
    "wifi.sign_in_failed": Theme.DENIED,
    "admin.sign_in_failed": Theme.BREAK_IN,
    "admin.signed_in": Theme.BREAK_IN,
    "shell.signed_in": Theme.BREAK_IN,
    "shell.sign_in_failed": Theme.BREAK_IN,
    "threat.blocked": Theme.THREAT,
    "threat.detected": Theme.THREAT,
    "honeypot.hit": Theme.THREAT,
    "firewall.blocked": Theme.THREAT,
    "client.rogue": Theme.THREAT,
}
# what ends the trouble of a theme for the same subject
ENDS: Final[Mapping[str, tuple[Theme, ...]]] = {
    "device.online": (Theme.LOSS,),
    "device.readopted": (Theme.LOSS,),
    "device.upgraded": (Theme.LOSS,),
    "device.restarted": (Theme.LOSS,),
    "ups.mains_back": (Theme.POWER,),
    "wan.restored": (Theme.LINE, Theme.BACKUP),
    "wan.failback": (Theme.LINE, Theme.BACKUP),
    "vpn.site_up": (Theme.BEYOND,),
}
LASTING: Final = frozenset({"device.offline", "device.isolated", "device.long_offline", "ups.on_battery"}) | {
    "wan.down",
    "wan.failover",
    "vpn.site_down",
    "vpn.site_lost",
}
# over as soon as it has happened
MOMENTARY: Final = frozenset(
    {Theme.RESTART, Theme.UPDATE, Theme.ASKED, Theme.DROPS, Theme.RADAR, Theme.CHANNEL, Theme.CHANGE}
)
# one subject with two of these within an hour has one trouble
TOLD_TOGETHER: Final = frozenset(
    {Theme.THREAT, Theme.BREAK_IN, Theme.CLIENT, Theme.DEVICE, Theme.PORT, Theme.HEAT, Theme.ADDRESS}
)
# whose subject is one thing of the network: its spells are kept apart by it
BY_DEVICE: Final = frozenset(
    {Theme.LOSS, Theme.RESTART, Theme.UPDATE, Theme.ASKED, Theme.HEAT, Theme.CABLE_POWER}
) | {Theme.RADAR, Theme.CHANNEL}


# what code found goes on until something ends it, as what a rule with `[resolve]` found
GO_ON: Final = frozenset({"internet-comes-and-goes", "internet-down", "on-backup-line", "one-line-down"})
# another line did its work: the house was not without
CARRIED: Final = frozenset({"backup-line-briefly", "on-backup-line", "one-line-down"})
# that it comes and goes says more than that it went
COME_AND_GO: Final = frozenset({"device-keeps-going-offline"})
_BY_SOURCE: Final[Mapping[LogSource, Theme]] = {
    LogSource.SECURITY: Theme.THREAT,
    LogSource.ADMIN: Theme.BREAK_IN,
    LogSource.INTERNET: Theme.SLOW_LINE,
    LogSource.DEVICE: Theme.DEVICE,
}


def theme_by_source(source: LogSource, about: tuple[str, ...]) -> Theme:
    """Return the theme of a finding of which only the part of the network and the subjects are known."""
    if source is LogSource.WIRELESS:
        subject = about[0].partition(":")[0] if about else ""
        return {"device": Theme.DROPS, "site": Theme.DROPS, "client": Theme.CLIENT}.get(subject, Theme.OTHER)
    return _BY_SOURCE.get(source, Theme.OTHER)


def theme_of(kinds: tuple[str, ...], about: tuple[str, ...]) -> Theme:
    """Return the theme of a finding made of these Kinds about these subjects."""
    theme = next((THEME_OF[kind] for kind in kinds if kind in THEME_OF), Theme.OTHER)
    is_of_device = any(one.startswith("device:") for one in about)
    return Theme.DROPS if theme is Theme.CLIENT and is_of_device else theme
