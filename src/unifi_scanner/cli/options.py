"""Options that several verbs share, and the settings they lead to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unifi_scanner.config import Settings

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
VOICES = ("home", "it", "msp")
OVERRIDES = (
    "host",
    "port",
    "site",
    "username",
    "tls_fingerprint",
    "data_dir",
    "rules_dir",
    "report_voice",
    "log_level",
)


def add_global_options(parser: argparse.ArgumentParser, *, default: Any) -> None:
    """Add what every verb takes, before or after its name."""
    parser.add_argument(
        "--config", metavar="FILE", default=default, help="TOML file with settings (or UNIFI_CONFIG)"
    )
    parser.add_argument(
        "--log-level", metavar="LEVEL", type=str.upper, choices=LOG_LEVELS, default=default,
        help=f"how much to log on stderr: {', '.join(LOG_LEVELS)}",
    )  # fmt: skip


def add_controller_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which controller; secrets come from the environment or a file."""
    group = parser.add_argument_group(
        "controller", "the password comes from UNIFI_PASSWORD or UNIFI_PASSWORD_FILE"
    )
    group.add_argument("--host", help="address, such as 192.168.1.1 or https://192.168.1.1:8443")
    group.add_argument("--port", help="port, if it is not found by itself")
    group.add_argument("--site", help="site, by id or by the name shown on screen")
    group.add_argument("--username", help="name of a local, read-only account")
    group.add_argument(
        "--tls-fingerprint", metavar="AA:BB:…", help="SHA-256 fingerprint of the certificate to trust"
    )
    add_data_option(parser)


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the data directory."""
    parser.add_argument("--data-dir", metavar="DIR", help="directory of the database")


def add_format_options(parser: argparse.ArgumentParser, *forms: str, what: str = "") -> None:
    """Add `--format`, with the first form as default, and `--json`."""
    parser.add_argument("--format", choices=forms, default=forms[0], help=f"{what}default: {forms[0]}")
    parser.add_argument(
        "--json", dest="format", action="store_const", const="json", help="the same as --format json"
    )


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add how a report, or its entries, are to be written."""
    add_format_options(parser, "text", "html", "json", "csv", "pdf")
    add_voice_option(parser)
    parser.add_argument("--output", metavar="FILE", type=Path, help="write to this file instead of stdout")
    parser.add_argument(
        "--entries",
        action="store_true",
        help="print every entry as one line of JSON (with --format csv: of a table) instead of a report",
    )
    add_rules_option(parser)


def add_voice_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says whom the report speaks to."""
    parser.add_argument(
        "--voice", dest="report_voice", choices=VOICES, help="whom the report speaks to; default: home"
    )


def add_rules_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names rules of the user's own."""
    parser.add_argument("--rules-dir", metavar="DIR", help="directory with rules of your own")


def settings_of(
    args: argparse.Namespace, *, for_controller: bool = False, quiet: bool = True, log_as_json: bool = False
) -> Settings:
    """Return the settings for these arguments and start logging; a `quiet` verb logs warnings only."""
    from unifi_scanner.config import load_settings

    overrides = {name: getattr(args, name, None) for name in OVERRIDES}
    settings = load_settings(config_path=args.config, overrides=overrides, for_controller=for_controller)
    start_logging(settings, quiet=quiet, as_json=log_as_json)
    return settings


def start_logging(settings: Settings, *, quiet: bool, as_json: bool = False) -> None:
    """Log as the settings ask, and tell what was odd about them."""
    import structlog

    from unifi_scanner.config.layers import DEFAULT
    from unifi_scanner.log import set_up_logging

    unasked = settings.origin_of("log_level") == DEFAULT
    set_up_logging(
        "WARNING" if quiet and unasked else settings.log_level,
        as_json=as_json or settings.log_format == "json",
    )
    for warning in settings.warnings:
        structlog.get_logger().warning("setting_ignored", reason=warning)
