"""Read a scenario: a TOML file that says which network there is and what happens to it when."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from unifi_scanner.sim.blueprint import ScenarioError, build_network, check_happenings, read_duration
from unifi_scanner.sim.network import Network
from unifi_scanner.sim.scenario_file import (
    At,
    Background,
    Every,
    Fault,
    ScenarioFile,
    Serving,
    SyslogSpec,
    read_address,
)

__all__ = ["Scenario", "ScenarioError", "load_scenario", "parse_scenario", "scenario_names", "scenario_of"]

# made at import: two threads that make msgspec learn the same types at the same time crash the interpreter
msgspec.json.Decoder(ScenarioFile)


# built on import: two threads that read a scenario first and at once would build it twice, which msgspec does not survive
msgspec.json.Decoder(ScenarioFile)


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A network and everything that will happen to it, ready to be played."""

    name: str
    title: str
    seed: int
    duration_ms: int
    speed: float
    network: Network
    sites: tuple[tuple[str, str], ...]
    background: Background
    serving: Serving
    syslog: SyslogSpec
    at: tuple[At, ...]
    every: tuple[Every, ...]
    faults: tuple[Fault, ...]


def scenario_names() -> list[str]:
    """Return the names of the scenarios that come with the package, sorted."""
    folder = resources.files("unifi_scanner.sim") / "scenarios"
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Return the packaged scenario of that name, or the one in the file at that path.

    Raises ScenarioError, naming the file and the key, where there is none or it cannot be played.
    """
    name = str(name_or_path)
    if isinstance(name_or_path, str) and name in scenario_names():
        text = (resources.files("unifi_scanner.sim") / "scenarios" / f"{name}.toml").read_text(
            encoding="utf-8"
        )
        return parse_scenario(text, f"{name}.toml")
    path = Path(name_or_path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as exc:
        known = ", ".join(scenario_names())
        raise ScenarioError(
            path, "file", f"there is no such scenario; those that come with it: {known}"
        ) from exc
    return parse_scenario(text, path)


def parse_scenario(text: str, path: str | Path) -> Scenario:
    """Return the scenario written in `text`; `path` is only for the errors."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise ScenarioError(path, "syntax", str(exc)) from exc
    return scenario_of(tables, path)


def scenario_of(tables: Mapping[str, Any], path: str | Path) -> Scenario:
    """Return the scenario in tables read from somewhere else; `path` is only for the name and the errors."""
    try:
        file = msgspec.convert(tables, ScenarioFile)
    except msgspec.ValidationError as exc:
        message, _, key = str(exc).partition(" - at `$.")
        raise ScenarioError(path, key.rstrip("`") or "top level", message) from exc
    network = build_network(file, path)
    check_happenings(file, network, path)
    if file.syslog.to:
        _address(file.syslog.to, path)
    return Scenario(
        name=Path(path).stem,
        title=file.title,
        seed=file.seed,
        duration_ms=read_duration(file.duration, path, "duration"),
        speed=_positive(file.speed, path),
        network=network,
        sites=tuple((site.name, site.desc) for site in file.sites),
        background=file.background,
        serving=file.serving,
        syslog=file.syslog,
        at=tuple(file.at),
        every=tuple(file.every),
        faults=tuple(file.fault),
    )


def _address(text: str, path: str | Path) -> None:
    try:
        read_address(text)
    except ValueError as exc:
        raise ScenarioError(path, "syslog.to", str(exc)) from exc


def _positive(speed: float, path: str | Path) -> float:
    if speed <= 0:
        raise ScenarioError(path, "speed", "must be more than 0")
    return speed
