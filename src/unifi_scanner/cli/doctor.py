"""`doctor`: try every step of the set-up."""

from __future__ import annotations

import argparse

from unifi_scanner.cli.options import add_controller_options, add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `doctor` takes."""
    add_format_options(parser, "text", "json")
    add_controller_options(parser)


def run(args: argparse.Namespace) -> int:
    """Print one line per step, with the fix where one failed."""
    settings = settings_of(args, for_controller=True)
    from unifi_scanner import app

    return app.doctor(settings, as_json=args.format == "json")
