"""What is counted against a network's own past, and what more of it than usual means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from unifi_scanner.models.enums import LogSource


class Measure(NamedTuple):
    """One thing to count: `what` is a plural noun phrase; fewer than `least` is never told as unusual."""

    name: str
    what: str
    kinds: tuple[str, ...]
    source: LogSource
    least: int
    why: str
    do: tuple[str, ...]


_WIFI, _DEVICE, _SECURITY = LogSource.WIRELESS, LogSource.DEVICE, LogSource.SECURITY

MEASURES: Sequence[Measure] = (
    Measure(
        "wifi-disconnects",
        "Wi-Fi disconnects",
        ("client.disconnected",),
        _WIFI,
        20,
        "Each one can break off a call or a film. When there are many more than usual, something has changed.",
        (
            "See which access point they were on: UniFi Devices.",
            "Think of what changed: a setting, an update, a new device nearby.",
        ),
    ),
    Measure(
        "roams",
        "moves between access points",
        ("client.roamed",),
        _WIFI,
        30,
        "People who walk about cause some. Many more than usual mean that devices can't settle.",
        ("See whether an access point was away or changed its channel then: UniFi Devices.",),
    ),
    Measure(
        "wifi-refusals",
        "failed tries to join the Wi-Fi",
        ("wifi.sign_in_failed", "wifi.denied", "client.no_address"),
        _WIFI,
        10,
        "Either a password was changed, or someone tries to get in.",
        ("If you changed a Wi-Fi password, enter the new one on your devices.",),
    ),
    Measure(
        "radar",
        "radar alarms",
        ("ap.radar",),
        _WIFI,
        5,
        "At each one the Wi-Fi of an access point stops for a minute or more.",
        ("Choose a channel from 36 to 48: UniFi Devices > (the access point) > Settings > Radios.",),
    ),
    Measure(
        "sign-in-failures",
        "failed sign-ins",
        ("admin.sign_in_failed", "shell.sign_in_failed"),
        LogSource.ADMIN,
        5,
        "Someone may be trying passwords.",
        ("If it was none of you, change the passwords: Settings > Control Plane > Admins & Users.",),
    ),
    Measure(
        "attacks-blocked",
        "blocked attacks",
        ("threat.blocked",),
        _SECURITY,
        20,
        "They were stopped. But someone takes more interest in your network than before.",
        ("Keep your devices up to date, and close port forwards that nobody needs.",),
    ),
    Measure(
        "attacks-noticed",
        "attacks that were noticed",
        ("threat.detected",),
        _SECURITY,
        5,
        "What is only noticed is not stopped.",
        ("Look at the list: Insights > Flows.",),
    ),
    Measure(
        "devices-offline",
        "times a UniFi device went offline",
        ("device.offline",),
        _DEVICE,
        4,
        "Devices that go more often than usual have a cause in common, such as power or a cable.",
        ("See what hangs on what: Topology. Check the power of the device nearest to the gateway.",),
    ),
    Measure(
        "internet-failures",
        "times the Internet failed",
        ("wan.down", "wan.down_briefly"),
        LogSource.INTERNET,
        3,
        "A line that fails more often than it used to needs your provider.",
        ("Send your provider the times of these failures.",),
    ),
)
