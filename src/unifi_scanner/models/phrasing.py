"""Filling a sentence with facts: one pass, optional parts, and never anything a stranger wrote taken as markup. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

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
_PART = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}|([^\[\]{}]+)")
_FIELD = re.compile(r"\{(\w+)\}")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BRACES = str.maketrans({"{": "(", "}": ")"})


@lru_cache(maxsize=8192)
def tame(text: str) -> str:
    """Return a stranger's text as one short visible line: no controls, no direction marks, no line breaks."""
    visible = "".join(
        " " if c in "\t\r\n" else c
        for c in text
        if c in "\t\r\n" or unicodedata.category(c) not in _INVISIBLE
    )
    one_line = " ".join(visible.split())
    return one_line if len(one_line) <= MAX_NAME else one_line[: MAX_NAME - 1] + "…"


def phrase(template: str, facts: Mapping[str, object]) -> str:
    """Return `template` with facts filled in, starting with a capital unless a name comes first.

    `[parts]` appear only when every fact in them is known. A part that names no fact is the fallback of the
    part before it. A fact that is missing outside brackets becomes a neutral phrase.
    """
    out: list[str] = []
    skipped = False
    for match in _PART.finditer(template):
        optional, field, text = match.groups()
        if optional is None:
            out.append(_value(field, facts) if field else text)
            skipped = False
            continue
        needed = _FIELD.findall(optional)
        shown = all(_known(facts.get(name)) for name in needed) if needed else skipped
        skipped = bool(needed) and not shown
        if shown:
            out.append(_FIELD.sub(lambda m: _value(m.group(1), facts), optional))
    sentence = "".join(out)
    return sentence if _starts_with_a_name(template, facts) else sentence[:1].upper() + sentence[1:]


def _starts_with_a_name(template: str, facts: Mapping[str, object]) -> bool:
    first = _FIELD.match(template.lstrip("["))
    return first is not None and _known(facts.get(first.group(1)))


def _known(value: object) -> bool:
    return value is not None and value not in ("", (), [])


def _value(field: str, facts: Mapping[str, object]) -> str:
    value = facts.get(field)
    if not _known(value):
        return NEUTRAL.get(field, "something")
    return tame(str(value)).translate(_BRACES)
