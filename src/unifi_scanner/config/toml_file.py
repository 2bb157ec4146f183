"""What the TOML file says: the settings' names at the top level, one controller perhaps in a table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from unifi_scanner.config.groups import NAMES, Controller
from unifi_scanner.config.layers import PREFIX, Given, Layer, text_of
from unifi_scanner.config.nearest import nearest

CONTROLLERS = "controllers"
CONNECTION_NAMES: tuple[str, ...] = tuple(Controller.model_fields)


def toml_layer(path: Path | None) -> Layer:
    """Return what the TOML file says; without a path, nothing."""
    if path is None:
        return Layer()
    try:
        table = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as exc:
        return Layer.unreadable(
            f'{path}: this is not TOML: {exc}. Text is written in quotes, like host = "192.168.1.1".'
        )
    except ValueError as exc:
        return Layer.unreadable(f"{path}: {exc}.")
    return _layer_of(table, path)


def _layer_of(table: dict[str, Any], path: Path) -> Layer:
    controllers = table.pop(CONTROLLERS, [])
    layer = Layer(given=_known(table, f"{path}: ", NAMES))
    layer.problems += _unknown(table, f"{path}: ", (*NAMES, CONTROLLERS))
    if not isinstance(controllers, list) or not all(isinstance(each, dict) for each in controllers):
        layer.problems.append(f"{path}: {CONTROLLERS}: write each controller as a table: [[controllers]].")
        return layer
    for controller in controllers:
        where = f"{path}: {CONTROLLERS}."
        layer.problems += _unknown(controller, where, CONNECTION_NAMES)
        layer.problems += [
            f"{where}{name}: also given at the top level; keep one of the two."
            for name in sorted(controller.keys() & table.keys() & set(CONNECTION_NAMES))
        ]
        layer.given |= _known(controller, where, CONNECTION_NAMES)
    if len(controllers) > 1:
        layer.problems.append(
            f"{path}: {CONTROLLERS}: {len(controllers)} controllers are named, but this version watches one; "
            "keep one [[controllers]] table, and run the program once more for each of the others."
        )
    return layer


def _known(table: Mapping[str, Any], where: str, names: tuple[str, ...]) -> dict[str, Given]:
    return {
        key: Given(value, where + key)
        for key, value in table.items()
        if key in names and value not in ("", [])  # empty is not set, as in the environment
    }


def _unknown(table: Mapping[str, Any], where: str, names: tuple[str, ...]) -> Iterator[str]:
    for key in table.keys() - set(names):
        meant = nearest(key.lower().removeprefix(PREFIX.lower()), names)
        yield f"{where}{key} is not a setting; the nearest one is {meant}. Rename or remove it."
