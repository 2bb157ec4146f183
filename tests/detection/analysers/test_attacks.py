"""What intrusion prevention saw, from wire records."""

from __future__ import annotations

import random
import tracemalloc
from typing import Any

import pytest

from tests.detection.analysers.wire import Record, alert, check_words, told
from unifi_scanner.detection.analysers.attacks import Attacks
from unifi_scanner.detection.analysers.deeds import thing_of
from unifi_scanner.detection.analysers.themes import PAID, THEME_OF, UNNAMED, theme_of
from unifi_scanner.detection.ips import CLASSES, FAMILIES
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.finding import Finding

CAMERA, CONTROL = "192.168.1.50", "198.51.100.7"
TROJAN: dict[str, Any] = {
    "inner_alert_signature": "ET MALWARE Win32/Qakbot CnC Checkin",
    "inner_alert_signature_id": 2033222,
}
PASSED: dict[str, Any] = {"inner_alert_action": "allowed"}
UNSAID: dict[str, Any] = {"inner_alert_action": None}
NAMELESS: dict[str, Any] = {"inner_alert_signature": None, "inner_alert_signature_id": None}


def found(*records: Record) -> dict[str, Finding]:
    return {finding.rule: finding for finding in told(Attacks(), records)}


def own(**fields: Any) -> Record:
    return alert(source=CAMERA, target=CONTROL, **fields)


@pytest.mark.parametrize(
    ("records", "rule", "severity", "what"),
    [
        pytest.param(
            [own(**TROJAN)], "inside-device-blocked", "high",
            "192.168.1.50, a device of yours, was stopped once when it tried to reach 198.51.100.7. It looked like a harmful program at work.",
            id="a harmful program, stopped",
        ),
        pytest.param(
            [own(**TROJAN, **PASSED), own(minute=1, **TROJAN, **PASSED)], "inside-device-not-blocked", "high",
            "192.168.1.50, a device of yours, tried twice to reach 198.51.100.7, and nothing stopped it. It looked like a harmful program at work.",
            id="a harmful program, let through",
        ),
        pytest.param(
            [own(**TROJAN), own(minute=1, **TROJAN, **PASSED)], "inside-device-not-blocked", "high",
            "192.168.1.50, a device of yours, tried twice to reach 198.51.100.7. It was stopped only once. It looked like a harmful program at work.",
            id="some of it stopped",
        ),
        pytest.param(
            [own(**TROJAN, **UNSAID)], "inside-device-noticed", "high",
            "192.168.1.50, a device of yours, tried once to reach 198.51.100.7. The record does not say whether it was stopped. It looked like a harmful program at work.",
            id="nobody says whether it was stopped",
        ),
        pytest.param(
            [own(inner_alert_signature="ET P2P BitTorrent DHT ping request")], "device-does-the-unwanted", "info",
            "192.168.1.50, a device of yours, was stopped once when it tried to reach 198.51.100.7. It looked like file sharing.",
            id="file sharing is no infection",
        ),
        pytest.param(
            [own(**NAMELESS | {"inner_alert_signature_id": 2835123})], "inside-device-blocked", "high",
            "192.168.1.50, a device of yours, was stopped once when it tried to reach 198.51.100.7.",
            id="a paid signature that has only its number",
        ),
        pytest.param(
            [alert(source=CAMERA, target="192.168.1.9", inner_alert_signature="ET EXPLOIT SMB try")], "device-attacks-others", "high",
            "192.168.1.50, a device of yours, was stopped once when it tried to break into 192.168.1.9 inside your network. It looked like an attempt to break in.",
            id="from one of your devices to another",
        ),
        pytest.param(
            [alert()], "attacks-from-outside-blocked", "info",
            "An attack from the Internet, from 203.0.113.9, was blocked once. It looked like a search for open doors.",
            id="from outside, stopped",
        ),
        pytest.param(
            [alert(), alert(1, source="203.0.113.8"), alert(2, source="203.0.113.8")], "attacks-from-outside-blocked", "info",
            "Attacks from 2 addresses on the Internet were blocked 3 times. They came from 203.0.113.8 (twice) and 203.0.113.9 (once). The most common kind was a search for open doors.",
            id="from outside, by several",
        ),
        pytest.param(
            [alert(inner_alert_signature="ET EXPLOIT Log4j", **PASSED)], "attack-from-outside-not-blocked", "medium",
            "An attack from the Internet, from 203.0.113.9, was seen once and let through. The target was 192.168.1.20. It looked like an attempt to break in.",
            id="from outside, let through",
        ),
        pytest.param(
            [{"key": "EVT_IPS_IpsAlert"}], "attack-from-outside-noticed", "medium",
            "An attack from the Internet was seen once.",
            id="an alert without a word",
        ),
    ],
)  # fmt: skip
def test_an_alert_is_told_as(records: list[Record], rule: str, severity: str, what: str) -> None:
    findings = found(*records)
    assert rule in findings, findings
    assert (findings[rule].severity, findings[rule].what) == (severity, what)


def test_a_paid_signature_without_a_name_is_told_by_its_number() -> None:
    finding = found(own(**NAMELESS | {"inner_alert_signature_id": 2835123}))["inside-device-blocked"]
    assert "2835123" in finding.why
    assert "paid" in finding.why


def test_that_the_gateway_only_watches_is_said_once() -> None:
    findings = told(Attacks(), [alert(n, source=f"203.0.113.{n}", **PASSED) for n in range(9)])
    watching = [f for f in findings if "Notify and Block" in " ".join(f.do)]
    assert [f.rule for f in watching] == ["attacks-are-only-watched"]
    assert watching[0].what == "Your gateway saw 9 attacks. It stopped none of them."


def test_a_gateway_that_blocks_some_is_not_said_to_only_watch() -> None:
    assert "attacks-are-only-watched" not in found(alert(), alert(1, **PASSED))


def test_the_gravest_deed_of_a_device_leads_and_the_rest_is_counted() -> None:
    findings = found(own(**TROJAN), *(own(minute=n, inner_alert_signature="ET P2P x") for n in range(1, 6)))
    assert list(findings) == ["inside-device-blocked"]
    assert "5 times more, for lesser things" in findings["inside-device-blocked"].what


def test_many_devices_with_one_trouble_are_one_finding() -> None:
    records = [alert(n, source=f"192.168.1.{n}", target=CONTROL, **TROJAN) for n in range(10, 30)]
    (finding,) = told(Attacks(), records)
    assert finding.title == "20 of your devices may be infected. Take them off the network"
    assert (finding.count, finding.severity) == (20, "high")


def test_an_address_that_keeps_coming_back_is_told_with_the_busiest_first() -> None:
    finding = found(*(alert(n) for n in range(30)), alert(40, source="203.0.113.8"))[
        "one-address-keeps-attacking"
    ]
    assert finding.what == "An address on the Internet keeps trying to get in. 203.0.113.9 tried 30 times."
    assert finding.about == ("attacker:203.0.113.9",)


def test_a_device_behind_a_public_address_is_not_asked_to_be_blocked_by_that_address() -> None:
    line = (
        "CEF:0|Ubiquiti|UniFi Network|10.3.58|201|Threat Detected and Blocked|7|proto=TCP act=blocked src=198.51.100.1"
        " dst=203.0.113.4 UNIFIdirection=outgoing UNIFIipsSignature=ET MALWARE x UNIFIutcTime=2026-06-14T19:49:59.858Z msg=x"
    )
    finding = _from_line(line)["inside-device-blocked"]
    assert finding.title.startswith("A device behind your address 198.51.100.1 may be infected")
    assert "Client Devices" not in finding.do[0]


def test_a_finding_says_what_kind_of_thing_it_is_where_the_record_does() -> None:
    line = (
        "CEF:0|Ubiquiti|UniFi Network|10.6.1|200|Threat Detected|7|proto=TCP act=allowed UNIFIdirection=outgoing"
        " UNIFIsrcClientAlias=vector UNIFIsrcClientMac=02:01:01:02:a1:46 UNIFIsrcClientModel=Windows PC dst=203.0.113.4"
        " UNIFIipsSignature=ET SCAN Potential SSH Scan OUTBOUND UNIFIutcTime=2026-06-14T19:49:59.858Z msg=x"
    )
    finding = _from_line(line)["device-searches-for-doors"]
    assert finding.what.startswith(
        "vector, a Windows PC of yours, tried once to get in at 203.0.113.4, and nothing stopped it."
    )
    assert "client:02:01:01:02:a1:46" in finding.about


def _from_line(line: str) -> dict[str, Finding]:
    analyser = Attacks()
    analyser.see(entry_of_line(line, Context()))
    for finding in analyser.findings():
        check_words(finding)
    return {finding.rule: finding for finding in analyser.findings()}


@pytest.mark.parametrize(
    ("name", "told_as", "thing"),
    [
        ("Lab-Camera", None, "a camera"),
        ("DS920+ macvlan", None, "a storage box"),
        ("ssdf-vector", "Windows PC", "a Windows PC"),
        ("Anna's iPad", None, "a tablet"),
        ("camille", None, None),
        ("192.168.1.9", None, None),
        (None, None, None),
    ],
)
def test_a_thing_is_named_only_where_something_names_it(
    name: str | None, told_as: str | None, thing: str | None
) -> None:
    assert thing_of(name, told_as) == thing


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_signatures_has_a_theme(family: str) -> None:
    assert family in THEME_OF


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_of_attacks_has_a_theme(name: str) -> None:
    assert theme_of(None, name, None) not in (UNNAMED, PAID)


@pytest.mark.parametrize("outcome", [{}, PASSED, UNSAID])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_reads_well_from_inside_and_outside(family: str, outcome: dict[str, Any]) -> None:
    signature: dict[str, Any] = {"inner_alert_signature": f"ET {family} a thing"}
    assert told(Attacks(), [own(**signature, **outcome), alert(**signature, **outcome)])
    assert told(Attacks(), [alert(n, source=f"10.0.0.{n}", **signature, **outcome) for n in range(9)])


def test_a_flood_becomes_a_handful_of_findings_and_little_memory() -> None:
    chance = random.Random(4)
    sources = [f"{chance.randrange(20, 90)}.{n % 250}.{n // 250}.7" for n in range(5_000)]
    signatures = ["ET DROP Dshield", "ET SCAN ssh", "ET EXPLOIT x", "ETPRO TROJAN y", None]
    rows = [
        alert(n / 10, source=chance.choice(sources), inner_alert_signature=chance.choice(signatures))
        for n in range(2_000)
    ]
    analyser = Attacks()
    tracemalloc.start()
    findings = told(analyser, rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [f.rule for f in findings] == ["attacks-from-outside-blocked"]
    assert findings[0].count == 2_000
    assert peak < 8_000_000
