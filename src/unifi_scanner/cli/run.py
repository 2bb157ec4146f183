"""`run`: the service itself."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType

from unifi_scanner.cli.options import add_controller_options, add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `run` takes."""
    parser.add_argument(
        "--wait",
        action="store_true",
        help="go on trying while no controller answers, instead of ending with 3",
    )
    add_format_options(parser, "text", "json", what="how the log on stderr is written; ")
    add_controller_options(parser)


def run(args: argparse.Namespace) -> int:
    """Listen and report until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # the service stops in its own order, once it has started
    settings = settings_of(args, for_controller=True, quiet=False, log_as_json=args.format == "json")
    from unifi_scanner import app

    return app.run_service(settings, patient=args.wait)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
