"""What the settings file says: names at the top level, controllers perhaps in tables of their own.

TOML; a file whose name ends in .json is read as JSON of the same shape, which is how Home Assistant hands over options.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from unifi_scanner.config.groups import NAMES, SECRETS, Controller
from unifi_scanner.config.layers import PREFIX, Given, Layer, text_of
from unifi_scanner.config.nearest import nearest

CONTROLLERS = "controllers"
CONNECTION_NAMES: tuple[str, ...] = tuple(Controller.model_fields)


def toml_layer(path: Path | None) -> Layer:
    """Return what the TOML file says; without a path, nothing."""
    if path is None:
        return Layer()
    try:
        table = _table_in(path)
    except tomllib.TOMLDecodeError as exc:
        return Layer.unreadable(
            f'{path}: this is not TOML: {exc}. Text is written in quotes, like host = "192.168.1.1".'
        )
    except json.JSONDecodeError as exc:
        return Layer.unreadable(f"{path}: this is not JSON: {exc}.")
    except (ValueError, RecursionError) as exc:
        return Layer.unreadable(f"{path}: {exc}.")
    return _layer_of(table, path)


def _table_in(path: Path) -> dict[str, Any]:
    text = text_of(path)
    if path.suffix != ".json":
        return tomllib.loads(text)
    table = json.loads(text)
    if not isinstance(table, dict):
        raise ValueError("the settings must be one JSON object")  # noqa: TRY004 - wrong in the file, like its syntax
    return {key: value for key, value in table.items() if value is not None}


def _layer_of(table: dict[str, Any], path: Path) -> Layer:
    controllers = table.pop(CONTROLLERS, [])
    layer = Layer(given=_known(table, f"{path}: ", NAMES))
    layer.problems += _unknown(table, f"{path}: ", (*NAMES, CONTROLLERS))
    if not isinstance(controllers, list) or not all(isinstance(each, dict) for each in controllers):
        layer.problems.append(f"{path}: {CONTROLLERS}: write each controller as a table: [[controllers]].")
    elif len(controllers) == 1:
        where = f"{path}: {CONTROLLERS}."
        layer.problems += [
            f"{where}{name}: also given at the top level; keep one of the two."
            for name in sorted(controllers[0].keys() & table.keys() & set(CONNECTION_NAMES))
        ]
        layer.given |= _controller(controllers[0], where, layer)
    else:
        layer.controllers = [
            _controller(each, f"{path}: {CONTROLLERS}[{number}].", layer)
            for number, each in enumerate(controllers, start=1)
        ]
    return layer


def _controller(table: dict[str, Any], where: str, layer: Layer) -> dict[str, Given]:
    given = _known(table, where, CONNECTION_NAMES)
    files = {f"{name}_file": name for name in CONNECTION_NAMES if name in SECRETS}
    for key in table.keys() & files.keys():
        layer.read_value(
            files[key], Path(str(table[key])).expanduser(), f"{where}{key} ({table[key]})", given
        )
    layer.problems += _unknown(table, where, (*CONNECTION_NAMES, *files))
    return given


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
