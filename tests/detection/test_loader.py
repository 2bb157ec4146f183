"""Rule files that cannot be used say where and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from unifi_scanner.detection import load_rules
from unifi_scanner.errors import RuleError

GOOD = """
title    = "{client} hops"
severity = "medium"
[match]
kind = ["client.roamed"]
[window]
by = "client"
at_least = 5
within = "10m"
[explain]
what = "{client} moved {count} times."
why  = "It matters."
"""


def write(folder: Path, text: str, name: str = "hops.toml") -> Path:
    """Write a rule of the category `mine` and return the directory of rules."""
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / name).write_text(text, encoding="utf-8")
    return folder


def test_a_users_rule_joins_the_packaged_ones(tmp_path: Path) -> None:
    names = {rule.name for rule in load_rules(write(tmp_path, GOOD))}
    assert names == {rule.name for rule in load_rules()} | {"hops"}


def test_a_users_rule_wins_over_a_packaged_namesake(tmp_path: Path) -> None:
    rules = {rule.name: rule for rule in load_rules(write(tmp_path, GOOD, "wan-down.toml"))}
    assert rules["wan-down"].category == "mine"
    assert len(rules) == len(load_rules())


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ('severity = "medium"', 'severity = "mediun"', "severity", "medium"),
        ("severity", "severty", "severty", "severity"),
        ("client.roamed", "client.romed", "match.kind", "client.roamed"),
        ('by = "client"', 'by = "clint"', "window.by", "client"),
        ("at_least = 5", "atleast = 5", "window.atleast", "at_least"),
        ('within = "10m"', 'within = "10 minutes"', "window.within", "10m"),
        ("at_least = 5", "at_least = true", "window.at_least", "whole number"),
        ("at_least = 5\n", "", "window.within", "need each other"),
        ("{count}", "{counts}", "explain", "count"),
        ('why  = "It matters."', "", "explain.why", "missing"),
        ("[match]", "[match.where]\nport_ = 5\n[match]", "match.where.port_", "port"),
        ("[match]", "[match.where]\nport = { atleast = 5 }\n[match]", "match.where.port.atleast", "at_least"),
        ("[window]", "[resolve]\nkind = ['device.onlin']\nseverity = 'low'\n[window]", "resolve.kind", "device.online"),
    ],
)  # fmt: skip
def test_an_error_names_the_file_the_key_and_what_was_probably_meant(
    tmp_path: Path, old: str, new: str, place: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(RuleError) as raised:
        load_rules(write(tmp_path, GOOD.replace(old, new, 1)))
    told = str(raised.value)
    assert "mine/hops.toml" in told
    assert place in told
    assert said in told


def test_a_file_that_is_not_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"mine/hops\.toml.*line 3"):
        load_rules(write(tmp_path, "title = 'x'\n\nseverity medium\n"))


def test_a_rule_outside_a_category_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hops.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(RuleError, match=r"hops\.toml.*folder"):
        load_rules(tmp_path)


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "hops.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(RuleError, match="already in"):
        load_rules(tmp_path)


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no such directory"):
        load_rules(tmp_path / "nowhere")


def test_files_that_are_not_rules_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, "what we want to watch", "README.md")
    assert "hops" in {rule.name for rule in load_rules(tmp_path)}
