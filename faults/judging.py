"""What really happened against what was stored and told: the counts of one run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

RULE = "every-event"
NEAR = timedelta(seconds=1.5)  # how far a gap that is named may be off
# what breaks the path of the one breaks the other's too
ON_ONE_PATH = {"activity": frozenset({"system_log"}), "super": frozenset({"rest"})}
SEEN = frozenset({"ok", "quiet", "off"})


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the simulator's ledger; `at` by the scanner's clock, `due` when some way to learn of it was open to us."""

    ids: tuple[str, str]
    what: str
    at: datetime
    due: bool


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which `source` told nothing, by the scanner's clock; `open` when nothing could make up for it."""

    source: str
    start: datetime
    end: datetime
    open: bool


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as the store keeps it."""

    id: str
    record: str
    kind: str


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """One report that was delivered, and which sources ought to have answered just then and did not."""

    report: Mapping[str, Any]
    silent: frozenset[str] = frozenset()


class NamedGap(msgspec.Struct, frozen=True, kw_only=True):
    """A gap as the scanner names it."""

    source: str
    start: datetime
    end: datetime | None
    closed: bool


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known after a run."""

    happened: Sequence[Happened]
    stored: Sequence[Stored]
    delivered: Sequence[Delivered]
    spans: Sequence[Span]
    gaps: Sequence[NamedGap]
    dead: frozenset[str] = frozenset()  # sources that ought to answer and never did again


class Outcome(msgspec.Struct, kw_only=True):
    """The counts of one run, and each of them in words."""

    name: str = ""
    seed: int = 0
    events: int = 0
    lost: int = 0
    twice: int = 0
    false_clear: int = 0
    gaps_wrong: int = 0
    gaps_unnamed: int = 0
    other: int = 0
    notes: list[str] = []

    @property
    def held(self) -> bool:
        """Return whether every promise was kept."""
        return not self.notes


def judge(run: Run) -> Outcome:
    """Return how the run went."""
    lost, twice = [*_not_stored(run), *_not_told(run)], [*_stored_twice(run), *_told_twice(run)]
    false, wrong, unnamed = (
        list(_false_all_clears(run)),
        list(_named_wrongly(run)),
        list(_not_named(run)),
    )
    return Outcome(
        events=len(run.happened),
        lost=len(lost),
        twice=len(twice),
        false_clear=len(false),
        gaps_wrong=len(wrong),
        gaps_unnamed=len(unnamed),
        notes=[*lost, *twice, *false, *wrong, *unnamed],
    )


def _records(run: Run) -> dict[str, Happened]:
    return {own: one for one in run.happened for own in one.ids}


def _not_stored(run: Run) -> Iterator[str]:
    stored = {entry.record for entry in run.stored}
    for one in run.happened:
        if one.due and stored.isdisjoint(one.ids):
            yield f"lost: {one.what} of {one.at:%H:%M:%S.%f}"


def _stored_twice(run: Run) -> Iterator[str]:
    known = _records(run)
    counts = Counter(known[entry.record].ids for entry in run.stored if entry.record in known)
    yield from (f"stored {count} times: {ids[0]}" for ids, count in counts.items() if count > 1)
    for entry in run.stored:
        if entry.record and entry.record not in known:
            yield f"stored and never happened: {entry.kind} {entry.record}"


def tellings(reports: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Return in how many reports each entry was told."""
    return Counter(
        told
        for report in reports
        for told in {e for f in report["findings"] if f["rule"] == RULE for e in f["evidence"]}
    )


def _told(run: Run) -> Counter[str]:
    return tellings([one.report for one in run.delivered])


def _not_told(run: Run) -> Iterator[str]:
    known, told = _records(run), _told(run)
    for entry in run.stored:
        if entry.record in known and not told[entry.id]:
            yield f"stored and never told: {known[entry.record].what}"


def _told_twice(run: Run) -> Iterator[str]:
    for entry_id, count in _told(run).items():
        if count > 1:
            yield f"told in {count} reports: {entry_id}"


def _false_all_clears(run: Run) -> Iterator[str]:
    for one in run.delivered:
        verdict = one.report["verdict"]
        if verdict["status"] == "fine" and one.silent:
            yield f"fine while {', '.join(sorted(one.silent))} did not answer: {verdict['sentence']}"
        elif "real all-clear" in verdict["sentence"] and _has_hole(run, one.report):
            yield f"a real all-clear over an open gap: {verdict['sentence']}"


def _has_hole(run: Run, report: Mapping[str, Any]) -> bool:
    period = report["period"]
    start = datetime.fromisoformat(period["start"]) if period["start"] else None
    end = datetime.fromisoformat(period["end"])
    return any(s.open and s.start < end and (start is None or s.end > start) for s in run.spans)


def _named_wrongly(run: Run) -> Iterator[str]:
    """Yield each gap that is told as open and was not, or not then; and a last report that doubts without a reason."""
    for gap in run.gaps:
        if gap.closed or gap.source in run.dead or run.dead & ON_ONE_PATH.get(gap.source, frozenset()):
            continue
        if not any(_overlap(span, gap) for span in run.spans if span.open):
            yield f"open gap that was none: {gap.source} {gap.start:%H:%M:%S.%f} to {gap.end and gap.end.strftime('%H:%M:%S.%f')}"
    reasons = run.dead or any(span.open for span in run.spans)
    for last in run.delivered[-1:] if not reasons else ():
        if last.report["verdict"]["status"] == "blind" and not last.silent:
            yield f"blind without a reason: {last.report['verdict']['sentence']}"


def _not_named(run: Run) -> Iterator[str]:
    """Yield each gap that stayed open and that no report tells as open, and each dead source told as seen."""
    shown = [_gap_of(gap) for one in run.delivered for gap in one.report["coverage"]["gaps"]]
    for span in run.spans:
        if span.open and not any(_overlap(span, gap) for gap in shown if not gap.closed):
            closed = [gap.source for gap in shown if gap.closed and _overlap(span, gap)]
            how = "told as filled" if closed else "not told"
            yield f"open gap {how}: {span.source} {span.start:%H:%M:%S.%f} to {span.end:%H:%M:%S.%f}"
    if run.delivered:
        rows = run.delivered[-1].report["coverage"]["sources"]
        for source in sorted(run.dead):
            if any(row["source"] == source and row["state"] in SEEN for row in rows):
                yield f"{source} did not answer and is told as seen"


def _gap_of(gap: Mapping[str, Any]) -> NamedGap:
    return NamedGap(
        source=gap["source"],
        start=datetime.fromisoformat(gap["start"]),
        end=datetime.fromisoformat(gap["end"]) if gap["end"] else None,
        closed=gap["closed"],
    )


def _overlap(span: Span, gap: NamedGap) -> bool:
    late_enough = gap.end is None or gap.end >= span.start - NEAR
    return late_enough and gap.start <= span.end + NEAR
