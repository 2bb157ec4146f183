"""From a labelled scenario and a seed to one run of it: other names, times and order, some of it missing. Pure but for reading files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from insight.files import HERE, Tables, read
from insight.names import PEOPLE, renamed, with_names
from insight.pairing import fitting
from insight.truth import KINDS, Chance, Known, Never, Truth, kind_of, whom
from unifi_scanner.sim.network import Network
from unifi_scanner.sim.scenario import Scenario, scenario_of
from unifi_scanner.sim.scenario_file import duration_ms

ZONES: Final = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Sydney")
FIRST_DAY: Final = datetime(2026, 1, 5)  # noqa: DTZ001 - a date; the scenario's zone is put to it
# harmless things that happen on any network, now and then
HARMLESS: Final = (
    "channel_changed", "admin_signs_in", "firmware_available", "client_anomaly", "client_anomaly", "score_dropped",
    "guest_authorized", "vpn_connects", "one_typo", "firewall_blocked", "country_blocked", "address_refused",
    "join_stumbles", "join_stumbles", "join_stumbles", "link_poor", "link_poor", "link_poor", "neighbour",
)  # fmt: skip
NEIGHBOURS: Final = ("FRITZ!Box 7590", "Vodafone-1F2A", "eduroam", "DIRECT-printer", "MagentaWLAN-77")
ORDINARY: Final = ("connects_per_hour", "leaves_per_hour", "roams_per_hour", "radio_switches_per_hour")
MARGIN_MS: Final = 60_000


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """One run: the simulator's scenario, when it begins, by which controller, and what is true of it."""

    name: str
    seed: int
    scenario: Scenario
    chance: Chance
    version: str
    began: datetime
    truths: tuple[Known, ...]
    nevers: tuple[Never, ...]

    @property
    def ended(self) -> datetime:
        """Return when the run, and its report's period, ends."""
        return self.began + timedelta(milliseconds=self.scenario.duration_ms)

    @property
    def since(self) -> datetime:
        """Return from when on the report speaks."""
        period = self.chance.period
        return self.ended - timedelta(milliseconds=duration_ms(period)) if period else self.began


def draw(path: Path, seed: int) -> Drawn:
    """Return the run that a scenario makes of a seed; raises ScenarioError or ValueError for one that makes none."""
    rng, tables = Random(f"{path.stem} {seed}"), read(path)
    chance = msgspec.convert(tables["random"], Chance)
    place = rng.choice(chance.houses)
    version = rng.choice(chance.versions)
    tables = _with_parts(tables, [*chance.parts, *fitting(place, version, chance.by_chance, rng)])
    house = read(HERE / "houses" / f"{place}.toml")
    names = renamed([*_roles(house), *_admins(tables)], rng)
    house, tables = with_names(house, names), with_names(tables, names)
    zone = rng.choice(ZONES)
    acts, spans = _timed(tables.get("at", ()), chance, rng)
    length_ms = duration_ms(tables["duration"])
    acts += _harmless(house, chance, length_ms, rng)
    body = {
        "title": tables["title"], "seed": rng.getrandbits(32), "duration": tables["duration"],
        "network": {**house["network"], "timezone": zone, "clients": _mixed(house, rng)},
        "background": _background(house, chance, rng), "syslog": {"noise": chance.syslog},
        "at": acts, "every": list(tables.get("every", ())),
    }  # fmt: skip
    scenario = scenario_of(body, path)
    began = (FIRST_DAY + timedelta(days=rng.randrange(340))).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    truths = [msgspec.convert(one, Truth) for one in tables.get("truth", ())]
    return Drawn(
        name=path.stem, seed=seed, scenario=scenario, chance=chance, version=version, began=began,
        truths=tuple(_known(one, scenario.network, began, spans, path) for one in truths),
        nevers=tuple(msgspec.convert(one, Never) for one in tables.get("never", ())),
    )  # fmt: skip


def _with_parts(tables: Tables, parts: Sequence[str]) -> Tables:
    """Return a scenario with the happenings and truths of others beside its own; what they forbid may be true here."""
    acts, truths = list(tables.get("at", ())), list(tables.get("truth", ()))
    for part in parts:
        other = read(HERE / "scenarios" / f"{part}.toml")
        acts += [act | {"story": f"{part}/{act.get('story', 'main')}"} for act in other.get("at", ())]
        truths += [
            truth | {"story": f"{part}/{truth.get('story', 'main')}"} for truth in other.get("truth", ())
        ]
    return {**tables, "at": acts, "truth": truths}


def _roles(house: Tables) -> Iterator[str]:
    network = house["network"]
    for group in (
        [network["gateway"]],
        network.get("aps", ()),
        network.get("switches", ()),
        network["clients"],
    ):
        for one in group:
            if one.get("name"):
                yield one["name"]


def _admins(tables: Tables) -> list[str]:
    named = (one.get("fields", {}).get("admin", "") for one in tables.get("at", ()))
    return list(dict.fromkeys(name for name in named if name.startswith("Admin ")))


def _mixed(house: Tables, rng: Random) -> list[dict[str, Any]]:
    """Return the clients in another order, each with a host name."""
    clients = [dict(one) for one in house["network"]["clients"]]
    for client in clients:
        slug = "-".join(client.get("name", "").replace("'", "").split())
        client.setdefault("hostname", slug[:20])
    rng.shuffle(clients)
    return clients


def _background(house: Tables, chance: Chance, rng: Random) -> Tables:
    told = dict(house.get("background", {}))
    return told | {
        word: told[word] * chance.calm * rng.uniform(0.6, 1.4) for word in ORDINARY if word in told
    }


def _timed(acts: Any, chance: Chance, rng: Random) -> tuple[list[dict[str, Any]], dict[str, tuple[int, int]]]:
    """Return the happenings at the times of this seed, and from when to when each story goes."""
    shifts: dict[str, int] = {}
    spans: dict[str, tuple[int, int]] = {}
    told = []
    for act in acts:
        story = act.get("story", "main")
        shift = shifts.setdefault(story, rng.randrange(max(1, duration_ms(chance.shift))))
        repeat, start = act.get("repeat"), duration_ms(act["at"]) + shift
        for turn in range(repeat["times"] if repeat else 1):
            off = rng.uniform(-1, 1) * duration_ms(act.get("jitter", chance.jitter))
            at_ms = max(0, round(start + turn * (duration_ms(repeat["every"]) if repeat else 0) + off))
            first, last = spans.get(story, (at_ms, at_ms))
            spans[story] = (min(first, at_ms), max(last, at_ms))
            bare = {key: value for key, value in act.items() if key not in {"story", "repeat", "jitter"}}
            told.append(bare | {"at": f"{at_ms}ms"})
    return told, spans


def _harmless(house: Tables, chance: Chance, length_ms: int, rng: Random) -> list[dict[str, Any]]:
    count = round(chance.noise * length_ms / 86_400_000 * rng.uniform(0.5, 1.5))
    owner = rng.choice(PEOPLE)
    return [_harmless_one(house, owner, rng.randrange(length_ms), rng) for _ in range(count)]


def _harmless_one(house: Tables, owner: str, at_ms: int, rng: Random) -> dict[str, Any]:
    what, network = rng.choice(HARMLESS), house["network"]
    act: dict[str, Any] = {"at": f"{at_ms}ms", "what": what}
    wireless = [one["name"] for one in network["clients"] if one.get("name") and one.get("ssid")]
    match what:
        case "admin_signs_in":
            return act | {"fields": {"admin": owner, "ip": "192.168.1.101"}}
        case "channel_changed" | "firmware_available":
            return act | {"device": rng.choice(network["aps"])["name"]}
        case "guest_authorized":
            return act
        case "neighbour":
            named = {"essid": rng.choice(NEIGHBOURS)}
            return act | {"what": "rogue_ap", "device": rng.choice(network["aps"])["name"], "fields": named}
        case "one_typo":
            return act | {"what": "password_wrong", "client": rng.choice(wireless)}
        case _:
            return act | {"client": rng.choice(wireless)}


def _known(
    truth: Truth, network: Network, began: datetime, spans: Mapping[str, tuple[int, int]], path: Path
) -> Known:
    for cause in (truth.cause, *truth.also, *truth.consequences):
        if kind_of(cause) not in KINDS:
            raise ValueError(f"{path.name}: {cause!r} is no cause of the vocabulary")
    first, last = spans.get(truth.story, (0, 0))
    start = duration_ms(truth.start) if truth.start else first
    end = duration_ms(truth.end) if truth.end else last
    named = [name for name in (*truth.members, *map(whom, (truth.cause, *truth.also))) if name]
    called = {name: frozenset(_words(name, network)) for name in named}
    return Known(
        truth=truth,
        cause=truth.cause,
        also=truth.also,
        members=frozenset(word for words in called.values() for word in words),
        called=called,
        start=began + timedelta(milliseconds=start - MARGIN_MS),
        end=began + timedelta(milliseconds=end + MARGIN_MS),
    )


def _words(name: str, network: Network) -> Iterator[str]:
    """Yield how a finding may name it: by its name, its host name, or `about`'s word with its MAC."""
    yield name
    if (device := network.device(name)) is not None:
        yield from (f"device:{device.mac}", device.mac)
    if (client := network.client(name)) is not None:
        yield from (f"client:{client.mac}", client.mac, client.hostname, client.ip)
    if device is None and client is None:
        yield f"admin:{name}"
