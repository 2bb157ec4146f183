"""What is told about settings that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.config.loading import load, problems_of, toml
from unifi_scanner.config.groups import NAMES
from unifi_scanner.config.layers import variable
from unifi_scanner.errors import ConfigError, DataDirectoryError

SHA1 = ":".join(["AB"] * 20)

BAD_VARIABLES = [
    ("UNIFI_HOST", "http://192.168.1.1", "https"),
    ("UNIFI_HOST", "two words", "192.168.1.1"),
    ("UNIFI_HOST", "https://me:secret@192.168.1.1", "UNIFI_USERNAME"),
    ("UNIFI_HOST", "192.168.1.1:99999", "1 to 65535"),
    ("UNIFI_PORT", "70000", "1 to 65535"),
    ("UNIFI_PORT", "https", "1 to 65535"),
    ("UNIFI_VERIFY_SSL", "maybe", "true or false"),
    ("UNIFI_TLS_FINGERPRINT", SHA1, "SHA-256"),
    ("UNIFI_TLS_FINGERPRINT", "AA:BB", "32 pairs"),
    ("UNIFI_TLS_FINGERPRINT", "no digits", "hexadecimal"),
    ("UNIFI_TLS_CA_FILE", "/does/not/exist.pem", "/does/not/exist.pem"),
    ("UNIFI_TOTP_SECRET", "123456", "six-digit code"),
    ("UNIFI_TOTP_SECRET", "JBSW Y3DP", "at least 13 letters"),
    ("UNIFI_TOTP_SECRET", "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP", "totp"),
    ("UNIFI_TOTP_SECRET", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=9", "6 to 8"),
    ("UNIFI_WEBSOCKET_ENABLED", "2", "true or false"),
    ("UNIFI_WEBSOCKET_BUFFER_SIZE", "0", "1 to"),
    ("UNIFI_INGEST_INTERVAL_S", "0", "number of seconds"),
    ("UNIFI_POLL_INTERVAL_S", "inf", "number of seconds"),
    ("UNIFI_SCHEDULE_CRON", "0 7 * *", "five fields"),
    ("UNIFI_SCHEDULE_CRON", "61 7 * * *", "59"),
    ("UNIFI_SCHEDULE_CRON", "0 7 31 2 *", "never"),
    ("UNIFI_SCHEDULE_CRON", "0 7 * * 8", "0 to 7"),
    ("UNIFI_SCHEDULE_PRESET", "dayly", "daily"),
    ("UNIFI_SCHEDULE_PRESET", "daily at 25:00", "time of day"),
    ("UNIFI_SCHEDULE_TIMEZONE", "Europe/Olso", "Europe/Oslo"),
    ("UNIFI_SCHEDULE_TIMEZONE", "../../etc/passwd", "time zone"),
    ("UNIFI_REPORT_TITLE", "x" * 101, "100 characters"),
    ("UNIFI_RULES_DIR", "/does/not/exist", "not a directory"),
    ("UNIFI_SMTP_HOST", "mail.example.org", "UNIFI_EMAIL_TO"),
    ("UNIFI_EMAIL_TO", "me@example.org", "UNIFI_SMTP_HOST"),
    ("UNIFI_SMTP_USERNAME", "me", "UNIFI_SMTP_PASSWORD"),
    ("UNIFI_SMTP_PASSWORD", "hunter2", "UNIFI_SMTP_USERNAME"),
    ("UNIFI_SMTP_SECURITY", "ssl", "starttls, tls, none"),
    ("UNIFI_EMAIL_TO", "nobody", "name@example.org"),
    ("UNIFI_EMAIL_TO", ",", "no e-mail address"),
    ("UNIFI_EMAIL_FROM", "a@b@c", "name@example.org"),
    ("UNIFI_FILE_DIR", __file__, "directory"),
    ("UNIFI_FILE_KEEP", "-1", "0 or more"),
    ("UNIFI_DATA_DIR", __file__, "directory"),
    ("UNIFI_RETENTION_DAYS", "0", "1 to"),
    ("UNIFI_RETENTION_MB", "1", "10 or more"),
    ("UNIFI_LOG_LEVEL", "loud", "DEBUG, INFO"),
    ("UNIFI_LOG_FORMAT", "xml", "text or json"),
]


@pytest.mark.parametrize(("name", "value", "fix"), BAD_VARIABLES)
def test_a_bad_value_is_told_with_its_variable_and_the_fix(name: str, value: str, fix: str) -> None:
    told = [problem for problem in problems_of({name: value}) if problem.startswith(f"{name}: ")]
    assert told
    assert any(fix in problem for problem in told)


MISTYPED = [
    ("UNIFI_PASWORD", "UNIFI_PASSWORD"),
    ("UNIFI_HOSTNAME", "UNIFI_HOST"),
    ("UNIFI_USER", "UNIFI_USERNAME"),
    ("UNIFI_PASSWORD_FIEL", "UNIFI_PASSWORD_FILE"),
    ("UNIFI_SHEDULE_CRON", "UNIFI_SCHEDULE_CRON"),
    ("UNIFI_WEBSOCKETS_ENABLED", "UNIFI_WEBSOCKET_ENABLED"),
    ("UNIFI_CONFIGS", "UNIFI_CONFIG"),
]


@pytest.mark.parametrize(("wrong", "meant"), MISTYPED)
def test_a_mistyped_variable_is_told_with_the_one_meant(wrong: str, meant: str) -> None:
    [problem] = problems_of({wrong: "hunter2-of-the-user"})
    assert wrong in problem
    assert f"{meant}?" in problem
    assert "hunter2" not in problem


@pytest.mark.parametrize("name", NAMES)
def test_leaving_out_a_letter_is_never_silent(name: str) -> None:
    wrong = variable(name)[:-1]
    if wrong.removeprefix("UNIFI_").lower() not in NAMES:
        assert any(wrong in problem for problem in problems_of({wrong: "x"}))


TOML_ERRORS = [
    ('pasword = "hunter2"', ["pasword", "password"]),
    ('UNIFI_HOST = "x"', ["UNIFI_HOST", "nearest one is host"]),
    ('[smtp]\nhost = "x"', ["smtp is not a setting", "nearest one is smtp_"]),
    ("zzz = 1", ["zzz", "nearest one is"]),
    ("host = 5", ["host", "text in quotes"]),
    ('host = {password = "hunter2"}', ["host", "text in quotes"]),
    ("email_to = [1]", ["email_to", "separated by commas"]),
    ('port = "x"', ["port", "1 to 65535"]),
    ("host = ", ["not TOML", "in quotes"]),
    ('[[controllers]]\nhst = "x"', ["controllers.hst", "host"]),
    ('controllers = "x"', ["[[controllers]]"]),
    ('[[controllers]]\nhost = "a"\n[[controllers]]\nhst = "b"', ["controllers[2].hst", "host"]),
    ('[[controllers]]\nhost = "a"\n[[controllers]]\nhost = "b"\nport = 0', ["controllers[2].port", "65535"]),
    ('host = "c"\n[[controllers]]\nhost = "a"\n[[controllers]]\nhost = "b"', ["host", "into the table"]),
    ('host = "a"\n[[controllers]]\nhost = "b"', ["controllers.host", "keep one"]),
    (
        'schedule_cron = "0 7 * * *"\nschedule_preset = "daily"',
        ["schedule_cron", "schedule_preset", "keep one"],
    ),
]


@pytest.mark.parametrize(("text", "told"), TOML_ERRORS)
def test_a_mistake_in_the_file_is_told_with_file_and_key(text: str, told: list[str], tmp_path: Path) -> None:
    path = toml(tmp_path, text)
    problems = "\n".join(problems_of(config=path))
    assert all(part in problems for part in [str(path), *told])
    assert "hunter2" not in problems


def test_every_mistake_of_every_source_is_told_at_once(tmp_path: Path) -> None:
    path = toml(tmp_path, 'pasword = "x"\nsmtp_port = 0\nretention_days = "long"\n')
    environ = {
        "UNIFI_PORT": "0",
        "UNIFI_HOSTT": "x",
        "UNIFI_API_KEY_FILE": "/nope",
        "UNIFI_SCHEDULE_CRON": "x",
    }
    problems = "\n".join(problems_of(environ, config=path))
    for part in (
        "pasword",
        "smtp_port",
        "retention_days",
        "UNIFI_PORT",
        "UNIFI_HOSTT",
        "/nope",
        "UNIFI_SCHEDULE_CRON",
    ):
        assert part in problems


@pytest.mark.parametrize("name", ["absent.toml", "."])
def test_an_unreadable_config_file_is_told_with_its_path(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    [problem] = problems_of(config=path, for_controller=True)
    assert str(path) in problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_config_file_without_read_permission_is_told(tmp_path: Path) -> None:
    path = toml(tmp_path, "")
    path.chmod(0)
    assert "Permission denied" in problems_of(config=path)[0]


def test_files_that_are_not_text_or_are_empty_are_told(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty").write_text("\n")
    assert "UTF-8" in problems_of(config=tmp_path / "binary")[0]
    assert "UTF-8" in problems_of({"UNIFI_PASSWORD_FILE": str(tmp_path / "binary")})[0]
    assert "empty" in problems_of({"UNIFI_PASSWORD_FILE": str(tmp_path / "empty")})[0]


def test_a_port_in_the_address_must_not_contradict_the_port() -> None:
    [problem] = problems_of({"UNIFI_HOST": "https://10.0.0.1:8443", "UNIFI_PORT": "443"})
    assert "8443" in problem
    assert "UNIFI_PORT" in problem
    assert load({"UNIFI_HOST": "10.0.0.1:8443", "UNIFI_PORT": "8443"}).port == 8443


def test_a_verb_that_needs_a_controller_is_told_all_that_is_missing() -> None:
    problems = problems_of(for_controller=True)
    assert [problem.split()[0] for problem in problems] == ["UNIFI_HOST", "UNIFI_USERNAME", "UNIFI_PASSWORD"]
    with pytest.raises(ConfigError) as told:
        load().require_controller()
    assert told.value.problems == problems


def test_an_api_key_is_credentials_enough() -> None:
    load({"UNIFI_HOST": "10.0.0.1", "UNIFI_API_KEY": "k" * 20}, for_controller=True).require_controller()


def test_a_verb_without_a_controller_needs_nothing() -> None:
    assert load().host is None


def test_an_unreadable_password_file_is_not_also_called_missing() -> None:
    environ = {"UNIFI_HOST": "10.0.0.1", "UNIFI_USERNAME": "scanner", "UNIFI_PASSWORD_FILE": "/nope"}
    [problem] = problems_of(environ, for_controller=True)
    assert "/nope" in problem


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = load({"UNIFI_DATA_DIR": str(tmp_path / "file" / "below")})
    with pytest.raises(DataDirectoryError, match="file/below") as told:
        settings.data_path()
    assert told.value.exit_code == 2


def test_the_data_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    made = load({"UNIFI_DATA_DIR": str(tmp_path / "a" / "b")}).data_path()
    assert made == tmp_path / "a" / "b"
    assert made.stat().st_mode & 0o777 == 0o700
    assert list(made.iterdir()) == []
