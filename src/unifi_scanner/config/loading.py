"""From what was said to settings: the strongest source wins, and every error is told at once."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from unifi_scanner.config.checks import conflicts, missing_for_controller, with_port_of_host
from unifi_scanner.config.complaints import sentences
from unifi_scanner.config.controllers import several_controllers
from unifi_scanner.config.groups import SECRETS
from unifi_scanner.config.layers import (
    Given,
    Layer,
    command_line_layer,
    config_path_of,
    environment_layer,
    secret_file_layer,
)
from unifi_scanner.config.settings import Provenance, Settings
from unifi_scanner.config.toml_file import toml_layer
from unifi_scanner.errors import ConfigError
from unifi_scanner.log import register_secret

NOTHING: Mapping[str, Any] = MappingProxyType({})


def load_settings(
    *,
    config_path: str | os.PathLike[str] | None = None,
    overrides: Mapping[str, Any] = NOTHING,
    environ: Mapping[str, str] = os.environ,
    for_controller: bool = False,
) -> Settings:
    """Return the effective settings, or raise one ConfigError that tells every problem.

    Order: `overrides` (command line), environment, `_FILE`, TOML, default. With `for_controller` a
    missing address or missing credentials are problems too.
    """
    layers = _layers(config_path_of(config_path, environ), overrides, environ)
    problems = [problem for layer in layers for problem in layer.problems]
    given = dict(ChainMap(*(layer.given for layer in layers)))
    tables = [table for layer in layers for table in layer.controllers]
    for said in (given, *tables):
        _guard_secrets(said)
    controllers, table_problems = several_controllers(given, tables, complete=for_controller)
    if for_controller and not tables and all(layer.readable for layer in layers):
        problems += missing_for_controller(given)
    given, port_problems = with_port_of_host(given)
    problems += [*table_problems, *port_problems, *conflicts(given)]
    warnings = tuple(warning for layer in layers for warning in layer.warnings)
    settings, invalid = _validated(
        Provenance(given | _default_data_dir(given, environ), warnings, controllers)
    )
    if settings is None or problems:
        raise ConfigError([*problems, *invalid])
    return settings


def _layers(path: Path | None, overrides: Mapping[str, Any], environ: Mapping[str, str]) -> list[Layer]:
    spoken, environment = command_line_layer(overrides), environment_layer(environ)
    files = secret_file_layer(environ, skip=spoken.given.keys() | environment.given.keys())
    return [spoken, environment, files, toml_layer(path)]


def _guard_secrets(given: Mapping[str, Given]) -> None:
    for name in SECRETS & given.keys():
        register_secret(str(given[name].value))


def _default_data_dir(given: Mapping[str, Given], environ: Mapping[str, str]) -> dict[str, Given]:
    home = environ.get("XDG_STATE_HOME", "")
    if "data_dir" in given or not home.startswith("/"):
        return {}
    return {"data_dir": Given(Path(home) / "unifi-scanner", "XDG_STATE_HOME")}


def _validated(said: Provenance) -> tuple[Settings | None, list[str]]:
    values = {name: item.value for name, item in said.given.items()}
    try:
        return Settings.model_validate(values, context=said), []
    except ValidationError as exc:
        return None, sentences(exc, said.given)
