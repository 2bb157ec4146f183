"""What was said, and where: command line, environment, `_FILE` (`toml_file` reads the fourth layer).

Each layer tells all its problems; `loading` puts them together.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from unifi_scanner.config.groups import NAMES, SECRETS
from unifi_scanner.config.nearest import resembling

PREFIX = "UNIFI_"
FILE_SUFFIX = "_FILE"
CONFIG_VARIABLE = "UNIFI_CONFIG"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was written, and where."""

    value: object
    origin: str


@dataclass(slots=True)
class Layer:
    """What one source of settings says."""

    given: dict[str, Given] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    controllers: list[dict[str, Given]] = field(default_factory=list)  # where several are named
    readable: bool = True

    @classmethod
    def unreadable(cls, problem: str) -> Self:
        """Return a layer whose say is unknown, because its file cannot be read."""
        return cls(problems=[problem], readable=False)

    def read_value(self, name: str, path: Path, origin: str, into: dict[str, Given]) -> None:
        """Put a setting's value, which stands alone in a file, into `into`."""
        try:
            text = trimmed(name, text_of(path))
        except ValueError as exc:
            self.readable = False
            self.problems.append(f"{origin}: {exc}.")
            return
        if text:
            into[name] = Given(text, origin)
        else:
            self.problems.append(f"{origin}: the file is empty; write the value into it.")


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper()


def command_line_layer(overrides: Mapping[str, Any]) -> Layer:
    """Return what options on the command line say."""
    said = {name: value for name, value in overrides.items() if value is not None}
    return Layer({name: Given(value, f"--{name.replace('_', '-')}") for name, value in said.items()})


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Return what `UNIFI_*` variables say; an empty one counts as not set."""
    layer = Layer()
    for name in NAMES:
        if text := trimmed(name, environ.get(variable(name), "")):
            layer.given[name] = Given(text, variable(name))
    for stranger in sorted(_strangers(environ)):
        _judge_stranger(stranger, layer)
    return layer


def _known_variables() -> set[str]:
    names = {variable(name) for name in NAMES}
    return names | {name + FILE_SUFFIX for name in names} | {CONFIG_VARIABLE}


def _strangers(environ: Mapping[str, str]) -> set[str]:
    return {name for name in environ if name.startswith(PREFIX)} - _known_variables()


def _judge_stranger(stranger: str, layer: Layer) -> None:
    known = {name.removeprefix(PREFIX) for name in _known_variables()}
    meant = resembling(stranger.removeprefix(PREFIX).upper(), known)
    if meant is None:
        layer.warnings.append(f"{stranger} is not a setting of this program and is ignored.")
    else:
        layer.problems.append(
            f"{stranger} is not a setting; did you mean {PREFIX}{meant}? Rename or remove it."
        )


def secret_file_layer(environ: Mapping[str, str], *, skip: Collection[str]) -> Layer:
    """Return what the files named by `UNIFI_*_FILE` say, except for settings in `skip`."""
    layer = Layer()
    for name in NAMES:
        path = environ.get(variable(name) + FILE_SUFFIX, "").strip()
        if path and name not in skip:
            file = Path(path).expanduser()
            layer.read_value(name, file, f"{variable(name)}{FILE_SUFFIX} ({file})", layer.given)
    return layer


def text_of(path: Path) -> str:
    """Return a file's text; raises ValueError with a sentence."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise ValueError(f"the file cannot be read ({exc.strerror}); check the path and its rights") from exc
    except UnicodeDecodeError as exc:
        raise ValueError("the file is not UTF-8 text; save it as plain text") from exc


def trimmed(name: str, text: str) -> str:
    """Return a value without the blanks around it; a secret loses only its line end."""
    return text.rstrip("\r\n") if name in SECRETS and not text.isspace() else text.strip()


def config_path_of(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> Path | None:
    """Return the TOML file to read: the one named on the command line, or by UNIFI_CONFIG."""
    named = path if path is not None else environ.get(CONFIG_VARIABLE, "").strip()
    return Path(named).expanduser() if named else None
