"""Codes of two-factor sign-in (TOTP, RFC 6238) from the secret an authenticator app would hold. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

SEPARATORS = re.compile(r"[\s=-]+")
FEWEST_BYTES, MOST_CHARS = 8, 1024
DIGITS = range(6, 9)
LONGEST_PERIOD_S = 3600
ALGORITHMS = ("SHA1", "SHA256", "SHA512")


class TotpSecret(msgspec.Struct, frozen=True):
    """What both sides share, and how codes are made of it."""

    key: bytes
    digits: int = 6
    period: int = 30
    algorithm: str = "SHA1"

    def __repr__(self) -> str:
        return "TotpSecret([set])"

    def step_at(self, moment: float) -> int:
        """Return the number of the time step at `moment`, in seconds since 1970."""
        return int(moment // self.period)

    def seconds_left(self, moment: float) -> float:
        """Return how long until the next step begins."""
        return self.period - moment % self.period

    def code_of(self, step: int) -> str:
        """Return the code of a time step."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.twofactor.totp import TOTP

        algorithm: hashes.SHA1 | hashes.SHA256 | hashes.SHA512 = hashes.SHA1()  # noqa: S303 - RFC 6238's own default; as an HMAC it still holds
        if self.algorithm != "SHA1":
            algorithm = hashes.SHA256() if self.algorithm == "SHA256" else hashes.SHA512()
        # many apps hand out 80-bit secrets, which RFC 4226 would have longer: the controller decides, not we
        totp = TOTP(self.key, self.digits, algorithm, self.period, enforce_key_length=False)
        return totp.generate(step * self.period).decode("ascii")


def read_totp_secret(text: str) -> TotpSecret:
    """Return the secret of an otpauth:// address or of bare base32.

    Raises ValueError with a sentence that says what is wrong, and never repeats the text.
    """
    if len(text) > MOST_CHARS:
        raise ValueError("this is too long for a two-factor secret")
    stripped = text.strip()
    if not stripped.lower().startswith("otpauth:"):
        return TotpSecret(_key(stripped))
    try:
        parts = urlsplit(stripped)
        given = {name.lower(): values[-1] for name, values in parse_qs(parts.query).items()}
    except ValueError:
        raise ValueError("the otpauth:// address cannot be read; copy it again, whole") from None
    if parts.netloc.lower() != "totp":
        raise ValueError("only otpauth://totp/… addresses are understood, not codes that count (hotp)")
    return TotpSecret(
        _key(unquote(given.get("secret", ""))),
        _number(given.get("digits", "6"), DIGITS, "digits"),
        _number(given.get("period", "30"), range(1, LONGEST_PERIOD_S + 1), "period"),
        _algorithm(given.get("algorithm", "SHA1")),
    )


def _key(text: str) -> bytes:
    letters = SEPARATORS.sub("", text).upper()
    try:
        key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise ValueError(
            "a two-factor secret is written in the letters A to Z and the digits 2 to 7; copy the text that "
            "is shown beside the QR code, not a six-digit code"
        ) from None
    if len(key) < FEWEST_BYTES:
        raise ValueError("a two-factor secret has at least 13 letters; copy it again, whole")
    return key


def _number(text: str, allowed: range, what: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) in allowed):
        raise ValueError(
            f"{what} in the otpauth:// address must be a number from {allowed[0]} to {allowed[-1]}"
        )
    return int(text)


def _algorithm(text: str) -> str:
    name = text.upper().replace("-", "").removeprefix("HMAC")
    if name not in ALGORITHMS:
        raise ValueError(f"algorithm in the otpauth:// address must be one of {', '.join(ALGORITHMS)}")
    return name
