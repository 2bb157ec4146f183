"""`demo`: a busy day of a network that does not exist, in under a minute."""

from __future__ import annotations

import argparse
from pathlib import Path

from unifi_scanner.cli.options import add_format_options, add_voice_option

DEFAULT_SECONDS = 45.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `demo` takes."""
    parser.add_argument(
        "--output-dir", type=Path, default=Path(), metavar="DIR", help="where to write the HTML report"
    )
    add_format_options(parser, "text", "json")
    add_voice_option(parser)
    parser.add_argument(
        "--seconds",
        type=float,
        default=DEFAULT_SECONDS,
        help=f"how long the day takes; default: {DEFAULT_SECONDS:g}",
    )


def run(args: argparse.Namespace) -> int:
    """Play the day against the real service and print the report."""
    from unifi_scanner import app
    from unifi_scanner.log import set_up_logging

    set_up_logging(args.log_level or "WARNING")
    return app.demo(
        output_dir=args.output_dir, seconds=args.seconds, format=args.format, voice=args.report_voice
    )
