"""The user's own word on a rule: silent, graver or in other words, for whom and for how long. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from unifi_scanner.detection.group import Group
from unifi_scanner.detection.parsing import check_text
from unifi_scanner.detection.rule import Rule
from unifi_scanner.detection.table import Table, nearest_hint
from unifi_scanner.models.coverage import Muted
from unifi_scanner.models.device import canonical_mac
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry

OVERRIDE_KEYS = (
    "rule", "client", "device", "site", "from", "until", "mute", "severity", "title", "what", "why", "do", "note",
)  # fmt: skip
_DOES = ("mute", "severity", "title", "what", "why", "do")
_TEXTS = ("title", "what", "why")


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """One `[[override]]`: which rules, for whom, from when until when, and what of them changes.

    `client` and `device` are names or MACs, compared without regard to case; None means every one.
    """

    rules: tuple[str, ...]
    client: str | None = None
    device: str | None = None
    site: str | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    mute: bool = False
    severity: Severity | None = None
    title: str | None = None
    what: str | None = None
    why: str | None = None
    do: tuple[str, ...] | None = None
    note: str = ""

    @property
    def rewords(self) -> bool:
        """Return whether it changes any words."""
        return any(part is not None for part in (self.title, self.what, self.why, self.do))


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a finding is about, and until when it went: each set holds every name one client or device goes by."""

    clients: tuple[frozenset[str], ...]
    devices: tuple[frozenset[str], ...]
    site: str | None
    last: datetime


def parse_overrides(values: Mapping[str, Any], path: str, known: Collection[str]) -> tuple[Override, ...]:
    """Return the overrides in a file's `values`; `known` are the rules there are. Raises RuleError."""
    listed = Table(path, "", values, ("override",)).values.get("override", ())
    if not isinstance(listed, list | tuple):
        raise Table(path, "", values, ("override",)).error("override", "write each as [[override]]")
    return tuple(_parse(path, f"override {number}", one, known) for number, one in enumerate(listed, 1))


def _parse(path: str, where: str, values: Any, known: Collection[str]) -> Override:
    table = Table(path, where, values, OVERRIDE_KEYS)
    if not any(table.has(key) for key in _DOES):
        raise table.error("rule", f"say what changes: one of {', '.join(_DOES)}")
    texts = {key: table.text(key) for key in _TEXTS if table.has(key)}
    do = table.texts("do") if table.has("do") else None
    for text in (*texts.values(), *(do or ())):
        check_text(table, text)
    begins, ends = _moment(table, "from"), _moment(table, "until")
    if begins is not None and ends is not None and begins >= ends:
        raise table.error("until", "this must be later than `from`")
    return Override(
        rules=_rules(table, known),
        client=_name(table, "client"),
        device=_name(table, "device"),
        site=table.text("site") if table.has("site") else None,
        begins=begins,
        ends=ends,
        mute=_yes(table, "mute"),
        severity=table.choice("severity", Severity) if table.has("severity") else None,
        do=do,
        note=table.text("note", ""),
        **texts,
    )


def _rules(table: Table, known: Collection[str]) -> tuple[str, ...]:
    names = table.texts("rule")
    for name in names:
        if name not in known:
            raise table.error("rule", f"there is no rule {name!r}; {nearest_hint(name, known)}")
    if not names:
        raise table.error("rule", "name at least one")
    return names


def _name(table: Table, key: str) -> str | None:
    return folded(table.text(key)) if table.has(key) else None


def folded(name: str) -> str:
    """Return a name as names are compared: a MAC in its one spelling, any other without regard to case."""
    return canonical_mac(name.strip()) or name.strip().casefold()


def _yes(table: Table, key: str) -> bool:
    value = table.values.get(key, False)
    if not isinstance(value, bool):
        raise table.error(key, "this must be true or false")
    return value


def _moment(table: Table, key: str) -> datetime | None:
    value = table.values.get(key)
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=UTC)
    raise table.error(key, "write a date without quotes, like 2026-12-31")


def case_of_group(group: Group) -> Case:
    """Return whom the matches of one group are about."""
    entries = list(group.kept())
    return Case(
        clients=tuple({_names(e.client_mac, e.client_name) for e in entries}),
        devices=tuple({_names(e.device_mac, e.device_name) for e in entries}),
        site=entries[0].site if all(_same_site(e, entries[0]) for e in entries) else None,
        last=group.last,
    )


def _same_site(one: LogEntry, other: LogEntry) -> bool:
    return one.site == other.site


def _names(*names: str | None) -> frozenset[str]:
    return frozenset(folded(name) for name in names if name)


def case_of_finding(finding: Finding) -> Case:
    """Return whom a finding is about, where the finding is all there is."""
    about = [part.partition(":") for part in finding.about]
    named = _names(*finding.subjects)
    macs = {kind: [_names(key) for part, _, key in about if part == kind] for kind in ("client", "device")}
    # a name stands beside a MAC only where the finding is about one thing
    alone = named if len(about) == 1 else frozenset[str]()
    return Case(
        clients=tuple(mac | alone for mac in macs["client"]),
        devices=tuple(mac | alone for mac in macs["device"]),
        site=None,
        last=finding.last_seen,
    )


def fits(override: Override, case: Case) -> bool:
    """Return whether `override` speaks of this case; one that may be about somebody else too it does not."""
    return (
        _is_all(override.client, case.clients)
        and _is_all(override.device, case.devices)
        and (override.site is None or override.site == case.site)
        and _is_in_force(override, case.last)
    )


def _is_all(wanted: str | None, named: Sequence[frozenset[str]]) -> bool:
    return wanted is None or (bool(named) and all(wanted in names for names in named))


def _is_in_force(override: Override, last: datetime) -> bool:
    if override.begins is None and override.ends is None:
        return True
    if last == NO_TIME:
        return False
    after = override.begins is None or override.begins <= last
    return after and (override.ends is None or last < override.ends)


def reworded(rule: Rule, overrides: Iterable[Override]) -> Rule:
    """Return the rule with the words of `overrides`; of several the last one has it."""
    for override in overrides:
        explain = msgspec.structs.replace(rule.explain, **_given(override, ("what", "why", "do")))
        rule = msgspec.structs.replace(rule, explain=explain, **_given(override, ("title",)))
    return rule


def adjusted(finding: Finding, overrides: Iterable[Override]) -> Finding | None:
    """Return the finding as graded by `overrides`, or None where they mute it."""
    for override in overrides:
        if override.mute:
            return None
        if override.severity is not None:
            finding = msgspec.structs.replace(finding, severity=override.severity)
    return finding


def retold(finding: Finding, overrides: Sequence[Override]) -> Finding | None:
    """Return a finding that no rule file worded as `overrides` want it, or None where they mute it."""
    for override in overrides:
        finding = msgspec.structs.replace(finding, **_given(override, (*_TEXTS, "do")))
    return adjusted(finding, overrides)


def muted_of(findings: Sequence[Finding]) -> Muted:
    """Return the account of muted findings of one rule."""
    gravest = max(findings, key=lambda finding: finding.severity.rank)
    return Muted(title=gravest.title, count=len(findings), severity=gravest.severity)


def _given(override: Override, names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(override, name)) is not None}
