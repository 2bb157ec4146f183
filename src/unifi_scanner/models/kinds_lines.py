"""The Kinds that only log lines tell: what daemons on gateways, access points and switches write. Pure.

A controller tells some of the same happenings in its own words and by its own clock. These Kinds stay apart from
those, so that nothing is told twice; nothing of another Kind or source is ever merged with them.
"""

from __future__ import annotations

from collections.abc import Mapping

from unifi_scanner.models.enums import LogLevel, LogSource

DEBUG, INFO, WARN = LogLevel.DEBUG, LogLevel.INFO, LogLevel.WARNING
WIFI, WIRED, SECURITY = LogSource.WIRELESS, LogSource.WIRED, LogSource.SECURITY
INTERNET, DEVICE, VPN = LogSource.INTERNET, LogSource.DEVICE, LogSource.VPN
ADMIN, SYSTEM = LogSource.ADMIN, LogSource.SYSTEM

Row = tuple[LogSource, LogLevel, str, str]  # the fields of KindInfo

LINES: Mapping[str, Row] = {
    # what access points see of their clients (docs/protocol.md F.4)
    "wifi.associated": (WIFI, DEBUG, "client", "{device} took {client} onto its Wi-Fi."),
    "wifi.left": (WIFI, DEBUG, "client", "{device} saw {client} leave its Wi-Fi[ because {reason}]."),
    "wifi.moved": (WIFI, DEBUG, "client", "{device} took over {client} from another access point."),
    "wifi.step": (WIFI, DEBUG, "client", "{device} noted a step in the Wi-Fi link of {client}."),
    "wifi.trouble": (WIFI, INFO, "client", "{client} had trouble joining the Wi-Fi of {device}."),
    "wifi.no_names": (WIFI, INFO, "client", "{client} got no answer from the name service on {device}."),
    "wifi.denied": (WIFI, WARN, "client", "{device} did not let {client} onto its Wi-Fi."),
    "wifi.sign_in_failed": (WIFI, WARN, "client", "{client} gave {device} a wrong Wi-Fi password."),
    "wifi.poor": (WIFI, INFO, "client", "The Wi-Fi of {client} on {device} was poor[: {reason}]."),
    # addresses handed out (F.5)
    "lease.granted": (WIRED, DEBUG, "client", "{client} was given the address {ip}."),
    "lease.asked": (WIRED, DEBUG, "client", "{client} asked for an address."),
    "lease.offered": (WIRED, DEBUG, "client", "{client} was offered the address {ip}."),
    "lease.seen": (WIRED, DEBUG, "client", "{device} saw {client} get the address {ip}."),
    "lease.returned": (WIRED, DEBUG, "client", "{client} gave its address back."),
    "lease.refused": (WIRED, WARN, "client", "{client} was refused the address it asked for[, {ip}]."),
    "lease.declined": (WIRED, WARN, "client", "{client} found its address[ {ip}] already in use."),
    "lease.none_left": (WIRED, WARN, "client", "{client} asked for an address, and none was left."),
    "device.addressed": (DEVICE, DEBUG, "device", "{device} was given the address {ip}."),
    # the firewall and the name service (F.3, F.5)
    "traffic.allowed": (
        SECURITY,
        DEBUG,
        "site",
        "The firewall let a connection through[ from {src_ip}][ to {dst_ip}].",
    ),
    "traffic.seen": (
        SECURITY,
        DEBUG,
        "site",
        "The firewall noted a connection[ from {src_ip}][ to {dst_ip}] and left it to other rules.",
    ),
    "traffic.forwarded": (
        SECURITY,
        DEBUG,
        "site",
        "A connection[ from {src_ip}] was sent on inside by a port forward[ called “{policy}”].",
    ),
    "dns.query": (SYSTEM, DEBUG, "client", "{client} asked the name service for an address."),
    "dns.blocked": (
        SECURITY,
        DEBUG,
        "client",
        "{client} was kept away from an unwanted address[, {target}].",
    ),
    "traffic.allowed_summary": (
        SECURITY,
        DEBUG,
        "site",
        "The firewall let {amount} connections through[ {period}], as its rules say.",
    ),
    "traffic.seen_summary": (
        SECURITY,
        DEBUG,
        "site",
        "The firewall noted {amount} connections[ {period}] and left them to other rules.",
    ),
    "traffic.forwarded_summary": (
        SECURITY,
        DEBUG,
        "site",
        "Port forwards sent {amount} connections on inside[ {period}].",
    ),
    "dns.query_summary": (
        SYSTEM,
        DEBUG,
        "site",
        "The name service was asked for addresses {amount} times[ {period}].",
    ),
    "dns.blocked_summary": (
        SECURITY,
        DEBUG,
        "site",
        "Devices were kept away from unwanted addresses {amount} times[ {period}].",
    ),
    "firewall.blocked_summary": (
        SECURITY,
        INFO,
        "site",
        "The firewall stopped {amount} more connections[ from {attacker}][ {period}].",
    ),
    # who uses the command line of a device (F.5)
    "shell.signed_in": (
        ADMIN,
        INFO,
        "device",
        "{admin} signed in to the command line of {device}[ from {ip}].",
    ),
    "shell.sign_in_failed": (
        ADMIN,
        WARN,
        "device",
        "Someone failed to sign in to the command line of {device}[ as {admin}][ from {ip}].",
    ),
    "shell.session": (ADMIN, DEBUG, "device", "A visit to the command line of {device} began or ended."),
    # links to elsewhere
    "vpn.site_up": (VPN, INFO, "site", "The VPN link to another site is up."),
    "vpn.site_lost": (VPN, WARN, "site", "The gateway lost the VPN link to another site."),
    "vpn.step": (VPN, DEBUG, "site", "The gateway noted a step of a VPN link."),
    "wan.step": (INTERNET, DEBUG, "site", "The gateway noted a step of its dial-up to the Internet."),
    # devices about themselves
    "device.reported": (DEVICE, DEBUG, "device", "{device} noted where it stands with its controller."),
    "device.program_crashed": (DEVICE, WARN, "device", "A program inside {device} crashed."),
    "port.noted": (WIRED, DEBUG, "device", "{device} noted a change at one of its ports."),
    "log.kernel": (DEVICE, DEBUG, "device", "The system core of {device} wrote a technical note."),
    "log.routine": (DEVICE, DEBUG, "device", "{device} wrote a routine note into its log."),
    "log.controller": (SYSTEM, DEBUG, "site", "The controller wrote a note into its own log."),
    # what came with the files and is no record of the network
    "import.left_out": (
        SYSTEM,
        DEBUG,
        "site",
        "Left out of the archive, because there is no text in it: {amount}.",
    ),
}
