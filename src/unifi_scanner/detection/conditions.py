"""`where` of a rule, compiled once to closures. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from unifi_scanner.detection.fields import OWN_FIELDS, reader_of
from unifi_scanner.models.log_entry import LogEntry

Test = Callable[[LogEntry], bool]
Check = Callable[[Any], bool]
NOTHING: Final = (None, "", False)


def compile_where(where: Mapping[str, Any]) -> tuple[Test, ...]:
    """Return one test per condition; all of them must hold. Raises ValueError or TypeError for nonsense."""
    return tuple(_test(field, condition, check_of(condition)) for field, condition in where.items())


def _test(field: str, condition: Any, check: Check) -> Test:
    # the commonest ones with fewer calls for every entry
    if field not in OWN_FIELDS and condition == {"is_set": False}:
        return lambda entry: entry.metadata.get(field) in NOTHING
    if field not in OWN_FIELDS:
        return lambda entry: check(entry.metadata.get(field))
    read = reader_of(field)
    return lambda entry: check(read(entry))


def check_of(condition: Any) -> Check:
    """Return the check a condition means: a value, a list of values, or a table of comparisons."""
    if isinstance(condition, Mapping):
        checks = tuple(_comparison(name, operand) for name, operand in condition.items())
        if len(checks) == 1:
            return checks[0]
        return lambda value: all(check(value) for check in checks)
    if isinstance(condition, list | tuple):
        return _one_of(condition)
    return _equal(condition)


def _equal(wanted: Any) -> Check:
    if isinstance(wanted, bool):
        return lambda value: bool(value) is wanted
    text = str(wanted)
    return lambda value: value is not None and str(value) == text


def _one_of(wanted: Any) -> Check:
    texts = frozenset(str(item) for item in wanted)
    return lambda value: value is not None and str(value) in texts


def _none_of(unwanted: Any) -> Check:
    if not isinstance(unwanted, list):
        raise TypeError("`not_in` needs a list")
    among = _one_of(unwanted)
    return lambda value: not among(value)


def _matches(pattern: Any) -> Check:
    try:
        compiled = re.compile(str(pattern))
    except re.error as exc:
        raise ValueError(f"{pattern!r} is not a regular expression: {exc}") from exc
    return lambda value: value is not None and compiled.search(str(value)) is not None


def _at_least(limit: Any) -> Check:
    bound = _bound(limit)
    return lambda value: (number := _number(value)) is not None and number >= bound


def _at_most(limit: Any) -> Check:
    bound = _bound(limit)
    return lambda value: (number := _number(value)) is not None and number <= bound


def _is_set(wanted: Any) -> Check:
    if not isinstance(wanted, bool):
        raise TypeError("`is_set` needs true or false")
    return lambda value: (value not in NOTHING) is wanted


def _bound(limit: Any) -> float:
    number = _number(limit)
    if number is None:
        raise ValueError(f"{limit!r} is not a number")
    return number


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


COMPARISONS: Mapping[str, Callable[[Any], Check]] = {
    "at_least": _at_least,
    "at_most": _at_most,
    "is_set": _is_set,
    "matches": _matches,
    "not_in": _none_of,
}


def _comparison(name: str, operand: Any) -> Check:
    return COMPARISONS[name](operand)
