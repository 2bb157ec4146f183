"""Settings of the syslog receiver and of SSH."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.loading import load, problems_of, toml

FINGERPRINT = "SHA256:" + "A" * 43


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    for name in ("cert.pem", "key.pem", "id"):
        (tmp_path / name).touch()
    return {name: str(tmp_path / name) for name in ("cert.pem", "key.pem", "id")}


def test_nothing_is_received_and_nobody_is_dialled_by_default() -> None:
    settings = load()
    assert (settings.syslog_udp_port, settings.syslog_tcp_port, settings.syslog_tls_port) == (
        None,
        None,
        None,
    )
    assert settings.ssh_enabled is False
    assert settings.syslog_allow == ()


def test_senders_are_addresses_and_networks() -> None:
    assert load({"UNIFI_SYSLOG_ALLOW": "192.168.1.1, 10.0.0.7/8 ,fd00::/8"}).syslog_allow == (
        "192.168.1.1/32",
        "10.0.0.0/8",
        "fd00::/8",
    )
    assert "'my gateway' is not an address or network" in problems_of({"UNIFI_SYSLOG_ALLOW": "my gateway"})[0]


def test_an_address_to_bind_is_one_of_ours() -> None:
    assert load({"UNIFI_SYSLOG_BIND": "[::1]"}).syslog_bind == "::1"
    assert "not an address of this machine" in problems_of({"UNIFI_SYSLOG_BIND": "eth0"})[0]


def test_a_tls_port_needs_certificate_and_key(files: dict[str, str]) -> None:
    told = problems_of({"UNIFI_SYSLOG_TLS_PORT": "6514"})
    assert any("syslog_tls_cert_file is missing" in problem for problem in told)
    assert any("syslog_tls_key_file is missing" in problem for problem in told)
    whole = {
        "UNIFI_SYSLOG_TLS_PORT": "6514",
        "UNIFI_SYSLOG_TLS_CERT_FILE": files["cert.pem"],
        "UNIFI_SYSLOG_TLS_KEY_FILE": files["key.pem"],
    }
    assert load(whole).syslog_tls_port == 6514


def test_two_stream_ports_cannot_be_one() -> None:
    told = problems_of({"UNIFI_SYSLOG_TCP_PORT": "6514", "UNIFI_SYSLOG_TLS_PORT": "6514"})
    assert any("the same port" in problem for problem in told)


def test_ssh_needs_a_key_and_a_way_to_know_the_console(files: dict[str, str]) -> None:
    told = problems_of({"UNIFI_SSH_ENABLED": "true", "UNIFI_HOST": "192.168.1.1"})
    assert len(told) == 2
    assert "UNIFI_SSH_KEY_FILE" in told[0]
    assert "UNIFI_SSH_HOST_FINGERPRINT" in told[1]
    base = {"UNIFI_SSH_ENABLED": "yes", "UNIFI_HOST": "192.168.1.1", "UNIFI_SSH_KEY_FILE": files["id"]}
    assert load(base | {"UNIFI_SSH_TRUST_FIRST_USE": "true"}).ssh_trust_first_use
    assert load(base | {"UNIFI_SSH_HOST_FINGERPRINT": FINGERPRINT}).ssh_host_fingerprint == FINGERPRINT


def test_ssh_that_is_off_needs_nothing() -> None:
    assert load({"UNIFI_SSH_ENABLED": "false"}).ssh_enabled is False


def test_a_fingerprint_is_read_out_of_the_line_ssh_keygen_prints() -> None:
    line = f"256 {FINGERPRINT} root@console (ED25519)"
    assert load({"UNIFI_SSH_HOST_FINGERPRINT": line}).ssh_host_fingerprint == FINGERPRINT
    for wrong in ("MD5:aa:bb", "SHA256:tooshort"):
        assert "ssh-keygen -lf" in problems_of({"UNIFI_SSH_HOST_FINGERPRINT": wrong})[0]


def test_files_there_are_whole_paths(tmp_path: Path) -> None:
    config = toml(tmp_path, 'ssh_files = ["/var/log/messages", "/data/a b.log"]')
    assert load(config=config).ssh_files == ("/var/log/messages", "/data/a b.log")
    assert "is not a whole path" in problems_of({"UNIFI_SSH_FILES": "messages"})[0]
    assert "is not a whole path" in problems_of({"UNIFI_SSH_FILES": "/var/log/a\nb"})[0]


def test_the_passphrase_is_never_shown() -> None:
    settings = load({"UNIFI_SSH_KEY_PASSPHRASE": "correct horse"})
    assert "correct" not in str(settings.shown())
    assert "correct" not in repr(settings)
