"""`config`: the settings in force and where they come from, or their schema."""

from __future__ import annotations

import argparse
import json
from typing import Any

from unifi_scanner.cli.options import add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `config` takes."""
    parser.add_argument(
        "what",
        choices=("show", "schema"),
        help="show: the settings in force; schema: JSON Schema of the TOML file",
    )
    add_format_options(parser, "text", "json")


def run(args: argparse.Namespace) -> int:
    """Print the settings, secrets hidden, or the schema."""
    if args.what == "schema":
        from unifi_scanner.config.schema import json_schema

        print(json.dumps(json_schema(), indent=2))
        return 0
    shown = settings_of(args).shown()
    print(_as_json(shown) if args.format == "json" else _as_text(shown))
    return 0


def _as_json(shown: dict[str, tuple[Any, str]]) -> str:
    rows = {name: {"value": value, "source": source} for name, (value, source) in shown.items()}
    return json.dumps(rows, indent=2)


def _as_text(shown: dict[str, tuple[Any, str]]) -> str:
    width = max(map(len, shown))
    return "\n".join(
        f"{name:<{width}} = {_word(value)}  ({source})" for name, (value, source) in shown.items()
    )


def _word(value: Any) -> str:
    match value:
        case None | []:
            return "-"
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(value)
        case _:
            return str(value)
