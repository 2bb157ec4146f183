"""Which finding stands in for which: one thing is told once, by whoever knows most about it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from unifi_scanner.models.finding import Finding


class Precedence(NamedTuple):
    """`rule` tells what `other` told of the same subject or the same entries, and more.

    With `within`, only what lies so close to it; with `over`, only what is over.
    """

    rule: str
    other: str
    within: timedelta | None = None
    over: bool = False


_SOON = timedelta(minutes=15)
PRECEDENCE: Sequence[Precedence] = (
    Precedence("client-ping-pong", "client-keeps-roaming"),
    Precedence("client-keeps-dropping", "wifi-link-keeps-breaking"),
    Precedence("wifi-password-wrong", "wifi-keeps-failing"),
    Precedence("wifi-password-never-right", "wifi-password-wrong"),
    Precedence("wifi-password-never-right", "wifi-keeps-failing"),
    Precedence("many-devices-dropped-at-once", "most-devices-dropped-at-once"),
    Precedence("channel-changed", "channel-keeps-changing"),
    Precedence("network-name-imitated", "unknown-access-point"),
    Precedence("device-keeps-restarting", "device-restarted"),
    # a device that is updated or restarted on purpose is away for a moment, and that is no fault
    Precedence("update-done", "device-restarted", within=_SOON),
    Precedence("update-done", "device-offline", within=_SOON, over=True),
    Precedence("device-restarted-by-admin", "device-offline", within=_SOON, over=True),
    # what events told beats what a look at the list of devices shows
    Precedence("device-offline", "device-seen-offline"),
    Precedence("device-offline-for-hours", "device-seen-offline"),
    Precedence("device-too-hot", "device-seen-hot"),
    Precedence("ap-cut-off", "device-seen-offline"),
)


def without_stood_in(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without those that another one tells better."""
    found = list(findings)
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_rule[finding.rule].append(finding)
    gone = {
        id(finding)
        for precedence in PRECEDENCE
        if precedence.rule in by_rule
        for finding in by_rule.get(precedence.other, ())
        if any(_stands_in(precedence, better, finding) for better in by_rule[precedence.rule])
    }
    return [finding for finding in found if id(finding) not in gone]


def _stands_in(precedence: Precedence, better: Finding, finding: Finding) -> bool:
    if precedence.over and not finding.resolved:
        return False
    if precedence.within is not None and not _is_close(better, finding, precedence.within):
        return False
    return not set(better.subjects).isdisjoint(finding.subjects) or _share_an_entry(better, finding)


def _is_close(better: Finding, finding: Finding, within: timedelta) -> bool:
    first, last = better.first_seen - finding.first_seen, finding.last_seen - better.last_seen
    return first <= within and last <= within


def _share_an_entry(better: Finding, finding: Finding) -> bool:
    entries = {one.entry_id for one in better.evidence}
    return any(one.entry_id in entries for one in finding.evidence)
