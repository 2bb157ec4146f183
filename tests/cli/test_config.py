"""`config show` and `config schema`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from unifi_scanner.cli import main


def test_show_tells_value_and_source_and_hides_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "scanner.toml"
    config.write_text('site = "lab"\npassword = "Tr0ub4dor&3"\n')
    monkeypatch.setenv("UNIFI_HOST", "https://10.0.0.1:8443")
    assert main(["config", "show", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    lines = {line.split(" = ")[0].strip(): line.split(" = ")[1] for line in told.splitlines()}
    assert lines["host"] == "10.0.0.1  (UNIFI_HOST)"
    assert lines["port"] == "8443  (UNIFI_HOST)"
    assert lines["site"] == f"lab  ({config}: site)"
    assert lines["password"] == f"[set]  ({config}: password)"
    assert lines["retention_days"] == "90  (default)"
    assert "Tr0ub4dor" not in told


def test_global_options_stand_before_or_after_the_verb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "scanner.toml"
    config.write_text('site = "lab"\n')
    for arguments in (
        ["--config", str(config), "--log-level", "error", "config", "show", "--json"],
        ["config", "show", "--format", "json", "--config", str(config), "--log-level", "error"],
    ):
        assert main(arguments) == 0
        shown = json.loads(capsys.readouterr().out)
        assert shown["site"] == {"value": "lab", "source": f"{config}: site"}
        assert shown["log_level"] == {"value": "ERROR", "source": "--log-level"}


def test_the_schema_accepts_good_files_and_refuses_bad_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"host": "10.0.0.1", "port": 8443, "controllers": [{"site": "lab"}]}, schema)
    for bad in ({"hots": "x"}, {"port": 0}, {"controllers": [{"retention_days": 1}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def test_an_ignored_variable_is_mentioned_on_stderr_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNIFI_PROTECT_RECORDER", "x")
    assert main(["config", "show"]) == 0
    told = capsys.readouterr()
    assert "UNIFI_PROTECT_RECORDER" in told.err
    assert "UNIFI_PROTECT_RECORDER" not in told.out
