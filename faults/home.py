"""The network every fault is played in, and what each Network version keeps of what happens there."""

from __future__ import annotations

from unifi_scanner.sim import Scenario, parse_scenario

HOME = """
title = "A small home"
seed = 5
duration = "2h"
[serving]
state_frames_every = "500ms"
[network.gateway]
name = "Gateway"
[[network.aps]]
name = "Kitchen AP"
[[network.switches]]
name = "Rack Switch"
[[network.clients]]
name = "Anna's iPhone"
hostname = "Annas-iPhone"
ssid = "Home"
"""
BOTH, V1_ONLY, V2_ONLY = "client_connects", "client_unblocked", "vpn_connects"
HISTORY = {
    "rest": "stat/event",
    "alarm": "list/alarm",
    "ips": "stat/ips/event",
    "system_log": "system-log/",
}


def home() -> Scenario:
    """Return the network."""
    return parse_scenario(HOME, "faults.toml")


def version_of(text: str) -> tuple[int, ...]:
    """Return a version as numbers."""
    return tuple(int(part) for part in text.split("."))


def histories(version: str) -> frozenset[str]:
    """Return the history sources that a version answers with something new (docs/protocol.md 0)."""
    number = version_of(version)
    checks = {
        "rest": number < (10,),
        "alarm": number < (10, 3),
        "ips": number < (9, 3, 45),
        "system_log": number >= (9,),
    }
    return frozenset(source for source, answers in checks.items() if answers)


def usual(version: str) -> tuple[str, ...]:
    """Return what may happen so that a version tells it in every way it has."""
    return (BOTH, BOTH, V1_ONLY, *((V2_ONLY,) if version_of(version) >= (9,) else ()))
