"""The known name a mistyped one was probably meant to be. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

ALIKE = 0.75
STEM = 4


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`."""
    return max(known, key=lambda candidate: (_likeness(name, candidate), candidate), default=None)


def resembling(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` was probably meant to be, or None if it resembles none."""
    best = nearest(name, known)
    return best if best is not None and (_likeness(name, best) >= ALIKE or _grows_from(name, best)) else None


def _likeness(name: str, candidate: str) -> float:
    return SequenceMatcher(None, name, candidate, autojunk=False).ratio()


def _grows_from(name: str, candidate: str) -> bool:
    """Tell `hostname` and `user` as variants of `host` and `username`; `site_manager` is another word."""
    short, long = sorted((name, candidate), key=len)
    return len(short) >= STEM and long.startswith(short) and "_" not in long[len(short) :]
