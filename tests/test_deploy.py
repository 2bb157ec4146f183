"""What is handed out for running the service names only settings and words there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unifi_scanner.cli.entry import build_parser
from unifi_scanner.config.groups import NAMES

ROOT = Path(__file__).parents[1]
FILES = ("Dockerfile", "compose.yaml", "deploy/unifi-scanner.service", "deploy/home-assistant/Dockerfile")
ELSEWHERE = {"config"}  # a variable that names the settings, not one of them


@pytest.mark.parametrize("name", FILES)
def test_every_variable_is_a_setting(name: str) -> None:
    named = re.findall(r"\bUNIFI_([A-Z_]+)\b", (ROOT / name).read_text(encoding="utf-8"))
    assert {one.lower() for one in named} <= {*NAMES, *ELSEWHERE}


def test_every_option_of_the_add_on_is_a_setting() -> None:
    text = (ROOT / "deploy" / "home-assistant" / "config.yaml").read_text(encoding="utf-8")
    options = re.findall(r"^  (\w+):", text.partition("\noptions:")[2], re.MULTILINE)
    assert options
    assert set(options) <= set(NAMES)


@pytest.mark.parametrize(
    "arguments",
    [["run", "--wait"], ["health", "--alive"], ["run", "--wait", "--config", "/data/options.json"]],
)
def test_the_commands_they_run_are_understood(arguments: list[str]) -> None:
    assert build_parser(arguments).parse_args(arguments).verb == arguments[0]
