"""One rule file's tables -> Rule, or the error that says what to mend. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from unifi_scanner.detection.conditions import COMPARISONS, check_of
from unifi_scanner.detection.fields import GROUPABLE, MATCHABLE, SAYABLE
from unifi_scanner.detection.rule import Example, Explain, Precondition, Resolve, Rule, Window
from unifi_scanner.detection.table import Table, nearest_hint
from unifi_scanner.models.enums import Confidence, Severity
from unifi_scanner.models.kinds import info_of

RULE_KEYS = ("title", "severity", "match", "window", "after", "unless", "resolve", "explain", "example")
MOST_IN_WINDOW = 1000
MOST_REPEATS = 10_000
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_LEFT_OVER = re.compile(r"[\[\]{}]")


def parse_rule(values: Mapping[str, Any], path: str) -> Rule:
    """Return the rule in `values`; `path` gives it its name and category. Raises RuleError."""
    table = Table(path, "", values, RULE_KEYS)
    match = table.table("match", ("kind", "where"))
    kinds = match.kinds()
    window = _window(table, default=info_of(kinds[0]).subject)
    rule = Rule(
        name=PurePath(path).stem,
        category=PurePath(path).parent.name,
        path=path,
        title=table.text("title"),
        severity=table.choice("severity", Severity),
        kind=kinds,
        where=_where(match),
        window=window,
        after=_precondition(table, "after", window),
        unless=_precondition(table, "unless", window),
        resolve=_resolve(table),
        explain=_explain(table),
        examples=_examples(table),
    )
    _check_texts(table, rule)
    return rule


def _where(match: Table) -> Mapping[str, Any]:
    if not match.has("where"):
        return {}
    where = match.table("where", MATCHABLE)
    for field, condition in where.values.items():
        _check_condition(where, field, condition)
    return where.values


def _check_condition(where: Table, field: str, condition: Any) -> None:
    if isinstance(condition, Mapping):
        where.table(field, COMPARISONS)
    try:
        check_of(condition)
    except (ValueError, TypeError) as exc:
        raise where.error(field, str(exc)) from exc


def _window(rule: Table, *, default: str) -> Window:
    if not rule.has("window"):
        return Window(by=(default,))
    table = rule.table("window", ("by", "at_least", "within", "distinct"))
    if table.has("at_least") != table.has("within"):
        raise table.error("within", "`at_least` and `within` need each other")
    distinct = table.names("distinct", GROUPABLE)[0] if table.has("distinct") else None
    return Window(
        by=table.names("by", GROUPABLE, (default,)),
        at_least=table.number("at_least", 1, least=2 if table.has("at_least") else 1, most=MOST_IN_WINDOW),
        within=table.span("within") if table.has("within") else None,
        distinct=distinct,
    )


def _precondition(rule: Table, key: str, window: Window) -> Precondition | None:
    if not rule.has(key):
        return None
    table = rule.table(key, ("kind", "by", "at_least", "within"))
    return Precondition(
        kind=table.kinds(),
        by=table.names("by", GROUPABLE, window.by),
        at_least=table.number("at_least", 1, least=1, most=MOST_IN_WINDOW),
        within=table.span("within"),
    )


def _resolve(rule: Table) -> Resolve | None:
    if not rule.has("resolve"):
        return None
    table = rule.table("resolve", ("kind", "severity", "quick"))
    quick = table.table("quick", ("within", "severity")) if table.has("quick") else None
    return Resolve(
        kind=table.kinds(),
        severity=table.choice("severity", Severity),
        quick_within=quick.span("within") if quick else None,
        quick_severity=quick.choice("severity", Severity) if quick else None,
    )


def _explain(rule: Table) -> Explain:
    table = rule.table("explain", ("what", "why", "do", "confidence", "because"))
    confidence = table.choice("confidence", Confidence, Confidence.CERTAINLY)
    if confidence is not Confidence.CERTAINLY and not table.has("because"):
        raise table.error("because", "say why we are not certain")
    return Explain(
        what=table.text("what"),
        why=table.text("why"),
        do=table.texts("do", ()),
        confidence=confidence,
        because=table.text("because", ""),
    )


def _check_texts(table: Table, rule: Rule) -> None:
    for text in rule.texts():
        check_text(table, text)


def check_text(table: Table, text: str) -> None:
    """Raise RuleError for a text whose brackets do not match or that names a fact there is not."""
    _check_brackets(table, text)
    for name in _PLACEHOLDER.findall(text):
        if name not in SAYABLE:
            raise table.error("explain", f"unknown placeholder {{{name}}}; {nearest_hint(name, SAYABLE)}")


def _check_brackets(table: Table, text: str) -> None:
    plain = _OPTIONAL.sub(r"\1", _PLACEHOLDER.sub("", text))
    if _LEFT_OVER.search(plain):
        raise table.error("explain", f"brackets that do not match in {text!r}")
    before = None
    for part in _OPTIONAL.finditer(text):
        if "{" not in part.group(1) and (before is None or before.end() != part.start()):
            message = f"[{part.group(1)}] names no fact, so it must stand right after a part that does"
            raise table.error("explain", message)
        before = part


def _examples(rule: Table) -> tuple[Example, ...]:
    listed = rule.values.get("example", ())
    if not isinstance(listed, list | tuple):
        raise rule.error("example", "write examples as [[example]]")
    return tuple(_example(rule.path, f"example {number}", one) for number, one in enumerate(listed, 1))


def _example(path: str, where: str, values: Any) -> Example:
    table = Table(path, where, values, ("note", "event", "events", "repeat", "says", "also"))
    if table.has("event") == table.has("events"):
        raise table.error("event", "give either `event` or `events`")
    events = table.values["events"] if table.has("events") else [table.values["event"]]
    if not isinstance(events, list) or not events or not all(isinstance(e, Mapping) for e in events):
        raise table.error("events", "this must be a list of wire records")
    repeat = table.table("repeat", ("times", "every")) if table.has("repeat") else None
    return Example(
        note=table.text("note"),
        events=tuple(events),
        times=repeat.number("times", 1, least=1, most=MOST_REPEATS) if repeat else 1,
        every=repeat.span("every") if repeat else timedelta(),
        says=table.text("says") if table.has("says") else None,
        also=table.texts("also", ()),
    )
