"""What a look at the list of devices shows, look after look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.test_laws import MOST_GRADE, grade_of
from unifi_scanner.detection.health import (
    MOST_LOOKS,
    NetworkHealth,
    decode_health,
    encode_health,
    with_look,
)
from unifi_scanner.detection.health_words import RULES, health_findings
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.samples import Samples, devices_of

NOON = datetime(2025, 11, 10, 12, tzinfo=UTC)
SWITCH = {"mac": "74:ac:b9:00:00:05", "name": "Rack Switch", "state": 1}


def looked(*rows: dict[str, Any], known: NetworkHealth | None = None) -> NetworkHealth:
    """Return what is known after a look every five minutes at the one device of `rows`."""
    known = known or NetworkHealth()
    for number, row in enumerate(rows):
        at = NOON + timedelta(minutes=5 * number)
        known = with_look(known, Samples(at=at, devices=devices_of([SWITCH | row])))
    return known


def told(known: NetworkHealth) -> dict[str, Finding]:
    return {finding.rule: finding for finding in health_findings(known)}


BUSY = {"system-stats": {"cpu": "97.5", "mem": "30"}}
FULL = {"system-stats": {"cpu": "3", "mem": "95"}}
FINE = {"system-stats": {"cpu": "3", "mem": "30"}}


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        ([FINE] * 20, set()),
        ([BUSY] * 20, {"device-busy"}),
        ([BUSY] * 5, set()),  # too short to say
        ([BUSY] * 8 + [FINE] * 12, set()),
        ([FULL] * 20, {"device-memory-full"}),
        ([{"overheating": True}], {"device-seen-hot"}),
        ([{"state": 0}], {"device-seen-offline"}),
        ([{"state": 0, "upgradable": True, "overheating": True}], {"device-seen-offline"}),
        ([{"state": 10}], {"device-in-trouble"}),
        ([{"state": 4}], set()),
        ([{"model_in_eol": True}], {"device-end-of-life"}),
        ([{"upgradable": True}], {"updates-wait"}),
        ([{"system-stats": {}}, {"system-stats": "nonsense"}], set()),
    ],
)
def test_a_device_is_told_by_how_it_fared_at_most_looks(rows: list[dict[str, Any]], rules: set[str]) -> None:
    assert set(told(looked(*rows))) == rules


def test_every_sign_is_easy_to_read_and_says_whom_it_is_about() -> None:
    flags = ("overheating", "model_in_eol", "upgradable")
    rows: list[list[dict[str, Any]]] = [[BUSY] * 20, [FULL] * 20, *([{flag: True}] for flag in flags)]
    rows += [[{"state": state}] for state in (0, 9, 10, 11)]
    found = [finding for looks in rows for finding in health_findings(looked(*looks))]
    assert {finding.rule for finding in found} == set(RULES)
    for finding in found:
        assert grade_of(finding) <= MOST_GRADE, finding
        assert finding.about == ("device:74:ac:b9:00:00:05",)
        assert "{" not in f"{finding.title}{finding.what}{finding.do}"


def test_how_long_it_has_been_away_is_told_from_the_first_look_at_it() -> None:
    away = told(looked(*[{"state": 0}] * 13))["device-seen-offline"]
    assert away.what == "Rack Switch is offline, and has been so since we first looked 1 hour ago."
    assert away.id == told(looked({"state": 0}))["device-seen-offline"].id


def test_a_name_with_braces_is_told_as_it_is() -> None:
    assert told(looked({"state": 0, "name": "{name} {x"}))["device-seen-offline"].subjects == ("{name} {x",)


def test_old_looks_lose_their_weight() -> None:
    known = looked(*[BUSY] * MOST_LOOKS)
    assert known.devices[0].looks == MOST_LOOKS
    assert "device-busy" not in told(looked(*[FINE] * (2 * MOST_LOOKS), known=known))


def test_a_list_that_could_not_be_read_changes_nothing() -> None:
    known = looked({"state": 0})
    assert with_look(known, Samples(at=NOON)) == known


def test_what_is_kept_survives_a_restart_and_nonsense_is_refused() -> None:
    known = looked(*[BUSY] * 3)
    assert decode_health(encode_health(known)) == known
    with pytest.raises(ValueError, match="cannot be read"):
        decode_health('{"devices": 7}')


@given(
    rows=st.lists(
        st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8) | st.none()), max_size=5
    )
)
@settings(max_examples=40, deadline=None)
def test_any_list_of_devices_is_taken(rows: list[dict[str, Any]]) -> None:
    known = looked(*[{**row, "mac": SWITCH["mac"]} for row in rows])
    assert all(finding.what for finding in health_findings(known))
