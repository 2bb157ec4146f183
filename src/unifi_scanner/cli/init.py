"""`init`: set it up, guided."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

DEFAULT_FILE = "unifi-scanner.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `init` takes: only where to write the settings, which every verb calls `--config`."""


def run(args: argparse.Namespace) -> int:
    """Ask, try, write, report."""
    from unifi_scanner import app
    from unifi_scanner.log import set_up_logging

    set_up_logging(args.log_level or "ERROR")
    return app.init(Path(args.config or os.environ.get("UNIFI_CONFIG") or DEFAULT_FILE))
