"""What each Network version answers and no longer answers: the matrix of docs/protocol.md section 0. Pure."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from unifi_scanner.sim.codes import Code
from unifi_scanner.sim.flavour import Flavour
from unifi_scanner.sim.log_parts import is_in_some_part

CATEGORIES_9: Final = ("MONITORING", "INTERNET", "POWER", "SECURITY", "SYSTEM", "UNKNOWN")
CATEGORIES_10: Final = (
    "SECURITY", "UNIFI_DEVICES", "SOFTWARE_UPDATES", "VPN", "POWER", "UNIFI_ETHERNET_PORTS", "CLIENT_DEVICES",
    "UNKNOWN", "AUDIT", "INTERNET_AND_WAN",
)  # fmt: skip
SEVERITIES: Final = ("INFO", "LOW", "MEDIUM", "WARNING", "HIGH", "VERY_HIGH")


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What one controller of one version keeps and answers."""

    version: tuple[int, ...]
    events: Literal["full", "frozen", "gone"]
    alarms: Literal["full", "oldest", "gone"]
    ips: Literal["full", "empty", "gone"]
    system_log: bool
    log_parts: bool
    flows: bool
    api_key: bool
    super_site: bool

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the category names this version's system-log accepts (docs/protocol.md D.2)."""
        return CATEGORIES_10 if self.version >= (10,) else CATEGORIES_9

    @property
    def is_10(self) -> bool:
        """Say whether rows have the shape of Network 10: its categories, no rendered message."""
        return self.version >= (10,)


def parse_version(text: str) -> tuple[int, ...]:
    """Return "9.3.43" as numbers that can be compared; ValueError where it is no version."""
    parts = text.split(".")
    if not all(part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is not a Network version such as 9.3.43")
    return tuple(int(part) for part in parts)


def answers_of(version: str, flavour: Flavour) -> Answers:
    """Return what this version answers on this host (docs/protocol.md section 0, version matrix)."""
    number = parse_version(version)
    gone = number >= (10, 3)
    return Answers(
        version=number,
        events="gone" if gone else "frozen" if number >= (10,) else "full",
        alarms="gone" if number >= (10, 4) else "oldest" if gone else "full",
        ips="gone" if gone else "empty" if number >= (9, 3, 45) else "full",
        system_log=number >= (9,),
        log_parts=number >= (8, 4),
        flows=number >= (9,) and flavour is not Flavour.CLASSIC,
        api_key=number >= (9,) and flavour is not Flavour.CLASSIC,
        super_site=flavour is Flavour.CLASSIC,
    )


def sources_of(code: Code, answers: Answers) -> frozenset[str]:
    """Return every way by which this version lets a reader learn of such an event.

    Threats are told by v1 only up to 9.3.44 (docs/protocol.md B.9); what has no v1 code exists in system-log only.
    """
    told = code.v1 is not None and not (code.is_threat and answers.ips != "full")
    # a classic controller keeps its admins' events beside its sites (docs/protocol.md B.1)
    beside = code.about == "admin" and answers.super_site
    in_log = code.v2 is not None and (answers.system_log or (answers.log_parts and is_in_some_part(code)))
    checks = {
        "websocket": told,
        "rest": told and answers.events == "full" and not beside,
        "super": told and answers.events == "full" and beside,
        "alarm": told and code.v1 is not None and code.v1.alarm and answers.alarms != "gone",
        "ips": told and code.is_threat,
        "system_log": in_log,
        "activity": code.about == "admin" and code.v2 is not None and answers.log_parts and not in_log,
        "anomalies": code.about == "anomaly",
    }
    return frozenset(name for name, holds in checks.items() if holds)


def still_answered(sources: frozenset[str], answers: Answers) -> frozenset[str]:
    """Return those of `sources` that a controller of this version still lets a reader ask."""
    gone = {
        name
        for name, state in (
            ("rest", answers.events),
            ("super", answers.events),
            ("alarm", answers.alarms),
            ("ips", answers.ips),
        )
        if state in {"gone", "empty"}
    }
    return sources - gone
