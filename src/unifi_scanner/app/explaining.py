"""A code, a Kind or what was pasted -> what there is to say about it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from unifi_scanner.detection import Rule
from unifi_scanner.detection.catalogue import Catalogue, CodeEntry, KindEntry, Known, meaning_of
from unifi_scanner.models.kinds import KINDS, UNKNOWN_KIND, UNREADABLE_KIND
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.phrasing import phrase
from unifi_scanner.models.telling import sentence_of

MOST_ANSWERS = 20
MOST_CODE = 100  # longer texts are records, not codes
_TOKEN = re.compile(r"[A-Za-z][\w.:-]{3,}\w")


class Look(msgspec.Struct, frozen=True):
    """A rule that looks at a Kind."""

    name: str
    severity: str
    title: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one code, Kind or record means; `says` is what the record itself tells, `silent` why no rule looks.

    `others` are more codes of the same Kind."""

    kind: str | None
    code: CodeEntry | None = None
    entry: KindEntry | None = None
    says: str = ""
    looks: tuple[Look, ...] = ()
    others: tuple[str, ...] = ()
    silent: str = ""

    @property
    def is_known(self) -> bool:
        """Return whether we know what it is about."""
        return self.code is not None or self.kind not in (None, UNKNOWN_KIND, UNREADABLE_KIND)

    @property
    def meaning(self) -> str:
        """Return what it means in one sentence, of nobody in particular."""
        if self.code is not None:
            return self.code.meaning
        return meaning_of(self.kind) if self.kind else ""


class Shelf(msgspec.Struct, frozen=True):
    """All there is to look things up in."""

    catalogue: Catalogue
    rules: Sequence[Rule]
    ignored: Mapping[str, str]
    analysers: Mapping[str, Sequence[str]] = {}  # the Kinds each looks at


def answer_of_name(text: str, shelf: Shelf) -> Answer | None:
    """Return the answer to a code in any spelling, or a Kind; None where nothing is called so."""
    if text.strip() in KINDS:
        return _answer(shelf, kind=text.strip())
    if len(text) > MOST_CODE:
        return None
    code = shelf.catalogue.code(text)
    return None if code is None else _answer(shelf, kind=code.kind, code=code)


def answers_of_entries(entries: Iterable[LogEntry], text: str, shelf: Shelf) -> list[Answer]:
    """Return an answer for each thing the pasted records tell, each once and no more than a page holds."""
    answers: dict[tuple[str, str], Answer] = {}
    for entry in entries:
        if len(answers) < MOST_ANSWERS:
            answer = _answer_of_entry(entry, text, shelf)
            answers.setdefault((entry.kind, answer.says), answer)
    return list(answers.values())


def _answer_of_entry(entry: LogEntry, text: str, shelf: Shelf) -> Answer:
    says = sentence_of(entry)
    is_placed = entry.kind not in (UNKNOWN_KIND, UNREADABLE_KIND)
    if is_placed and not entry.kind.startswith("log."):
        return _answer(shelf, kind=entry.kind, code=shelf.catalogue.code(entry.event_type), says=says)
    # a line that nobody can place may still name a code somewhere
    code = next(_codes_in(text, shelf.catalogue), None)
    return _answer(shelf, kind=entry.kind if code is None else code.kind, code=code, says=says)


def _codes_in(text: str, catalogue: Catalogue) -> Iterator[CodeEntry]:
    for token in _TOKEN.findall(text):
        if "_" in token or ":" in token:
            found = catalogue.code(token)
            if found is not None:
                yield found


def _answer(shelf: Shelf, *, kind: str | None, code: CodeEntry | None = None, says: str = "") -> Answer:
    return Answer(
        kind=kind,
        code=code,
        entry=shelf.catalogue.kinds.get(kind or ""),
        says=says,
        looks=tuple(_looks_at(kind, shelf)) if kind else (),
        others=tuple(_others(kind, code, shelf)) if kind else (),
        silent=shelf.ignored.get(kind or "", ""),
    )


def _others(kind: str, code: CodeEntry | None, shelf: Shelf) -> Iterator[str]:
    for entry in shelf.catalogue.codes.values():
        if (
            entry.kind == kind
            and entry is not code
            and "*" not in entry.code
            and entry.known is not Known.UNCONFIRMED
        ):
            yield entry.code


def _looks_at(kind: str, shelf: Shelf) -> Iterator[Look]:
    for rule in shelf.rules:
        if kind in kinds_of(rule):
            yield Look(rule.name, rule.severity.value, phrase(rule.title, {}))
    for name, kinds in shelf.analysers.items():
        if kind in kinds:
            yield Look(name, "as grave as what it finds", "counts and compares over time")


def kinds_of(rule: Rule) -> set[str]:
    """Return every Kind that makes, ends or conditions a finding of `rule`."""
    parts = (rule.resolve, rule.after, rule.unless)
    return set(rule.kind).union(*(part.kind for part in parts if part is not None))
