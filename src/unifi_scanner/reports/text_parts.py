"""The middle of a terminal page: stories, changes, pictures and checks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from unifi_scanner.reports.canvas import Figure
from unifi_scanner.reports.changed import Measure
from unifi_scanner.reports.plain import padded, plain_line, width_of
from unifi_scanner.reports.sections import section_paragraphs
from unifi_scanner.reports.stories import Story
from unifi_scanner.reports.text_page import Page
from unifi_scanner.reports.view import View
from unifi_scanner.reports.wording import Mark

NAMES = 18
WHEN = 11
MOST_DAYS = 10
DRAWING = 70  # a narrower page has no room for drawings: their words do


def story_lines(page: Page, view: View) -> Iterator[str]:
    """Yield the incidents: when each happened, then each in its moments."""
    drawn = [story for story in view.stories if story.cells]
    if len(drawn) > 1 and page.width >= DRAWING and len(view.days) <= MOST_DAYS:
        yield f"  {' ' * NAMES}{_day_heads(view.days, len(drawn[0].cells))}"
        for story in drawn[:12]:
            name = padded(plain_line(page.words(story.short), NAMES - 2), NAMES)
            yield f"  {name}{page.words(story.cells)}  {story.word.lower()}"
    for story in view.stories:
        yield from _story(page, story)
    if view.stories_left:
        yield from page.block(view.stories_left, 1)


def _story(page: Page, story: Story) -> Iterator[str]:
    yield ""
    yield from page.block(f"{story.word}, {story.when}", 8, f"   {page.mark(story.mark)} ")
    yield from page.block(story.title, 8)
    if not story.moments:
        yield from page.block(story.what, 8)
    for moment in story.moments:
        lead = " " * 8 + padded(page.words(moment.when), WHEN) + " "
        yield from page.block(f"{moment.word}: {moment.sentence}", width_of(lead), lead)
    yield from page.block(story.more, 8)
    dots, word = story.sure
    yield from page.block(f"{'●' * dots}{'○' * (3 - dots)} {word}. {story.because}", 8)
    if story.see:
        yield from page.block(f"What to do: see {story.see} above.", 8)
    for step in story.do:
        yield from page.block(step, 10, " " * 8 + "> ")


def changed_lines(page: Page, view: View) -> Iterator[str]:
    """Yield what changed since the last report, and the trends."""
    if not (view.movements or view.measures):
        return
    yield from page.heading("WHAT CHANGED")
    for movement in view.movements:
        lead = f"  {padded(movement.heading, 15)} "
        said = [
            item.title.rstrip(".") + (f" (see {item.see})" if item.see else "") for item in movement.items
        ]
        yield from page.block(" · ".join(said), width_of(lead), lead)
        yield from page.block(movement.more, width_of(lead))
    if view.movements and view.measures:
        yield ""
    for measure in view.measures:
        yield from _measure(page, measure)


def _measure(page: Page, measure: Measure) -> Iterator[str]:
    name, amount = page.words(measure.name), measure.amount
    room = page.width - 42
    if width_of(name) > room:
        yield from page.block(f"{name}: {amount}, {measure.usual}, {measure.says}", 4, "  ")
        return
    yield f"  {padded(name, room)}{amount:>7}  {padded(page.words(measure.usual), 21)}{measure.says}"[
        : page.width
    ]


def picture_lines(page: Page, view: View) -> Iterator[str]:
    """Yield the pictures in characters, where there is room for them, and in words."""
    if not view.figures:
        return
    yield from page.heading("IN PICTURES")
    yield from page.block(view.figures_intro, 1)
    for place, figure in enumerate(view.figures):
        if place:
            yield ""
        yield from page.block(figure.title, 2, "  ")
        yield from _figure(page, figure, view)


def _figure(page: Page, figure: Figure, view: View) -> Iterator[str]:
    if figure.empty:
        yield from page.block(figure.empty, 4)
    elif figure.is_by_day and len(figure.table) <= MOST_DAYS:
        for name, *amounts in figure.table:
            named = zip(figure.head[1:], amounts, strict=True)
            told = ", ".join(f"{head.lower()} {amount}" for head, amount in named if amount != "0") or "none"
            yield from page.block(told, 4 + 10, f"    {padded(name, 10)}")
    elif figure.form in ("hours", "lanes") and page.width >= DRAWING and len(view.days) <= MOST_DAYS:
        for row in figure.rows:
            lead = (
                f"    {padded(plain_line(page.words(row.name), NAMES - 2), NAMES)}{page.words(row.cells)}  "
            )
            yield from page.block(row.says, width_of(lead), lead)
    else:
        for row in figure.rows:
            if row.says:
                yield from page.block(f"{row.name}: {row.says}", 4)
    yield from page.block(figure.more, 4)


def checked_lines(page: Page, view: View) -> Iterator[str]:
    """Yield what was looked for and not found, and what could not be looked for."""
    checked = view.checked
    if not (checked.fine or checked.not_checked):
        return
    yield from page.heading("CHECKED AND FINE")
    fine = " · ".join(check.name for check in checked.fine)
    yield from page.block(fine, 6, f" {page.mark(Mark.FINE)} " if fine else "")
    if checked.not_checked:
        names = " · ".join(check.name for check in checked.not_checked)
        yield from page.block(f"Not checked: {names}", 6, f" {page.mark(Mark.BLIND)} ")


def _day_heads(days: tuple[str, ...], width: int) -> str:
    step = width // max(len(days), 1)
    return "".join(padded(day, step)[:step] for day in days)


def service_lines(page: Page, view: View) -> Iterator[str]:
    """Yield what other services told."""
    for section in view.sections:
        yield from page.heading(section.title.upper())
        lead = f" {page.mark(section.mark)} "
        for line in section_paragraphs(section):
            yield from page.block(line, 6, lead)
            lead = ""
