"""The table of faults: counts per fault, as text and as a page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from faults.judging import Outcome

COUNTS = ("events", "lost", "twice", "false_clear", "gaps_wrong", "gaps_unnamed", "other")
HEADS = (
    "runs",
    "events",
    "lost",
    "told twice",
    "false all-clears",
    "gaps named wrongly",
    "gaps not named",
    "other",
)
MOST_EXAMPLES, ON_THE_PAGE = 3, 1
PAGE = """# The fault suite

`make faults` runs the real service against the simulated controller while everything around it goes wrong, and
counts what that cost. The target is nought in every column but the first two. This page is what it printed last.

{table}

What the columns mean:

- **lost**: events that some open way told us and that are not in the store, or were never told in a report.
- **told twice**: events that are in the store twice, or in two delivered reports.
- **false all-clears**: reports that say `fine` while a source that ought to answer did not, or that call an open gap
  a real all-clear.
- **gaps named wrongly**: gaps told as open that were none, and doubts without a reason.
- **gaps not named**: times in which the stream was down, and no history could tell all that it tells, which no report
  names as open; and sources that failed for good and are told as seen.
- **other**: orderly stops that were none, starts that failed for good.

Every run has a seed: `python -m faults --only NAME --seed SEED --runs 1` plays it again.
{examples}"""


class Row(msgspec.Struct, kw_only=True):
    """One fault over all its runs."""

    name: str
    told: str
    runs: int = 0
    counts: dict[str, int] = {}
    examples: list[Outcome] = []


def rows_of(outcomes: Sequence[Outcome], told: Mapping[str, str]) -> list[Row]:
    """Return one row per fault, in the order of `told`."""
    rows = {name: Row(name=name, told=text, counts=dict.fromkeys(COUNTS, 0)) for name, text in told.items()}
    for one in outcomes:
        row = rows[one.name]
        row.runs += 1
        for count in COUNTS:
            row.counts[count] += getattr(one, count)
        if not one.held:
            row.examples.append(one)
            row.examples.sort(key=lambda example: example.seed)
    return [row for row in rows.values() if row.runs]


def text_table(rows: Sequence[Row]) -> str:
    """Return the table for a terminal."""
    lines = [("", *HEADS), *(_cells(row) for row in rows), _cells(_total(rows))]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )


def examples(rows: Sequence[Row], most: int = MOST_EXAMPLES) -> str:
    """Return the first failures of each fault in words, with their seeds."""
    lines = []
    for row in rows:
        for one in row.examples[:most]:
            lines.append(f"{row.name}, seed {one.seed} ({len(row.examples)} of {row.runs} runs):")
            lines += [f"  {note}" for note in one.notes[:6]]
    return "\n".join(lines)


def page(rows: Sequence[Row]) -> str:
    """Return the table as docs/faults.md."""
    head = f"| fault | {' | '.join(HEADS)} |\n|---|{'---:|' * len(HEADS)}"
    body = "\n".join(f"| {' | '.join((row.told, *_cells(row)[1:]))} |" for row in rows)
    total = f"| **all** | {' | '.join(_cells(_total(rows))[1:])} |"
    failing = examples(rows, ON_THE_PAGE)
    return PAGE.format(
        table=f"{head}\n{body}\n{total}",
        examples=f"\n## What failed\n\n```\n{failing}\n```\n" if failing else "",
    )


def _total(rows: Sequence[Row]) -> Row:
    counts = {count: sum(row.counts[count] for row in rows) for count in COUNTS}
    return Row(name="all", told="all", runs=sum(row.runs for row in rows), counts=counts)


def _cells(row: Row) -> tuple[str, ...]:
    return (row.name, f"{row.runs:,}", *(f"{row.counts[count]:,}" for count in COUNTS))
