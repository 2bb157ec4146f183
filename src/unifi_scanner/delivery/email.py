"""E-mail over SMTP, encrypted unless explicitly told otherwise."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path

import structlog

from unifi_scanner import clock
from unifi_scanner.delivery.base import Message, Receipt
from unifi_scanner.delivery.smtp_troubles import said, told_plainly
from unifi_scanner.errors import DeliveryError

SECURITIES = ("starttls", "tls", "none")
ATTACHED = {"text/html"}  # the text is the mail itself, and the JSON is for programs
MAX_SUBJECT = 200
log = structlog.get_logger(__name__)


class EmailChannel:
    """Sends reports by mail; the password leaves this process only over an encrypted link, or with `none`."""

    name = "email"

    def __init__(
        self,
        host: str,
        port: int,
        security: str,
        username: str | None,
        password: str | None,
        sender: str,
        recipients: Sequence[str],
        *,
        timeout: float = 30,
        ca_file: Path | str | None = None,
    ) -> None:
        if security not in SECURITIES:
            raise DeliveryError(
                self.name,
                f"{security!r} is no kind of security.",
                hint=f"Use one of: {', '.join(SECURITIES)}.",
            )
        self.host = host
        self.port = port
        self.security = security
        self.sender = sender
        self.recipients = tuple(recipients)
        self.timeout = timeout
        self.ca_file = ca_file
        self._username = username
        self._password = password

    def send(self, message: Message) -> Receipt:
        """Return the receipt once the mail server has taken the mail for at least one recipient."""
        mail = self._mail_of(message)
        with told_plainly(self.name, self.host, self.port):
            refused = self._hand_over(mail)
        taken = [address for address in self._addresses() if address not in refused]
        return Receipt(channel=self.name, at=clock.now(), detail=_detail(taken, refused))

    def _hand_over(self, mail: EmailMessage) -> Mapping[str, tuple[int, bytes]]:
        link = self._dial()
        try:
            self._sign_in(link)
            return link.send_message(mail, from_addr=_bare(self.sender), to_addrs=self._addresses())
        finally:
            _hang_up(link)

    def _dial(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self._trust())
        link = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        if self.security == "starttls":
            try:
                link.starttls(context=self._trust())
            except BaseException:
                link.close()
                raise
        return link

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))

    def _sign_in(self, link: smtplib.SMTP) -> None:
        if not self._username:
            return
        if self.security == "none":
            log.warning("mail_credentials_sent_in_the_clear", host=self.host, port=self.port)
        link.login(self._username, self._password or "")

    def _mail_of(self, message: Message) -> EmailMessage:
        try:
            return build_mail(message, self.sender, self.recipients)
        except ValueError as exc:
            raise DeliveryError(
                self.name, "a mail address is not valid.", hint="Check UNIFI_EMAIL_FROM and UNIFI_EMAIL_TO."
            ) from exc

    def _addresses(self) -> list[str]:
        return [_bare(recipient) for recipient in self.recipients]


def build_mail(message: Message, sender: str, recipients: Sequence[str]) -> EmailMessage:
    """Return `message` as a mail: real text, HTML, and the report's page attached; ValueError for a bad address."""
    mail = EmailMessage(policy=SMTP)
    own = _address(sender)
    mail["From"] = own
    mail["To"] = [_address(recipient) for recipient in recipients]
    mail["Subject"] = _one_line(f"Re: {message.subject}" if message.in_reply_to else message.subject)
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{_token(message.message_id)}@{own.domain}>"
    if message.in_reply_to:
        first = f"<{_token(message.in_reply_to)}@{own.domain}>"
        mail["In-Reply-To"] = mail["References"] = first
    if message.is_urgent:
        mail["Importance"] = "high"
    mail["List-Id"] = f"UniFi Scanner reports <unifi-scanner.{own.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    _add_images(mail, message)
    for file in message.attachments:
        if file.media_type in ATTACHED:
            main, _, sub = file.media_type.partition("/")
            mail.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
    return mail


def _add_images(mail: EmailMessage, message: Message) -> None:
    page = mail.get_payload(1)
    for image in message.inline:
        main, _, sub = image.media_type.partition("/")
        page.add_related(  # type: ignore[union-attr]
            image.data, maintype=main, subtype=sub, cid=f"<{_token(image.name)}@unifi-scanner>",
            disposition="inline", filename=image.name,
        )  # fmt: skip


def _address(text: str) -> Address:
    name, bare = parseaddr(text)
    try:
        address = Address(display_name=_one_line(name), addr_spec=bare)
    except (IndexError, MessageError) as exc:  # what it raises differs from one Python to the next
        raise ValueError(text) from exc
    if not text.isprintable() or not address.username or not address.domain:
        raise ValueError(text)
    return address


def _bare(text: str) -> str:
    return parseaddr(text)[1]


def _one_line(text: str) -> str:
    # whatever a subject was made of, nothing in it can end the header line
    return "".join(c if c.isprintable() else " " for c in text).strip()[:MAX_SUBJECT]


def _token(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "-" for c in text)


def _hang_up(link: smtplib.SMTP) -> None:
    # the mail is out of our hands or failed already: a rude goodbye changes neither
    with suppress(smtplib.SMTPException, OSError):
        link.quit()
    link.close()


def _detail(taken: Sequence[str], refused: Mapping[str, tuple[int, bytes]]) -> str:
    sent = f"Sent to {', '.join(taken)}"
    if not refused:
        return sent
    reasons = (f"{address} ({said(code, text)})" for address, (code, text) in refused.items())
    return f"{sent}; refused for {', '.join(reasons)}"
