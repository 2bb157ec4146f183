"""The network's life: what happens when, from a seed and a scenario. No sockets, threads, clock, files, logging."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

import msgspec

from unifi_scanner.sim.casting import NEED_PRESENCE, Role, cast
from unifi_scanner.sim.code_table import CODES, find_code
from unifi_scanner.sim.codes import Code
from unifi_scanner.sim.facts import compose
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import Client, Device, Network
from unifi_scanner.sim.scenario import Scenario
from unifi_scanner.sim.scenario_file import At, Every, duration_ms
from unifi_scanner.sim.state import State

HOUR_MS: Final = 3_600_000


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done at a time: a happening, or the next of the background's comings and goings."""

    what: str
    client: str | None = None
    device: str | None = None
    to: str | None = None
    among: tuple[str, ...] = ()
    fields: Mapping[str, Any] = {}
    rate: float = 0.0
    again_ms: int = 0
    until_ms: int = 0


class World:
    """One run of a scenario; `occurrences` may be asked for once, and always gives the same for the same seed."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.network: Network = scenario.network
        self.state = State(scenario.network)
        self._rng = Random(scenario.seed)  # noqa: S311 - chance that must be repeatable, not secret
        self._queue: list[tuple[int, int, Step]] = []
        self._pushed = 0
        self._script()

    def occurrences(self) -> Iterator[Occurrence]:
        """Yield everything that happens, in order of time."""
        while self._queue:
            at_ms, _, step = heapq.heappop(self._queue)
            if at_ms > self.scenario.duration_ms:
                return
            if step.rate:
                step = self._next_of_background(at_ms, step)
            elif step.again_ms and at_ms + step.again_ms <= step.until_ms:
                self._push(at_ms + step.again_ms, step)
            occurrence = self._act(at_ms, step)
            if occurrence is not None:
                self.state.apply(occurrence)
                self._react(occurrence)
                yield occurrence

    def _push(self, at_ms: int, step: Step) -> None:
        self._pushed += 1
        heapq.heappush(self._queue, (at_ms, self._pushed, step))

    def _script(self) -> None:
        for one in self.scenario.at:
            every = duration_ms(one.repeat.every) if one.repeat else 0
            for turn in range(one.repeat.times if one.repeat else 1):
                self._push(duration_ms(one.at) + turn * every, _step(one))
        for often in self.scenario.every:
            until = duration_ms(often.until) if often.until else self.scenario.duration_ms
            step = msgspec.structs.replace(_step(often), again_ms=duration_ms(often.every), until_ms=until)
            self._push(duration_ms(often.start), step)
        background = self.scenario.background
        rates = {
            "client_connects": background.connects_per_hour,
            "client_leaves": background.leaves_per_hour,
            "client_roams": background.roams_per_hour,
            "client_switches_radio": background.radio_switches_per_hour,
        }
        for what, rate in rates.items():
            if rate > 0:
                self._push(self._wait_ms(rate), Step(what=what, rate=rate))

    def _wait_ms(self, rate: float) -> int:
        return max(1, round(self._rng.expovariate(rate) * HOUR_MS))

    def _next_of_background(self, at_ms: int, step: Step) -> Step:
        """Return the step to act on now, having set the time of the next one of its sort."""
        self._push(at_ms + self._wait_ms(step.rate), step)
        quiet = self.scenario.background.quiet_hours
        asleep = quiet is not None and quiet[0] <= at_ms // HOUR_MS % 24 < quiet[1]
        skip = asleep and self._rng.random() > 0.1
        client = None if skip else self._pick(step.what)
        return msgspec.structs.replace(step, client=client.mac if client else "", rate=0.0)

    def _pick(self, what: str) -> Client | None:
        online, leaving = self.state.online, what in NEED_PRESENCE
        wireless = what in {"client_roams", "client_switches_radio"}
        choices = [
            c
            for c in self.network.clients
            if (c.mac in online) is leaving
            and not (c.always and not wireless)
            and not (wireless and (c.wired or c.fixed))
        ]
        if self.scenario.background.by_presence and wireless and not self._are_enough(len(choices)):
            return None
        return self._rng.choice(choices) if choices else None

    def _are_enough(self, present: int) -> bool:
        """Say by chance whether so many of those that roam make a happening of a network where all are present."""
        everybody = sum(not (client.wired or client.fixed) for client in self.network.clients)
        return self._rng.random() * everybody < present

    def _act(self, at_ms: int, step: Step) -> Occurrence | None:
        if step.client == "":  # the background found nobody to do it
            return None
        code, group = find_code(step.what, step.fields)
        client = self.network.client(step.client)
        code = fit_to_client(code, client)
        if client is not None and code.name in NEED_PRESENCE and client.mac not in self.state.online:
            self._push(at_ms + 2_000, msgspec.structs.replace(step, again_ms=0))
            arrival = fit_to_client(CODES["client_connects"], client)
            return self._happen(at_ms, arrival, "", Step(what=arrival.name, client=client.mac))
        return self._happen(at_ms, code, group, step)

    def _happen(self, at_ms: int, code: Code, group: str, step: Step) -> Occurrence | None:
        role = Role(
            code=code, group=group, client=step.client, device=step.to or step.device, among=step.among,
            fields=step.fields,
        )  # fmt: skip
        moment = cast(role, self.state, self._rng, at_ms)
        return compose(code, group, moment) if moment is not None else None

    def _react(self, occurrence: Occurrence) -> None:
        """Let what hangs on a device that fell silent fall silent too, its clients look elsewhere, and all come back."""
        device = self.network.device(occurrence.device)
        if device is None:
            return
        match occurrence.code.name:
            case "device_offline":
                self._push_all(
                    self.network.below(device), "device_offline", occurrence.at_ms, (4_000, 50_000)
                )
                self._scatter(device, occurrence.at_ms)
            case "device_online":
                self._push_all(self.network.below(device), "device_online", occurrence.at_ms, (8_000, 70_000))
                self._gather(device, occurrence.at_ms)

    def _push_all(self, devices: tuple[Device, ...], what: str, at_ms: int, span: tuple[int, int]) -> None:
        leaving = what == "device_offline"
        for device in devices:
            if self.state.is_up(device) is leaving:
                self._push(at_ms + self._rng.randint(*span), Step(what=what, device=device.name))

    def _scatter(self, device: Device, at_ms: int) -> None:
        left = [
            ap for ap in self.network.aps if self.state.is_up(ap) and ap not in self.network.all_below(device)
        ]
        for client in self.network.clients:
            presence = self.state.online.get(client.mac)
            if presence is not None and presence.ap == device.mac:
                what = "client_roams" if left else "client_leaves"
                self._push(at_ms + self._rng.randint(2_000, 25_000), Step(what=what, client=client.mac))
            elif (
                presence is not None
                and device.uplink is not None
                and client.wired
                and client.switch == device.name
            ):
                self._push(
                    at_ms + self._rng.randint(1_000, 20_000), Step(what="client_leaves", client=client.mac)
                )

    def _gather(self, device: Device, at_ms: int) -> None:
        """Let those that never leave by themselves come back to what they hung on."""
        for client in self.network.clients:
            here = client.switch == device.name if client.wired else device.name in client.home[:1]
            if client.always and here and client.mac not in self.state.online:
                self._push(
                    at_ms + self._rng.randint(15_000, 90_000), Step(what="client_connects", client=client.mac)
                )


def _step(one: At | Every) -> Step:
    return Step(
        what=one.what,
        client=one.client,
        device=one.device,
        to=one.to,
        among=tuple(one.among),
        fields=one.fields,
    )


def fit_to_client(code: Code, client: Client | None) -> Code:
    """Return the wired form of a coming or going when the client hangs on a cable."""
    if client is None or not client.wired:
        return code
    return {"client_connects": CODES["client_plugs_in"], "client_leaves": CODES["client_unplugs"]}.get(
        code.name, code
    )
