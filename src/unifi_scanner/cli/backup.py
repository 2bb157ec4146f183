"""`backup`: the data directory as one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from unifi_scanner.cli.options import add_data_option, add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `backup` takes."""
    parser.add_argument("file", type=Path, help="the file to write, such as unifi-scanner.tar.gz")
    add_format_options(parser, "text", "json")
    add_data_option(parser)


def run(args: argparse.Namespace) -> int:
    """Back up and say what is in the file."""
    settings = settings_of(args)
    from unifi_scanner import app

    return app.backup(settings, args.file, as_json=args.format == "json")
