"""View -> a terminal page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from unifi_scanner.reports.glance import Fact
from unifi_scanner.reports.plain import padded, to_ascii, width_of, wrapped
from unifi_scanner.reports.sections import section_paragraphs
from unifi_scanner.reports.view import Telling, View
from unifi_scanner.reports.wording import MARK_TEXT, Mark

COLOURS = {Mark.URGENT: "31;1", Mark.ATTENTION: "33", Mark.FINE: "32", Mark.BLIND: "35", Mark.NOTE: "36"}
BODY = 6  # where the text of a thing starts
LABEL = 6
NARROWEST = 40
NAMES = 14  # room for the longest name of a fact


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


def page_text(view: View, *, width: int, color: bool, ascii_only: bool) -> str:
    """Return the report for a terminal `width` cells wide."""
    page = Page(width=max(width, NARROWEST), color=color, ascii=ascii_only)
    lines = (
        *_top(page, view),
        *_needs(page, view),
        *_happened(page, view),
        *_services(page, view),
        *_seen(page, view),
    )
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _top(page: Page, view: View) -> Iterator[str]:
    site, when = page.words(view.site), page.words(f"{view.period}, {view.zone}")
    gap = page.width - width_of(site) - width_of(when) - 2
    if gap > 1:
        yield f" {site}{' ' * gap}{when}"
    else:
        yield from page.block(site, 1)
        yield from page.block(when, 1)
    yield f" {page.words('═' * (page.width - 2))}"
    yield f" {page.mark(view.mark)} {view.word.upper()}"
    yield from page.block(view.verdict, BODY)
    yield from page.block(view.lede, BODY)
    yield ""
    for fact in view.facts:
        yield from _fact(page, fact)


def _fact(page: Page, fact: Fact) -> Iterator[str]:
    lead = f"{' ' * BODY}{page.mark(fact.mark)} {padded(fact.name, NAMES)}"
    detail = f" ({fact.detail})" if fact.detail else ""
    return page.block(f"{fact.says}{detail}", BODY + NAMES + 5, lead)


def _needs(page: Page, view: View) -> Iterator[str]:
    yield from page.heading("WHAT NEEDS YOU")
    yield from page.block(view.needs_intro, 1)
    for place, thing in enumerate(view.needs, start=1):
        yield ""
        yield from _thing(page, thing, f" {place} {page.mark(thing.mark)} ")


def _happened(page: Page, view: View) -> Iterator[str]:
    if not view.stories and not view.others:
        return
    yield from page.heading("WHAT HAPPENED")
    for thing in (*view.stories, *view.others):
        yield ""
        yield from _thing(page, thing, f"   {page.mark(thing.mark)} ")


def _services(page: Page, view: View) -> Iterator[str]:
    for section in view.sections:
        yield from page.heading(page.words(section.title.upper()))
        for line in section_paragraphs(section):
            yield from page.block(
                line, 6, f" {page.mark(section.mark)} " if line is section.sentences[0] else ""
            )


def _thing(page: Page, thing: Telling, lead: str) -> Iterator[str]:
    yield from page.block(thing.title, 8, lead)
    yield from page.labelled("When", thing.when)
    yield from page.labelled("What", thing.what)
    yield from page.labelled("Why", thing.why)
    yield from _steps(page, thing.do)
    yield from page.labelled("Sure", _sureness(thing))
    yield from _proofs(page, thing)


def _steps(page: Page, steps: tuple[str, ...]) -> Iterator[str]:
    if len(steps) == 1:
        yield from page.labelled("Do", steps[0])
        return
    for place, step in enumerate(steps, start=1):
        lead = " " * BODY + ("Do" if place == 1 else "").ljust(LABEL) + f"{place}. "
        yield from page.block(step, len(lead), lead)


def _sureness(thing: Telling) -> str:
    dots, word = thing.sure
    return f"{'●' * dots}{'○' * (3 - dots)} {word}. {thing.because}".rstrip()


def _proofs(page: Page, thing: Telling) -> Iterator[str]:
    for place, proof in enumerate(thing.proofs):
        lead = " " * BODY + ("Seen" if place == 0 else "").ljust(LABEL) + f"{proof.when}  "
        yield from page.block(proof.sentence, len(lead), lead)


def _seen(page: Page, view: View) -> Iterator[str]:
    account = view.account
    yield from page.heading("WHAT WE COULD AND COULD NOT SEE")
    yield from page.block(account.summary, 1)
    for source in account.sources:
        told = _joined((f"{source.name}: {source.state}", source.seen), ", ")
        yield from page.block(
            _joined((f"{told}.", f"Tells about {source.tells}.", source.reason)),
            6,
            f" {page.mark(source.mark)} ",
        )
    for note in account.notes:
        yield from page.block(note.text, 6, f" {page.mark(note.mark)} ")
    yield ""
    yield from page.block(account.counts, 1)
    yield from page.block(f"Made by UniFi Scanner {view.made}.", 1)


def _joined(parts: Iterable[str], between: str = " ") -> str:
    return between.join(part for part in parts if part)
