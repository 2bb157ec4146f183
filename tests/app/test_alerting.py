from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from tests.config.loading import load
from unifi_scanner.app.alerting import alert_channels, policy_of
from unifi_scanner.app.channels import channels_of
from unifi_scanner.detection import load_rules
from unifi_scanner.errors import ConfigError
from unifi_scanner.models.enums import Severity

RULES = load_rules()


def test_what_is_not_said_has_a_sensible_default() -> None:
    policy = policy_of(load(), RULES)
    assert policy.severity is Severity.HIGH
    assert (policy.debounce, policy.budget, policy.quiet) == (timedelta(minutes=1), 10, None)
    assert "internet-down" in policy.ending


def test_what_is_said_is_what_is_meant() -> None:
    policy = policy_of(
        load(
            {
                "UNIFI_ALERT_SEVERITY": "off",
                "UNIFI_ALERT_RULES": "device-added, radar-heard",
                "UNIFI_ALERT_QUIET_HOURS": "22:00-07:00",
                "UNIFI_ALERT_DEBOUNCE_S": "0",
            }
        ),
        RULES,
    )
    assert policy.wants("device-added", Severity.INFO)
    assert not policy.wants("internet-down", Severity.CRITICAL)
    assert policy.quiet == (time(22), time(7))


def test_a_rule_that_is_not_there_is_told_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="internet-down"):
        policy_of(load({"UNIFI_ALERT_RULES": "internet-dwon"}), RULES)


def test_a_directory_of_files_wakes_nobody(tmp_path: Path) -> None:
    settings = load({"UNIFI_WEBHOOK_URL": "https://example.org/x", "UNIFI_FILE_DIR": str(tmp_path)})
    assert alert_channels(channels_of(settings)) == ("webhook",)
