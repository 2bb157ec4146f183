"""`health`: is the running service well?"""

from __future__ import annotations

import argparse

from unifi_scanner.cli.options import add_data_option, add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `health` takes."""
    parser.add_argument(
        "--alive",
        action="store_true",
        help="end with 0 as long as the service runs and can store, whatever it sees",
    )
    add_format_options(parser, "text", "json")
    add_data_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print how the service is, from its data directory alone."""
    settings = settings_of(args)
    from unifi_scanner import app

    return app.health(settings, as_json=args.format == "json", alive=args.alive)
