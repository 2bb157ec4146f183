"""Frames per second through client, decode, buffer and drain, against a bare receive loop on the same frames."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import time
from collections.abc import Callable, Coroutine
from multiprocessing.connection import Connection
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from unifi_scanner.api.buffer import WebSocketEventBuffer
from unifi_scanner.api.frames import is_wanted, peek_kind
from unifi_scanner.api.websocket import MAX_FRAME, UnifiWebSocketClient
from unifi_scanner.models.enums import DeviceType

FRAMES, ROUNDS, DRAIN_EVERY = 12_000, 5, 2_000
STREAM_TARGET, SKIP_TARGET = 0.8, 20.0


def device_sync(size: int) -> str:
    """Return a `device:sync` frame of about `size` bytes, shaped like a switch with its port table."""
    ports = [
        {"port_idx": n, "up": n % 3 == 0, "rx_bytes": n * 7919, "tx_bytes": n * 104729, "name": f"Port {n}"}
        for n in range(size // 85)
    ]
    item = {
        "mac": "fc:ec:da:11:22:33",
        "name": "Rack Switch",
        "state": 1,
        "uptime": 86400,
        "port_table": ports,
    }
    return json.dumps({"meta": {"rc": "ok", "message": "device:sync"}, "data": [item]}, separators=(",", ":"))


def mix(count: int) -> list[bytes]:
    """Return frames as a busy site sends them: mostly state, some clients, a tenth of events (protocol.md B.2)."""
    rng = random.Random(1)
    big, small = device_sync(60_000).encode(), device_sync(6_000).encode()
    station = json.dumps(
        {
            "meta": {"rc": "ok", "message": "sta:sync"},
            "data": [
                {
                    "mac": "5c:52:30:55:7d:67",
                    "ap_mac": "d0:21:f9:89:df:f9",
                    "signal": -61,
                    "rx_bytes": 123456789,
                    "essid": "Home",
                    "uptime": 4711,
                }
            ],
        }
    ).encode()
    frames: list[bytes] = []
    for number in range(count):
        draw = rng.random()
        frames.append(
            big if draw < 0.1 else small if draw < 0.6 else station if draw < 0.9 else _event(number)
        )
    return frames


def _event(number: int) -> bytes:
    item = {
        "user": f"5c:52:30:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
        "ssid": "Home", "ap": "d0:21:f9:89:df:f9", "radio": "na", "channel": "40", "hostname": "iPhone", "ap_name": "Hall",
        "key": "EVT_WU_Connected", "subsystem": "wlan", "time": 1761598567827 + number, "_id": f"{number:024x}",
        "msg": 'User[5c:52:30:55:7d:67] has connected to AP[d0:21:f9:89:df:f9] with SSID "Home" on "channel 40(na)"',
    }  # fmt: skip
    return json.dumps({"meta": {"rc": "ok", "message": "events"}, "data": [item]}).encode()


def _server(pipe: Connection) -> None:
    frames = mix(FRAMES)

    async def send(socket: ServerConnection) -> None:
        for frame in frames:
            await socket.send(frame, text=True)
        await socket.wait_closed()

    async def main() -> None:
        async with serve(send, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
            pipe.send(server.sockets[0].getsockname()[1])
            await asyncio.get_running_loop().run_in_executor(None, pipe.recv)

    asyncio.run(main())


async def bare(port: int) -> float:
    """Return the seconds a loop takes that only receives and decodes."""
    async with connect(
        f"ws://127.0.0.1:{port}", max_size=MAX_FRAME, compression=None, proxy=None, ping_interval=None
    ) as socket:
        orjson.loads(await socket.recv(decode=False))
        began = time.perf_counter()
        for _ in range(FRAMES - 1):
            orjson.loads(await socket.recv(decode=False))
        return time.perf_counter() - began


class Loopback(UnifiWebSocketClient):
    """The real client, dialling the benchmark's plain socket."""

    @property
    def endpoint(self) -> str:
        """Return the loopback server's address."""
        return self._base_url


async def ours(port: int) -> float:
    """Return the seconds the real client takes, its events buffered and drained."""
    client = Loopback(f"ws://127.0.0.1:{port}", "default", {}, DeviceType.UDM_PRO)
    client._ssl = None  # type: ignore[assignment]
    buffer = WebSocketEventBuffer()
    began = 0.0

    def take(event: Any) -> None:
        buffer.add(event)
        if len(buffer) >= DRAIN_EVERY:
            buffer.drain()

    listener = asyncio.create_task(client.listen(take))
    while client.counts["frames"] == 0:
        await asyncio.sleep(0)
    began = time.perf_counter()
    first = client.counts["frames"]
    while client.counts["frames"] < FRAMES:
        await asyncio.sleep(0.001)
    seconds = time.perf_counter() - began
    buffer.drain()
    await client.stop()
    await listener
    return seconds * (FRAMES - 1) / (FRAMES - first)


def best_of(measure: Callable[[int], Coroutine[Any, Any, float]], port: int) -> float:
    """Return the quickest of several rounds: the one the machine disturbed least."""
    return min(asyncio.run(measure(port)) for _ in range(ROUNDS))


def run() -> list[dict[str, Any]]:
    """Return the figures as rows of the benchmark table."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_server, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    try:
        yardstick, seconds = best_of(bare, port), best_of(ours, port)
    finally:
        here.send("end")
        server.join(5)
    return [_stream_row(FRAMES / seconds, FRAMES / yardstick), _skip_row()]


def _stream_row(rate: float, yardstick: float) -> dict[str, Any]:
    return {
        "name": "frames through client, decode, buffer and drain",
        "value": rate,
        "unit": "frames/s",
        "yardstick": yardstick,
        "ratio": rate / yardstick,
        "target": f">= {STREAM_TARGET} of a bare receive loop with orjson",
        "ok": rate / yardstick >= STREAM_TARGET,
    }


def _skip_row() -> dict[str, Any]:
    frame = device_sync(60_000).encode()
    skip = _cost(lambda: is_wanted(peek_kind(frame)), 200_000)
    decode = _cost(lambda: orjson.loads(frame), 2_000)
    return {
        "name": "skipping a 60 KB device:sync",
        "value": skip * 1e6,
        "unit": "µs",
        "yardstick": decode * 1e6,
        "ratio": decode / skip,
        "target": f">= {SKIP_TARGET:.0f} times cheaper than decoding it",
        "ok": decode / skip >= SKIP_TARGET,
    }


def _cost(work: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - began) / times)
    return best


if __name__ == "__main__":
    for row in run():
        print(row)
