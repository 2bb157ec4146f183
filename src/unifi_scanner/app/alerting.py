"""What is urgent, and who hears of it at once, by the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from unifi_scanner.config.nearest import nearest
from unifi_scanner.config.settings import Settings
from unifi_scanner.config.values import span_of_hours
from unifi_scanner.delivery import Channel
from unifi_scanner.detection import ANALYSERS, KNOWN_OTHERWISE, Rule
from unifi_scanner.detection.urgency import Policy
from unifi_scanner.errors import ConfigError
from unifi_scanner.models.enums import Severity
from unifi_scanner.pipeline.judging import ending_rules

NOBODY_LOOKS = "file"  # a directory of files wakes nobody


def policy_of(settings: Settings, rules: Sequence[Rule]) -> Policy:
    """Return what the owner calls urgent; raises ConfigError for a rule that is not there."""
    known = {rule.name for rule in rules} | set(ANALYSERS) | KNOWN_OTHERWISE
    problems = [
        f"{settings.origin_of('alert_rules')}: there is no rule called {name!r}; the nearest name is {nearest(name, known)}."
        for name in settings.alert_rules
        if name not in known
    ]
    if problems:
        raise ConfigError(problems)
    said = settings.alert_severity
    hours = settings.alert_quiet_hours
    return Policy(
        severity=None if said == "off" else Severity(said),
        rules=frozenset(settings.alert_rules),
        ending=ending_rules(rules),
        debounce=timedelta(seconds=settings.alert_debounce_s),
        quiet=None if hours is None else span_of_hours(hours),
        zone=settings.timezone(),
        budget=settings.alert_budget_per_day,
    )


def alert_channels(channels: Sequence[Channel]) -> tuple[str, ...]:
    """Return the channels by which somebody hears of it."""
    return tuple(channel.name for channel in channels if channel.name != NOBODY_LOOKS)
