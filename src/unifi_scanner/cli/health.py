"""`health`: is the running service well?"""

from __future__ import annotations

import argparse

from unifi_scanner.cli.options import add_data_option, add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `health` takes."""
    add_format_options(parser, "text", "json")
    add_data_option(parser)


def run(args: argparse.Namespace) -> int:
    """Print how the service is, from its data directory alone."""
    settings = settings_of(args)
    from unifi_scanner import app

    return app.health(settings, as_json=args.format == "json")
