"""`analyze`: a report on files, without a controller."""

from __future__ import annotations

import argparse
from pathlib import Path

from unifi_scanner.cli.options import add_report_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `analyze` takes."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE",
        help="WebSocket frames, REST answers or rows, syslog or CEF lines: JSON, JSON lines or log lines",
    )  # fmt: skip
    parser.add_argument(
        "--devices", type=Path, metavar="FILE", help="device list for names: an answer of stat/device"
    )
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Read the files and print what they say."""
    settings = settings_of(args)
    from unifi_scanner import app

    return app.analyze(
        args.files,
        devices=args.devices,
        format=args.format,
        output=args.output,
        entries=args.entries,
        settings=settings,
    )
