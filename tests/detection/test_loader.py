"""Rule files that cannot be used say where and how."""

from __future__ import annotations

import contextlib
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.detection import Rule, load_rules
from unifi_scanner.detection.parsing import parse_rule
from unifi_scanner.detection.spans import parse_span
from unifi_scanner.errors import RuleError

WORDS = (
    "title", "severity", "match", "window", "after", "unless", "resolve", "explain", "example", "kind", "where",
    "by", "at_least", "within", "distinct", "quick", "what", "why", "do", "confidence", "because", "note", "event",
    "events", "repeat", "says", "also", "times", "every", "client", "port", "matches", "low", "10m", "client.roamed",
)  # fmt: skip
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
    rules = {rule.name: rule for rule in load_rules(write(tmp_path, GOOD, "name-service-trouble.toml"))}
    assert rules["name-service-trouble"].category == "mine"
    assert len(rules) == len(load_rules())


toml_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=24,
)


@given(st.dictionaries(st.sampled_from(WORDS), toml_values, max_size=8))
def test_whatever_a_rule_file_holds_it_gives_a_rule_or_a_rule_error(values: dict[str, Any]) -> None:
    with contextlib.suppress(RuleError):
        assert isinstance(parse_rule(tomllib.loads(GOOD) | values, "rules/mine/any.toml"), Rule)


@given(st.text(max_size=12) | st.integers() | st.none())
def test_a_span_is_read_or_refused(text: object) -> None:
    with contextlib.suppress(ValueError):
        assert parse_span(text) > timedelta()


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
        ('severity = "medium"', 'severity = ["low", "high"]', "severity", "text"),
        ('by = "client"', "by = []", "window.by", "at least one"),
        ("{count} times", "[{count} times", "explain", "brackets"),
        (" {count} times", "[ often]", "explain", "names no fact"),
        ("[match]", "[match.where]\nssid = { matches = '(' }\n[match]", "match.where.ssid", "regular expression"),
        ("[match]", "[match.where]\nport = { is_set = 1 }\n[match]", "match.where.port", "true or false"),
        ("[explain]", "[explain]\nconfidence = 'possibly'", "explain.because", "certain"),
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
