"""Single cases of two ways of hearing one event, and of two events that look alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from unifi_scanner.models.enums import LogLevel, LogSource, Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.matching import combine

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PHONE, OTHER = "02:00:00:00:4c:18", "02:00:00:00:11:ff"
HALL, ATTIC = "d0:21:f9:00:00:01", "d0:21:f9:00:00:02"


def entry(kind: str, origin: Origin, after_ms: int = 0, **more: Any) -> LogEntry:
    """Return an entry of `kind`, told by one source."""
    return LogEntry(
        timestamp=NOON + timedelta(milliseconds=after_ms), source=LogSource.WIRELESS, level=LogLevel.INFO,
        event_type=more.pop("event_type", f"{origin}:{kind}"), message="", kind=kind, origins=frozenset({origin}),
        **more,
    )  # fmt: skip


def test_a_flow_and_an_ips_row_are_two_ways_although_of_one_origin() -> None:
    row, flow = (
        entry(
            "threat.blocked", Origin.IPS, event_type=code, metadata={"src_ip": "1.2.3.4", "dst_ip": "5.6.7.8"}
        )
        for code in ("EVT_IPS_IpsAlert", "traffic-flow")
    )
    heard = entry("threat.blocked", Origin.SYSTEM_LOG, 4)
    for batch in ([row, flow, heard], [heard, flow, row], [flow, row]):
        assert len(combine(batch)) == 1


def test_two_flows_stay_two_when_an_alert_took_one_of_them_in() -> None:
    first, second = (entry("threat.blocked", Origin.IPS, ms, event_type="traffic-flow") for ms in (0, 1000))
    (merged,) = combine([first, entry("threat.blocked", Origin.SYSTEM_LOG, 4)])
    assert len(combine([merged, second])) == 2


def test_a_roam_that_cef_cannot_place_is_the_change_of_radio_that_another_tells() -> None:
    cef = entry("client.roamed", Origin.CEF, 3, client_mac=PHONE)
    switch = entry("client.switched_radio", Origin.WEBSOCKET, client_mac=PHONE, device_mac=HALL)
    for batch in ([cef, switch], [switch, cef]):
        assert [one.kind for one in combine(batch)] == ["client.switched_radio"]


def test_a_roam_to_another_access_point_is_no_change_of_radio() -> None:
    roam = entry(
        "client.roamed", Origin.CEF, client_mac=PHONE, metadata={"ap_from_mac": HALL, "ap_to_mac": ATTIC}
    )
    switch = entry("client.switched_radio", Origin.WEBSOCKET, client_mac=PHONE)
    assert len(combine([roam, switch])) == 2


@pytest.mark.parametrize(
    ("one", "other", "events"),
    [
        ({"client_mac": PHONE, "client_name": "phone"}, {"client_name": "Phone"}, 1),
        ({"client_mac": PHONE, "client_name": "phone"}, {"client_name": "phone 4c:18"}, 1),
        ({"client_mac": OTHER, "client_name": "phone"}, {"client_name": "phone 4c:18"}, 2),
        ({"client_name": "phone"}, {"client_name": "phone 4c:18"}, 1),
        ({"client_name": "phone 11:ff"}, {"client_name": "phone 4c:18"}, 2),
        ({"client_mac": PHONE, "client_name": "phone"}, {"client_mac": OTHER, "client_name": "phone"}, 2),
        ({"client_mac": PHONE}, {"client_name": "phone"}, 2),
    ],
)
def test_a_client_without_a_mac_goes_by_name_and_the_end_of_its_mac(
    one: dict[str, Any], other: dict[str, Any], events: int
) -> None:
    rest, cef = entry("client.connected", Origin.REST, **one), entry("client.connected", Origin.CEF, **other)
    assert (len(combine([rest, cef])), len(combine([cef, rest]))) == (events, events)


@pytest.mark.parametrize(
    ("fact", "bare", "named"),
    [("wan", "eth8", "WAN"), ("target", "192.168.1.1", "Dream Machine"), ("target", "fe80::1", "Dream Machine"),
     ("attacker", "02:00:00:00:4c:18", "Lamp")],
)  # fmt: skip
def test_a_name_is_better_than_what_a_machine_goes_by_whoever_told_first(
    fact: str, bare: str, named: str
) -> None:
    kind = "wan.down" if fact == "wan" else "threat.blocked"
    one, other = (
        entry(kind, origin, metadata={fact: value})
        for origin, value in ((Origin.REST, bare), (Origin.SYSTEM_LOG, named))
    )
    for batch in ([one, other], [other, one]):
        assert [told.metadata[fact] for told in combine(batch)] == [named]


@pytest.mark.parametrize(("apart_ms", "origin", "events"), [
    (5000, Origin.CEF, 1), (5001, Origin.CEF, 2), (10_000, Origin.SYSLOG, 1), (10_001, Origin.SYSLOG, 2),
])  # fmt: skip
def test_how_far_apart_one_event_may_be_told(apart_ms: int, origin: Origin, events: int) -> None:
    rest = entry("client.connected", Origin.REST, client_mac=PHONE)
    assert len(combine([rest, entry("client.connected", origin, apart_ms, client_mac=PHONE)])) == events


def test_the_nearest_is_taken_and_the_other_stays() -> None:
    rest = [entry("client.connected", Origin.REST, ms, client_mac=PHONE) for ms in (0, 3000)]
    log = entry("client.connected", Origin.SYSTEM_LOG, 2900, client_mac=PHONE)
    assert [len(one.origins) for one in combine([*rest, log])] == [1, 2]
