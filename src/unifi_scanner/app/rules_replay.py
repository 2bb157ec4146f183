"""`rules replay`: what another set of rules would have told about the stored past, beside what the one in force tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from unifi_scanner.app.channels import data_file
from unifi_scanner.app.output import put
from unifi_scanner.config.settings import Settings
from unifi_scanner.detection import ANALYSERS, Engine, Rule, load_rules
from unifi_scanner.errors import InputError
from unifi_scanner.log import inert
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.reports import escaped_json
from unifi_scanner.store import Shard, SqliteStore, open_store


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What changes for the findings of one site: told only now, no longer told, told differently, or the same."""

    more: tuple[Finding, ...]
    fewer: tuple[Finding, ...]
    changed: tuple[tuple[Finding, Finding], ...]
    same: int


def replay_rules(
    settings: Settings, since: datetime, changed: Path | None, *, as_json: bool, output: Path | None = None
) -> int:
    """Print how `changed` would have told the stored past since then, site by site, and return 0.

    It is compared with the rules in force; without `changed`, those in force are compared with the built-in ones.
    """
    in_force, built_in = load_rules(settings.rules_dir), load_rules()
    before, after = (built_in, in_force) if changed is None else (in_force, load_rules(changed))
    path = data_file(settings)
    if not path.exists():
        raise InputError(
            f"Nothing is stored in {path.parent} yet.",
            hint="Let `run` or `report` fill it first, or set UNIFI_DATA_DIR.",
        )
    with closing(open_store(path)) as store:
        told = [(shard, _replay(store, shard, since, (before, after))) for shard in store.shards()]
    put(_as_json(told) if as_json else _as_text(told), output)
    return 0


def _replay(
    store: SqliteStore, shard: Shard, since: datetime, sets: tuple[Sequence[Rule], Sequence[Rule]]
) -> Difference:
    engines = [Engine(rules, [make() for make in ANALYSERS.values()]) for rules in sets]
    for entries in _pages(store.entries(shard, since=since)):
        for engine in engines:
            engine.feed(entries)
    return difference(engines[0].findings(), engines[1].findings())


def _pages(entries: Iterable[LogEntry], size: int = 1000) -> Iterable[list[LogEntry]]:
    page: list[LogEntry] = []
    for entry in entries:
        page.append(entry)
        if len(page) == size:
            yield page
            page = []
    yield page


def difference(before: Sequence[Finding], after: Sequence[Finding]) -> Difference:
    """Return what differs between two sets of findings of the same entries, each in its order."""
    was, now = ({finding.id: finding for finding in found} for found in (before, after))
    both = [(was[id_], finding) for id_, finding in now.items() if id_ in was]
    changed = tuple(pair for pair in both if _words(pair[0]) != _words(pair[1]))
    return Difference(
        more=tuple(finding for id_, finding in now.items() if id_ not in was),
        fewer=tuple(finding for id_, finding in was.items() if id_ not in now),
        changed=changed,
        same=len(both) - len(changed),
    )


def _words(finding: Finding) -> tuple[object, ...]:
    return (finding.severity, finding.title, finding.what, finding.why, finding.do, finding.count)


def _as_text(told: Sequence[tuple[Shard, Difference]]) -> str:
    lines: list[str] = []
    for shard, found in told:
        lines += [inert(f"{shard.controller}, {shard.site}:")]
        lines += [_line("+", finding) for finding in found.more]
        lines += [_line("-", finding) for finding in found.fewer]
        for old, new in found.changed:
            lines += [_line("~", old), _line(" ", new)]
        lines += [
            f"  {len(found.more)} more, {len(found.fewer)} fewer, {len(found.changed)} changed, {found.same} the same."
        ]
    return "\n".join(lines) if lines else "Nothing is stored yet."


def _line(mark: str, finding: Finding) -> str:
    return inert(f"{mark} [{finding.severity}] {finding.title}: {finding.what} ({finding.rule})")


def _as_json(told: Sequence[tuple[Shard, Difference]]) -> str:
    return escaped_json(
        msgspec.json.format(
            msgspec.json.encode(
                [
                    {
                        "controller": shard.controller,
                        "site": shard.site,
                        "more": [_data(finding) for finding in found.more],
                        "fewer": [_data(finding) for finding in found.fewer],
                        "changed": [{"from": _data(old), "to": _data(new)} for old, new in found.changed],
                        "same": found.same,
                    }
                    for shard, found in told
                ]
            ),
            indent=2,
        ).decode()
    )


def _data(finding: Finding) -> dict[str, Any]:
    return {
        name: getattr(finding, name)
        for name in (
            "id",
            "rule",
            "severity",
            "title",
            "what",
            "why",
            "do",
            "count",
            "first_seen",
            "last_seen",
        )
    }
