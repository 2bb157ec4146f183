"""Words a reader may not know: marked at their first use, told at the end. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

DEFAULT: Mapping[str, str] = {
    "access point": "A box that makes Wi-Fi. A building often has several.",
    "access points": "The boxes that make Wi-Fi. A building often has several.",
    "gateway": "The box between your network and the Internet. Many people call it the router.",
    "console": "The UniFi box or program that runs your network and keeps its records.",
    "syslog": "Short lines that devices write about what they do. UniFi calls it Activity Logging.",
    "firewall": "The part of the gateway that decides which connections may pass.",
    "backup line": "A second way to the Internet, used when the first one fails.",
    "VPN": "A protected tunnel through the Internet, into a network or between two.",
    "DNS": "The service that turns a name like example.org into an address.",
    "PoE": "Power over Ethernet: a device gets its power through its network cable.",
    "firmware": "The program inside a device. Updates replace it.",
    "radar": "Weather and air-traffic radar share some Wi-Fi channels and always have the right of way.",
    "battery backup": "A box with a battery that keeps devices on when the power goes out.",
}
MOST_WORD = 40
STEP = " \u203a "
# "Settings > Internet > WAN": capitalised words, then whatever stands between the marks up to the end of the phrase
_PATH = re.compile(r"(?:\b[A-Z][\w&\u2019'-]*(?: (?=[A-Z]))?)+(?: > [^>.,;:]{1,60}(?=[.,;:]| >|$))+")


def explained_in(text: str, glossary: Mapping[str, str]) -> Mapping[str, str]:
    """Return the words of a glossary that stand in `text`, each with its explanation, in the order of their first use.

    Of a word and its plural, and of several words with one explanation, only the first counts.
    """
    terms = Terms(glossary)
    terms.mark(text)
    found: dict[str, str] = {}
    for term, explained in terms.used.items():
        if explained not in found.values():
            found[term] = explained
    return found


class Terms:
    """Marks the first use of each word of a glossary in one report; what is not marked is only escaped."""

    def __init__(self, glossary: Mapping[str, str]) -> None:
        self._glossary = {term.lower(): term for term in glossary if 1 < len(term) <= MOST_WORD}
        self._texts = glossary
        self.used: dict[str, str] = {}
        longest_first = sorted(self._glossary, key=lambda term: (-len(term), term))
        self._any = re.compile(
            rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE
        )

    def mark(self, text: str) -> Markup:
        """Return `text` escaped, with the first use of each word in the report linked to its explanation."""
        if not self._glossary:
            return escape(text)
        parts, last = [], 0
        for found in self._any.finditer(text):
            term = self._glossary[found.group().lower()]
            if self._is_new(term):
                parts += [escape(text[last : found.start()]), self._linked(found.group(), term)]
                last = found.end()
        return Markup("").join([*parts, escape(text[last:])])

    def path(self, step: str) -> Markup:
        """Return a step with its way through the menus set off: **Settings**, then **Internet**."""
        parts, last = [], 0
        for found in _PATH.finditer(step):
            pieces = escape(STEP).join(
                Markup("<b>{}</b>").format(p.strip()) for p in found.group().split(" > ")
            )
            parts += [self.mark(step[last : found.start()]), pieces]
            last = found.end()
        return Markup("").join([*parts, self.mark(step[last:].replace(" > ", STEP))])

    def anchor(self, term: str) -> str:
        """Return the id under which a word is explained."""
        return "word-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")

    def _is_new(self, term: str) -> bool:
        explained = self._texts[term]
        if term in self.used or any(known.rstrip("s") == term.rstrip("s") for known in self.used):
            return False
        self.used[term] = explained
        return True

    def _linked(self, shown: str, term: str) -> Markup:
        return Markup(
            '<a class="term" href="#{}">{}<span class="tip" aria-hidden="true">{}</span></a>'
        ).format(self.anchor(term), shown, self._texts[term])
