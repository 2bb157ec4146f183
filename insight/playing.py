"""One run of a labelled scenario, from its file to its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from insight.drawing import draw
from insight.files import HERE, read, scenario_paths
from insight.scoring import Score, Told, score, told_by
from insight.telling import rules, tell
from insight.wires import hear


def play(name: str, seed: int) -> Score:
    """Return how one run went."""
    drawn = draw(scenario_paths()[name], seed)
    heard = hear(drawn)
    told: Sequence[Told] = told_by(tell(drawn, heard), causes())
    got = score(Score(name=name, seed=seed, quiet=drawn.chance.quiet), told, heard.truths, drawn.nevers)
    got.notes = [f"{note} [{drawn.version}]" if note.startswith("missed") else note for note in got.notes]
    return got


@cache
def causes() -> Mapping[str, Sequence[str]]:
    """Return which causes each rule names (causes.toml), by the rule."""
    tables: Mapping[str, Any] = read(HERE / "causes.toml")
    named: dict[str, list[str]] = {}
    for kind, names in tables["causes"].items():
        for rule in names:
            named.setdefault(rule, []).append(kind)
    return named


def unnamed_rules() -> list[str]:
    """Return the packaged rules that causes.toml gives no word: what they tell counts as made up."""
    return sorted({rule.name for rule in rules()} - set(causes()))
