"""Who may send us log lines: addresses and networks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
# one's own networks: RFC 1918, loopback, link-local, unique local; the Internet never by default
PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)


class AllowList:
    """The senders we listen to: those named, or, where none is, those with a private address."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        named = [ip_network(text, strict=False) for text in allowed]
        self.networks: tuple[Network, ...] = tuple(named or map(ip_network, PRIVATE))
        self.allows = lru_cache(maxsize=4096)(self._allows)

    def _allows(self, sender: str) -> bool:
        """Return whether lines from this address are taken; what is no address is not."""
        try:
            address = ip_address(sender)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


@lru_cache(maxsize=4096)
def plain_address(text: str) -> str:
    """Return a peer's address without its zone, and an IPv4 address inside IPv6 as IPv4."""
    bare = text.partition("%")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return bare
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
