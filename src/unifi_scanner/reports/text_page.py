"""A page of a terminal: text wrapped to its width, in the characters and colours it has. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from unifi_scanner.reports.plain import to_ascii, wrapped
from unifi_scanner.reports.wording import MARK_TEXT, Mark

COLOURS = {Mark.URGENT: "31;1", Mark.ATTENTION: "33", Mark.FINE: "32", Mark.BLIND: "35", Mark.NOTE: "36"}
BODY = 6  # where the text of a thing starts
LABEL = 6


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Lays words out in `width` cells."""

    width: int
    color: bool
    ascii: bool

    def words(self, text: str) -> str:
        """Return `text` in the characters this page has."""
        return to_ascii(text) if self.ascii else text

    def mark(self, mark: Mark) -> str:
        """Return the mark, four cells wide; only marks are ever coloured."""
        shown = MARK_TEXT[mark]
        return (f"\x1b[{COLOURS[mark]}m{shown}\x1b[0m" if self.color else shown) + " " * (4 - len(shown))

    def block(self, text: str, indent: int, first: str = "") -> Iterator[str]:
        """Yield `text` wrapped behind `indent` spaces, the first line behind `first` of that width."""
        lead = first or " " * indent
        for line in wrapped(self.words(text), self.width - indent):
            yield f"{lead}{line}"
            lead = " " * indent
        if first and lead is first:
            yield first.rstrip()

    def labelled(self, label: str, text: str) -> Iterator[str]:
        """Yield `text` beside its label."""
        return self.block(text, BODY + LABEL, " " * BODY + label.ljust(LABEL))

    def heading(self, text: str) -> Iterator[str]:
        """Yield a section heading with its rule."""
        yield ""
        yield f" {text} {self.words('─' * (self.width - len(text) - 3))}"
