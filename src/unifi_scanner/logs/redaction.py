"""What an administrator typed as a secret, blanked before anything is kept or printed (docs/protocol.md D.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

HIDDEN = "(hidden)"
SHORTEST = 4  # what is shorter would blank ordinary words out of a sentence
_SECRET = re.compile(
    r"^x_|pass(word|phrase|wd)|secret|psk|private_?key|api_?key|pre_?shared|token|credential|(^|_)key$|community|(^|_)pin$",
    re.IGNORECASE,
)
_VALUES = ("old_value", "new_value", "value", "old", "new")


def is_secret(name: Any) -> bool:
    """Return whether a property of that name holds a secret."""
    return isinstance(name, str) and _SECRET.search(name) is not None


def redacted(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row without the values of secret properties, wherever they stand in it."""
    blank: dict[str, Any] = _blank(row)
    found = sorted({text for text in _secrets_in(row) if len(text) >= SHORTEST}, key=len, reverse=True)
    if not found:
        return blank
    clean: dict[str, Any] = _without(blank, found)
    return clean


def _blank(value: Any) -> Any:
    if isinstance(value, Mapping):
        hidden = _hides_values(value)
        return {
            name: HIDDEN if (hidden and name in _VALUES) or _is_secret_field(name, item) else _blank(item)
            for name, item in value.items()
        }
    return [_blank(item) for item in value] if isinstance(value, list) else value


def _hides_values(part: Mapping[str, Any]) -> bool:
    """Return whether a part names a property whose value must not be shown."""
    if part.get("hide_value") is True:
        return True
    return any(is_secret(part.get(name)) for name in ("property", "property_path"))


def _is_secret_field(name: Any, value: Any) -> bool:
    # the row's own `key` says what happened, and names of properties are no secrets
    return (
        name not in ("key", "change_key") and is_secret(name) and isinstance(value, str | int | float | list)
    )


def _secrets_in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _secrets_in(item)
    if not isinstance(value, Mapping):
        return
    hidden = _hides_values(value)
    if is_secret(value.get("display_property_name")):
        yield from _texts(value.get("display_property_value"))
    for name, item in value.items():
        if (hidden and name in _VALUES) or _is_secret_field(name, item):
            yield from _texts(item)
        else:
            yield from _secrets_in(item)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _without(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _without(item, secrets) for name, item in value.items()}
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
    return value
