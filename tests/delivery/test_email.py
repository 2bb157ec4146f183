"""Mail over real sockets: what arrives, what never leaves, and what is said when it fails."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.delivery.mail_server import PASSWORD, USER, Certificate, mail_server, make_certificate
from tests.reports.hostile import NASTY, report_full_of
from tests.reports.samples import bad_week, half_blind, quiet_week
from unifi_scanner.delivery import EmailChannel, Message, compose
from unifi_scanner.errors import DeliveryError
from unifi_scanner.models.report import Report
from unifi_scanner.reports import render_all

IT = "it@acme.example"
BOSS = "boss@acme.example"


def message_of(made: Report) -> Message:
    return compose(made, render_all(made))


MESSAGE = message_of(bad_week())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def channel(port: int, security: str = "none", **changes: Any) -> EmailChannel:
    given: dict[str, Any] = {
        "username": None,
        "password": None,
        "sender": "UniFi Scanner <reports@acme.example>",
        "recipients": [IT],
        "timeout": 5,
        **changes,
    }
    return EmailChannel("127.0.0.1", port, security, **given)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_arrives_encrypted_and_signed_in(security: str, certificate: Certificate) -> None:
    with mail_server(security, certificate) as inbox:
        sender = channel(inbox.port, security, username=USER, password=PASSWORD, ca_file=certificate.chain)
        receipt = sender.send(MESSAGE)
    assert (inbox.encrypted, inbox.signed_in, inbox.to) == ([True], [True], [[IT]])
    assert (receipt.channel, receipt.detail) == ("email", f"Sent to {IT}")


def test_without_security_a_mail_goes_in_the_clear() -> None:
    with mail_server("none") as inbox:
        channel(inbox.port).send(MESSAGE)
    assert inbox.encrypted == [False]


def test_credentials_in_the_clear_are_warned_about_and_not_logged() -> None:
    with mail_server("none") as inbox, capture_logs() as logs:
        channel(inbox.port, username=USER, password=PASSWORD).send(MESSAGE)
    assert inbox.signed_in == [True]
    assert [entry["event"] for entry in logs] == ["mail_credentials_sent_in_the_clear"]
    assert PASSWORD not in repr(logs)


def test_a_mail_is_text_and_html_with_the_report_attached() -> None:
    with mail_server("none") as inbox:
        channel(inbox.port, recipients=[IT, BOSS]).send(MESSAGE)
    mail = inbox.mails[0]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n").startswith(" Acme HQ")
    assert '<h1 id="verdict"' in page.get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["report-2026-11-24T0700.html"]
    attached = next(iter(mail.iter_attachments())).get_payload(decode=True)
    assert attached == MESSAGE.attachments[0].data
    assert mail["To"] == f"{IT}, {BOSS}"


@pytest.mark.parametrize(
    ("made", "subject"),
    [
        (
            bad_week(),
            "Acme HQ: 3 things need you, 1 urgent. Workshop PC may be infected. Take it off the network today",
        ),
        (quiet_week(), "Maple Street: all fine, nothing needs you"),
        (half_blind(), "Maple Street: not an all-clear, security not checked"),
    ],
)
def test_the_subject_is_the_verdict(made: Report, subject: str) -> None:
    with mail_server("none") as inbox:
        channel(inbox.port).send(message_of(made))
    assert inbox.mails[0]["Subject"] == subject


def test_a_mail_sent_again_can_be_recognised() -> None:
    with mail_server("none") as inbox:
        for _ in range(2):
            channel(inbox.port).send(MESSAGE)
    first, second = inbox.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{MESSAGE.message_id}@acme.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert "<unifi-scanner.acme.example>" in first["List-Id"]
    assert first["Date"]


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_adds_no_header_and_no_recipient(text: str) -> None:
    with mail_server("none") as inbox:
        channel(inbox.port).send(message_of(report_full_of(text)))
        raw = Message(
            message_id="x\r\nBcc: a@b.c", subject=f"x\r\nBcc: a@b.c {text}", text="t", html="<p>t</p>"
        )
        channel(inbox.port).send(raw)
    for mail in inbox.mails:
        assert mail["Bcc"] is None
        assert len(mail.get_all("Subject", [])) == 1
    assert inbox.to == [[IT], [IT]]


def test_one_refused_recipient_costs_the_others_nothing_and_is_told() -> None:
    with mail_server("none", refused=frozenset({BOSS})) as inbox:
        receipt = channel(inbox.port, recipients=[IT, f"The Boss <{BOSS}>"]).send(MESSAGE)
    assert inbox.to == [[IT]]
    assert receipt.detail == f"Sent to {IT}; refused for {BOSS} (550 no such user here)"


def test_a_mail_nobody_gets_is_a_failure() -> None:
    with mail_server("none", refused=frozenset({IT, BOSS})) as inbox:
        told = _failure(channel(inbox.port, recipients=[IT, BOSS]))
    assert "refused every recipient" in told
    assert "UNIFI_EMAIL_TO" in told


def test_a_wrong_password_is_named_as_such(certificate: Certificate) -> None:
    with mail_server("starttls", certificate) as inbox:
        wrong = channel(
            inbox.port, "starttls", username=USER, password="wrong pass", ca_file=certificate.chain
        )
        told = _failure(wrong)
    assert "did not accept the user name or password" in told
    assert "UNIFI_SMTP_PASSWORD" in told
    assert "wrong pass" not in told
    assert inbox.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_ends_the_talk_before_any_secret(
    security: str, certificate: Certificate
) -> None:
    with mail_server(security, certificate) as inbox:
        told = _failure(channel(inbox.port, security, username=USER, password=PASSWORD))
    assert "is not trusted" in told
    assert inbox.mails == []


def test_no_encryption_offered_means_nothing_is_sent() -> None:
    with mail_server("none") as inbox:
        told = _failure(channel(inbox.port, "starttls", username=USER, password=PASSWORD))
    assert "offers no encryption" in told
    assert inbox.mails == []


def test_tls_to_a_plain_port_says_what_fits() -> None:
    with mail_server("none") as inbox:
        assert "UNIFI_SMTP_SECURITY fits the port" in _failure(channel(inbox.port, "tls"))


def test_a_mail_that_is_too_large_is_told_with_the_answer() -> None:
    with mail_server("none", data_answer="552 too \x1b[31mlarge") as inbox:
        told = _failure(channel(inbox.port))
    assert "552 too" in told
    assert "\x1b" not in told


def test_a_port_where_nothing_listens_is_told() -> None:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
    assert f"nothing listens at 127.0.0.1:{port}" in _failure(channel(port))


def test_a_silent_server_is_given_up_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "did not answer in time" in _failure(channel(silent.getsockname()[1], timeout=0.2))


def test_a_server_that_hangs_up_is_told() -> None:
    with _rude_server() as port:
        assert "hung up" in _failure(channel(port))


def test_a_host_that_does_not_exist_is_told() -> None:
    ghost = EmailChannel("mail.invalid", 25, "none", None, None, "a@b.example", [IT], timeout=5)
    assert "there is no host called mail.invalid" in _failure(ghost)


@pytest.mark.parametrize(
    "changes", [{"sender": "nobody"}, {"recipients": ["no address"]}, {"recipients": ["a@b\r\nBcc: c@d"]}]
)
def test_a_bad_address_is_told_before_anything_is_sent(changes: dict[str, Any]) -> None:
    with mail_server("none") as inbox:
        assert "not valid" in _failure(channel(inbox.port, **changes))
    assert inbox.mails == []


def test_an_unknown_kind_of_security_is_refused_at_once() -> None:
    with pytest.raises(DeliveryError, match="starttls, tls, none"):
        channel(25, "ssl3")


def test_the_ca_file_must_exist(tmp_path: Path, certificate: Certificate) -> None:
    with mail_server("tls", certificate) as inbox:
        assert _failure(channel(inbox.port, "tls", ca_file=tmp_path / "none.pem"))


def _failure(sender: EmailChannel) -> str:
    with pytest.raises(DeliveryError) as caught:
        sender.send(MESSAGE)
    assert caught.value.exit_code == 5
    assert caught.value.hint
    return str(caught.value)


@contextmanager
def _rude_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_hang_up_on, args=[listening])
        thread.start()
        yield listening.getsockname()[1]
        thread.join(5)


def _hang_up_on(listening: socket.socket) -> None:
    listening.accept()[0].close()
