"""Sections of other services, made inert, for the page, the terminal and JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from unifi_scanner.models.section import Section
from unifi_scanner.reports.plain import MAX_TITLE, plain_line
from unifi_scanner.reports.wording import STATE_WORDS, Mark

MAX_CELL = 60


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One table as it is shown."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class SectionView(msgspec.Struct, frozen=True, kw_only=True):
    """One section as it is shown: inert, and in order."""

    anchor: str
    title: str
    mark: Mark
    word: str
    sentences: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    tables: tuple[Shown, ...]


def section_views(sections: Iterable[Section]) -> tuple[SectionView, ...]:
    """Return the sections in inert words; their anchors are ours, not the service's."""
    return tuple(_view(place, section) for place, section in enumerate(sections, start=1))


def _view(place: int, section: Section) -> SectionView:
    mark, word = STATE_WORDS[section.state]
    return SectionView(
        anchor=f"service-{place}",
        title=plain_line(section.title, MAX_TITLE),
        mark=mark,
        word=word,
        sentences=tuple(map(plain_line, section.sentences)),
        figures=tuple((_cell(figure.name), _cell(figure.value)) for figure in section.figures),
        tables=tuple(
            Shown(
                caption=plain_line(table.caption, MAX_TITLE),
                columns=tuple(map(_cell, table.columns)),
                rows=tuple(tuple(map(_cell, row)) for row in table.rows),
            )
            for table in section.tables
        ),
    )


def _cell(text: str) -> str:
    return plain_line(text, MAX_CELL)


def section_paragraphs(view: SectionView) -> Iterator[str]:
    """Yield what a section says, line by line, to be wrapped; a row of a table is one line."""
    yield from view.sentences
    yield from (f"{name}: {value}" for name, value in view.figures)
    for table in view.tables:
        yield f"{table.caption} ({', '.join(table.columns).lower()}):"
        yield from (f"- {', '.join(row)}" for row in table.rows)


def sections_data(sections: Iterable[Section]) -> list[Mapping[str, Any]]:
    """Return the sections as plain values; their findings and sources are told where all others are."""
    return [
        {
            "id": section.id,
            "title": section.title,
            "state": section.state.value,
            "sentences": list(section.sentences),
            "figures": [{"name": figure.name, "value": figure.value} for figure in section.figures],
            "tables": [
                {
                    "caption": table.caption,
                    "columns": list(table.columns),
                    "rows": [list(row) for row in table.rows],
                }
                for table in section.tables
            ],
        }
        for section in sections
    ]
