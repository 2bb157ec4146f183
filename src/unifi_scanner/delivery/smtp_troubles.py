"""What went wrong with a mail server, in words a person can act on."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from unifi_scanner.errors import DeliveryError

MAX_SAID = 200


@contextmanager
def told_plainly(channel: str, host: str, port: int) -> Iterator[None]:
    """Turn every way a mail server can fail into a DeliveryError that says what to do."""
    try:
        yield
    except (smtplib.SMTPException, OSError, ValueError) as exc:
        message, hint = explain(exc, f"{host}:{port}")
        raise DeliveryError(channel, message, hint=hint) from exc


def explain(exc: Exception, where: str) -> tuple[str, str]:
    """Return what happened and what to do about it."""
    match exc:
        case smtplib.SMTPResponseException() | smtplib.SMTPRecipientsRefused():
            return _refused(exc, where)
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(exc):
            return (
                f"{where} offers no encryption (STARTTLS), so nothing was sent.",
                "If it speaks TLS from the start, set UNIFI_SMTP_SECURITY=tls (often port 465).",
            )
        case smtplib.SMTPNotSupportedError():
            return (
                f"{where} does not support what we need ({exc}).",
                "Check UNIFI_SMTP_USERNAME (it may take no sign-in) and the mail addresses.",
            )
        case smtplib.SMTPServerDisconnected() if isinstance(exc.__context__, TimeoutError):
            return _unreachable(exc.__context__, where)  # smtplib calls a silence a hang-up
        case smtplib.SMTPServerDisconnected():
            return (
                f"{where} hung up on us.",
                "Check that UNIFI_SMTP_SECURITY fits the port: starttls for 587, tls for 465.",
            )
        case smtplib.SMTPException():
            return f"{where} could not be used ({_inert(str(exc))}).", "The mail server's log may say more."
        case OSError():
            return _unreachable(exc, where)
        case _:
            return (
                f"the mail could not be written ({type(exc).__name__}).",
                "Check the mail addresses and the host name.",
            )


def said(code: int, text: bytes | str) -> str:
    """Return what a mail server answered, as one short harmless line."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _inert(f"{code} {words}")


def _refused(
    exc: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused, where: str
) -> tuple[str, str]:
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        reasons = ", ".join(f"{address} ({said(*why)})" for address, why in exc.recipients.items())
        return f"{where} refused every recipient: {reasons}.", "Check UNIFI_EMAIL_TO."
    answer = said(exc.smtp_code, exc.smtp_error)
    match exc:
        case smtplib.SMTPAuthenticationError():
            return (
                f"{where} did not accept the user name or password ({answer}).",
                "Check UNIFI_SMTP_USERNAME and UNIFI_SMTP_PASSWORD; many providers want an app password.",
            )
        case smtplib.SMTPSenderRefused():
            return f"{where} refused our sender address ({answer}).", "Check UNIFI_EMAIL_FROM."
        case smtplib.SMTPDataError():
            return (
                f"{where} refused the mail itself ({answer}).",
                "It may be too large or look like spam to it.",
            )
        case _:
            return f"{where} refused us ({answer}).", "The mail server's log may say more."


def _unreachable(exc: OSError, where: str) -> tuple[str, str]:
    match exc:
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {where} is not trusted ({_inert(exc.verify_message)}); nothing was sent.",
                "Use the name that is in the certificate, or give its CA file.",
            )
        case ssl.SSLError():
            return (
                f"no encrypted link to {where} came about.",
                "Check that UNIFI_SMTP_SECURITY fits the port: starttls for 587, tls for 465.",
            )
        case socket.gaierror():
            return f"there is no host called {where.rpartition(':')[0]}.", "Check UNIFI_SMTP_HOST."
        case TimeoutError():
            return (
                f"{where} did not answer in time.",
                "Check host, port and firewall, and that UNIFI_SMTP_SECURITY fits the port.",
            )
        case ConnectionRefusedError():
            return f"nothing listens at {where}.", "Check UNIFI_SMTP_HOST and UNIFI_SMTP_PORT."
        case _:
            return (
                f"{where} could not be reached ({exc.strerror or type(exc).__name__}).",
                "Check host, port and network.",
            )


def _inert(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:MAX_SAID]
