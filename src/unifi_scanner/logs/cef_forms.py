"""CEF lines of a form that was read before: the same head and the same keys in the same order. Pure.

A controller writes every line of one event in one form. Where each key stands where it stood, nothing has to be
looked for, and only the values that somebody reads are cut out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from unifi_scanner.logs.cef import (
    FIELDS_READ,
    READINGS,
    SIGN,
    CefLine,
    Reading,
    parse_cef,
    read_facts,
    with_what_follows,
)

MOST_FORMS = 128  # all the network application has; then it is begun anew
MOST_FRONT, MOST_KEYS = 200, 64
_KEY_AT_END = re.compile(r" ([A-Za-z][A-Za-z0-9_.]*)\Z")
_FIRST_KEY = re.compile(r"\|([A-Za-z][A-Za-z0-9_.]*)\Z")
_ends_with = str.endswith


class _Form(NamedTuple):
    """The head, how the pieces between equals signs end, and which of them hold what, up to where."""

    head: tuple[str, str, str, str, str]
    ends: tuple[str, ...]
    fields: tuple[tuple[str, int, int | None], ...]
    facts: tuple[tuple[Reading, int, int | None], ...]

    def told(self, pieces: list[str]) -> CefLine:
        fields = {name: pieces[place][:cut].strip() for name, place, cut in self.fields}
        facts = read_facts([(reading, pieces[place][:cut]) for reading, place, cut in self.facts])
        return CefLine(*self.head, fields, with_what_follows(facts, fields))


# by what stands before the first equals sign, and how many there are
_forms: dict[tuple[str, int], _Form] = {}


def read_cef(line: str) -> CefLine | None:
    """Return what `parse_cef` returns, perhaps with `facts` and only the fields that are looked for besides."""
    pieces = line.split("=")
    front = pieces[0]
    at = front.find(SIGN)
    before = front[at - 1 : at]
    if at < 0 or before.isalnum() or before == "_" or "\\" in line:
        return parse_cef(line)
    key = (front[at:], len(pieces))
    form = _forms.get(key)
    if form is not None:
        return form.told(pieces) if all(map(_ends_with, pieces, form.ends)) else parse_cef(line)
    cef = parse_cef(line)
    if cef is not None and len(key[0]) <= MOST_FRONT and len(pieces) <= MOST_KEYS:
        _learn(key, pieces, cef)
    return cef


def _learn(key: tuple[str, int], pieces: list[str], cef: CefLine) -> None:
    names = _names_in(pieces)
    if not names or names != list(cef.fields):
        return
    ends = [names[0], *(f" {name}" for name in names[1:])]
    cuts = [*(-len(end) for end in ends[1:]), None]
    places = list(zip(names, range(1, len(pieces)), cuts, strict=True))
    if len(_forms) >= MOST_FORMS:
        _forms.clear()
    _forms[key] = _Form(
        (cef.product, cef.version, cef.signature, cef.name, cef.severity),
        tuple(ends),
        tuple(field for field in places if field[0] in FIELDS_READ),
        tuple((READINGS[name], place, cut) for name, place, cut in places if name in READINGS),
    )


def _names_in(pieces: list[str]) -> list[str]:
    """Return the key before each equals sign, or none where one is no key."""
    first, *rest = pieces[:-1] or [""]
    found = [_FIRST_KEY.search(first), *map(_KEY_AT_END.search, rest)]
    return [match.group(1) for match in found if match] if all(found) else []
