"""A rule against its own examples: wire records through the real normaliser, engine and wording. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from unifi_scanner.detection.engine import detect
from unifi_scanner.detection.rule import Example, Rule
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry

Normalise = Callable[[Mapping[str, Any]], list[LogEntry]]
_MS_FROM = 10**11  # smaller wire times are seconds (docs/protocol.md 0.6)


def check_rule(rule: Rule, normalise: Normalise, *, among: Sequence[Rule] = ()) -> list[str]:
    """Return what is wrong with a rule by its own examples, empty where nothing is.

    With `among`, all rules in force, an example must also fire exactly the rules it names.
    """
    problems = [
        f"{rule.name}: {said}"
        for said, missing in (
            ("it has no example that fires (one with `says`)", all(e.says is None for e in rule.examples)),
            ("it has no example that stays silent (one without `says`)", all(e.says for e in rule.examples)),
        )
        if missing
    ]
    for example in rule.examples:
        problems += [
            f"{rule.name}: “{example.note}”: {said}" for said in _problems(rule, example, normalise, among)
        ]
    return problems


def _problems(rule: Rule, example: Example, normalise: Normalise, among: Sequence[Rule]) -> Iterator[str]:
    entries = [entry for record in records_of(example) for entry in normalise(record)]
    findings = detect(entries, among or (rule,))
    own = [finding for finding in findings if finding.rule == rule.name]
    yield from _wording_problems(example, own)
    if among:
        yield from _company_problems(rule, example, findings)


def _wording_problems(example: Example, own: Sequence[Finding]) -> Iterator[str]:
    if example.says is None:
        if own:
            yield f"it must stay silent, but says: {own[0].what}"
    elif not own:
        yield "it must fire, but stays silent"
    elif example.says not in [finding.what for finding in own]:
        yield f"it must say: {example.says} — but says: {own[0].what}"


def _company_problems(rule: Rule, example: Example, findings: Sequence[Finding]) -> Iterator[str]:
    others = {finding.rule for finding in findings} - {rule.name}
    for name in sorted(others - set(example.also)):
        yield f"it also fires {name}; name it under `also`, or tell the two apart"
    for name in sorted(set(example.also) - others):
        yield f"`also` names {name}, which does not fire"


def records_of(example: Example) -> Iterator[Mapping[str, Any]]:
    """Yield the wire records of an example, with its repeats, oldest first."""
    for number in range(example.times):
        for event in example.events:
            yield _later(event, example.every * number) if number else event


def _later(event: Mapping[str, Any], by: timedelta) -> Mapping[str, Any]:
    moved = {key: _moved(event[key], by) for key in ("time", "timestamp") if isinstance(event.get(key), int)}
    return {key: value for key, value in event.items() if key != "datetime"} | moved


def _moved(moment: int, by: timedelta) -> int:
    seconds = by.total_seconds()
    return moment + int(seconds * 1000 if moment >= _MS_FROM else seconds)
