from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from faults.judging import RULE, Delivered, Happened, NamedGap, Run, Span, Stored, judge

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=10)
ALL_CLEAR = "All fine: we saw every source, so this is a real all-clear."


def report(*told: str, status: str = "fine", sentence: str = ALL_CLEAR, **coverage: Any) -> dict[str, Any]:
    return {
        "verdict": {"status": status, "sentence": sentence},
        "period": {"start": NOON.isoformat(), "end": (NOON + timedelta(minutes=1)).isoformat()},
        "findings": [{"rule": RULE, "evidence": list(told)}],
        "coverage": {"gaps": [], "sources": [], **coverage},
    }


def gap(*, closed: bool) -> dict[str, Any]:
    return {
        "source": "websocket",
        "start": NOON.isoformat(),
        "end": LATER.isoformat(),
        "closed": closed,
    }


EVENT = Happened(ids=("a", "b"), what="it", at=NOON, due=True)
ENTRY = Stored(id="1", record="a", kind="client.connected")
GOOD = Run(happened=[EVENT], stored=[ENTRY], delivered=[Delivered(report=report("1"))], spans=[], gaps=[])
DOWN = Span(source="websocket", start=NOON, end=LATER, open=True)


def counts(**change: Any) -> tuple[int, int, int, int, int]:
    outcome = judge(msgspec.structs.replace(GOOD, **change))
    return outcome.lost, outcome.twice, outcome.false_clear, outcome.gaps_wrong, outcome.gaps_unnamed


def told(*reports: dict[str, Any], silent: frozenset[str] = frozenset()) -> list[Delivered]:
    return [Delivered(report=one, silent=silent) for one in reports]


def test_a_run_that_kept_every_promise_holds() -> None:
    assert judge(GOOD).held


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"stored": [], "delivered": []}, (1, 0, 0, 0, 0)),
        ({"delivered": told(report())}, (1, 0, 0, 0, 0)),
        ({"stored": [ENTRY, Stored(id="2", record="b", kind="client.connected")]}, (1, 1, 0, 0, 0)),
        ({"stored": [ENTRY, Stored(id="2", record="c", kind="client.connected")]}, (0, 1, 0, 0, 0)),
        ({"delivered": told(report("1"), report("1"))}, (0, 1, 0, 0, 0)),
        ({"delivered": told(report("1"), silent=frozenset({"rest"}))}, (0, 0, 1, 0, 0)),
        ({"delivered": told(report("1", status="blind"), silent=frozenset({"rest"}))}, (0, 0, 0, 0, 0)),
        ({"delivered": told(report("1", status="blind"))}, (0, 0, 0, 1, 0)),
        ({"spans": [DOWN]}, (0, 0, 1, 0, 1)),
        ({"spans": [DOWN], "delivered": told(report("1", sentence="", gaps=[gap(closed=True)]))}, (0, 0, 0, 0, 1)),
        ({"spans": [DOWN], "delivered": told(report("1", sentence="", gaps=[gap(closed=False)]))}, (0, 0, 0, 0, 0)),
        ({"gaps": [NamedGap(source="rest", start=NOON, end=None, closed=False)]}, (0, 0, 0, 1, 0)),
        ({"gaps": [NamedGap(source="rest", start=NOON, end=LATER, closed=True)]}, (0, 0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_every_broken_promise_is_counted_where_it_belongs(
    change: dict[str, Any], expected: tuple[int, int, int, int, int]
) -> None:
    assert counts(**change) == expected


def test_a_dead_source_that_is_told_as_seen_is_not_named() -> None:
    seen = report("1", status="blind", sources=[{"source": "rest", "state": "quiet"}])
    assert counts(delivered=told(seen), dead=frozenset({"rest"})) == (0, 0, 0, 0, 1)
    failed = report("1", status="blind", sources=[{"source": "rest", "state": "failed"}])
    assert counts(delivered=told(failed), dead=frozenset({"rest"})) == (0, 0, 0, 0, 0)
