"""Which scenarios can happen on one day without getting in each other's way. Pure but for reading files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import msgspec

from insight.files import Tables, read, scenario_paths
from insight.truth import Chance, kind_of, whom


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario as a part of another: where it can be played, whom and what it is about."""

    name: str
    houses: frozenset[str]
    versions: frozenset[str]
    about: frozenset[str]  # names and Kinds: two parts that share one could not be told apart


def fitting(house: str, version: str, count: int, rng: Random) -> list[str]:
    """Return up to `count` scenarios that can be played there together, drawn by chance."""
    chosen: list[Part] = []
    for part in rng.sample(parts(), len(parts())) if count else ():
        if len(chosen) == count:
            break
        fits = house in part.houses and version in part.versions
        if fits and not any(part.about & other.about for other in chosen):
            chosen.append(part)
    return [part.name for part in chosen]


@cache
def parts() -> tuple[Part, ...]:
    """Return every scenario of one day that is about one thing."""
    return tuple(_parts())


def _parts() -> Iterator[Part]:
    for name, path in scenario_paths().items():
        tables = read(path)
        chance = msgspec.convert(tables["random"], Chance)
        if chance.quiet or chance.period or chance.parts or chance.by_chance:
            continue
        yield Part(
            name=name,
            houses=frozenset(chance.houses),
            versions=frozenset(chance.versions),
            about=frozenset(_about(tables)),
        )


def _about(tables: Tables) -> Iterator[str]:
    acts: list[Any] = tables.get("at", [])
    for act in acts:
        yield from (act[word] for word in ("client", "device") if word in act)
        yield from act.get("among", ())
        yield from (name for name in [act.get("fields", {}).get("admin")] if name)
    for truth in tables.get("truth", ()):
        causes = [truth["cause"], *truth.get("also", ()), *truth.get("consequences", ())]
        yield from (kind_of(cause) for cause in causes)
        yield from (name for cause in causes if (name := whom(cause)))
        yield from truth.get("members", ())
