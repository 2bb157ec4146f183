"""What people write about other machines: networks, host keys, paths there. Pure.

Every reader raises ValueError with a sentence that says what is wrong and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

CLOUDFLARE_ID = re.compile(r"[0-9a-f]{32}")
MOST_ZONES = 10
TOPIC = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
HOST_KEY = re.compile(r"SHA256:([A-Za-z0-9+/]{43})=?")  # base64 of 32 bytes, as ssh-keygen prints it


def own_address(text: str) -> str:
    """Return an IP address, with or without the brackets of IPv6."""
    try:
        return str(ip_address(text.strip().strip("[]")))
    except ValueError as exc:
        raise ValueError(f"{text!r} is not an address of this machine; write it like 192.168.1.5") from exc


def networks(value: object) -> tuple[str, ...]:
    """Return addresses and networks of a list, or of text separated by commas."""
    return tuple(_network(part) for part in _parts(value, "network"))


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError as exc:
        raise ValueError(
            f"{text.strip()!r} is not an address or network; write it like 192.168.1.7 or 192.168.1.0/24"
        ) from exc


def host_key(text: str) -> str:
    """Return a host key's fingerprint as `SHA256:…`, also out of the whole line that ssh-keygen prints."""
    found = HOST_KEY.search(text)
    if found is None:
        raise ValueError(
            "this is not a host key's fingerprint; write it as ssh-keygen -lf prints it, like SHA256:AbC…"
        )
    return f"SHA256:{found.group(1)}"


def remote_paths(value: object) -> tuple[str, ...]:
    """Return whole paths of a list, or of text separated by commas."""
    return tuple(_remote_path(part.strip()) for part in _parts(value, "path"))


def _remote_path(path: str) -> str:
    if not path.startswith("/") or not path.isprintable():
        raise ValueError(f"{path!r} is not a whole path; write it like /var/log/messages")
    return path


def cloudflare_id(text: str) -> str:
    """Return the id of a zone or an account at Cloudflare."""
    if not CLOUDFLARE_ID.fullmatch(text.strip().lower()):
        raise ValueError(
            f"{text.strip()!r} is not an id of Cloudflare; it has 32 characters, 0-9 and a-f, and stands on the "
            "Overview page"
        )
    return text.strip().lower()


def cloudflare_ids(value: object) -> tuple[str, ...]:
    """Return the ids of a list, or of text separated by commas."""
    ids = tuple(dict.fromkeys(cloudflare_id(part) for part in _parts(value, "id")))
    if len(ids) > MOST_ZONES:
        raise ValueError(f"at most {MOST_ZONES} zones can be told about; leave some out")
    return ids


def topic(text: str) -> str:
    """Return the first part of MQTT topics."""
    clean = text.strip().strip("/")
    if not TOPIC.fullmatch(clean) or len(clean) > 100:
        raise ValueError(
            f"{text!r} cannot begin a topic; use letters, digits, - and _, with / between the parts"
        )
    return clean


def _parts(value: object, what: str) -> Iterator[str]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        raise ValueError(f"write one {what}, or several separated by commas")
    return (part for part in parts if part.strip())
