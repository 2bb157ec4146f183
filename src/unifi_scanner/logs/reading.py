"""Reading single values out of a wire record whose types nobody promised. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from unifi_scanner.models.addresses import is_private
from unifi_scanner.models.device import NameBook, canonical_mac
from unifi_scanner.models.phrasing import tame
from unifi_scanner.models.signal import dbm_of

BLOCKED, NOT_BLOCKED = "blocked", "not blocked"
_OUTCOMES = {"blocked": BLOCKED, "block": BLOCKED, "allowed": NOT_BLOCKED, "allow": NOT_BLOCKED}
BANDS = {"ng": "2.4 GHz", "na": "5 GHz", "6e": "6 GHz", "ad": "60 GHz"}  # docs/protocol.md B.6
_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
_DURATION = re.compile(r"(\d+)\s*(d|h|m|s)", re.IGNORECASE)
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_WORDS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_MAC_IN_TEXT = re.compile(r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b", re.IGNORECASE)
_CODE = re.compile(r"\b(?:EVT_\w+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b")
_TAG = re.compile(r"\b[A-Z][A-Za-z ]*\[([^\[\]]*)\]")


def text_of(value: Any) -> str | None:
    """Return a scalar as text, or None for nothing, containers and placeholders such as `null` or `**`."""
    if not isinstance(value, str):
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    text = value.strip()
    if text[:1].isalnum():
        return None if len(text) == 4 and text.lower() == "null" else text
    return text if any(c.isalnum() or _is_picture(c) for c in text) else None


def _is_picture(char: str) -> bool:
    """Return whether a character is a sign beyond ASCII: people name their phones with nothing else."""
    return not char.isascii() and unicodedata.category(char) in ("So", "Sk")


def outcome_of(value: Any) -> str | None:
    """Return whether traffic was stopped, where the record says so in a word we know (docs/protocol.md C.4, D.6, F.2)."""
    return _OUTCOMES.get(value.strip().lower()) if isinstance(value, str) else None


def line_id_of(value: Any) -> str | None:
    """Return the id of an Internet line; the first is WAN in the system log and WAN1 in CEF (D.3, F.2)."""
    text = text_of(value)
    return "WAN1" if text == "WAN" else text


def first_text(record: Mapping[str, Any], *fields: str) -> str | None:
    """Return the first of `fields` that holds a usable text."""
    for field in fields:
        value = record.get(field)
        text = text_of(value) if value is not None else None
        if text is not None:
            return text
    return None


def int_of(value: Any) -> int | None:
    """Return a whole number from a number or its text, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if abs(value) < 1e15 else None
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    return None


def signal_of(value: Any) -> int | None:
    """Return a Wi-Fi signal in dBm, also from UniFi's own scale; None where it is none."""
    return dbm_of(int_of(value))


def band_of(value: Any) -> str | None:
    """Return a radio code as the band a person knows: `na` is `5 GHz`."""
    text = text_of(value)
    return None if text is None else BANDS.get(text.lower(), text if "GHz" in text else None)


def address_of(value: Any) -> str | None:
    """Return `value` where it is an IP address."""
    text = text_of(value)
    return None if text is None else _address(text)


@lru_cache(maxsize=8192)
def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def direction_of(source: str | None, destination: str | None) -> str | None:
    """Return `incoming`, `outgoing` or `local` from which side is private (docs/protocol.md C.4)."""
    match is_private(source), is_private(destination):
        case True, True:
            return "local"
        case True, False:
            return "outgoing"
        case False, True:
            return "incoming"
        case _:
            return None


def seconds_of(value: Any) -> int | None:
    """Return a duration in seconds from a number or from text such as `1h 6m 22s`."""
    number = int_of(value)
    if number is not None:
        return number if number >= 0 else None
    if not isinstance(value, str):
        return None
    parts = _DURATION.findall(value[:64])
    return sum(int(n) * _SECONDS[unit.lower()] for n, unit in parts) if parts else None


def duration_words(seconds: int) -> str:
    """Return a duration in words with at most two units: `7 minutes 47 seconds`, `2 hours 5 minutes`."""
    parts: list[str] = []
    for size, word in _WORDS:
        amount, seconds = divmod(seconds, size)
        if amount and len(parts) < 2:
            parts.append(f"{amount} {word}{'' if amount == 1 else 's'}")
        elif parts:
            break
    return " ".join(parts) or "less than a second"


def mac_of(record: Mapping[str, Any], *fields: str) -> str | None:
    """Return the first of `fields` that holds a MAC, canonical."""
    for field in fields:
        mac = canonical_mac(record.get(field))
        if mac is not None:
            return mac
    return None


def said(message: Any, names: NameBook) -> str | None:
    """Return the controller's own words with MACs replaced by names, for events nobody knows yet."""
    text = text_of(message)
    if text is None:
        return None
    plain = _TAG.sub(lambda m: m.group(1), text[:500])
    named = _MAC_IN_TEXT.sub(lambda m: names.of(canonical_mac(m.group())) or "a device", plain)
    words = " ".join(_CODE.sub("", named).split())
    return tame(words.rstrip(".")) if any(c.isalnum() for c in words) else None


def present(**facts: Any) -> dict[str, Any]:
    """Return the facts that are known."""
    return {name: value for name, value in facts.items() if value not in (None, "", (), [])}
