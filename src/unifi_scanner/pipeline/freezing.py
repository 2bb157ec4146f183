"""Freezing: what judging knows as bytes, and back, by the very code that made them and by nothing that runs. Pure."""

from __future__ import annotations

import io
import pickle
from enum import Enum
from hashlib import blake2b
from typing import Any, Final

OURS: Final = ("unifi_scanner.detection", "unifi_scanner.models", "unifi_scanner.reports")
OTHERS: Final = frozenset(
    {
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("collections", "Counter"),
        ("collections", "OrderedDict"),
        ("collections", "deque"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("msgspec._utils", "rebuild"),
        ("unifi_scanner.pipeline.judging", "Known"),
    }
)
SINGLE: Final = frozenset({("unifi_scanner.detection.group", "BEYOND")})
BROKEN: Final = (
    pickle.UnpicklingError, ValueError, TypeError, AttributeError, LookupError, EOFError,
    OverflowError, MemoryError,  # lengths that nobody has
)  # fmt: skip
_CHECK: Final = 16  # bytes in front that tell whether the rest is whole


class NotFrozenHere(ValueError):
    """Bytes that `frozen` did not make, or that were damaged since."""


def frozen(state: object) -> bytes:
    """Return `state` as bytes; what is one thing in several places stays one."""
    out = io.BytesIO()
    _Writer(out, protocol=5).dump(state)
    body = out.getvalue()
    return blake2b(body, digest_size=_CHECK).digest() + body


def thawed(data: bytes) -> Any:
    """Return what was frozen; raises NotFrozenHere where that is not what the bytes hold."""
    check, body = data[:_CHECK], data[_CHECK:]
    if blake2b(body, digest_size=_CHECK).digest() != check:
        raise NotFrozenHere("They are damaged.")
    try:
        return _Reader(io.BytesIO(body)).load()
    except BROKEN as exc:
        raise NotFrozenHere(str(exc)) from exc


class _Writer(pickle.Pickler):
    """Writes a member of an enumeration as its class and value; some Pythons would write it as a call of `getattr`."""

    def reducer_override(self, value: object) -> Any:
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented


class _Reader(pickle.Unpickler):
    """Makes values of our own classes and of a few plain ones: a data file may come from anybody, and must run nothing."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in OTHERS | SINGLE:
            return super().find_class(module, name)
        if module.startswith(tuple(f"{room}." for room in OURS)) and "." not in name:
            found = super().find_class(module, name)
            # not what such a module merely imported
            if isinstance(found, type) and found.__module__ == module:
                return found
        msg = f"{module}.{name} has no place in it"
        raise NotFrozenHere(msg)
