"""Reading a rule's TOML tables strictly: what is wrong is said with its place and what was probably meant. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from unifi_scanner.detection.spans import parse_span
from unifi_scanner.errors import RuleError
from unifi_scanner.models.kinds import KINDS

Choice = TypeVar("Choice", bound=StrEnum)


def nearest_hint(name: str, known: Collection[str]) -> str:
    """Return a hint at the known name that `name` was probably meant to be, or at all of a few."""
    import difflib

    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are: {', '.join(sorted(known))}" if len(known) <= 12 else "there is no such name"


class Table:
    """One table of a rule file; every reading either gives a good value or raises RuleError."""

    def __init__(self, path: str, where: str, values: Any, known: Collection[str]) -> None:
        if not isinstance(values, Mapping):
            raise RuleError(path, where, "this must be a table")
        self.path = path
        self.where = where
        self.values = values
        for key in values:
            if key not in known:
                raise self.error(key, f"unknown key; {nearest_hint(key, known)}")

    def error(self, key: str, message: str) -> RuleError:
        """Return the error for `key` of this table."""
        return RuleError(self.path, f"{self.where}.{key}" if self.where else key, message)

    def has(self, key: str) -> bool:
        """Return whether the table says anything under `key`."""
        return key in self.values

    def table(self, key: str, known: Collection[str]) -> Table:
        """Return the table under `key`."""
        where = f"{self.where}.{key}" if self.where else key
        return Table(self.path, where, self._needed(key), known)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self.values.get(key, default) if default is not None else self._needed(key)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.error(key, "this must be a text")
        return value

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        value = self.values.get(key, default) if default is not None else self._needed(key)
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or not all(isinstance(item, str) and item for item in items):
            raise self.error(key, "this must be a text or a list of texts")
        return tuple(items)

    def names(
        self, key: str, known: Collection[str], default: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        """Return a list of texts that is not empty and all in `known`."""
        names = self.texts(key, default)
        if not names:
            raise self.error(key, "name at least one")
        for name in names:
            if name not in known:
                raise self.error(key, f"unknown name {name!r}; {nearest_hint(name, known)}")
        return names

    def kinds(self, key: str = "kind") -> tuple[str, ...]:
        """Return a list of Kinds that is not empty."""
        return self.names(key, KINDS)

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """Return one of the words of an enum."""
        word = self.text(key, None if default is None else default.value)
        words = {choice.value for choice in choices}
        if word not in words:
            raise self.error(key, f"unknown word {word!r}; {nearest_hint(word, words)}")
        return choices(word)

    def number(self, key: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number within its bounds."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(key, f"this must be a whole number from {least} to {most}")
        return value

    def span(self, key: str) -> timedelta:
        """Return a span of time such as `10m`."""
        try:
            return parse_span(self._needed(key))
        except ValueError as exc:
            raise self.error(key, str(exc)) from exc

    def _needed(self, key: str) -> Any:
        if key not in self.values:
            raise self.error(key, "this is missing")
        return self.values[key]
