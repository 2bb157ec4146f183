"""`run`: the service itself."""

from __future__ import annotations

import argparse

from unifi_scanner.cli.options import add_controller_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `run` takes."""
    add_controller_options(parser)


def run(args: argparse.Namespace) -> int:
    """Listen and report until SIGTERM or SIGINT."""
    settings = settings_of(args, for_controller=True, quiet=False)
    from unifi_scanner import app

    return app.run_service(settings)
