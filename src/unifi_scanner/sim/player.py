"""Plays a scenario against the clock: events as they fall due, faults at their time, state frames in between."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from random import Random
from typing import Protocol

from unifi_scanner.sim import inventory
from unifi_scanner.sim.console import Console
from unifi_scanner.sim.frames import Frame, frame, malformed_frame
from unifi_scanner.sim.ledger import Kept
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.scenario_file import Fault, duration_ms
from unifi_scanner.sim.sockets import Sockets
from unifi_scanner.sim.world import World

Due = tuple[int, int, Occurrence | Fault]


class Inflict(Protocol):
    """How a fault of the script is carried out."""

    async def __call__(self, fault: Fault) -> None: ...


class Player:
    """One console's voice on its sockets. Everything here runs in the server's loop."""

    def __init__(
        self, console: Console, lock: threading.RLock, sockets: Sockets, inflict: Inflict,
        send: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self._console = console
        self._lock = lock
        self._sockets = sockets
        self._inflict = inflict
        self._send = send
        self._rng = Random(console.scenario.seed)  # noqa: S311 - chance that must be repeatable, not secret
        self._order = itertools.cycle((False, True, False))
        self.is_finished = threading.Event()

    def tell(self, *kept: Kept) -> None:
        """Push what happened to every socket, all of it in one frame, and send what syslog has to say of it.

        What v1 cannot tell is not pushed.
        """
        if self._send is not None:
            for line in (line for one in kept for line in self._console.spoken(one)):
                self._send(line)
        items = [one.item for one in kept if one.item is not None and "websocket" in one.row.sources]
        if items:
            self._sockets.push(frame("events", items, data_first=next(self._order)))

    async def play(self) -> None:
        """Play the scenario once, from its beginning to its end."""
        console, waiting = self._console, list[Kept]()
        for at_ms, _, due in _timeline(console):
            if self._real_seconds_until(at_ms) > 0:
                waiting = self._flush(waiting)
            await self._sleep_until(at_ms)
            if isinstance(due, Fault):
                waiting = self._flush(waiting)
                await self._inflict(due)
                continue
            with self._lock:
                waiting.append(console.happen(due, console.began_ms + at_ms))
            if len(waiting) > 1 or self._rng.random() > console.scenario.serving.two_in_a_frame:
                waiting = self._flush(waiting)
        self._flush(waiting)
        await self._sleep_until(console.scenario.duration_ms)
        with self._lock:
            console.clock.set(rate=1.0)
        self.is_finished.set()

    async def chatter(self) -> None:
        """Push the state frames of a quiet site, as consoles never stop doing (docs/protocol.md B.2)."""
        serving = self._console.scenario.serving
        pause = duration_ms(serving.state_frames_every) / 1000
        if pause <= 0:
            return
        per_empty = max(1, round(duration_ms(serving.empty_frames_every) / 1000 / pause))
        for turn in itertools.count(1):
            await asyncio.sleep(pause)
            self._push_state(turn)
            if turn % per_empty == 0:
                self._sockets.push(malformed_frame("empty"))

    def first_frames(self) -> list[Frame]:
        """Return what a reader hears first: the state of every device."""
        console, now_ms = self._console, self._console.clock.now_ms()
        objects = [inventory.device_object(d, console.state, now_ms) for d in console.network.devices]
        return [frame("device:sync", objects)]

    def _push_state(self, turn: int) -> None:
        console = self._console
        with self._lock:
            now_ms = console.clock.now_ms()
            device = console.network.devices[turn % len(console.network.devices)]
            body = inventory.device_object(device, console.state, now_ms)
            online = [c for c in console.network.clients if c.mac in console.state.online]
            client = online[turn % len(online)] if online else None
            presence = console.state.online[client.mac] if client else None
        for kind in ("device:sync", "unifi-device:sync"):
            self._sockets.push(frame(kind, [body], mac=device.mac))
        if client is not None and presence is not None:
            item = inventory.client_object(client, presence, console.network, now_ms, console.began_ms)
            self._sockets.push(frame("sta:sync", [item]), v2_clients=False)
            self._sockets.push(frame("client:sync", [{**item, "id": client.mac}]), v2_clients=True)

    def _flush(self, waiting: list[Kept]) -> list[Kept]:
        self.tell(*waiting)
        return []

    def _real_seconds_until(self, at_ms: int) -> float:
        console = self._console
        return (console.began_ms + at_ms - console.clock.now_ms()) / 1000 / console.speed

    async def _sleep_until(self, at_ms: int) -> None:
        await asyncio.sleep(max(0.0, self._real_seconds_until(at_ms)))


def _timeline(console: Console) -> Iterator[Due]:
    """Yield occurrences and faults as one, in order of time."""
    number: Callable[[], int] = itertools.count().__next__
    happenings: Iterator[Due] = ((o.at_ms, number(), o) for o in World(console.scenario).occurrences())
    faults = sorted((duration_ms(f.at), index, f) for index, f in enumerate(console.scenario.faults))
    return heapq.merge(happenings, faults, key=lambda due: due[0])
