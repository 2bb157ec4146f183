"""One TCP or TLS connection of the syslog receiver, and how many there may be."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec

from unifi_scanner import clock
from unifi_scanner.logs.framing import Framing, Message, text_of
from unifi_scanner.logs.intake import IDLE, Intake


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What strangers may cost us: connections, seconds, lines and bytes."""

    connections: int = 64  # one over TLS takes a quarter of a megabyte
    connections_per_sender: int = 8
    idle_s: float = 900.0
    handshake_s: float = 10.0
    burst_s: float = 10.0  # a sender may send so many seconds' worth of lines at once
    senders: int = 4096
    lines: int = 100_000
    bytes: int = 32 * 1024 * 1024


class Peers:
    """The open connections, counted from the moment they are accepted, and by sender."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.connected: set[Peer] = set()
        self._by_sender: Counter[str] = Counter()

    def enter(self, sender: str) -> bool:
        """Return whether one more connection of `sender` may stay; if so, `leave` ends it."""
        if self._by_sender.total() >= self.limits.connections:
            return False
        if self._by_sender[sender] >= self.limits.connections_per_sender:
            return False
        self._by_sender[sender] += 1
        return True

    def leave(self, sender: str) -> None:
        """Give a place back."""
        self._by_sender[sender] -= 1
        if self._by_sender[sender] <= 0:
            del self._by_sender[sender]

    def close_idle(self, now: float) -> int:
        """Close the connections that said nothing for too long and return how many there were."""
        idle = [peer for peer in self.connected if now - peer.last_heard > self.limits.idle_s]
        for peer in idle:
            peer.abort()
        return len(idle)

    def close_all(self) -> None:
        """Close every connection at once."""
        for peer in list(self.connected):
            peer.abort()


class Peer(asyncio.Protocol):
    """Takes what one connection sends; never answers, never waits for it."""

    def __init__(self, sender: str, intake: Intake, peers: Peers) -> None:
        self.sender = sender
        self.intake = intake
        self.peers = peers
        self.framing = Framing()
        self.last_heard = clock.monotonic()
        self.was_connected = False
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen to it."""
        self._transport = transport
        self.was_connected = True
        self.peers.connected.add(self)
        self.intake.counts["connections"] += 1

    def data_received(self, data: bytes) -> None:
        """Take the messages that are complete."""
        self.last_heard = clock.monotonic()
        self._take(self.framing.feed(data))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Take what was left without its end, and give the place back."""
        self.peers.connected.discard(self)
        self._take(self.framing.finish())
        self.peers.leave(self.sender)

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            self.intake.take(self.sender, text_of(message))

    def abort(self) -> None:
        """Close it without waiting for the other side."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()


def sweep(peers: Peers, intake: Intake) -> None:
    """Do what time asks for: close idle connections, tell of floods."""
    intake.drops[IDLE] += peers.close_idle(clock.monotonic())
    intake.tell_floods()
