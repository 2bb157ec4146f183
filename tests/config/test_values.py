"""What people write is read, or told to be wrong; never anything else."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.loading import load, read
from unifi_scanner.config.nearest import nearest, resembling
from unifi_scanner.config.values import (
    canonical_fingerprint,
    mail_address,
    mail_addresses,
    span_of_hours,
    split_host,
    web_address,
)

DIGEST = bytes(range(32))
COLONED = ":".join(f"{byte:02X}" for byte in DIGEST)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.168.1.1", "192.168.1.1", None),
        (" unifi.local ", "unifi.local", None),
        ("unifi:8443", "unifi", 8443),
        ("https://1.2.3.4:8443", "1.2.3.4", 8443),
        ("HTTPS://UniFi.Local/network/default/dashboard?x=1", "unifi.local", None),
        ("[fe80::1]:443", "fe80::1", 443),
        ("fe80::1", "fe80::1", None),
        ("https://[::1]/", "::1", None),
    ],
)
def test_an_address_may_be_typed_or_pasted(text: str, host: str, port: int | None) -> None:
    assert split_host(text) == (host, port)


@given(st.text(max_size=40) | st.text(alphabet="https:/.[]@1a%", max_size=20))
def test_any_text_is_an_address_or_a_told_mistake(text: str) -> None:
    said = read(split_host, text)
    if isinstance(said, tuple):
        assert said[0]
        assert not set(said[0]) & set(" /@?#[]")
        assert said[1] is None or 1 <= said[1] <= 65535


@pytest.mark.parametrize(
    "text",
    [
        COLONED,
        COLONED.lower(),
        DIGEST.hex(),
        f"SHA256 Fingerprint={COLONED}",
        f"sha256 Fingerprint={COLONED}\n",
    ],
)
def test_a_fingerprint_may_be_pasted_from_anywhere(text: str) -> None:
    assert canonical_fingerprint(text) == COLONED
    assert load({"UNIFI_TLS_FINGERPRINT": text}).tls_fingerprint == COLONED


@given(st.text(alphabet="0123456789abcdefABCDEF:= xyz", max_size=110))
def test_any_text_is_a_fingerprint_or_a_told_mistake(text: str) -> None:
    said = read(canonical_fingerprint, text)
    assert said.startswith("refused: ") or canonical_fingerprint(said) == said


@given(st.binary(min_size=32, max_size=32))
def test_every_sha256_is_a_fingerprint(digest: bytes) -> None:
    assert canonical_fingerprint(digest.hex()) == ":".join(f"{byte:02X}" for byte in digest)


def test_recipients_may_be_a_list_or_separated_by_commas() -> None:
    expected = ("a@example.org", "b@example.org")
    assert mail_addresses("a@example.org, Bea <b@example.org>,") == expected
    assert mail_addresses(["a@example.org", "b@example.org"]) == expected


@given(st.text(max_size=40) | st.text(alphabet="a@.<> ", max_size=12))
def test_any_text_is_a_mail_address_or_a_told_mistake(text: str) -> None:
    said = read(mail_address, text)
    assert said.startswith("refused: ") or (said.count("@") == 1 and " " not in said)


@pytest.mark.parametrize(
    ("given_", "port", "sender"),
    [
        ({}, 587, "me@example.org"),
        ({"UNIFI_SMTP_SECURITY": "TLS"}, 465, "me@example.org"),
        ({"UNIFI_SMTP_SECURITY": "none", "UNIFI_SMTP_PORT": "2525"}, 2525, "me@example.org"),
        ({"UNIFI_SMTP_USERNAME": "u@example.org", "UNIFI_SMTP_PASSWORD": "password"}, 587, "u@example.org"),
        ({"UNIFI_EMAIL_FROM": "Scanner <s@example.org>"}, 587, "s@example.org"),
    ],
)
def test_mail_needs_little_to_be_on(given_: dict[str, str], port: int, sender: str) -> None:
    settings = load({"UNIFI_SMTP_HOST": "mail.example.org", "UNIFI_EMAIL_TO": "me@example.org", **given_})
    assert settings.email_on
    assert (settings.mail_port, settings.mail_sender) == (port, sender)


def test_without_a_mail_server_mail_is_off() -> None:
    assert not load().email_on


def test_another_word_is_not_taken_for_a_mistyped_one() -> None:
    known = ["host", "site", "username", "api_key"]
    assert resembling("site_manager_url", known) is None
    assert resembling("protect_token", known) is None
    assert resembling("hots", known) == "host"
    assert nearest("zzz", []) is None


def test_a_buffer_may_be_as_small_as_one_wants() -> None:
    assert load({"UNIFI_WEBSOCKET_BUFFER_SIZE": "1"}).websocket_buffer_size == 1


@pytest.mark.parametrize("text", ["22:00-07:00", " 22:00 - 07:00 ", "13:30\u201314:00"])
def test_quiet_hours_are_two_times_of_day(text: str) -> None:
    begins, ends = span_of_hours(text)
    assert begins != ends


@pytest.mark.parametrize("text", ["", "22:00", "22-", "25:00-07:00", "07:00-07:00", "a-b", "1:00-2:00-3:00"])
def test_what_are_no_quiet_hours_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="like 22:00-07:00"):
        span_of_hours(text)


@pytest.mark.parametrize("text", ["https://hc.example/ping/1-2", " http://10.0.0.2:8080/hook?x=1 "])
def test_a_web_address_is_taken_as_given(text: str) -> None:
    assert web_address(text) == text.strip()


@pytest.mark.parametrize(
    "text", ["hc.example/s3cret", "ftp://x/s3cret", "https://", "https://a b/s3cret", "http://[s3cret"]
)
def test_what_is_no_web_address_is_told_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="not a web address") as told:
        web_address(text)
    assert "s3cret" not in str(told.value)


@given(st.text(max_size=60))
def test_a_web_address_is_one_or_is_told(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert web_address(text).lower().startswith(("http://", "https://"))
