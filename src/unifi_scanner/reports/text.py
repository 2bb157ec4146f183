"""View -> a terminal page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from unifi_scanner.reports.glance import Fact
from unifi_scanner.reports.glossary import explained_in
from unifi_scanner.reports.plain import padded, width_of
from unifi_scanner.reports.prose import number
from unifi_scanner.reports.text_page import BODY, LABEL, Page
from unifi_scanner.reports.text_parts import (
    changed_lines,
    checked_lines,
    picture_lines,
    service_lines,
    story_lines,
)
from unifi_scanner.reports.things import Telling
from unifi_scanner.reports.view import View

NARROWEST = 40
NO_WORDS: Mapping[str, str] = {}
NAMES = 14  # room for the longest name of a fact


def page_text(
    view: View, *, width: int, color: bool, ascii_only: bool, glossary: Mapping[str, str] = NO_WORDS
) -> str:
    """Return the report for a terminal `width` cells wide; words of the glossary it uses are told at the end."""
    page = Page(width=max(width, NARROWEST), color=color, ascii=ascii_only)
    lines = (
        *_top(page, view),
        *_needs(page, view),
        *_happened(page, view),
        *changed_lines(page, view),
        *picture_lines(page, view),
        *checked_lines(page, view),
        *service_lines(page, view),
        *_seen(page, view),
    )
    hard = _words(page, explained_in(" ".join(line.strip() for line in lines), glossary))
    return "\n".join(line.rstrip() for line in (*lines, *hard)) + "\n"


def _words(page: Page, explained: Mapping[str, str]) -> Iterator[str]:
    if explained:
        yield from page.heading("WORDS")
    for word, meaning in explained.items():
        yield from page.block(f"{word}: {meaning}", 3, " * ")


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
    if view.service:
        yield from page.heading("SERVICE SUMMARY")
    for name, result, base in view.service:
        yield from page.block(f"{name}: {result} ({base})", 3, "   ")


def _fact(page: Page, fact: Fact) -> Iterator[str]:
    lead = f"{' ' * BODY}{page.mark(fact.mark)} {padded(fact.name, NAMES)}"
    detail = f" ({fact.detail})" if fact.detail else ""
    return page.block(f"{fact.says}{detail}", BODY + NAMES + 5, lead)


def _needs(page: Page, view: View) -> Iterator[str]:
    yield from page.heading("WHAT NEEDS YOU")
    yield from page.block(view.needs_intro, 1)
    for place, step in enumerate(view.openings, start=1):
        yield from page.block(step, 22, f" {'To see the rest' if place == 1 else '':15}   {place}. ")
    for place, thing in enumerate(view.needs, start=1):
        yield ""
        yield from _thing(page, thing, f" {place} {page.mark(thing.mark)} ")


def _happened(page: Page, view: View) -> Iterator[str]:
    if not (view.stories or view.others or view.crowds):
        return
    yield from page.heading("WHAT HAPPENED")
    yield from story_lines(page, view)
    for thing in (*view.others, *(group.lead for group in view.crowds)):
        yield ""
        yield from _thing(page, thing, f"   {page.mark(thing.mark)} ")
    for group in view.crowds:
        yield ""
        yield from page.block(
            f"{group.title} ({number(group.total)} findings).", 8, f"   {page.mark(group.mark)} "
        )


def _thing(page: Page, thing: Telling, lead: str) -> Iterator[str]:
    yield from page.block(thing.title, 8, lead)
    yield from page.labelled("When", thing.when)
    yield from page.labelled("What", thing.what)
    yield from page.labelled("Why", thing.why)
    yield from _steps(page, thing.do)
    yield from page.labelled("Sure", _sureness(thing))
    yield from _proofs(page, thing)
    if thing.details:
        yield from page.labelled("Codes", "; ".join(f"{name} {value}" for name, value in thing.details))


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
