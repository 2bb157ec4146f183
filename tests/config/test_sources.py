"""Where a setting may come from, and which source wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.loading import load, problems_of, toml
from unifi_scanner.config.groups import NAMES
from unifi_scanner.config.layers import variable


def test_the_strongest_source_wins_all_the_way_down(tmp_path: Path) -> None:
    secret = tmp_path / "site"
    secret.write_text("from-file\n")
    config = toml(tmp_path, 'site = "from-toml"\n')
    environ = {"UNIFI_SITE": "from-env", "UNIFI_SITE_FILE": str(secret)}
    said = {"site": "from-option"}
    assert load(environ, config=config, overrides=said).site == "from-option"
    assert load(environ, config=config).site == "from-env"
    assert load({"UNIFI_SITE_FILE": str(secret)}, config=config).site == "from-file"
    assert load(config=config).site == "from-toml"
    assert load().site == "default"


def test_every_value_remembers_where_it_came_from(tmp_path: Path) -> None:
    config = toml(tmp_path, 'port = 8443\n[[controllers]]\nusername = "scanner"\n')
    (tmp_path / "pw").write_text("hunter2 hunter2")
    environ = {"UNIFI_HOST": "10.0.0.1", "UNIFI_PASSWORD_FILE": str(tmp_path / "pw")}
    settings = load(environ, config=config, overrides={"site": "lab", "log_level": None})
    origins = {name: settings.origin_of(name) for name in NAMES}
    assert origins["host"] == "UNIFI_HOST"
    assert origins["port"] == f"{config}: port"
    assert origins["username"] == f"{config}: controllers.username"
    assert origins["password"] == f"UNIFI_PASSWORD_FILE ({tmp_path / 'pw'})"
    assert origins["site"] == "--site"
    assert origins["log_level"] == "default"


def test_the_config_file_may_be_named_by_a_variable_and_the_option_beats_it(tmp_path: Path) -> None:
    named = toml(tmp_path, 'site = "by-variable"')
    other = tmp_path / "other.toml"
    other.write_text('site = "by-option"')
    assert load({"UNIFI_CONFIG": str(named)}).site == "by-variable"
    assert load({"UNIFI_CONFIG": str(named)}, config=other).site == "by-option"


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_can_come_from_a_file_named_by_its_variable(name: str, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    problems = problems_of({variable(name) + "_FILE": absent})
    assert any(f"{variable(name)}_FILE ({absent})" in problem for problem in problems)


def test_an_empty_value_counts_as_not_given(tmp_path: Path) -> None:
    config = toml(tmp_path, 'site = "lab"\nhost = ""\nemail_to = []\n')
    settings = load({"UNIFI_SITE": "  ", "UNIFI_PORT": ""}, config=config)
    assert (settings.site, settings.host, settings.port, settings.email_to) == ("lab", None, None, ())


def test_a_secret_keeps_its_blanks_and_loses_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "pw").write_bytes(b" two words \r\n")
    password = load({"UNIFI_PASSWORD_FILE": str(tmp_path / "pw")}).password
    assert password is not None
    assert password.get_secret_value() == " two words "


def test_a_file_beside_a_variable_that_wins_is_not_even_read() -> None:
    assert load({"UNIFI_SITE": "lab", "UNIFI_SITE_FILE": "/does/not/exist"}).site == "lab"


def test_one_controllers_table_is_the_connection(tmp_path: Path) -> None:
    config = toml(
        tmp_path, '[[controllers]]\nhost = "https://10.0.0.1:8443/network/"\nusername = "scanner"\n'
    )
    settings = load({"UNIFI_SITE": "lab"}, config=config)
    assert (settings.host, settings.port, settings.username, settings.site) == (
        "10.0.0.1",
        8443,
        "scanner",
        "lab",
    )


def test_a_variable_that_resembles_no_setting_is_only_a_warning() -> None:
    settings = load({"UNIFI_PROTECT_RECORDER": "x", "HOST": "ignored"})
    assert settings.host is None
    [warning] = settings.warnings
    assert "UNIFI_PROTECT_RECORDER" in warning


def test_the_data_directory_follows_the_desktop_convention(tmp_path: Path) -> None:
    assert load({"XDG_STATE_HOME": str(tmp_path)}).data_dir == tmp_path / "unifi-scanner"
    assert load({"XDG_STATE_HOME": "relative"}).data_dir == Path.home() / ".local/state/unifi-scanner"
    assert load({"XDG_STATE_HOME": "/x", "UNIFI_DATA_DIR": str(tmp_path)}).data_dir == tmp_path


def test_a_json_file_holds_the_same_names_and_what_is_empty_there_is_not_set(tmp_path: Path) -> None:
    options = tmp_path / "options.json"
    options.write_text('{"host": "10.0.0.1", "username": "scanner", "site": "", "api_key": null}')
    settings = load(config=options)
    assert (settings.host, settings.username, settings.site) == ("10.0.0.1", "scanner", "default")


@pytest.mark.parametrize(
    ("text", "said"), [("{", "not JSON"), ("[1]", "one JSON object"), ('{"hots": "x"}', "host")]
)
def test_a_json_file_that_cannot_be_used_says_why(text: str, said: str, tmp_path: Path) -> None:
    options = tmp_path / "options.json"
    options.write_text(text)
    assert any(said in problem for problem in problems_of(config=options))
