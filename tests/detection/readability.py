"""How hard a text is to read: the school grade it takes, its longest sentence, abbreviations nobody explains."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyphen

from unifi_scanner.detection.glossary import glossary

MOST_GRADE = 8.0
MOST_WORDS = 25
# names of things, and abbreviations that everyone knows
COMMON = frozenset({"OK", "PC", "TV", "USB", "US", "EU", "UK", "AI", "ID", "SD", "PIN", "QR", "UTC"})
# a menu path: words in capitals joined by arrows; between two arrows anything short, such as "the access point"
_WORD = r"(?:[A-Z0-9][\w'/-]*|\{\w+\}|\([^()]*\)|&)"
_NAME = rf"{_WORD}(?: (?:(?:to|of|and|for) )?{_WORD})*"
_MENU = re.compile(rf"{_NAME}(?: [>\u203a] [^>\u203a.,:;]{{1,40}}(?= [>\u203a]))*(?: [>\u203a] {_NAME})+")
_END = re.compile(r"(?<=[.?!:;])\s+")
_PART = re.compile(r"[.?!:;](?=\s|$)")
_SPOKEN = re.compile(r"[\w'\u2019-]*[^\W_][\w'\u2019-]*")
SHORT = 2  # words of a sentence that is no sentence: "No.", "It is."
# syllables are where a word may be divided; the patterns come with the package
_HYPHENS = pyphen.Pyphen(lang="en_US")
_ABBREVIATION = re.compile(r"(?<![\w-])[A-Z]{2,}[0-9]?s?(?![\w-])")


def filled(template: str) -> str:
    """Return a template as it reads with everything known: each fact a short name."""
    return re.sub(r"\{\w+\}", "Max", re.sub(r"[\[\]]", "", template))


def without_menus(text: str) -> str:
    """Return the text with every menu path as two plain words."""
    return _MENU.sub("the menu", text)


def problems_of(text: str) -> Iterator[str]:
    """Yield what makes a text harder to read than our law allows; texts of a few words have no grade."""
    plain = without_menus(text)
    for sentence in _END.split(plain):
        if len(sentence.split()) > MOST_WORDS:
            yield f"a sentence of {len(sentence.split())} words: {sentence}"
    grade = grade_of(plain)
    if grade > MOST_GRADE:
        yield f"grade {grade:.1f}: {plain}"
    for short in unexplained_in(plain):
        yield f"nobody explains {short}: {plain}"


def grade_of(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text; a colon ends a sentence as a full stop does."""
    sentences = [found for part in _PART.split(text) if len(found := _SPOKEN.findall(part)) > SHORT]
    words = _SPOKEN.findall(text)
    if not words:
        return 0.0
    syllables = sum(len(_HYPHENS.positions(word.lower())) + 1 for word in words)
    return round(0.39 * len(words) / max(1, len(sentences)) + 11.8 * syllables / len(words) - 15.59, 1)


def unexplained_in(text: str) -> list[str]:
    """Return the abbreviations that stand neither in the glossary nor among those everyone knows."""
    known = {term.upper() for term in glossary()} | COMMON
    found = (match.group() for match in _ABBREVIATION.finditer(text))
    return sorted({short for short in found if short not in known and short.removesuffix("s") not in known})
