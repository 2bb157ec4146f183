"""`rules`: list the rules, or try each against its own examples."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unifi_scanner.cli.options import add_format_options

if TYPE_CHECKING:
    from unifi_scanner.detection import Rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `rules` takes."""
    parser.add_argument(
        "what", choices=("list", "test"), help="list them, or test them by their own examples"
    )
    parser.add_argument(
        "--rules-dir", type=Path, metavar="DIR", help="rules of your own, besides the built-in ones"
    )
    add_format_options(parser, "text", "json")


def run(args: argparse.Namespace) -> int:
    """List or test; 0 when all is well, 2 when a rule is wrong."""
    from unifi_scanner.detection import load_rules

    rules = load_rules(args.rules_dir)
    as_json = args.format == "json"
    return _list(rules, as_json=as_json) if args.what == "list" else _test(rules, as_json=as_json)


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
    from unifi_scanner.detection.examples import check_rule
    from unifi_scanner.logs.normalise import normalise_record

    problems = [said for rule in rules for said in check_rule(rule, normalise_record, among=rules)]
    examples = sum(len(rule.examples) for rule in rules)
    if as_json:
        print(json.dumps({"rules": len(rules), "examples": examples, "problems": problems}, indent=2))
    else:
        for said in problems:
            print(said)
        print(f"{len(rules)} rules, {examples} examples, {len(problems)} problems.")
    return 2 if problems else 0
