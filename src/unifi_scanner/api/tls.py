"""Whom we believe to be the controller: the system's authorities, a CA file, or one pinned certificate."""

from __future__ import annotations

import hashlib
import socket
import ssl
from pathlib import Path

from unifi_scanner.errors import CertificateNotTrusted, ConfigError

PIN_MISMATCH = "the certificate is not the pinned one"


class PinMismatch(ssl.SSLCertVerificationError):
    """The certificate shown is not the one that was pinned; `shown` is its fingerprint."""

    shown = ""


def fingerprint_of(der: bytes) -> str:
    """Return a certificate's SHA-256 as openssl prints it."""
    digest = hashlib.sha256(der).hexdigest().upper()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def _bare(fingerprint: str) -> str:
    text = fingerprint.lower().removeprefix("sha256:").removeprefix("sha256 fingerprint=")
    return "".join(c for c in text if c in "0123456789abcdef")


def ssl_context(
    *, verify: bool, fingerprint: str | None = None, ca_file: Path | None = None
) -> ssl.SSLContext:
    """Return the context that trusts what the settings say; raises ConfigError for an unusable CA file.

    A fingerprint is enough by itself: it is checked in the handshake, before a byte of ours is sent.
    """
    if verify and fingerprint:
        return _pinned(_bare(fingerprint))
    context = _client_context(verify=verify)
    if verify and ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(ca_file))
        except (OSError, ssl.SSLError) as exc:
            raise ConfigError(
                f"UNIFI_TLS_CA_FILE: {ca_file} is not a readable PEM file.",
                hint="Save the certificate as PEM.",
            ) from exc
    return context


def _client_context(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context() if verify else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _pinned(wanted: str) -> ssl.SSLContext:
    context = _client_context(verify=False)

    def check(der: bytes | None) -> None:
        shown = fingerprint_of(der or b"")
        if _bare(shown) != wanted:
            error = PinMismatch(PIN_MISMATCH)
            error.shown = shown
            raise error

    class PinnedSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            super().do_handshake(block)
            check(self.getpeercert(binary_form=True))

    class PinnedObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            check(self.getpeercert(binary_form=True))

    context.sslsocket_class = PinnedSocket
    context.sslobject_class = PinnedObject
    return context


def shown_fingerprint(host: str, port: int, seconds: float = 5.0) -> str | None:
    """Return the fingerprint of the certificate a server shows, for the person who has to decide; sends nothing."""
    try:
        with (
            socket.create_connection((host, port), timeout=seconds) as raw,
            _client_context(verify=False).wrap_socket(raw, server_hostname=host) as secured,
        ):
            return fingerprint_of(secured.getpeercert(binary_form=True) or b"")
    except OSError:
        return None


def not_trusted(exc: ssl.SSLCertVerificationError, host: str, port: int) -> CertificateNotTrusted:
    """Return the error that says what is wrong with the certificate and what to do."""
    if isinstance(exc, PinMismatch):
        return CertificateNotTrusted(
            f"The certificate of {host}:{port} is not the pinned one: it shows {exc.shown}.",
            hint="If you renewed the certificate, set UNIFI_TLS_FINGERPRINT to the new one. If not, something else answers there.",
            fingerprint=exc.shown,
        )
    shown = shown_fingerprint(host, port)
    pin = f"UNIFI_TLS_FINGERPRINT={shown}" if shown else "UNIFI_TLS_FINGERPRINT"
    return CertificateNotTrusted(
        f"The certificate of {host}:{port} {_fault(exc)}.",
        hint=f"If this is your controller, trust exactly this certificate with {pin}, or name its authority in UNIFI_TLS_CA_FILE.",
        fingerprint=shown,
    )


# OpenSSL's X509_V_ERR_* numbers
_SELF_SIGNED, _EXPIRED, _NOT_YET, _HOST, _IP = (18, 19), 10, 9, 62, 64


def _fault(exc: ssl.SSLCertVerificationError) -> str:
    match exc.verify_code:
        case code if code in _SELF_SIGNED:
            return "is self-signed, so nothing proves whose it is"
        case code if code == _EXPIRED:
            return "has expired"
        case code if code == _NOT_YET:
            return "is not valid yet; is the clock right"
        case code if code in (_HOST, _IP):
            return "is for another name or address"
        case _:
            return f"is not trusted ({exc.verify_message})"
