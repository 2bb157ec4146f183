"""The catalogue's TOML tables -> entries, or the error that says what to mend. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from unifi_scanner.detection.catalogue import CodeEntry, Family, KindEntry, Known, WireExample
from unifi_scanner.detection.table import Table, nearest_hint
from unifi_scanner.errors import RuleError
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.kinds import KINDS

CODE_KEYS = ("kind", "becomes", "confidence", "means", "ignored", "event", "says", "more")
KIND_KEYS = (
    "severity",
    "severity_why",
    "why",
    "do",
    "do_9",
    "do_8",
    "nothing_to_do",
    "false_alarm",
)


def parse_codes(values: Mapping[str, Any], path: str, family: Family) -> Iterator[CodeEntry]:
    """Yield the code entries of one file; raises RuleError."""
    for code, table in values.items():
        yield _code(Table(path, f'"{code}"', table, CODE_KEYS), code, family)


def _code(table: Table, code: str, family: Family) -> CodeEntry:
    if table.has("ignored") == table.has("kind"):
        raise table.error("kind", "give either `kind`, or `ignored` with the reason why")
    kind = table.text("kind") if table.has("kind") else None
    if kind is not None and kind not in KINDS:
        raise table.error("kind", f"unknown Kind {kind!r}; {nearest_hint(kind, KINDS)}")
    examples = tuple(_examples(table))
    if kind is not None and not examples:
        raise table.error("event", "give a record as a controller sends it, and what it `says`")
    return CodeEntry(
        code=code,
        family=family,
        known=table.choice("confidence", Known),
        path=table.path,
        kind=kind,
        becomes=table.names("becomes", KINDS) if table.has("becomes") else (),
        means=table.text("means") if table.has("means") else "",
        ignored=table.text("ignored") if table.has("ignored") else "",
        examples=examples,
    )


def _examples(table: Table) -> Iterator[WireExample]:
    if table.has("event") or table.has("says"):
        yield _example(table)
    more = table.values.get("more", [])
    if not isinstance(more, list):
        raise table.error("more", "this must be a list of tables with `event` and `says`")
    for number, one in enumerate(more, start=1):
        yield _example(Table(table.path, f"{table.where}.more {number}", one, ("event", "says")))


def _example(table: Table) -> WireExample:
    event = table.values.get("event")
    if not isinstance(event, Mapping) or not event:
        raise table.error("event", "this must be a record of the wire")
    return WireExample(event, table.text("says"))


def parse_kinds(values: Mapping[str, Any], path: str) -> Iterator[KindEntry]:
    """Yield the Kind entries of one file; raises RuleError."""
    for kind, table in values.items():
        if kind not in KINDS:
            raise RuleError(path, f'"{kind}"', f"there is no such Kind; {nearest_hint(kind, KINDS)}")
        yield _kind(Table(path, f'"{kind}"', table, KIND_KEYS), kind)


def _kind(table: Table, kind: str) -> KindEntry:
    do = table.texts("do", ())
    if not do and not table.has("nothing_to_do"):
        raise table.error("do", "give steps, or `nothing_to_do` with the reason why")
    return KindEntry(
        kind=kind,
        path=table.path,
        severity=table.choice("severity", Severity),
        severity_why=table.text("severity_why"),
        why=table.text("why"),
        do=do,
        do_9=table.texts("do_9", ()),
        do_8=table.texts("do_8", ()),
        nothing_to_do=table.text("nothing_to_do") if table.has("nothing_to_do") else "",
        false_alarm=table.text("false_alarm"),
    )
