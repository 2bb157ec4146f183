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


_INSIDE = (
    "inside-device-blocked", "inside-device-noticed", "inside-device-not-blocked", "device-attacks-others", "device-did-something-odd",
    "device-does-the-unwanted", "device-meets-bad-address", "device-mines-coins", "device-opened-bad-page", "device-runs-adware",
    "device-searches-for-doors", "device-uses-tor",
)  # fmt: skip
CHECKS: Sequence[Check] = (
    Check("Attacks that may have got through", "None noticed.", "security", ("attack-from-outside-not-blocked", "attack-from-outside-noticed", "attacks-are-only-watched", "one-address-keeps-attacking", "port-scan", *_INSIDE)),
    Check("Your own devices reaching for bad addresses", "None noticed.", "security", (*_INSIDE, "device-keeps-hitting-firewall", "suspicious-device", "unusual-traffic")),
    Check("The trap for intruders", "Nobody touched it.", "security", ("trap-touched",)),
    Check("A second box handing out addresses", "None.", "security", ("second-address-giver",)),
    Check("Guessed passwords", "Nobody kept trying.", "admin", ("sign-in-failures", "password-guessing", "password-guessed", "command-line-guessed", "command-line-guessing", "command-line-sign-in-failures")),
    Check("Sign-ins from new places", "None noticed.", "admin", ("admin-signed-in-from-internet", "admin-signed-in-from-new-place", "new-admin-signed-in", "vpn-sign-in")),
    Check("New access keys for programs", "None.", "admin", ("access-key-created",)),
    Check("Changed settings", "None.", "admin", ("settings-changed", "admin-created-something", "admin-removed-something")),
    Check("The Internet line", "No failure told.", "internet", ("internet-down", "internet-briefly-down", "internet-keeps-failing", "internet-comes-and-goes", "minutes-without-internet", "on-backup-line", "one-line-down", "backup-line-briefly", "mobile-backup-missing", "modem-restarted", "name-service-trouble")),
    Check("The quality of the Internet line", "No warning told.", "internet", ("internet-loses-data", "internet-often-poor", "internet-slow-to-answer")),
    Check("UniFi devices", "None went offline.", "devices", ("device-offline", "device-offline-for-hours", "several-devices-offline", "device-comes-and-goes", "device-keeps-going-offline", "device-seen-offline", "device-in-trouble", "ap-cut-off", "wireless-link-ended", "power-went-out")),
    Check("Restarts", "None by themselves.", "devices", ("device-restarted", "device-keeps-restarting", "program-crashed", "program-restarted")),
    Check("Heat and fans", "No warning.", "devices", ("device-too-hot", "device-seen-hot", "fan-trouble")),
    Check("Updates", "None failed.", "devices", ("update-failed",)),
    Check("Cable loops", "None found.", "wired", ("cable-loop", "port-closed-against-loop")),
    Check("Two devices on one address", "None found.", "wired", ("same-address-twice",)),
    Check("Power over cables", "No shortage told.", "devices", ("no-power-left", "cable-power-overload", "cable-power-lost", "ap-short-of-power")),
    Check("Wi-Fi passwords", "No device kept failing.", "wireless", ("wifi-password-wrong", "wifi-password-never-right", "wifi-password-wrong-for-many")),
    Check("Radar on Wi-Fi channels", "None heard.", "wireless", ("radar-heard",)),
)  # fmt: skip
# what speaks of none of these; a rule that is in neither place fails a test, so that no check is ever called fine against it
BESIDE: frozenset[str] = frozenset({
    "access-point-roaming-storm", "address-never-comes", "address-refused", "addresses-running-out", "admin-signed-in", "announcement-failed",
    "application-updated", "attack-list-not-updated", "attacks", "attacks-from-outside-blocked", "backup-power-overloaded", "backup-skipped",
    "battery-backup-missing", "belongs-elsewhere", "blocked-country", "blocked-device-tried", "cable-got-slow", "cable-loses-contact",
    "certificate-expiring", "changes", "channel-changed", "channel-keeps-changing", "client-blocked", "client-got-no-address",
    "client-keeps-dropping", "client-keeps-roaming", "client-keeps-switching-bands", "client-ping-pong", "client-sticks", "client-unblocked",
    "command-line-sign-in", "device-added", "device-busy", "device-end-of-life", "device-memory-full", "device-removed",
    "device-restarted-by-admin", "device-waits", "devices-losing-data", "firewall-blocked", "identity-changed", "interference", "internet",
    "licence-problem", "link-speed", "many-devices-dropped-at-once", "mobile-data-used-up", "more-than-usual", "most-devices-dropped-at-once",
    "network-could-not-grow", "network-grew", "network-name-imitated", "network-sign-in-trouble", "network-update-waits", "new-client",
    "no-address-left", "no-free-addresses", "on-backup-power", "outlet-switched", "port-drops-traffic", "port-has-errors", "ports-not-bundled",
    "power-supply-failed", "settings-not-applied", "sign-ins", "site-link-down", "six-ghz-limited", "slow-cable", "storage-nearly-full",
    "unknown-access-point", "update-done", "update-for-wireless-link", "update-planned", "update-waits", "updates-wait", "wifi-got-worse",
    "wifi-keeps-failing", "wifi-link-keeps-breaking", "wifi-trouble-noticed", "wifi-turned-away",
})  # fmt: skip


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
