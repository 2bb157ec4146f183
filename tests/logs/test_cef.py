from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import SHARED, needs_fixtures
from unifi_scanner.logs.cef import CefLine, cef_kind, cef_time, is_told_in_its_words, own_subject, parse_cef
from unifi_scanner.logs.cef_fields import FIELDS_READ, READINGS, cef_facts
from unifi_scanner.logs.cef_forms import MOST_FORMS, read_cef
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.kinds import KINDS, UNKNOWN_KIND
from unifi_scanner.models.log_entry import NO_TIME
from unifi_scanner.models.telling import sentence_of
from unifi_scanner.models.vocabulary import kind_of_cef

NEAR = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "product", "signature", "name", "fields"),
    [
        ("CEF:0|Ubiquiti|UniFi Network|9.4.19|544|Admin|1|src=10.0.0.1 msg=x", "UniFi Network", "544", "Admin", {"src": "10.0.0.1", "msg": "x"}),
        ("Jun  1 00:00:00 h CEF: 0|Ubiquiti|UniFi OS|5.1|1|Test|1|msg=x", "UniFi OS", "1", "Test", {"msg": "x"}),
        ("0|Ubiquiti|UniFi Network|10.4|105|Failover|6|UNIFIhost=My Host", "UniFi Network", "105", "Failover", {"UNIFIhost": "My Host"}),
        ("CEF: 0|Ubiquiti|UniFi OS|4.3.5|admins|1|msg=a|b", "UniFi OS", "admins", "admins", {"msg": "a|b"}),
        ("<14>1 2026-03-29T02:52:21+00:00 2026-03-29T02:52:21.587Z The - - - House CEF:0|Ubiquiti|UniFi OS|5.1|1|T|1|a=b", "UniFi OS", "1", "T", {"a": "b"}),
        ("CEF:0|Ubiquiti|UniFi Network|1|2|N|3|a=1 b=msg=said msg=last: c=d", "UniFi Network", "2", "N", {"a": "1", "b": "msg=said", "msg": "last: c=d"}),
        (r"CEF:0|Ubiquiti|UniFi Network|1|2|N \| M|3|a=x\=y b=c\\d\|e\nf", "UniFi Network", "2", "N | M", {"a": "x=y", "b": "c\\d|e\nf"}),
        ('CEF:0|Ubiquiti|UniFi Network|1|2|N|3|a=null b="quoted" c= d=', "UniFi Network", "2", "N", {"b": '"quoted"', "c": "", "d": ""}),
        ("CEF:0|Ubiquiti|UniFi Network|1|2|N|3|", "UniFi Network", "2", "N", {}),
        ("CEF:0|Ubiquiti|UniFi Network|1|2|N|3|UNIFIsettingsChanges=name: x; mode: y UNIFIadmin=Jo", "UniFi Network", "2", "N", {"UNIFIsettingsChanges": "name: x; mode: y", "UNIFIadmin": "Jo"}),
    ],
)  # fmt: skip
def test_every_dialect_comes_apart(
    line: str, product: str, signature: str, name: str, fields: dict[str, str]
) -> None:
    cef = parse_cef(line)
    assert cef is not None
    assert (cef.product, cef.signature, cef.name) == (product, signature, name)
    assert cef.fields == fields


@pytest.mark.parametrize(
    "line",
    [
        "",
        "CEF:0|",
        "CEF:0|Ubiquiti|a|b|c",
        "CEF:0|Other|UniFi Network|1|2|N|3|a=b",
        "host10|Ubiquiti|UniFi Network|1|2|N|3|a=b",
        "é0|Ubiquiti|UniFi Network|1|2|N|3|a=b",
        "_0|Ubiquiti|UniFi Network|1|2|N|3|a=b",
    ],
)
def test_what_is_no_cef_is_none(line: str) -> None:
    assert parse_cef(line) is None


def test_a_sign_inside_a_word_does_not_hide_the_one_after_it() -> None:
    cef = parse_cef("x0|Ubiquiti|CEF:0|Ubiquiti|UniFi Network|1|2|N|3|a=b")
    assert cef is not None
    assert (cef.product, cef.fields) == ("UniFi Network", {"a": "b"})


def test_values_of_any_type_and_length_are_read_the_same_again() -> None:
    long = "x" * 500
    for _ in range(2):
        assert cef_facts({"UNIFIwifiName": "1", "spt": "1"}) == {"ssid": "1", "src_port": 1}
        assert cef_facts({"UNIFIwifiName": 1, "spt": True}) == {"ssid": "1"}
        assert cef_facts({"UNIFIwifiName": long, "spt": ["1"]}) == {"ssid": long}
        assert cef_facts({"UNIFIwifiName": "null", "spt": " 1 "}) == {"src_port": 1}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Jul 15 22:24:19 h CEF:0|Ubiquiti|UniFi Network|1|544|N|1|UNIFIutcTime=2025-07-15T20:24:19.421Z", "2025-07-15T20:24:19.421000+00:00"),
        ("Jul 15 22:24:19 2025-07-15T22:24:19.421Z h CEF:0|Ubiquiti|UniFi Network|1|544|N|1|a=b", "2025-07-15T22:24:19.421000+00:00"),
        ("Jul  5 04:17:21 h.x 2025-07-05T04: 17:21.976Z h CEF:0|Ubiquiti|UniFi Network|1|544|N|1|a=b", "2025-07-05T04:17:21.976000+00:00"),
        ("Jul 15 22:24:19 h CEF:0|Ubiquiti|UniFi Network|1|544|N|1|a=b", "2025-07-15T20:24:19+00:00"),
        ("CEF:0|Ubiquiti|UniFi Protect|1|2159|N|1|timestamp=1752611059421", "2025-07-15T20:24:19.421000+00:00"),
    ],
)  # fmt: skip
def test_its_own_time_is_better_than_that_of_the_header(line: str, expected: str) -> None:
    entry = entry_of_line(line, Context(near=NEAR, zone="Europe/Berlin"))
    assert entry.timestamp.isoformat() == expected


def test_without_any_time_it_has_none() -> None:
    assert (
        entry_of_line("CEF:0|Ubiquiti|UniFi Network|1|544|N|1|a=b", Context(near=NEAR)).timestamp == NO_TIME
    )


@pytest.mark.parametrize("field", ["a=b", "UNIFIutcTime=never"])
def test_without_a_time_of_its_own_each_receipt_is_another_event(field: str) -> None:
    line = f"CEF:0|Ubiquiti|UniFi Network|1|544|N|1|{field}"
    first, second = (entry_of_line(line, Context(heard=NEAR.replace(hour=hour))) for hour in (1, 2))
    assert first.id != second.id
    assert (first.timestamp.hour, first.metadata["heard"]) == (1, True)


def test_an_id_nobody_knows_is_kept_as_unknown() -> None:
    entry = entry_of_line(
        "CEF:0|Ubiquiti|UniFi Network|1|9999|New Thing|1|msg=Something new happened", Context()
    )
    assert (entry.kind, entry.event_type) == (UNKNOWN_KIND, "CEF:Network:9999")
    assert "Something new happened" in sentence_of(entry)


def test_the_id_counts_and_not_the_name() -> None:
    lines = [
        f"CEF:0|Ubiquiti|UniFi Network|1|546|{name}|1|UNIFIadmin=Jo"
        for name in ("Config Modified", "Admin Made Config Changes")
    ]
    assert {entry_of_line(line, Context()).kind for line in lines} == {"admin.changed_settings"}


@needs_fixtures
def test_every_recorded_id_has_a_kind() -> None:
    with (SHARED / "events/event_keys.tsv").open(encoding="utf-8") as file:
        keys = [row["key"] for row in csv.DictReader(file, delimiter="\t") if row["kind"] == "cef-signature"]
    kinds = {key: kind_of_cef(*key.removeprefix("CEF:").split(":")) for key in keys}
    assert len(kinds) == 42
    assert [key for key, kind in kinds.items() if kind == UNKNOWN_KIND or kind not in KINDS] == []


FACTS: list[tuple[str, dict[str, Any]]] = [
    ("401|N|2|UNIFIlastConnectedToDeviceName=Lobby UNIFIlastConnectedToDeviceMac=d8:b3:70:fb:fc:dd UNIFIclientMac=0a:be:db:c8:0d:81 UNIFIduration=6m 22s",
     {"duration_s": 382, "duration": "6 minutes 22 seconds", "ap_from": "Lobby"}),
    ("203|N|4|proto=TCP spt=1 dpt=25 act=blocked UNIFIpolicyName=Drop All dst=80.241.60.215 UNIFIsrcClientAlias=Server UNIFIdirection=outgoing",
     {"attacker": "Server", "target": "80.241.60.215", "dst_port": 25, "action": "blocked", "direction": "outgoing", "threat": "Drop All"}),
    ("201|N|9|src=176.65.148.67 dst=192.168.200.56 UNIFIpolicyName=P2P UNIFIipsSignature=ET DROP x UNIFIipsSignatureId=2402000",
     {"threat": "ET DROP x", "signature_id": "2402000", "direction": "incoming"}),
    ("544|N|1|UNIFIadmin=Jo src=10.0.0.9 UNIFIaccessMethod=web UNIFIclientIp=10.0.0.1", {"admin": "Jo", "ip": "10.0.0.9", "method": "web"}),
    ("546|N|1|UNIFIsettingsSection=Firewall UNIFIsettingsEntry=Pi-Hole", {"section": "Pi-Hole"}),
    ("100|N|9|UNIFIwanName=Internet 1 UNIFIwanId=WAN1", {"wan": "Internet 1", "wan_id": "WAN1"}),
    ("100|N|9|UNIFIwanId=WAN", {"wan": "WAN1", "wan_id": "WAN1"}),
    ("202|N|8|UNIFIclientAlias=Lamp UNIFIclientMac=0a:be:db:c8:0d:81", {"attacker": "Lamp"}),
    ("546|N|1|UNIFIsettingsSection=Firewall UNIFIsettingsEntry=null", {"section": "Firewall"}),
]  # fmt: skip


@pytest.mark.parametrize(("tail", "facts"), FACTS)
def test_its_facts_have_our_names(tail: str, facts: dict[str, Any]) -> None:
    entry = entry_of_line(f"CEF:0|Ubiquiti|UniFi Network|10.4.57|{tail}", Context())
    assert {name: entry.metadata.get(name) for name in facts} == facts


@pytest.mark.parametrize(("end", "kind"), [
    ("d8:b3:70:fb:fc:dd", "client.switched_radio"), ("d8:b3:70:fb:fc:de", "client.roamed"), ("null", "client.roamed"),
])  # fmt: skip
def test_a_roam_that_ends_where_it_began_is_a_change_of_radio(end: str, kind: str) -> None:
    places = f"UNIFIlastConnectedToDeviceMac=d8:b3:70:fb:fc:dd UNIFIconnectedToDeviceMac={end}"
    line = f"CEF:0|Ubiquiti|UniFi Network|10.4.57|402|N|1|{places} UNIFIclientMac=0a:be:db:c8:0d:81"
    assert entry_of_line(line, Context()).kind == kind


@given(st.text(max_size=300))
def test_any_extension_is_one_entry(text: str) -> None:
    line = f"CEF:0|Ubiquiti|UniFi Network|10.4.57|400|N|1|{text}"
    assert entry_of_line(line, Context()).raw_data["line"] == line


@given(st.lists(st.text(alphabet="ab|=\\ n0", max_size=12), max_size=12))
def test_any_header_is_one_entry(parts: list[str]) -> None:
    line = "CEF:0|Ubiquiti|" + "|".join(parts)
    parse_cef(line)
    assert entry_of_line(line, Context()).raw_data["line"] == line


def told(cef: CefLine | None) -> Any:
    """Return everything an entry is made of."""
    assert cef is not None
    facts = cef_facts(cef.fields) if cef.facts is None else cef.facts
    kind, who = cef_kind(cef), cef.who or own_subject(cef.fields)
    said = (cef.fields.get("msg") or cef.name) if is_told_in_its_words(kind) else None
    return cef.product, cef.signature, kind, list(facts.items()), who, cef_time(cef.fields), said


NAMES = st.sampled_from(sorted({*READINGS, *FIELDS_READ, "UNIFIhost", "UNIFIcategory", "cs1"} - {"msg"}))
VALUES = st.text(max_size=20) | st.sampled_from(
    ("null", "", " ", "02:00:00:00:00:01", " 02-00-00-00-00-02\t", "10.0.0.7", "8.8.8.8", "-61", "1h 6m", "WAN", "admin",
     "blocked", "a=b", "a K=b", "\\=", "|", "x" * 70, "2026-03-05T12:00:00.123Z", "1772712000000")
)  # fmt: skip
LINES = st.lists(st.tuples(NAMES, VALUES, VALUES), min_size=1, max_size=8)


@given(
    fields=LINES,
    message=st.none() | VALUES,
    signature=st.sampled_from((402, 105, 9999)),
    sign=st.sampled_from(("", "x", "<14>Mar  5 12:00:00 Gate CEF:")),
)
def test_a_line_of_a_form_read_before_says_what_it_says_when_it_is_read_for_the_first_time(
    fields: list[tuple[str, str, str]], message: str | None, signature: int, sign: str
) -> None:
    head, tail = (
        f"{sign}0|Ubiquiti|UniFi Network|10.4|{signature}|N|1|",
        "" if message is None else f" msg={message}",
    )
    plain = head + " ".join(f"{name}=1" for name, _, _ in fields) + (tail and " msg=1")
    for line in (plain, *(head + " ".join(f"{row[0]}={row[n]}" for row in fields) + tail for n in (1, 2))):
        seen, read = read_cef(line), parse_cef(line)
        assert (seen is None) == (read is None)
        if read is not None:
            assert told(seen) == told(read)


def test_a_sign_inside_a_word_lends_no_form_to_a_line_that_begins_with_it() -> None:
    hidden = "0|Ubiquiti|CEF:0|Ubiquiti|UniFi Network|1|2|N|3|a=b"
    for line in (f"x{hidden}", hidden, f"x{hidden}", hidden):
        assert told(read_cef(line)) == told(parse_cef(line))


def test_many_forms_are_forgotten_and_learned_anew() -> None:
    for number in range(3 * MOST_FORMS):
        line = f"CEF:0|Ubiquiti|UniFi Network|{number}|400|N|1|UNIFIclientMac=02:00:00:00:00:01 UNIFIwifiName=Home"
        for _ in range(2):
            assert told(read_cef(line)) == told(parse_cef(line))


def at(second: int, name: str = "Phone") -> str:
    return (
        f"Mar  5 12:00:00 Gate CEF:0|Ubiquiti|UniFi Network|10.4|400|Joined|1|UNIFIclientAlias={name} "
        f"UNIFIutcTime=2026-03-05T12:00:{second:02}.000Z msg=Joined"
    )


def id_of(line: str, **context: Any) -> str:
    return entry_of_line(line, Context(**context)).id


def test_a_line_that_says_its_time_has_one_id_however_and_whenever_it_is_heard() -> None:
    told = {
        id_of(f"<14>{at(1)}", heard=NEAR),
        id_of(at(1), zone="Asia/Tokyo", site="cabin"),
        id_of(f" {at(1)}\n"),
    }
    assert len(told) == 1
    assert id_of(at(1, "Tablet")) not in told


def test_lines_in_time_order_have_ids_in_that_order() -> None:
    ids = [id_of(at(second, name)) for second in range(60) for name in ("Phone", "\ud800")]
    assert len(set(ids)) == 120
    assert [one[:8] for one in ids] == sorted(one[:8] for one in ids)


@pytest.mark.parametrize("year", ["0001", "1969", "2106", "9999"])
def test_a_time_out_of_all_reason_still_makes_an_id(year: str) -> None:
    line = at(1).replace("2026-03", f"{year}-03")
    assert len(id_of(line)) == len(id_of(at(1))) == 24
