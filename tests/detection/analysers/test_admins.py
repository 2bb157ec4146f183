"""Who signed in from where, and who changed what in one sitting, from wire records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.detection.analysers.wire import MINUTE, Record, T, admin_event, told
from unifi_scanner.detection.analysers.changes import MOST_ADMINS, MOST_SITTINGS, Changes
from unifi_scanner.detection.analysers.sign_ins import SignIns, known_places_of, place_of
from unifi_scanner.logs.normalise import normalise_record

CHANGED, REMOVED, CREATED = "MADE_CHANGES_ONE_SETTING_OBJECT", "REMOVED_ENTITY", "GENERATED"


def change(minute: float, section: str, key: str = CHANGED, admin: str = "Anna") -> Record:
    return admin_event(minute, key, admin, SECTION={"id": section, "name": section})


@pytest.mark.parametrize(
    ("records", "rule", "what"),
    [
        ([change(0, "WiFi")], "settings-changed", "Anna changed settings: WiFi."),
        (
            [change(n * 2, section) for n, section in enumerate(("WiFi", "Firewall", "WiFi", "VPN", "WiFi", "DNS"))],
            "settings-changed", "Anna changed 6 things within 10 minutes: WiFi, Firewall, VPN and others.",
        ),
        ([change(0, "WiFi"), change(0, "VPN")], "settings-changed", "Anna changed 2 things at once: WiFi and VPN."),
        ([change(0, "Guest", REMOVED)], "admin-removed-something", "Anna removed something: Guest."),
        ([change(0, "Guest", CREATED)], "admin-created-something", "Anna created something new: Guest."),
        (
            [change(0, "WiFi"), change(1, "Guest", REMOVED), change(2, "VPN", CREATED)],
            "settings-changed", "Anna changed 3 things within 2 minutes: WiFi, Guest and VPN. That counts 1 removed and 1 created.",
        ),
    ],
)  # fmt: skip
def test_one_sitting_is_one_finding(records: list[Record], rule: str, what: str) -> None:
    (found,) = told(Changes(), records)
    assert (found.rule, found.what) == (rule, what)
    assert found.about == ("admin:Anna",)
    assert found.severity == ("low" if REMOVED in str(records) else "info")


def test_a_long_pause_begins_another_sitting() -> None:
    assert [f.count for f in told(Changes(), [change(0, "WiFi"), change(29, "VPN"), change(60, "DNS")])] == [
        2,
        1,
    ]


def test_two_administrators_are_told_apart() -> None:
    found = told(Changes(), [change(0, "WiFi"), change(1, "VPN", admin="Ben")])
    assert [f.subjects for f in found] == [("Anna",), ("Ben",)]


def test_many_names_and_many_sittings_stay_within_bounds() -> None:
    names = [change(n, "WiFi", admin=f"admin {n}") for n in range(3 * MOST_ADMINS)]
    sittings = [change(n * 60, "WiFi") for n in range(3 * MOST_SITTINGS)]
    assert len(told(Changes(), names)) <= MOST_ADMINS + MOST_SITTINGS
    assert len(found := told(Changes(), sittings)) == MOST_SITTINGS
    assert sum(f.count for f in found) == 3 * MOST_SITTINGS


def sign_in(minute: float = 0, ip: str = "192.168.1.102", admin: str = "Anna", **fields: Any) -> Record:
    return {"key": "EVT_AD_Login", "admin": admin, "ip": ip, "time": int(T + minute * MINUTE), **fields}


HOME, ROAD = "192.168.1.102", "203.0.113.9"
KNOWN = {"Anna": {place_of(HOME), place_of("198.51.100.20")}}


@pytest.mark.parametrize(
    ("known", "records", "rule", "severity", "what"),
    [
        (None, [sign_in(), sign_in(200)], "admin-signed-in", "info", "Anna signed in twice, from 192.168.1.102."),
        (
            None, [sign_in(ip=ROAD)], "admin-signed-in-from-internet", "low",
            "Anna signed in once. It came from the Internet, from 203.0.113.9.",
        ),
        (KNOWN, [sign_in(ip="198.51.100.77")], "admin-signed-in", "info", "Anna signed in once, from 198.51.100.77."),
        (
            KNOWN, [sign_in(), sign_in(1, ip=ROAD)], "admin-signed-in-from-new-place", "medium",
            "Anna signed in from 203.0.113.9. We have not seen this account come from there before.",
        ),
        (
            KNOWN, [sign_in(ip="192.168.40.3")], "admin-signed-in-from-new-place", "low",
            "Anna signed in from 192.168.40.3. We have not seen this account come from there before.",
        ),
        (
            KNOWN, [sign_in(admin="Eve", ip=ROAD)], "new-admin-signed-in", "medium",
            "Eve signed in once, from 203.0.113.9. We have not seen this account before.",
        ),
    ],
)  # fmt: skip
def test_a_sign_in_is_told_as(
    known: dict[str, set[str]] | None, records: list[Record], rule: str, severity: str, what: str
) -> None:
    (found,) = told(SignIns(known), records)
    assert (found.rule, found.severity, found.what) == (rule, severity, what)


def test_a_sign_in_that_failed_is_none() -> None:
    assert told(SignIns(), [{"key": "EVT_AD_LoginFailed", "admin": "Anna", "time": T}]) == []


def test_what_the_store_remembers_makes_places_known() -> None:
    entries = [entry for record in (sign_in(), sign_in(1, ip=ROAD)) for entry in normalise_record(record)]
    known = known_places_of(entries)
    assert known == {"Anna": {place_of(HOME), place_of(ROAD)}}
    (found,) = told(SignIns(known), [sign_in(9, ip=ROAD)])
    assert found.rule == "admin-signed-in"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.168.1.5", "192.168.1.9", True),
        ("192.168.1.5", "192.168.2.5", False),
        ("203.0.113.5", "203.0.9.5", True),
        ("203.0.113.5", "198.51.113.5", False),
        ("2001:db8:1:2::5", "2001:db8:1:9::5", True),
        ("2001:db8:1::5", "2001:db8:2::5", False),
        ("nonsense", "nonsense", True),
    ],
)
def test_a_place_is_a_network_and_not_an_address(one: str, other: str, same: bool) -> None:
    assert (place_of(one) == place_of(other)) is same
