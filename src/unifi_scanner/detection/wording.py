"""A group of matches -> a finding in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from unifi_scanner.detection.fields import key_reader
from unifi_scanner.detection.group import MOST_DIFFERENT, MOST_VALUES, Group
from unifi_scanner.detection.rule import Rule
from unifi_scanner.detection.spans import span_words, whole_seconds
from unifi_scanner.models.enums import LogSource, Severity
from unifi_scanner.models.finding import Evidence, Finding
from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.log_entry import NO_TIME, LogEntry, digest_of
from unifi_scanner.models.phrasing import MAX_NAME, phrase, tame
from unifi_scanner.models.telling import facts_of, sentence_of

_FIELD = re.compile(r"\{(\w+)\}")
# a field that findings are gathered by -> what it is about
ABOUT: Mapping[str, str] = {
    "admin": "admin",
    "attacker": "address",
    "client": "client",
    "device": "device",
    "ip": "address",
    "network": "network",
    "src_ip": "address",
    "ssid": "ssid",
    "wan": "wan",
}
BEYOND_WHAT = "The same happened {times} more, to others that we did not tell apart any more."


def fields_of(template: str) -> set[str]:
    """Return the facts a text names."""
    return set(_FIELD.findall(template))


def finding_of(rule: Rule, group: Group) -> Finding:
    """Return the finding a group of matches is; the same matches give the same words and the same id."""
    facts = group_facts(group) | _state_facts(rule, group)
    explain = rule.explain
    first = group.head[0]
    return Finding(
        id=digest_of(rule.name, group.subject, first.id),
        rule=rule.name,
        severity=severity_of(rule, group),
        title=phrase(rule.title, facts),
        what=phrase(BEYOND_WHAT if group.is_beyond else explain.what, facts),
        why=phrase(explain.why, facts),
        do=tuple(phrase(step, facts) for step in explain.do),
        confidence=explain.confidence,
        sure_because=phrase(explain.because, facts),
        first_seen=group.first,
        last_seen=group.last,
        count=group.count,
        subjects=_subjects(rule, group, facts),
        evidence=tuple(_evidence(entry) for entry in group.kept()),
        source=source_of(rule),
        resolved=group.resolved,
        about=about_of(rule, group),
    )


def severity_of(rule: Rule, group: Group) -> Severity:
    """Return how grave it is, which for trouble that is over depends on how long it took."""
    resolve = rule.resolve
    if resolve is None or not group.resolved:
        return rule.severity
    if resolve.quick_within is None or not resolve.quick_severity:
        return resolve.severity
    was_quick = whole_seconds(group.longest) <= whole_seconds(resolve.quick_within)
    return resolve.quick_severity if was_quick else resolve.severity


def source_of(rule: Rule) -> LogSource:
    """Return the part of the network a rule speaks of."""
    return info_of(rule.kind[0]).source


def group_facts(group: Group) -> dict[str, object]:
    """Return the facts its words may use: of the last match, of several where they differ, and of the whole."""
    if group.is_beyond:
        return _whole(group)
    facts: dict[str, object] = {}
    for entry in (group.head[0], group.newest or group.head[0]):
        facts |= {fact: value for fact, value in facts_of(entry).items() if value is not None}
    facts |= {fact: _several(fact, list(values)) for fact, values in group.seen.items() if values}
    return facts | _whole(group)


def _whole(group: Group) -> dict[str, object]:
    different = f"{min(len(group.different), MOST_DIFFERENT):,}"
    return {
        "count": f"{group.count:,}",
        "times": times_words(group.count),
        "repeats": times_words(group.count) if group.count > 1 else None,
        "different": f"more than {different}" if len(group.different) > MOST_DIFFERENT else different,
        "span": span_words(group.last - group.first) if group.last > group.first else None,
        "first": _moment(group.first),
        "last": _moment(group.last),
    }


def _state_facts(rule: Rule, group: Group) -> dict[str, object]:
    over = rule.resolve is not None and group.resolved
    in_all = " in all" if group.outages > 1 else ""
    lasted = f"{span_words(group.downtime)}{in_all}" if group.outages else "an unknown time"
    return {
        "downtime": lasted if over else None,
        "longest": span_words(group.longest) if over and group.outages else None,
        "still": "still" if rule.resolve is not None and not over else None,
    }


def times_words(count: int) -> str:
    """Return how often: once, twice, 37 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def listed(values: Sequence[str]) -> str:
    """Return different values as one short phrase: A, B and C; with too many or too long ones: A, B and others."""
    names = [tame(value) for value in values]
    for told in range(min(len(names), MOST_VALUES - 1), 0, -1):
        rest = ["others"] if told < len(names) else []
        text = _joined([*names[:told], *rest])
        if len(text) <= MAX_NAME:
            return text
    return names[0]


def _several(fact: str, values: Sequence[str]) -> str:
    # guesses are alternatives, and one of them is enough
    return values[0] if fact == "threat_family" else listed(values)


def _joined(items: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def _moment(moment: datetime) -> str | None:
    if moment == NO_TIME:
        return None
    return f"{moment.day} {moment:%b} {moment:%H:%M} UTC"


def _subjects(rule: Rule, group: Group, facts: Mapping[str, object]) -> tuple[str, ...]:
    if group.is_beyond:
        return ()
    named = [
        facts.get(field) for field in rule.window.by if field in ("client", "device", "attacker", "admin")
    ]
    return tuple(dict.fromkeys(tame(str(name)) for name in named if name))


def about_of(rule: Rule, group: Group) -> tuple[str, ...]:
    """Return what a finding is about, for machines: `device:MAC`, `client:MAC`, `wan:ID`, `admin:NAME`, `site:ID`."""
    if group.is_beyond:
        return ()
    first = group.head[0]
    named = {field: key_reader((field,))(first) for field in rule.window.by}
    told = [f"{ABOUT[field]}:{value}" for field, value in named.items() if field in ABOUT and value]
    place = named.get("site") or first.site
    return tuple(told) or (f"site:{place}",)


def _evidence(entry: LogEntry) -> Evidence:
    return Evidence(entry_id=entry.id, timestamp=entry.timestamp, sentence=sentence_of(entry))
