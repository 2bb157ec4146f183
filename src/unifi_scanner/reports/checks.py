"""Checked and fine: what was looked for, by which rules, and not found. Pure.

A check counts only where its area was seen; the tests compare the rules named here with those there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from unifi_scanner.models.enums import SourceState
from unifi_scanner.models.report import Report


class Check(msgspec.Struct, frozen=True):
    """One thing we look for: its name, what to say when it did not happen, its area, and the rules that would tell."""

    name: str
    fine: str
    area: str
    rules: tuple[str, ...]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked and is fine, and what could not be checked."""

    fine: tuple[Check, ...]
    not_checked: tuple[Check, ...]


CHECKS: Sequence[Check] = (
    Check("Attacks that got through", "None noticed.", "security", ("attack-from-outside-not-blocked", "attack-from-outside-noticed", "inside-device-not-blocked", "inside-device-noticed")),
    Check("Your own devices reaching for bad addresses", "None noticed.", "security", ("inside-device-blocked", "inside-device-noticed", "inside-device-not-blocked")),
    Check("The trap for intruders", "Nobody touched it.", "security", ("trap-touched",)),
    Check("A second box handing out addresses", "None.", "security", ("second-address-giver",)),
    Check("Guessed passwords", "Nobody kept trying.", "admin", ("sign-in-failures", "password-guessing", "password-guessed")),
    Check("New access keys for programs", "None.", "admin", ("access-key-created",)),
    Check("Changed settings", "None.", "admin", ("settings-changed",)),
    Check("The Internet line", "No failure told.", "internet", ("internet-down", "internet-briefly-down", "internet-keeps-failing")),
    Check("UniFi devices", "None went offline.", "devices", ("device-offline", "device-offline-for-hours", "several-devices-offline", "device-comes-and-goes")),
    Check("Restarts", "None by themselves.", "devices", ("device-restarted",)),
    Check("Heat and fans", "No warning.", "devices", ("device-too-hot", "fan-trouble")),
    Check("Updates", "None failed.", "devices", ("update-failed",)),
    Check("Cable loops", "None found.", "wired", ("cable-loop", "port-closed-against-loop")),
    Check("Two devices on one address", "None found.", "wired", ("same-address-twice",)),
    Check("Power over cables", "No shortage told.", "devices", ("no-power-left", "cable-power-overload", "cable-power-lost")),
    Check("Wi-Fi passwords", "No device kept failing.", "wireless", ("wifi-password-wrong",)),
    Check("Radar on Wi-Fi channels", "None heard.", "wireless", ("radar-heard",)),
)  # fmt: skip


def checks_of(report: Report) -> Checked:
    """Return what was looked for and not found; what nobody looked at is never called fine."""
    told = {thing.rule for thing in (*report.needs_you, *report.findings, *report.incidents)}
    clean = [check for check in CHECKS if told.isdisjoint(check.rules)]
    seen = {row.area for row in report.coverage.sources if row.state in (SourceState.OK, SourceState.QUIET)}
    asked = {row.area for row in report.coverage.sources if row.state is not SourceState.OFF}
    blind = set(report.coverage.blind)
    return Checked(
        fine=tuple(check for check in clean if check.area in seen and check.area not in blind),
        not_checked=tuple(check for check in clean if check.area in blind or check.area in asked - seen),
    )
