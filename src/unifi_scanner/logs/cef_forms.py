"""CEF lines of a form that was read before: the same head and the same keys in the same order. Pure.

A controller writes every line of one event in one form, about the same things again and again. Where each key
stands where it stood, nothing has to be looked for; and what names the things is read once for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from unifi_scanner.logs.cef import SIGN, CefLine, cef_kind, is_told_in_its_words, own_subject, parse_cef
from unifi_scanner.logs.cef_fields import (
    FIELDS_READ,
    FLEETING,
    READINGS,
    is_followed,
    note_fact,
    read_facts,
    with_what_follows,
)
from unifi_scanner.logs.subject import Subject

MOST_FORMS = 128  # all the network application has; then it is begun anew
MOST_FRONT, MOST_KEYS = 200, 64
MOST_REMEMBERED = 1024  # things told of, each with what was around it
_MEMORABLE = 2048  # of longer lines nothing is remembered
_KEY_AT_END = re.compile(r" ([A-Za-z][A-Za-z0-9_.]*)\Z")
_FIRST_KEY = re.compile(r"\|([A-Za-z][A-Za-z0-9_.]*)\Z")
_ends_with = str.endswith
_Pieces = Sequence[str]  # of a line, cut at its equals signs: a value, and the key of the next


class _Place(NamedTuple):
    """A key, which piece holds its value, and up to where."""

    name: str
    piece: int
    cut: int | None


class _Steady(NamedTuple):
    """What the lasting part of a line tells."""

    facts: dict[str, Any]
    fields: dict[str, str]
    who: Subject


class _Form:
    """The head, how the pieces end, and which of them hold what."""

    def __init__(self, cef: CefLine, names: Sequence[str]) -> None:
        ends = ["", *(f" {name}" for name in names[1:]), ""]
        read = [
            _Place(name, n, -len(ends[n]) or None)
            for n, name in enumerate(names, start=1)
            if name in FIELDS_READ or name in READINGS
        ]
        self.head = (cef.product, cef.version, cef.signature, cef.name, cef.severity)
        self.steady = [place for place in read if place.name not in FLEETING]
        fleeting = [place for place in read if place.name in FLEETING]
        unread = set() if is_told_in_its_words(cef_kind(cef)) else {"msg"}
        self.fleeting_fields = [p for p in fleeting if p.name in FIELDS_READ and p.name not in unread]
        self.fleeting_facts = [(READINGS[name], n, cut) for name, n, cut in fleeting if name in READINGS]
        self.is_followed = is_followed(names)
        self.steady_ends = [ends[place.piece] for place in self.steady]
        self.pick_steady = _picker([place.piece for place in self.steady])
        others = sorted(set(range(1, len(names))) - {place.piece for place in self.steady})
        self.other_ends = [ends[n] for n in others]
        self.pick_others = _picker(others)

    def read(self, pieces: _Pieces, *, is_memorable: bool) -> CefLine | None:
        """Return the line of these pieces, or None where it is not of this form to the last sign."""
        if not all(map(_ends_with, self.pick_others(pieces), self.other_ends)):
            return None
        told = (_remembered if is_memorable else _read_steady)(self, self.pick_steady(pieces))
        if told is None:
            return None
        facts, fields = told.facts.copy(), told.fields.copy()
        for name, n, cut in self.fleeting_fields:
            fields[name] = pieces[n][:cut].strip()
        for reading, n, cut in self.fleeting_facts:
            note_fact(facts, reading, pieces[n][:cut].strip())
        if self.is_followed:
            facts = with_what_follows(facts, fields)
        return CefLine(*self.head, fields, facts, told.who)


def _picker(places: Sequence[int]) -> Callable[[_Pieces], tuple[str, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda pieces: tuple(pieces[place] for place in places)


def _read_steady(form: _Form, pieces: tuple[str, ...]) -> _Steady | None:
    if not all(map(_ends_with, pieces, form.steady_ends)):
        return None
    values = {name: piece[:cut].strip() for (name, _, cut), piece in zip(form.steady, pieces, strict=True)}
    facts = read_facts((READINGS[name], value) for name, value in values.items() if name in READINGS)
    fields = {name: value for name, value in values.items() if name in FIELDS_READ}
    return _Steady(facts, fields, own_subject(fields))


_remembered = lru_cache(maxsize=MOST_REMEMBERED)(_read_steady)
# by what stands before the first equals sign, and how many there are
_forms: dict[tuple[str, int], _Form] = {}


def read_cef(line: str) -> CefLine | None:
    """Return what `parse_cef` returns, perhaps read already, with only those fields that are looked for besides."""
    pieces = line.split("=")
    front = pieces[0]
    at = front.find(SIGN)
    before = front[at - 1 : at]
    if at < 0 or before.isalnum() or before == "_" or "\\" in line:
        return parse_cef(line)
    key = (front[at:], len(pieces))
    form = _forms.get(key)
    if form is not None:
        return form.read(pieces, is_memorable=len(line) <= _MEMORABLE) or parse_cef(line)
    cef = parse_cef(line)
    if cef is not None and len(key[0]) <= MOST_FRONT and len(pieces) <= MOST_KEYS:
        _learn(key, pieces, cef)
    return cef


def _learn(key: tuple[str, int], pieces: _Pieces, cef: CefLine) -> None:
    names = _names_in(pieces)
    if names and names == list(cef.fields):
        if len(_forms) >= MOST_FORMS:
            _forms.clear()
        _forms[key] = _Form(cef, names)


def _names_in(pieces: _Pieces) -> list[str]:
    """Return the key before each equals sign, or none where one is no key."""
    first, *rest = pieces[:-1] or [""]
    found = [_FIRST_KEY.search(first), *map(_KEY_AT_END.search, rest)]
    return [match.group(1) for match in found if match] if all(found) else []
