"""`explain`: what a code or a pasted log line means, and what to do about it."""

from __future__ import annotations

import argparse
import sys

from unifi_scanner.cli.options import add_format_options, add_rules_option, settings_of
from unifi_scanner.errors import InputError

MOST = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `explain` takes."""
    parser.add_argument(
        "text", nargs="+", metavar="CODE|LINE",
        help="a code in any spelling, or a log line or record in quotes; - reads it from standard input",
    )  # fmt: skip
    add_rules_option(parser)
    add_format_options(parser, "text", "json")


def run(args: argparse.Namespace) -> int:
    """Print the entry; 0 also for a code nobody knows, with the nearest ones that we do."""
    from unifi_scanner import app

    text = " ".join(args.text)
    if text == "-":
        text = sys.stdin.buffer.read(MOST).decode("utf-8", errors="replace")
    if not text.strip():
        raise InputError("There is nothing to explain.", hint="Give a code, or paste a log line in quotes.")
    return app.explain(text, rules_dir=settings_of(args).rules_dir, format=args.format)
