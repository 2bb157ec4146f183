"""No secret is ever shown."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.config.loading import load, toml
from unifi_scanner.config.groups import SECRETS
from unifi_scanner.config.layers import variable
from unifi_scanner.config.schema import json_schema
from unifi_scanner.config.settings import Settings
from unifi_scanner.errors import ConfigError
from unifi_scanner.log import MOST_PASSING, redact, register_secret

WORD = "Tr0ub4dor&3"
CODE_WORD = "JBSWY3DPEHPK3PXP"
ADDRESS = "https://hooks.example.org/T0ub4dor3"
WORD_OF = {"totp_secret": CODE_WORD, "webhook_url": ADDRESS, "heartbeat_url": ADDRESS}


def test_the_list_of_secrets_is_the_list_of_secret_types() -> None:
    typed = {
        name for name, field in Settings.model_fields.items() if SecretStr.__name__ in str(field.annotation)
    }
    assert typed == SECRETS


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_in_no_repr_and_in_no_shown_setting(name: str) -> None:
    word = WORD_OF.get(name, WORD)
    beside = {
        "UNIFI_SMTP_USERNAME": "me",
        "UNIFI_SMTP_PASSWORD": WORD,
        "UNIFI_MQTT_HOST": "broker",
        "UNIFI_MQTT_USERNAME": "me",
        "UNIFI_CLOUDFLARE_TOKEN": WORD,
        "UNIFI_CLOUDFLARE_ACCOUNT": "a" * 32,
    }
    settings = load(beside | {variable(name): word})
    assert word not in repr(settings) + str(settings) + json.dumps(settings.shown())
    assert word not in settings.model_dump_json()
    assert settings.shown()[name] == ("[set]", variable(name))


def test_a_loaded_secret_is_redacted_from_then_on() -> None:
    load({"UNIFI_PASSWORD": WORD})
    assert WORD not in redact(f"sent {WORD} to nobody")


def test_a_secret_of_the_wrong_type_is_told_without_its_value(tmp_path: Path) -> None:
    config = toml(tmp_path, f'password = 12345678\napi_key = ["{WORD}"]\ntotp_secret = {{ a = "{WORD}" }}\n')
    with pytest.raises(ConfigError) as told:
        load({"UNIFI_SMTP_PASSWORD": WORD}, config=config)
    whole = "".join(traceback.format_exception(told.value))
    assert all(f"{config}: {name}" in whole for name in ("password", "api_key", "totp_secret"))
    assert WORD not in whole
    assert "12345678" not in whole


@pytest.mark.parametrize(
    "bad", [f"{CODE_WORD}1", f"otpauth://totp/x?secret={CODE_WORD}&period=0", f"otpauth://[{CODE_WORD}"]
)
def test_a_bad_two_factor_secret_is_told_without_its_value(bad: str) -> None:
    with pytest.raises(ConfigError) as told:
        load({"UNIFI_TOTP_SECRET": bad})
    assert CODE_WORD not in "".join(traceback.format_exception(told.value))
    assert "UNIFI_TOTP_SECRET: " in str(told.value)


def test_the_schema_describes_every_setting_and_no_value() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == {*Settings.model_fields, "controllers"}
    assert all("description" in prop for prop in schema["properties"].values())
    assert schema["additionalProperties"] is False


def test_a_passing_secret_is_forgotten_in_time_and_a_lasting_one_never() -> None:
    register_secret("lasting-secret-of-the-settings")
    register_secret("passing-0-cookie", passing=True)
    assert "cookie" not in redact("sent passing-0-cookie")
    for number in range(1, MOST_PASSING + 1):
        register_secret(f"passing-{number}-cookie", passing=True)
    assert redact("passing-0-cookie") == "passing-0-cookie"
    assert "cookie" not in redact(f"sent passing-{MOST_PASSING}-cookie")
    assert "lasting" not in redact("sent lasting-secret-of-the-settings")
