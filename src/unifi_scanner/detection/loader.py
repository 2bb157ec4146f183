"""Rule files -> rules: those that come with the program, and the user's own. Pure but for reading the files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

from unifi_scanner.detection.analyser import ANALYSERS, KNOWN_OTHERWISE
from unifi_scanner.detection.overrides import Override, parse_overrides
from unifi_scanner.detection.parsing import parse_rule
from unifi_scanner.detection.rule import Rule
from unifi_scanner.detection.rule_book import RuleBook
from unifi_scanner.errors import RuleError
from unifi_scanner.models.kinds import KINDS

PACKAGE = "unifi_scanner.detection"
OVERRIDES = "overrides.toml"
_LINE = re.compile(r"\(at (line \d+), column \d+\)|\(at end of document\)")


class Folder(Protocol):
    """What packaged data and a directory on the disk have in common."""

    @property
    def name(self) -> str: ...
    def iterdir(self) -> Iterator[Any]: ...
    def is_dir(self) -> bool: ...
    def read_text(self, encoding: str) -> str: ...


def load_rules(extra: Path | None = None) -> RuleBook:
    """Return every rule by name: the packaged ones and those below `extra`, which win over packaged namesakes.

    `extra` may also hold overrides.toml, the user's own word on any of them. Raises RuleError, naming the file and the place, for a rule that cannot be used.
    """
    packaged = _packaged_rules()
    if extra is None:
        return RuleBook(packaged)
    if not extra.is_dir():
        raise RuleError(
            extra, "directory", "there is no such directory; it should hold <category>/<name>.toml"
        )
    named = {rule.name: rule for rule in packaged} | {
        rule.name: rule for rule in _rules_in(extra, str(extra))
    }
    return RuleBook((named[name] for name in sorted(named)), _overrides_in(extra, named))


def _overrides_in(extra: Path, named: Iterable[str]) -> tuple[Override, ...]:
    file = extra / OVERRIDES
    if not file.exists():
        return ()
    return parse_overrides(read_toml(file, str(file)), str(file), {*named, *ANALYSERS, *KNOWN_OTHERWISE})


@lru_cache(maxsize=1)
def _packaged_rules() -> tuple[Rule, ...]:
    root = resources.files(PACKAGE) / "rules"
    return tuple(sorted(_rules_in(root, "rules"), key=lambda rule: rule.name))


def _rules_in(root: Any, shown: str) -> list[Rule]:
    rules: dict[str, Rule] = {}
    for category in sorted(root.iterdir(), key=lambda folder: folder.name):
        if category.is_dir():
            _read_category(category, f"{shown}/{category.name}", rules)
        elif category.name.endswith(".toml") and category.name != OVERRIDES:
            raise RuleError(
                f"{shown}/{category.name}", "file", "put the rule into a folder: it is the category"
            )
    return list(rules.values())


def _read_category(category: Folder, shown: str, rules: dict[str, Rule]) -> None:
    for file in sorted(category.iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        path = f"{shown}/{file.name}"
        rule = parse_rule(read_toml(file, path), path)
        if rule.name in rules:
            raise RuleError(path, "file", f"a rule of that name is already in {rules[rule.name].path}")
        rules[rule.name] = rule


def read_toml(file: Any, path: str) -> Mapping[str, Any]:
    """Return the tables of a file shown as `path`; raises RuleError with the line where it is broken."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as exc:
        place = _LINE.search(str(exc))
        where = (place.group(1) if place else None) or "end of file"
        raise RuleError(path, where, _LINE.sub("", str(exc)).strip()) from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise RuleError(path, "file", f"it cannot be read: {exc}") from exc


@lru_cache(maxsize=1)
def ignored_kinds() -> Mapping[str, str]:
    """Return the Kinds no rule looks at on purpose, each with the reason why."""
    path = f"{PACKAGE}/ignored.toml"
    reasons = read_toml(resources.files(PACKAGE) / "ignored.toml", path)
    for kind, reason in reasons.items():
        if kind not in KINDS or not isinstance(reason, str):
            raise RuleError(path, kind, "this must be a Kind with a reason")
    return reasons
