"""`notify`: try every way to reach you."""

from __future__ import annotations

import argparse

from unifi_scanner.cli.options import add_data_option, add_format_options, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `notify` takes."""
    parser.add_argument("what", choices=("test",), help="test: send a real message through every channel")
    add_format_options(parser, "text", "json")
    add_data_option(parser)


def run(args: argparse.Namespace) -> int:
    """Send a test through every channel and print how each fared."""
    settings = settings_of(args)
    from unifi_scanner.app.notify_test import notify_test

    return notify_test(settings, as_json=args.format == "json")
