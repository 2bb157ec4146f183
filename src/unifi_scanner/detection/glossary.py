"""The words a reader may not know, each explained in plain words, and finding them in a text.

Pure but for reading the file, once, when first asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from unifi_scanner.detection.loader import PACKAGE, read_toml
from unifi_scanner.errors import RuleError


@lru_cache(maxsize=1)
def glossary() -> Mapping[str, str]:
    """Return every term with its explanation: one or two short sentences. Raises RuleError for a broken file."""
    path = "catalogue/glossary.toml"
    terms = read_toml(resources.files(PACKAGE) / "catalogue" / "glossary.toml", path)
    for term, explanation in terms.items():
        if not isinstance(explanation, str) or not explanation.endswith("."):
            raise RuleError(path, f'"{term}"', "this must be explained in a sentence")
    return MappingProxyType(dict(terms))


def terms_in(text: str) -> list[str]:
    """Return the glossary's terms that stand in `text`, each once, in the order of their first use."""
    spelled = {term.casefold(): term for term in glossary()}
    found = (spelled[_singular(match.group().casefold(), spelled)] for match in _finder().finditer(text))
    return list(dict.fromkeys(found))


def _singular(word: str, spelled: Mapping[str, str]) -> str:
    return word if word in spelled else word.removesuffix("s")


@lru_cache(maxsize=1)
def _finder() -> re.Pattern[str]:
    # longest first, so that "DHCP server" is not told as "DHCP"; abbreviations count in capitals only
    terms = sorted(glossary(), key=len, reverse=True)
    spelled = "|".join(re.escape(term) if term.isupper() else f"(?i:{re.escape(term)})" for term in terms)
    return re.compile(rf"(?<![\w.-])(?:{spelled})s?(?![\w-])")
