"""Filling a sentence with facts: one pass, optional parts, and never anything a stranger wrote taken as markup. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

NEUTRAL: Mapping[str, str] = {
    "client": "a device",
    "device": "a UniFi device",
    "devices": "several devices",
    "ap_from": "one access point",
    "ap_to": "another",
    "admin": "an administrator",
    "ip": "an unknown address",
    "ssid": "an unnamed network",
    "attacker": "an unknown sender",
    "target": "your network",
    "port": "an unknown port",
    "wan": "your Internet line",
    "network": "the network",
}
MAX_NAME = 64
_PART = re.compile(r"\[([^\[\]]*)\]|(\{\w+\}|[^\[\]{}]+)")
_FIELD = re.compile(r"\{(\w+)\}")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BRACES = str.maketrans({"{": "(", "}": ")"})


@lru_cache(maxsize=8192)
def tame(text: str) -> str:
    """Return a stranger's text as one short visible line: no controls, no direction marks, no line breaks."""
    visible = text if text.isascii() and text.isprintable() else _visible(text)
    one_line = " ".join(visible.split())
    return one_line if len(one_line) <= MAX_NAME else one_line[: MAX_NAME - 1] + "…"


def _visible(text: str) -> str:
    return "".join(
        " " if c in "\t\r\n" else c
        for c in text
        if c in "\t\r\n" or unicodedata.category(c) not in _INVISIBLE
    )


class _Part(NamedTuple):
    """A stretch of a template: text, one fact, or an optional part: its texts, and the facts between them."""

    texts: tuple[str, ...]
    fields: tuple[str, ...]
    is_optional: bool


def phrase(template: str, facts: Mapping[str, object]) -> str:
    """Return `template` with facts filled in, starting with a capital unless a name comes first.

    `[parts]` appear only when every fact in them is known. A part that names no fact is the fallback of the
    part before it. A fact that is missing outside brackets becomes a neutral phrase.
    """
    parts, first = _parts_of(template)
    out: list[str] = []
    skipped = False
    for texts, fields, is_optional in parts:
        shown = not is_optional or (_know_all(facts, fields) if fields else skipped)
        skipped = is_optional and bool(fields) and not shown
        if shown:
            out.append(texts[0])
            for field, text in zip(fields, texts[1:], strict=True):
                out += (_value(field, facts), text)
    sentence = "".join(out)
    starts_with_a_name = first is not None and _known(facts.get(first))
    return sentence if starts_with_a_name else sentence[:1].upper() + sentence[1:]


@lru_cache(maxsize=1024)
def _parts_of(template: str) -> tuple[tuple[_Part, ...], str | None]:
    """Return the parts of a template, and the fact it starts with, if it starts with one."""
    parts = tuple(
        _part_of(text if optional is None else optional, is_optional=optional is not None)
        for optional, text in (match.groups() for match in _PART.finditer(template))
    )
    first = _FIELD.match(template.lstrip("["))
    return parts, first.group(1) if first else None


def _part_of(text: str, *, is_optional: bool) -> _Part:
    pieces = _FIELD.split(text)
    return _Part(tuple(pieces[::2]), tuple(pieces[1::2]), is_optional)


def _know_all(facts: Mapping[str, object], fields: Iterable[str]) -> bool:
    return all(_known(facts.get(field)) for field in fields)


def _known(value: object) -> bool:
    return value is not None and value not in ("", (), [])


def _value(field: str, facts: Mapping[str, object]) -> str:
    value = facts.get(field)
    if not _known(value):
        return NEUTRAL.get(field, "something")
    return _without_braces(str(value))


@lru_cache(maxsize=8192)
def _without_braces(text: str) -> str:
    return tame(text).translate(_BRACES)
