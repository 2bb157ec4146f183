"""Where the labelled scenarios and their houses lie."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
Tables = Mapping[str, Any]


def scenario_paths() -> dict[str, Path]:
    """Return every labelled scenario's file by its name, sorted."""
    return {path.stem: path for path in sorted((HERE / "scenarios").glob("*.toml"))}


def read(path: Path) -> Tables:
    """Return the tables of a file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
