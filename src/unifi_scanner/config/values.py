"""What people write in a setting, read into the one form the program uses. Pure.

Every reader raises ValueError with a sentence that says what is wrong and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from urllib.parse import SplitResult, urlsplit

from unifi_scanner.api.totp import read_totp_secret

MAX_PORT = 65535
SHA256_BYTES = 32
SHA1_BYTES = 20
HOST_NAME = re.compile(
    r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?"
)
IPV6 = re.compile(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+(%[\w.-]+)?|::")
MAIL_ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+[^\s@,;<>.]")


def split_host(text: str) -> tuple[str, int | None]:
    """Return host and port of an address, as typed or pasted from a browser."""
    stripped = text.strip()
    if IPV6.fullmatch(stripped):
        return stripped, None
    parts = _address_parts(stripped)
    host = parts.hostname or ""
    if not (HOST_NAME.fullmatch(host) or IPV6.fullmatch(host)):
        raise ValueError("this is not an address; write it like 192.168.1.1 or https://192.168.1.1:8443")
    return host, _port_of(parts)


def host_name(text: str) -> str:
    """Return the host of an address without scheme, port and path."""
    return split_host(text)[0]


def _address_parts(text: str) -> SplitResult:
    if text.lower().startswith("http://"):
        raise ValueError("controllers are reached over https only; write https:// or leave the scheme away")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError as exc:
        raise ValueError("this is not an address; write it like 192.168.1.1") from exc
    if parts.scheme != "https":
        raise ValueError("only https:// addresses are understood; write it like https://192.168.1.1")
    if "@" in parts.netloc:
        raise ValueError("an address takes no user name or password; use UNIFI_USERNAME and UNIFI_PASSWORD")
    return parts


def _port_of(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError as exc:
        raise ValueError(f"the port after the colon must be a number from 1 to {MAX_PORT}") from exc
    if port == 0:
        raise ValueError(f"the port after the colon must be a number from 1 to {MAX_PORT}")
    return port


def canonical_fingerprint(text: str) -> str:
    """Return a SHA-256 fingerprint as `AA:BB:…`, from openssl's line or with colons left out."""
    digits = re.sub(r"[:\s-]", "", text.rpartition("=")[2])
    if not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        raise ValueError("a fingerprint is written in pairs of hexadecimal digits, like AA:BB:CC:…")
    if len(digits) == 2 * SHA1_BYTES:
        raise ValueError(
            "this is a SHA-1 fingerprint; ask for the SHA-256 one (openssl x509 -fingerprint -sha256)"
        )
    if len(digits) != 2 * SHA256_BYTES:
        raise ValueError(
            f"a SHA-256 fingerprint has {SHA256_BYTES} pairs of digits, this has {len(digits) / 2:g}"
        )
    upper = digits.upper()
    return ":".join(upper[at : at + 2] for at in range(0, len(upper), 2))


def two_factor_secret(text: str) -> str:
    """Return the secret of two-factor sign-in as given, known to be one; an error never repeats it."""
    read_totp_secret(text)
    return text.strip()


def mail_address(text: str) -> str:
    """Return an e-mail address, also out of `Name <name@example.org>`."""
    found = re.fullmatch(r"[^<>]*<([^<>]*)>\s*", text)
    address = (found.group(1) if found else text).strip()
    if not MAIL_ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is not an e-mail address; write it like name@example.org")
    return address


def mail_addresses(value: object) -> tuple[str, ...]:
    """Return the addresses of a list, or of text separated by commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        raise ValueError("write one e-mail address, or several separated by commas")
    addresses = tuple(mail_address(part) for part in parts if part.strip())
    if not addresses:
        raise ValueError("there is no e-mail address in it; write it like name@example.org")
    return addresses


def names(value: object) -> tuple[str, ...]:
    """Return the names of a list, or of text separated by commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        raise ValueError("write one name, or several separated by commas")
    return tuple(part.strip() for part in parts if part.strip())


def hours(text: str) -> str:
    """Return a span of the day as written, known to be one."""
    span_of_hours(text)
    return text.strip()


def span_of_hours(text: str) -> tuple[time, time]:
    """Return begin and end of a span of the day, like 22:00-07:00."""
    try:
        begins, ends = (time.fromisoformat(part.strip()) for part in text.replace("\u2013", "-").split("-"))
    except ValueError as exc:
        raise ValueError("write two times of day with a dash between them, like 22:00-07:00") from exc
    if begins == ends or begins.tzinfo or ends.tzinfo:
        raise ValueError("the two times must differ; write them like 22:00-07:00")
    return begins, ends


def web_address(text: str) -> str:
    """Return an address of the web as given; an error never repeats it, for it may hold a secret."""
    stripped = text.strip()
    try:
        parts = urlsplit(stripped)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and stripped.isprintable()
    except ValueError:
        is_one = False
    if not is_one or " " in stripped:
        raise ValueError("this is not a web address; it begins with https:// and has no spaces")
    return stripped
