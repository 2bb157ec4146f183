"""The laws every set of rules obeys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from unifi_scanner.detection import ANALYSERS, Engine, Rule, detect, ignored_kinds, load_rules
from unifi_scanner.detection.examples import check_rule, records_of
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.kinds import KINDS
from unifi_scanner.models.matching import combine
from unifi_scanner.sim import load_scenario, wire_events

RULES = load_rules()
MIDNIGHT_MS = 1_762_732_800_000  # Mon 10 Nov 2025 00:00 UTC
MOST_WORDS = 25
MOST_GRADE = 8.0
GAPS = ("something", "a UniFi device", "an administrator", "an unknown", "an unnamed")
_CODE = re.compile(r"EVT_|[A-Z]{3,}_[A-Z]")
_MENU = re.compile(r"[A-Z(][\w()&' -]*(?: > [\w()'&.-]+(?: [\w()'&-]+)*)+")
_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+")

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@each_rule
def test_a_rule_has_a_hit_and_a_miss_and_its_examples_fire_exactly_the_rules_they_name(rule: Rule) -> None:
    assert check_rule(rule, normalise_record, among=RULES) == []


def test_there_are_at_least_45_rules_and_each_has_a_name_of_its_own() -> None:
    assert len(RULES) >= 45
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_quiet_week_fires_nothing_above_low() -> None:
    entries = [
        entry
        for record in wire_events(load_scenario("quiet-week"), MIDNIGHT_MS)
        for entry in normalise_record(record)
    ]
    engine = Engine(RULES, [make() for make in ANALYSERS.values()])
    engine.feed(combine(entries))
    assert len(entries) > 100
    assert [(f.rule, f.what) for f in engine.findings() if f.severity.rank > Severity.LOW.rank] == []


def used_kinds() -> set[str]:
    """Return every Kind that some rule or analyser looks at."""
    analysed = {kind for make in ANALYSERS.values() for kind in make().kinds}
    return analysed | {kind for rule in RULES for kind in kinds_of(rule)}


def kinds_of(rule: Rule) -> Iterator[str]:
    """Yield every Kind that makes, ends or conditions a finding of `rule`."""
    yield from rule.kind
    for part in (rule.resolve, rule.after, rule.unless):
        yield from part.kind if part else ()


def test_every_kind_is_used_by_a_rule_or_ignored_on_purpose() -> None:
    assert sorted(KINDS.keys() - used_kinds() - ignored_kinds().keys()) == []


def test_no_kind_is_both_used_and_ignored() -> None:
    assert sorted(used_kinds() & ignored_kinds().keys()) == []


def test_every_ignored_kind_has_a_reason_in_a_sentence() -> None:
    assert [kind for kind, reason in ignored_kinds().items() if not reason.endswith(".")] == []


@each_rule
def test_its_words_are_easy_to_read(rule: Rule) -> None:
    for finding in told_by(rule):
        assert grade_of(finding) <= MOST_GRADE, text_of(finding)


@each_rule
def test_its_examples_leave_no_gap_in_the_words(rule: Rule) -> None:
    own = " ".join(rule.texts())
    for finding in told_by(rule):
        text = text_of(finding)
        assert not re.search(r"[{}\[\]]|  |\bNone\b|\.\.", text)
        assert [gap for gap in GAPS if text.count(gap) > own.count(gap)] == [], text


def told_by(rule: Rule) -> Iterator[Finding]:
    """Yield what the rule says of those of its examples that fire."""
    for example in rule.examples:
        entries = [entry for record in records_of(example) for entry in normalise_record(record)]
        yield from detect(entries, [rule])


def text_of(finding: Finding) -> str:
    """Return all that a finding says, without menu paths."""
    title = finding.title.rstrip(".") + "."
    text = " ".join((title, finding.what, finding.why, *finding.do, finding.sure_because))
    return _MENU.sub("the menu", text)


def grade_of(finding: Finding) -> float:
    """Return the school grade that can read it (Flesch-Kincaid)."""
    text = text_of(finding)
    words = re.findall(r"[\w'’-]+", text)
    sentences = [part for part in _SENTENCE_END.split(text) if part]
    syllables = sum(map(syllables_of, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def syllables_of(word: str) -> int:
    """Return roughly how many syllables a word has."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    stem = re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", bare)
    return max(1, len(re.findall(r"[aeiouy]+", stem or bare)))


def sentences_of(rule: Rule) -> Iterator[str]:
    """Yield the sentences of a rule, without the menu paths in its steps."""
    for text in rule.texts():
        for sentence in _SENTENCE_END.split(text):
            yield sentence.partition(" > ")[0]


@each_rule
def test_no_sentence_has_more_than_25_words(rule: Rule) -> None:
    assert [s for s in sentences_of(rule) if len(s.split()) > MOST_WORDS] == []


@each_rule
def test_no_text_holds_a_code_or_shouts(rule: Rule) -> None:
    assert [text for text in rule.texts() if _CODE.search(text) or "!" in text] == []
