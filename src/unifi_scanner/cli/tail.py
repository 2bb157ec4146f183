"""`tail`: the network, live, in plain English."""

from __future__ import annotations

import argparse

from unifi_scanner.cli.options import add_controller_options, add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `tail` takes."""
    add_format_options(parser, "text", "json")
    add_controller_options(parser)


def run(args: argparse.Namespace) -> int:
    """Print one sentence per happening until interrupted."""
    settings = settings_of(args, for_controller=True)
    from unifi_scanner import app

    return app.tail(settings, as_json=args.format == "json")
