"""Talking with one person at a terminal: questions with an answer to hand, secrets that are not shown."""

from __future__ import annotations

import getpass
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence

from unifi_scanner.errors import ConfigError
from unifi_scanner.log import inert


def needs_a_person() -> None:
    """Raise ConfigError where nobody sits at a terminal to answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError(
            "`init` asks questions, and there is no terminal to ask them in.",
            hint="Run it in a terminal, or write the settings yourself: docs/configuration.md has all of them.",
        )


def say(text: str) -> None:
    """Print a paragraph, as wide as the terminal at most."""
    width = min(88, shutil.get_terminal_size((80, 24)).columns)
    for line in text.split("\n"):
        print(textwrap.fill(inert(line), width, subsequent_indent="  ", break_on_hyphens=False))


def ask(question: str, default: str = "", check: Callable[[str], str] = str) -> str:
    """Return the answer as `check` made of it, asked again while it raises ValueError; empty means `default`."""
    shown = f" [{inert(default)}]" if default else ""
    while True:
        answer = input(f"{question}{shown}: ").strip() or default
        try:
            return check(answer)
        except ValueError as exc:
            say(f"{exc}")


def ask_secret(question: str) -> str:
    """Return a secret, which is not shown while it is typed; asked again while it is empty."""
    while True:
        secret = getpass.getpass(f"{question} (not shown): ").strip()
        if secret:
            return secret


def confirm(question: str, *, default: bool) -> bool:
    """Return whether the answer is yes."""
    answer = ask(f"{question} ({'Y/n' if default else 'y/N'})").lower()
    return answer.startswith("y") if answer else default


def choose(question: str, options: Sequence[str], default: int = 1) -> int:
    """Return which of the options, shown with numbers from 1, was chosen, from 0."""
    for number, option in enumerate(options, start=1):
        say(f"  {number}  {option}")

    def in_range(answer: str) -> str:
        if not answer.isdecimal() or not 1 <= int(answer) <= len(options):
            raise ValueError(f"Type a number from 1 to {len(options)}.")
        return answer

    return int(ask(question, str(default), in_range)) - 1
