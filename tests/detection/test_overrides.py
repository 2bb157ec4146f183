"""The user's own word on a rule: silent, graver or in other words, for whom and for how long."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.entries import START, entry, rule
from unifi_scanner.detection import Engine, load_rules
from unifi_scanner.detection.overrides import OVERRIDE_KEYS, Override, parse_overrides
from unifi_scanner.detection.rule_book import RuleBook
from unifi_scanner.errors import RuleError
from unifi_scanner.models.coverage import Coverage, SourceCoverage
from unifi_scanner.models.enums import Severity, SourceState, Status
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.report import Period
from unifi_scanner.pipeline import judge
from unifi_scanner.reports import render_text

ANNA, BEN = "aa:bb:cc:dd:ee:01", "Ben's iPhone"


def engine_with(*overrides: dict[str, Any]) -> Engine:
    """Return an engine with one rule, which both Anna and Ben made fire."""
    told = parse_overrides({"override": list(overrides)}, "mine/overrides.toml", {"test-rule"})
    engine = Engine(RuleBook([rule(what="{client} moved {times}.")], told))
    engine.feed([entry(0, client=ANNA), entry(60, client=BEN), entry(120, client=BEN)])
    return engine


def found(*overrides: dict[str, Any]) -> dict[str, Finding]:
    """Return what is found, by whom it is about."""
    return {finding.subjects[0]: finding for finding in engine_with(*overrides).findings()}


def test_a_muted_rule_says_nothing_and_is_counted() -> None:
    engine = engine_with({"rule": "test-rule", "mute": True})
    assert engine.findings() == []
    assert [(m.title, m.count, m.severity) for m in engine.muted()] == [("A title", 2, Severity.HIGH)]


@pytest.mark.parametrize("spelt", [BEN, "  ben's IPHONE "])
def test_a_rule_is_muted_for_one_client_only(spelt: str) -> None:
    assert set(found({"rule": "test-rule", "client": spelt, "mute": True})) == {ANNA}


def test_a_client_is_known_by_any_spelling_of_its_mac() -> None:
    override = parse_overrides(
        {"override": [{"rule": "r", "client": "AA-BB-CC-DD-EE-01", "mute": True}]}, "o", {"r"}
    )
    assert override[0].client == ANNA


def test_a_rule_is_graded_and_worded_anew_and_keeps_its_facts() -> None:
    ben = found(
        {
            "rule": "test-rule",
            "client": BEN,
            "severity": "low",
            "what": "{client} wanders: {times}.",
            "do": ["Smile."],
        }
    )[BEN]
    assert (ben.severity, ben.what, ben.do) == (Severity.LOW, "Ben's iPhone wanders: twice.", ("Smile.",))
    assert ben.why == "It matters."


def test_of_two_overrides_the_later_one_has_the_last_word() -> None:
    told = found(
        {"rule": "test-rule", "severity": "low"}, {"rule": "test-rule", "client": BEN, "severity": "critical"}
    )
    assert (told[ANNA].severity, told[BEN].severity) == (Severity.LOW, Severity.CRITICAL)


@pytest.mark.parametrize(
    ("span", "silent"),
    [
        ({"until": START.date().replace(day=11)}, True),
        ({"until": START}, False),
        ({"from": START.date()}, True),
        ({"from": datetime(2025, 11, 10, 0, 1, 30, tzinfo=UTC)}, False),
        ({"site": "default"}, True),
        ({"site": "elsewhere"}, False),
    ],
)
def test_an_override_holds_for_its_time_and_its_site(span: dict[str, Any], silent: bool) -> None:
    assert (ANNA not in found({"rule": "test-rule", "mute": True, **span})) is silent


def test_what_is_about_others_too_is_not_muted_for_one_of_them() -> None:
    told = parse_overrides(
        {"override": [{"rule": "test-rule", "client": ANNA, "mute": True}]}, "o", {"test-rule"}
    )
    engine = Engine(RuleBook([rule(window={"by": ["site"]})], told))
    engine.feed([entry(0, client=ANNA), entry(60, client=BEN)])
    assert len(engine.findings()) == 1


@pytest.mark.parametrize(
    ("values", "place", "said"),
    [
        ({"rule": "tst-rule", "mute": True}, "override 1.rule", "test-rule"),
        ({"rule": "test-rule"}, "override 1.rule", "mute"),
        ({"rule": "test-rule", "mute": "yes"}, "override 1.mute", "true or false"),
        ({"rule": "test-rule", "mut": True}, "override 1.mut", "mute"),
        ({"rule": "test-rule", "what": "{clent}"}, "override 1", "client"),
        ({"rule": "test-rule", "severity": "hgh"}, "override 1.severity", "high"),
        ({"rule": "test-rule", "mute": True, "until": "tomorrow"}, "override 1.until", "2026-12-31"),
    ],
)
def test_an_override_that_cannot_be_used_says_where_and_how(
    values: dict[str, Any], place: str, said: str
) -> None:
    with pytest.raises(RuleError) as raised:
        parse_overrides({"override": [values]}, "mine/overrides.toml", {"test-rule"})
    assert place in str(raised.value)
    assert said in str(raised.value)


values = st.none() | st.booleans() | st.text(max_size=9) | st.just("test-rule") | st.datetimes() | st.dates()


@given(
    st.lists(
        st.dictionaries(st.sampled_from(OVERRIDE_KEYS), values | st.lists(values, max_size=2)), max_size=3
    )
)
def test_whatever_the_file_holds_it_gives_overrides_or_a_rule_error(listed: list[dict[str, Any]]) -> None:
    with contextlib.suppress(RuleError):
        told = parse_overrides({"override": listed}, "overrides.toml", {"test-rule"})
        assert all(isinstance(one, Override) for one in told)


def test_a_directory_of_rules_may_hold_only_overrides(tmp_path: Path) -> None:
    (tmp_path / "overrides.toml").write_text(
        '[[override]]\nrule = "internet-down"\nseverity = "low"\nnote = "We have another line."\n'
    )
    assert [(o.rules, o.severity) for o in load_rules(tmp_path).overrides] == [
        (("internet-down",), Severity.LOW)
    ]


def test_a_report_says_what_it_was_told_to_keep_silent_and_gives_no_full_all_clear() -> None:
    told = parse_overrides({"override": [{"rule": "test-rule", "mute": True}]}, "o", {"test-rule"})
    seen = (SourceCoverage(source="rest", area="wireless", state=SourceState.OK),)
    report = judge(
        [entry(0)],
        RuleBook([rule()], told),
        cover=lambda _: Coverage(sources=seen),
        period=lambda tally: Period(start=tally.first, end=tally.last),
        title="Home",
        generated_at=lambda _: START,
    )
    assert report.verdict.status is Status.FINE
    assert "isn't a full all-clear: your own rules keep 1 thing silent" in report.verdict.sentence
    assert "Kept silent by your own rules: A title." in " ".join(render_text(report).split())
