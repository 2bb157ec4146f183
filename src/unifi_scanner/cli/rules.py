"""`rules`: list the rules, try each against its own examples, or count the codes we can explain."""

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
        "what",
        choices=("list", "test", "coverage"),
        help="list them, test them by their own examples, or count the codes that are explained",
    )
    parser.add_argument(
        "--rules-dir", type=Path, metavar="DIR", help="rules of your own, besides the built-in ones"
    )
    add_format_options(parser, "text", "json")


def run(args: argparse.Namespace) -> int:
    """List, test or count; 0 when all is well, 2 when a rule is wrong or a code is not explained."""
    as_json = args.format == "json"
    if args.what == "coverage":
        return _count(as_json=as_json)
    from unifi_scanner.detection import load_rules

    rules = load_rules(args.rules_dir)
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


def _count(*, as_json: bool) -> int:
    from unifi_scanner.cli.coverage_table import as_json_text, as_table
    from unifi_scanner.detection.catalogue import gaps_in
    from unifi_scanner.detection.catalogue_loader import load_catalogue

    catalogue = load_catalogue()
    print(as_json_text(catalogue) if as_json else as_table(catalogue))
    return 2 if gaps_in(catalogue) else 0
