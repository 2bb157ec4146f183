"""WebSocket frames as text: events, state, and the malformed ones a reader must survive (docs/protocol.md B.2, B.4). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from unifi_scanner.sim.encoding import json_bytes

HUGE: Final = 16 * 1024 * 1024
BIG: Final = 5 * 1024 * 1024
MALFORMED: Final = (
    "empty",
    "ping",
    "binary",
    "truncated",
    "non_object",
    "invalid_utf8",
    "huge",
    "big",
    "empty_data",
    "no_meta",
)


class Frame(msgspec.Struct, frozen=True):
    """One WebSocket message; `text` says with which opcode, not that it is valid text."""

    payload: bytes
    text: bool = True


def frame(kind: str, data: Sequence[Mapping[str, Any]], *, data_first: bool = False, **meta: str) -> Frame:
    """Return a frame of that kind; controllers write `meta` and `data` in either order."""
    head = {"rc": "ok", "message": kind, **meta}
    body = {"data": data, "meta": head} if data_first else {"meta": head, "data": data}
    return Frame(json_bytes(body))


def malformed_frame(kind: str) -> Frame:
    """Return one of MALFORMED; ValueError for any other word."""
    meta = b'{"rc":"ok","message":"events"}'
    frames = {
        "empty": Frame(b""),
        "ping": Frame(b"ping"),
        "binary": Frame(b"\x00\x01\x02\xff\xfe", text=False),
        "truncated": Frame(b'{"meta":' + meta + b',"data":[{"key":"EVT_WU_Conn'),
        "non_object": Frame(b'["events",1,null]'),
        "invalid_utf8": Frame(b'{"meta":' + meta + b',"data":[{"key":"\xc3\x28"}]}'),
        "empty_data": Frame(b'{"meta":' + meta + b',"data":[]}'),
        "no_meta": Frame(b'{"data":[{"key":"EVT_WU_Connected"}]}'),
    }
    if kind in {"huge", "big"}:
        return huge_frame(HUGE if kind == "huge" else BIG)
    if kind not in frames:
        raise ValueError(f"{kind!r} is none of {', '.join(MALFORMED)}")
    return frames[kind]


@lru_cache(maxsize=2)
def huge_frame(size: int = HUGE) -> Frame:
    """Return a `device:sync` of exactly `size` bytes, as a big site's first one may be (docs/protocol.md B.1)."""
    ports = [
        {"port_idx": n, "name": f"Port {n}", "up": True, "poe_good": True, "rx_errors": 0}
        for n in range(1, 49)
    ]
    one = msgspec.json.encode({"mac": "d0:21:f9:00:00:01", "state": 1, "type": "usw", "port_table": ports})
    head, tail = b'{"meta":{"rc":"ok","message":"device:sync"},"data":[', b'{"pad":"'
    room = size - len(head) - len(tail) - len(b'"}]}')
    count = room // (len(one) + 1)
    padding = b"x" * (room - count * (len(one) + 1))
    return Frame(head + (one + b",") * count + tail + padding + b'"}]}')
