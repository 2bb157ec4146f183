"""What UniFi devices say when asked who is there, over UDP port 10001 (docs/protocol.md A.9). Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from ipaddress import IPv4Address

import msgspec

PORT = 10001
QUESTION = b"\x01\x00\x00\x00"
_HEADER = struct.Struct("!BBH")  # version, command, length of what follows
_FIELD = struct.Struct("!BH")  # what it is, and its length
_ADDRESS, _NAME, _MODEL, _MODEL_WHOLE = 0x02, 0x0B, 0x0C, 0x14
_MAC_BYTES = 6
# by how their model begins: gateways and consoles with the Network application, and not access points or switches
CONSOLES = (
    "UDM",
    "UDR",
    "UDW",
    "UCG",
    "UCK",
    "UX",
    "UNVR",
    "ENVR",
    "EFG",
    "UNAS",
    "UniFi Dream",
    "UniFi Cloud",
    "UXG",
)


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A device that answered: where it is, what it is called and which model it says it is."""

    address: str
    name: str = ""
    model: str = ""

    @property
    def is_console(self) -> bool:
        """Return whether its model is one that may run the Network application."""
        return self.model.startswith(CONSOLES)


def parse_answer(packet: bytes, sender: str) -> Neighbour | None:
    """Return who answered, or None for a packet that is no answer; what is cut off is left out."""
    if len(packet) < _HEADER.size or packet == QUESTION:
        return None
    fields = dict(_fields(packet[_HEADER.size :]))
    if not fields:
        return None
    own = fields.get(_ADDRESS, b"")[_MAC_BYTES:]
    return Neighbour(
        address=str(IPv4Address(own)) if len(own) == 4 else sender,
        name=_text(fields.get(_NAME, b"")),
        model=_text(fields.get(_MODEL_WHOLE) or fields.get(_MODEL, b"")),
    )


def _fields(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _FIELD.size <= len(body):
        what, length = _FIELD.unpack_from(body, at)
        at += _FIELD.size
        if at + length > len(body):
            return
        yield what, body[at : at + length]
        at += length


def _text(value: bytes) -> str:
    text = value.decode("utf-8", errors="replace").strip("\0 ")
    return "".join(c for c in text if c.isprintable())[:64]
