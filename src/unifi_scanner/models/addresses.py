"""Whose an address is: one's own network's, or the Internet's. Pure."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network

# addresses of one's own network; the standard library's `is_private` also counts the ranges kept for examples
_OWN = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    )
)


@lru_cache(maxsize=8192)
def is_private(address: str | None) -> bool | None:
    """Return whether an address belongs to somebody's own network; None where it is not an address."""
    try:
        parsed = ip_address((address or "").strip())
    except ValueError:
        return None
    return any(parsed in network for network in _OWN if network.version == parsed.version)
