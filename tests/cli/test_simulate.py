"""`simulate`: a controller in a process of its own."""

from __future__ import annotations

import hashlib
import json
import signal
import socket
import ssl
import subprocess
import sys

import pytest

from unifi_scanner.cli import main

SIMULATE = [sys.executable, "-m", "unifi_scanner", "simulate"]


def shown_fingerprint(host: str, port: int) -> str:
    """Return the SHA-256 of the certificate shown at an address."""
    context = ssl._create_unverified_context()  # noqa: S323
    with socket.create_connection((host, port), timeout=10) as raw, context.wrap_socket(raw) as shown:
        certificate = shown.getpeercert(binary_form=True)
    assert certificate is not None
    return hashlib.sha256(certificate).hexdigest()


def test_it_says_how_to_connect_and_sigterm_ends_it_with_0() -> None:
    with subprocess.Popen([*SIMULATE, "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        access = json.loads(process.stdout.readline())
        host, _, port = access["UNIFI_HOST"].removeprefix("https://").partition(":")
        assert shown_fingerprint(host, int(port)) == access["UNIFI_TLS_FINGERPRINT"].replace(":", "").lower()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_an_unknown_scenario_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scenario", "no-such-day"]) == 2
    assert "no-such-day" in capsys.readouterr().err


def test_a_port_in_use_ends_with_2_and_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["simulate", "--port", str(port)]) == 2
    assert str(port) in capsys.readouterr().err


def test_a_version_that_is_none_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--network-version", "nine"]) == 2
    assert "'nine' is not a Network version" in capsys.readouterr().err


def test_a_key_and_a_second_factor_are_told_with_the_rest() -> None:
    more = ["--api-key", "key-0123456789", "--totp-secret", "JBSW Y3DP EHPK 3PXP"]
    with subprocess.Popen([*SIMULATE, *more, "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        access = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert access["UNIFI_API_KEY"] == "key-0123456789"
    assert access["UNIFI_TOTP_SECRET"] == "JBSW Y3DP EHPK 3PXP"


@pytest.mark.parametrize("secret", ["123456", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP"])
def test_a_secret_that_is_none_ends_with_2(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--totp-secret", secret]) == 2
    assert "--totp-secret" in capsys.readouterr().err
