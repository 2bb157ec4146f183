"""RuleBook: the rules in force, and the user's own word on them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

from unifi_scanner.detection.overrides import Override
from unifi_scanner.detection.rule import Rule


class RuleBook(Sequence[Rule]):
    """Rules by name, each once; `overrides` are applied to what they find, in their order."""

    def __init__(self, rules: Iterable[Rule], overrides: Iterable[Override] = ()) -> None:
        self._rules = tuple(rules)
        self.overrides = tuple(overrides)

    @overload
    def __getitem__(self, index: int) -> Rule: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Rule]: ...
    def __getitem__(self, index: int | slice) -> Rule | Sequence[Rule]:
        return self._rules[index]

    def __len__(self) -> int:
        return len(self._rules)


def overrides_of(rules: Iterable[Rule]) -> tuple[Override, ...]:
    """Return what a user changed of `rules`; of rules that are in no book nothing is."""
    return rules.overrides if isinstance(rules, RuleBook) else ()
