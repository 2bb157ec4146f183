"""`report`: what happened since a moment, now."""

from __future__ import annotations

import argparse

from unifi_scanner.cli.options import add_controller_options, add_report_options, settings_of
from unifi_scanner.cli.since import parse_since
from unifi_scanner.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `report` takes."""
    parser.add_argument(
        "--since", default="24h", metavar="WHEN", help="30m, 2h, 7d, or a date and time; default: 24h"
    )
    add_report_options(parser)
    parser.add_argument("--deliver", action="store_true", help="send it through every configured channel too")
    add_controller_options(parser)


def run(args: argparse.Namespace) -> int:
    """Collect, report and print."""
    from unifi_scanner import clock

    settings = settings_of(args, for_controller=True)
    try:
        since = parse_since(args.since, now=clock.now(), zone=settings.timezone())
    except ValueError as exc:
        raise ConfigError(f"--since: {exc}.") from exc
    from unifi_scanner import app

    return app.report(
        settings, since, format=args.format, output=args.output, entries=args.entries, deliver=args.deliver
    )
