"""What findings say, and that strangers cannot speak through them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.entries import entry, rule
from unifi_scanner.detection import detect, load_rules
from unifi_scanner.detection.ips import CLASSES, FAMILIES, family_of
from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.wording import listed, times_words
from unifi_scanner.models.phrasing import MAX_NAME


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D"], "A, B, C and others"),
        (["A" * 40, "B" * 40], "A" * 40 + " and others"),
        (["A" * 64, "B"], "A" * 64),
    ],
)
def test_several_values_become_one_short_phrase(values: list[str], text: str) -> None:
    assert listed(values) == text


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_a_phrase_of_values_is_never_longer_than_a_name(values: list[str]) -> None:
    assert len(listed(values)) <= MAX_NAME


@pytest.mark.parametrize(
    ("count", "words"), [(1, "once"), (2, "twice"), (3, "3 times"), (1200, "1,200 times")]
)
def test_how_often_is_told_as_people_say_it(count: int, words: str) -> None:
    assert times_words(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a second"),
        (1, "1 second"),
        (98, "1 minute 38 seconds"),
        (120, "2 minutes"),
        (7_500, "2 hours 5 minutes"),
        (86_401, "1 day"),
        (199.996, "3 minutes 20 seconds"),
        (200.004, "3 minutes 20 seconds"),
    ],
)
def test_spans_are_told_in_at_most_two_units(seconds: float, words: str) -> None:
    assert span_words(timedelta(seconds=seconds)) == words


def test_where_facts_differ_they_are_all_told() -> None:
    entries = [entry(n, "port.poe_overload", "Switch", port=str(n)) for n in (5, 7)]
    said = rule("port.poe_overload", what="{device}: port {port}")
    assert [f.what for f in detect(entries, [said])] == ["Switch: port 5 and 7"]


def test_a_repeat_is_told_only_where_there_is_one() -> None:
    said = rule(what="{client} moved[, {repeats}].")
    assert [f.what for f in detect([entry(0)], [said])] == ["phone moved."]
    assert [f.what for f in detect([entry(0), entry(1)], [said])] == ["phone moved, twice."]


@given(st.text(max_size=80))
def test_a_strangers_name_never_becomes_markup_or_a_second_line(name: str) -> None:
    for finding in detect([entry(0, client=name), entry(1, client=name)], [rule()]):
        for text in (finding.what, *finding.subjects):
            assert text.isprintable()
            assert not set("{}") & set(finding.what)


def test_a_name_with_placeholders_is_not_filled_in() -> None:
    (finding,) = detect([entry(0, client="{count}[ {device}]")], [rule(what="{client} moved")])
    assert finding.what == "(count)[ (device)] moved"


@pytest.mark.parametrize(
    ("signature", "category", "looks_like"),
    [
        ("ET SCAN Suspicious inbound to MSSQL port 1433", None, "a search for open doors"),
        ("ET MALWARE Win32/Emotet CnC Activity", "Misc Attack", "a harmful program at work"),
        ("DShield Block List", None, "an address known for attacks"),
        ("Something new", "Web Application Attack", "an attack on a web server"),
        ("Something new", None, None),
        (None, None, None),
    ],
)
def test_a_signature_is_told_in_plain_words(
    signature: str | None, category: str | None, looks_like: str | None
) -> None:
    assert family_of(signature, category) == looks_like


def test_every_plain_word_for_an_attack_fits_into_a_sentence() -> None:
    assert [words for words in (*FAMILIES.values(), *CLASSES.values()) if len(words) > MAX_NAME] == []


def test_findings_of_the_packaged_rules_name_their_subject() -> None:
    (finding,) = detect([entry(0, "device.offline", "Kitchen AP")], load_rules())
    assert finding.subjects == ("Kitchen AP",)
    assert finding.evidence[0].sentence == "Kitchen AP went offline."
