"""The page about settings says what the code does."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.config.loading import load
from unifi_scanner.config.describe import configuration_page
from unifi_scanner.config.groups import NAMES
from unifi_scanner.config.layers import variable

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == configuration_page(), "run: make docs"


def test_the_page_names_every_setting_and_its_variable() -> None:
    page = configuration_page()
    assert all(f"| `{variable(name)}` | `{name}` |" in page for name in NAMES)


def test_every_default_on_the_page_is_one_the_file_accepts(tmp_path: Path) -> None:
    rows = [line.split(" | ") for line in configuration_page().splitlines() if line.startswith("| `UNIFI_")]
    lines = [f"{row[1].strip('`')} = {row[2].strip('`')}" for row in rows if row[2].strip()]
    config = tmp_path / "defaults.toml"
    config.write_text("\n".join(lines))
    assert tomllib.loads(config.read_text())
    assert load(config=config).model_dump() == load().model_dump()
