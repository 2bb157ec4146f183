"""The command line: `entry` is the way in, and every other file with a `run` is one verb."""

from unifi_scanner.cli.entry import main

__all__ = ["main"]
