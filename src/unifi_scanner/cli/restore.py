"""`restore`: a backup in the place of the data directory's files."""

from __future__ import annotations

import argparse
from pathlib import Path

from unifi_scanner.cli.options import add_data_option, add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `restore` takes."""
    parser.add_argument("file", type=Path, help="a file that `backup` wrote")
    add_format_options(parser, "text", "json")
    add_data_option(parser)


def run(args: argparse.Namespace) -> int:
    """Restore and say where what was there before is kept."""
    settings = settings_of(args)
    from unifi_scanner import app

    return app.restore(settings, args.file, as_json=args.format == "json")
