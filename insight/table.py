"""The table of what was told: per scenario and in all, as text and as a page. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from insight.scoring import Score

HEADS: Final = (
    "runs", "real", "not heard", "recall", "precision", "root cause", "told per real", "false per quiet week",
    "forbidden",
)  # fmt: skip
RECALL, PRECISION, ROOTED, PIECES, FALSE_A_WEEK = 0.95, 0.95, 0.90, 1.05, 1.0
MOST_NOTES: Final = 4
PAGE: Final = """# How much of what happens is understood

`make insight` plays every labelled scenario many times, each time with other names, times, order, controller versions
and losses, through the real pipeline: wire records, normaliser, merge, store, rules, report. It compares what the report
tells with what really happened. This page is what it printed last, over {seeds} seeds of each scenario.

| target | wanted | measured | |
|---|---|---:|---|
{targets}

| scenario | {heads} |
|---|{rule}
{rows}

What the columns mean:

- **real**: incidents that happened, and of which enough was heard to tell them; **not heard** are the others: the only
  record of them was lost, or this version of the controller has no word for them.
- **recall**: how many of them the reports tell, as loudly as they deserve.
- **precision**: how many of the stories told above "low" are about something that really happened.
- **root cause**: how many of the incidents told name the right cause, and the right device or client.
- **told per real**: how many stories above "low" one real incident is told as.
- **false per quiet week**: stories above "low" in a week in which nothing deserved one.
- **forbidden**: stories that a scenario says would be wrong.

A scenario is written from [protocol.md](protocol.md) without a look at the rules. The rules were then
mended where these scenarios, with other seeds, showed that they missed something: a network unlike all of them will score lower. `python -m insight --only NAME --seeds 1
--from SEED` plays one run again.

## What is missed

{notes}
"""


class Row(msgspec.Struct, kw_only=True):
    """Some runs, added up."""

    name: str
    scores: list[Score]

    def total(self, field: str) -> int:
        """Return the sum of a count over the runs."""
        return sum(getattr(score, field) for score in self.scores)

    @property
    def recall(self) -> float | None:
        """Return how many real incidents were told; None where there were none."""
        return _share(self.total("found"), self.total("real"))

    @property
    def precision(self) -> float | None:
        """Return how many stories above low are true; None where none was told."""
        return _share(self.total("told") - self.total("wrong"), self.total("told"))

    @property
    def rooted(self) -> float | None:
        """Return how many of the told incidents name the right cause."""
        return _share(self.total("rooted"), self.total("found"))

    @property
    def pieces(self) -> float | None:
        """Return how many stories a told incident came in."""
        return _share(self.total("pieces"), self.total("found"))

    @property
    def false_a_week(self) -> float | None:
        """Return the false alarms of a quiet week; None where no week was quiet."""
        quiet = [score for score in self.scores if score.quiet]
        return _share(sum(score.wrong for score in quiet), len(quiet))

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        shares = [_percent(one) for one in (self.recall, self.precision, self.rooted)]
        numbers = ["" if one is None else f"{one:.2f}" for one in (self.pieces, self.false_a_week)]
        counts = [str(len(self.scores)), str(self.total("real")), str(self.total("unheard"))]
        return (*counts, *shares, *numbers, str(self.total("forbidden") or ""))


def rows_of(scores: Iterable[Score]) -> list[Row]:
    """Return a row for each scenario, sorted by name, and one for all."""
    rows: dict[str, Row] = {}
    for score in sorted(scores, key=lambda one: (one.name, one.seed)):
        rows.setdefault(score.name, Row(name=score.name, scores=[])).scores.append(score)
    return [*rows.values(), Row(name="all", scores=[score for row in rows.values() for score in row.scores])]


def targets(whole: Row) -> list[tuple[str, str, str, bool]]:
    """Return each target: its name, what is wanted, what was measured, and whether it is met."""
    return [
        _at_least("recall", whole.recall, RECALL),
        _at_least("precision", whole.precision, PRECISION),
        _at_least("root cause right", whole.rooted, ROOTED),
        _at_most("stories told per real incident", whole.pieces, PIECES),
        _at_most("false alarms above low per quiet week", whole.false_a_week, FALSE_A_WEEK),
    ]


def text_table(rows: Sequence[Row]) -> str:
    """Return the table, and the targets, for a terminal."""
    lines = [("", *HEADS), *((row.name, *row.cells()) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    table = [
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    ]
    met = [
        f"{name}: {got} (wanted {want}){'' if ok else '  MISSED'}"
        for name, want, got, ok in targets(rows[-1])
    ]
    return "\n".join([*table, "", *met])


def notes(rows: Sequence[Row], most: int = MOST_NOTES) -> list[str]:
    """Return what went wrong in each scenario, most often first."""
    lines = []
    for row in rows[:-1]:
        counted = Counter(_without_names(note) for score in row.scores for note in set(score.notes))
        first = {_without_names(note): score.seed for score in reversed(row.scores) for note in score.notes}
        if counted:
            lines.append(f"{row.name}:")
        lines += [f"  {times} of {len(row.scores)} runs: {note} (seed {first[note]})"
                  for note, times in counted.most_common(most)]  # fmt: skip
    return lines


def page(rows: Sequence[Row], seeds: int) -> str:
    """Return the table as docs/insight.md."""
    met = [
        f"| {name} | {want} | {got} | {'met' if ok else '**missed**'} |"
        for name, want, got, ok in targets(rows[-1])
    ]
    body = [f"| {row.name} | {' | '.join(row.cells())} |" for row in rows]
    missed = notes(rows)
    return PAGE.format(
        seeds=seeds,
        targets="\n".join(met),
        heads=" | ".join(HEADS),
        rule="---:|" * len(HEADS),
        rows="\n".join(body),
        notes="```\n" + "\n".join(missed) + "\n```" if missed else "Nothing.",
    )


def _without_names(note: str) -> str:
    """Return a note without the names of one seed, so that the same miss of two seeds is one."""
    head, _, tail = note.partition(": ")
    if head == "made up":
        return note.partition(" “")[0]
    words = tail.split(" told as ")
    kind = words[0].partition(":")[0] if ":" in words[0] else words[0]
    rest = words[0].partition(",")[2] or (
        " as " + words[0].partition(" as ")[2] if " as " in words[0] else ""
    )
    told = f" told as {words[1].split(' of ')[0]}" if len(words) > 1 else ""
    return f"{head}: {kind.partition(',')[0].partition(' as ')[0]}{rest and ',' if rest.startswith(' only') else ''}{rest}{told}"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _at_least(name: str, got: float | None, want: float) -> tuple[str, str, str, bool]:
    return name, f"at least {want:.0%}", "none" if got is None else f"{got:.1%}", got is None or got >= want


def _at_most(name: str, got: float | None, want: float) -> tuple[str, str, str, bool]:
    return name, f"at most {want:g}", "none" if got is None else f"{got:.2f}", got is None or got <= want
