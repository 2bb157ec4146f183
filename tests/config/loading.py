"""Settings from an environment that holds only what a test says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from unifi_scanner.config import Settings, load_settings
from unifi_scanner.errors import ConfigError

Read = TypeVar("Read")


def load(
    environ: Mapping[str, str] | None = None,
    *,
    config: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    for_controller: bool = False,
) -> Settings:
    """Return the settings of this environment, file and command line, and of nothing else."""
    return load_settings(
        config_path=config, overrides=overrides or {}, environ=environ or {}, for_controller=for_controller
    )


def problems_of(
    environ: Mapping[str, str] | None = None, *, config: Path | None = None, for_controller: bool = False
) -> list[str]:
    """Return what is told about settings that cannot be used."""
    with pytest.raises(ConfigError) as told:
        load(environ, config=config, for_controller=for_controller)
    assert told.value.exit_code == 2
    return told.value.problems


def toml(directory: Path, text: str) -> Path:
    """Return the path of a configuration file with this text."""
    path = directory / "scanner.toml"
    path.write_text(text, encoding="utf-8")
    return path


def read(reader: Callable[[str], Read], text: str) -> Read | str:
    """Return what `reader` makes of the text, or the sentence with which it refuses."""
    try:
        return reader(text)
    except ValueError as exc:
        return f"refused: {exc}"
