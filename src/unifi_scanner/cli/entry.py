"""From `argv` to an exit code; every error of our own becomes a sentence, never a traceback."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from types import TracebackType

from unifi_scanner import __version__
from unifi_scanner.cli.options import add_global_options
from unifi_scanner.cli.verbs import VERBS
from unifi_scanner.errors import ConfigError, ScannerError

INTERRUPTED = 130
PIPE_CLOSED = 141
EXIT_CODES = (
    "exit codes: 0 done, 1 unexpected error, 2 wrong usage or configuration, 3 controller unreachable, "
    "4 sign-in refused, 5 report made but not delivered"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code; wrong usage ends with SystemExit(2), as argparse does."""
    sys.excepthook = tell_crash
    _survive_narrow_encodings()
    arguments = sys.argv[1:] if argv is None else list(argv)
    args = build_parser(arguments).parse_args(arguments)
    try:
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except ScannerError as exc:
        return _tell(exc)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader has gone; without this Python complains again when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except OSError as exc:
        _say(f"error: {exc}")
        return 1


def build_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser for these arguments: only the verbs named in them are loaded."""
    parser = argparse.ArgumentParser(
        prog="unifi-scanner",
        description="Listens to a UniFi network and tells its owner, in plain English, what happened.",
        epilog=EXIT_CODES,
        allow_abbrev=False,
    )
    add_global_options(parser, default=None)
    parser.add_argument("--version", action="version", version=f"unifi-scanner {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    for name, verb in VERBS.items():
        sub = verbs.add_parser(
            name, help=verb.summary, description=_sentence(verb.summary), allow_abbrev=False
        )
        if name in arguments:
            module = import_module(verb.module)
            module.add_arguments(sub)
            add_global_options(sub, default=argparse.SUPPRESS)
            sub.set_defaults(run=module.run)
    return parser


def tell_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an unexpected error with its traceback and without secrets; Python then exits with 1."""
    import traceback

    from unifi_scanner.log import inert_block, redact

    print(inert_block(redact("".join(traceback.format_exception(kind, error, trace)))), file=sys.stderr)
    _say("error: this should not have happened. Please report the lines above.")


def _tell(error: ScannerError) -> int:
    for problem in error.problems if isinstance(error, ConfigError) else [error.message]:
        _say(f"error: {problem}")
    if error.hint:
        _say(f"hint: {error.hint}")
    return error.exit_code


def _say(text: str) -> None:
    from unifi_scanner.log import inert, redact

    print(inert(redact(text)), file=sys.stderr)


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


def _survive_narrow_encodings() -> None:
    """Let a terminal that lacks a character show `?` instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
