"""`rules`: list or test them, begin one of your own, replay the stored past, or count the codes we explain."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unifi_scanner.cli.options import add_data_option, add_format_options, settings_of
from unifi_scanner.cli.since import parse_since
from unifi_scanner.errors import ConfigError

if TYPE_CHECKING:
    from unifi_scanner.detection import Rule

OWN_CATEGORY = "own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `rules` takes."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    for name, summary in (
        ("list", "list them"),
        ("test", "try each against its own examples"),
    ):
        sub = verbs.add_parser(name, help=summary)
        _add_directory(sub)
        add_format_options(sub, "text", "json")
    coverage = verbs.add_parser("coverage", help="count the codes that are known, explained, or left out")
    add_format_options(coverage, "text", "json")
    new = verbs.add_parser("new", help="write a rule file to start from")
    new.add_argument("name", help="its name: small letters, digits and hyphens")
    new.add_argument("kind", help="the kind of event it looks at, such as client.roamed")
    new.add_argument("--category", default=OWN_CATEGORY, help=f"its folder; default: {OWN_CATEGORY}")
    _add_directory(new)
    replay = verbs.add_parser("replay", help="say what other rules would have told about the stored past")
    replay.add_argument("--since", default="30d", metavar="WHEN", help="30m, 2h, 7d, or a date; default: 30d")
    replay.add_argument(
        "--with", dest="changed", type=Path, metavar="DIR",
        help="the changed rules, compared with those in force; without it, yours are compared with the built-in ones",
    )  # fmt: skip
    _add_directory(replay)
    add_data_option(replay)
    add_format_options(replay, "text", "json")


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rules-dir", metavar="DIR", help="rules of your own, besides the built-in ones (or UNIFI_RULES_DIR)"
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 0 when all is well, 2 when a rule is wrong or a code is not explained."""
    match args.what:
        case "new":
            return _new(args)
        case "replay":
            return _replay(args)
        case "coverage":
            return _count(as_json=args.format == "json")
        case _:
            return _look(args)


def _look(args: argparse.Namespace) -> int:
    from unifi_scanner.detection import load_rules

    rules = load_rules(settings_of(args).rules_dir)
    as_json = args.format == "json"
    return _list(rules, as_json=as_json) if args.what == "list" else _test(rules, as_json=as_json)


def _new(args: argparse.Namespace) -> int:
    from unifi_scanner import app

    folder = Path(args.rules_dir) if args.rules_dir else settings_of(args).rules_dir
    if folder is None:
        raise ConfigError(
            "Where should the rule go? Name a directory with --rules-dir, or set UNIFI_RULES_DIR."
        )
    print(app.new_rule(folder, args.name, args.kind, args.category))
    return 0


def _replay(args: argparse.Namespace) -> int:
    from unifi_scanner import app, clock

    settings = settings_of(args)
    try:
        since = parse_since(args.since, now=clock.now(), zone=settings.timezone())
    except ValueError as exc:
        raise ConfigError(f"--since: {exc}.") from exc
    return app.replay_rules(settings, since, args.changed, as_json=args.format == "json")


def _others(rules: Sequence[Rule], one: Rule) -> list[Rule]:
    return [rule for rule in rules if rule.name != one.name]


def _list(rules: Sequence[Rule], *, as_json: bool) -> int:
    rows = [
        {"name": rule.name, "category": rule.category, "severity": rule.severity.value, "title": rule.title}
        for rule in rules
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return 0
    for row in sorted(rows, key=lambda r: (r["category"], r["name"])):
        print(f"{row['category']:<14} {row['severity']:<9} {row['name']:<34} {row['title']}")
    print(f"{len(rows)} rules.")
    return 0


def _test(rules: Sequence[Rule], *, as_json: bool) -> int:
    from unifi_scanner.detection import load_rules
    from unifi_scanner.detection.examples import check_rule
    from unifi_scanner.logs.normalise import normalise_record

    built_in = load_rules()
    # examples know nothing of rules that came later, or of somebody's other rules
    problems = [
        said
        for rule in rules
        for said in check_rule(rule, normalise_record, among=[*_others(built_in, rule), rule])
    ]
    examples = sum(len(rule.examples) for rule in rules)
    if as_json:
        print(json.dumps({"rules": len(rules), "examples": examples, "problems": problems}, indent=2))
    else:
        for said in problems:
            print(said)
        print(f"{len(rules)} rules, {examples} examples, {len(problems)} problems.")
    return 2 if problems else 0


def _count(*, as_json: bool) -> int:
    from unifi_scanner.cli.coverage_table import as_json_text, as_table
    from unifi_scanner.detection.catalogue import gaps_in
    from unifi_scanner.detection.catalogue_loader import load_catalogue

    catalogue = load_catalogue()
    print(as_json_text(catalogue) if as_json else as_table(catalogue))
    return 2 if gaps_in(catalogue) else 0
