"""What code of its own finds in what controllers really send."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.entries import entry as told
from tests.detection.test_laws import MOST_GRADE, MOST_WORDS, grade_of
from unifi_scanner.detection import ANALYSERS, Engine, load_rules
from unifi_scanner.detection.analysers.new_clients import NewClients, is_private
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry

RULES = load_rules()
START_MS = 1_764_579_600_000
HALL, KITCHEN, ATTIC = "d0:21:f9:89:df:f9", "d0:21:f9:5c:12:83", "d0:21:f9:00:00:03"
NAMES = {HALL: "Hall AP", KITCHEN: "Kitchen AP", ATTIC: "Attic AP"}
PHONE, TV = "5a:8e:b5:ce:b2:e9", "00:11:22:33:44:55"
Record = Mapping[str, Any]


def v1(key: str, minute: float, **fields: Any) -> Record:
    return {"key": key, "time": START_MS + int(minute * 60_000), **fields}


def v2(key: str, minute: float, event: str = "", **roles: tuple[str, str]) -> Record:
    parameters = {role: {"id": id_, "name": name} for role, (id_, name) in roles.items()}
    moment = START_MS + int(minute * 60_000)
    return {"key": key, "event": event or key, "timestamp": moment, "parameters": parameters}


def ap(mac: str) -> tuple[str, str]:
    return mac, NAMES[mac]


def roam(minute: float, start: str, end: str, client: str = PHONE, name: str = "Anna's iPhone") -> Record:
    return v2(
        "CLIENT_ROAMED_2", minute, "CLIENT_ROAMED", CLIENT=(client, name), DEVICE_FROM=ap(start),
        DEVICE_TO=ap(end), PREVIOUS_SIGNAL_STRENGTH=("", "-78"), SIGNAL_STRENGTH=("", "-71"),
    )  # fmt: skip


def left(minute: float, place: str, signal: str, client: str = TV) -> Record:
    return v2(
        "CLIENT_DISCONNECTED_WIRELESS_2", minute, CLIENT=(client, "TV"), DEVICE=ap(place),
        WLAN=("w1", "Home"), SIGNAL_STRENGTH=("", signal),
    )  # fmt: skip


def channel(minute: float, start: str = "52", end: str = "36", key: str = "EVT_AP_ChannelChanged") -> Record:
    return v1(key, minute, ap=HALL, ap_name="Hall AP", channel_from=start, channel_to=end)


def rogue(minute: float, name: str, mac: str = "0a:1b:2c:3d:4e:5f") -> Record:
    return v1("EVT_AP_DetectRogueAP", minute, ap=HALL, ap_name="Hall AP", essid=name, mac=mac)


def entries_of(records: Iterable[Record]) -> list[LogEntry]:
    entries = [entry for record in records for entry in normalise_record(record)]
    return sorted(entries, key=lambda entry: entry.timestamp)


def found(records: Iterable[Record]) -> dict[str, Finding]:
    """Return what rules and analysers together find, by rule."""
    engine = Engine(RULES, [make() for make in ANALYSERS.values()])
    engine.feed(entries_of(records))
    return {finding.rule: finding for finding in engine.findings()}


BACK_AND_FORTH = [roam(minute, *(HALL, KITCHEN)[:: (1, -1)[minute % 2]]) for minute in range(8)]
FAR_AWAY = [left(minute, ATTIC, "-84") for minute in (0, 30, 75)]
STORM = [roam(n / 10, HALL, KITCHEN, f"02:00:00:00:00:{n:02x}", f"Laptop {n}") for n in range(9)]
RESTLESS = [
    roam(minute, start, end, f"02:00:00:00:00:{n:02x}", f"Laptop {n}")
    for minute, (start, end) in enumerate([(HALL, KITCHEN), (KITCHEN, HALL)] * 3)
    for n in range(5)
]
BROKE_OFF = [left(n / 10, HALL, "-60", f"00:11:22:33:55:{n:02x}") for n in range(6)]
OTHERS_STAY = [
    v1("EVT_WU_Connected", -9, user=f"00:11:22:33:66:{n:02x}", ap=HALL, ap_name="Hall AP", ssid="Home")
    for n in range(9)
]
LATE = [
    v2(
        "CLIENT_ROAMED_2", 50 * n, "CLIENT_ROAMED", CLIENT=(TV, "TV"), DEVICE_FROM=ap(HALL),
        DEVICE_TO=ap(KITCHEN), PREVIOUS_SIGNAL_STRENGTH=("", "-87"), SIGNAL_STRENGTH=("", "-55"),
    )
    for n in range(6)
]  # fmt: skip
JOINED = v1("EVT_WU_Connected", 0, user=PHONE, hostname="phone", ap=HALL, ap_name="Hall AP", ssid="Home")
RADAR = v1("EVT_AP_RadarDetected", 3, ap=HALL, ap_name="Hall AP", radar_channel="52")

CASES: dict[str, tuple[list[Record], str, str | None]] = {
    "back and forth": (
        BACK_AND_FORTH,
        "client-ping-pong",
        (
            "Anna's iPhone moved 8 times between Kitchen AP and Hall AP in 7 minutes: "
            "4 times to Hall AP, 4 times to Kitchen AP."
        ),
    ),
    "a walk through the house": (
        [roam(0, HALL, KITCHEN), roam(1, KITCHEN, ATTIC), roam(2, ATTIC, KITCHEN), roam(3, KITCHEN, HALL)],
        "client-ping-pong",
        None,
    ),
    "to and fro, an hour between": (
        [roam(60 * n, *(HALL, KITCHEN)[:: (1, -1)[n % 2]]) for n in range(8)],
        "client-ping-pong",
        None,
    ),
    "a weak signal for long": (
        [*FAR_AWAY, roam(5, HALL, KITCHEN)],
        "client-sticks",
        (
            "The signal of TV on Attic AP was very weak for 1 hour 15 minutes (about -84 dBm). "
            "It did not move to another access point."
        ),
    ),
    "the only access point there is": (
        FAR_AWAY,
        "client-sticks",
        "The signal of TV on Attic AP was very weak for 1 hour 15 minutes (about -84 dBm).",
    ),
    "weak for a moment": ([left(m, ATTIC, "-84") for m in (0, 1, 2)], "client-sticks", None),
    "weak, then moved on": (
        [
            left(0, ATTIC, "-84"),
            roam(20, ATTIC, HALL, TV, "TV"),
            left(60, ATTIC, "-84"),
            left(90, ATTIC, "-84"),
        ],
        "client-sticks",
        None,
    ),
    "weak, then good": (
        [left(0, ATTIC, "-84"), left(30, ATTIC, "-60"), left(60, ATTIC, "-84"), left(90, ATTIC, "-84")],
        "client-sticks",
        None,
    ),
    "radar, then a new channel": (
        [RADAR, channel(4)],
        "channel-changed",
        "Hall AP changed its Wi-Fi channel from 52 to 36, because it heard radar.",
    ),
    "a new channel for no reason": (
        [channel(4, "36", "44")],
        "channel-changed",
        "Hall AP changed its Wi-Fi channel from 36 to 44, for no reason that we can see.",
    ),
    "away from a channel of radar, with no word of it": (
        [channel(4)],
        "channel-changed",
        "Hall AP changed its Wi-Fi channel from 52 to 36, perhaps because of radar.",
    ),
    "radar elsewhere": (
        [
            v1("EVT_AP_RadarDetected", 3, ap=ATTIC, ap_name="Attic AP", radar_channel="52"),
            channel(4, "36", "44"),
        ],
        "channel-changed",
        "Hall AP changed its Wi-Fi channel from 36 to 44, for no reason that we can see.",
    ),
    "a planned change": (
        [
            v2(
                "AP_CHANGED_CHANNELS_RADIO_AI",
                4,
                "AP_CHANGED_CHANNELS",
                DEVICE=ap(HALL),
                CHANNEL=("36", "36"),
                PREVIOUS_CHANNEL=("44", "44"),
            )
        ],
        "channel-changed",
        "Hall AP changed its Wi-Fi channel from 44 to 36, because UniFi tuned the Wi-Fi by itself.",
    ),
    "noise, then a new channel": (
        [
            v1("EVT_AP_PossibleInterference", 0, ap=HALL, ap_name="Hall AP", channel="6"),
            channel(9, "6", "11"),
        ],
        "channel-changed",
        "Hall AP changed its Wi-Fi channel from 6 to 11, after other signals had disturbed it.",
    ),
    "several reasons": (
        [RADAR, channel(4), channel(300, "36", "44")],
        "channel-changed",
        (
            "Hall AP changed its Wi-Fi channel twice: once because it heard radar and "
            "once for no reason that we can see. It is on channel 44 now."
        ),
    ),
    "everyone leaves at once": (
        STORM,
        "access-point-roaming-storm",
        "9 devices left Hall AP for another access point within 5 minutes.",
    ),
    "a few leave": (STORM[:7], "access-point-roaming-storm", None),
    "one that comes and goes is no crowd": (BACK_AND_FORTH, "access-point-roaming-storm", None),
    "some that leave, come back and leave again": (
        RESTLESS,
        "access-point-roaming-storm",
        "5 devices left Hall AP and Kitchen AP again and again within 5 minutes.",
    ),
    "most of those on it drop off": (
        BROKE_OFF,
        "most-devices-dropped-at-once",
        "6 devices, most of those on Hall AP, dropped off within 1 minute.",
    ),
    "some of many drop off": ([*OTHERS_STAY, *BROKE_OFF], "most-devices-dropped-at-once", None),
    "it lets go too late": (
        LATE,
        "client-sticks",
        "TV moved on 6 times only when its signal was very weak (about -87 dBm).",
    ),
    "it let go too late a few times": (LATE[:4], "client-sticks", None),
    "your name on a stranger": (
        [JOINED, rogue(5, "Home")],
        "network-name-imitated",
        "An access point that is not yours uses the name of your Wi-Fi, “Home”. Hall AP hears it.",
    ),
    "a neighbour": ([JOINED, rogue(5, "Next door")], "network-name-imitated", None),
    "a radio of your own": ([JOINED, rogue(5, "Home", "d2:21:f9:89:df:fa")], "network-name-imitated", None),
}


@pytest.mark.parametrize("name", CASES)
def test_an_analyser_tells_what_happened_or_stays_silent(name: str) -> None:
    records, rule, says = CASES[name]
    finding = found(records).get(rule)
    assert (finding and finding.what) == says


@pytest.mark.parametrize("name", [name for name, (_, _, says) in CASES.items() if says])
def test_its_words_are_easy_to_read_and_its_claims_are_backed(name: str) -> None:
    records, rule, _ = CASES[name]
    finding = found(records)[rule]
    assert grade_of(finding) <= MOST_GRADE
    texts = (
        finding.what,
        finding.why,
        *(step.partition(" > ")[0] for step in finding.do),
        finding.sure_because,
    )
    sentences = [part for text in texts for part in text.replace(": ", ". ").split(". ")]
    assert [s for s in sentences if len(s.split()) > MOST_WORDS] == []
    known = {entry.id for entry in entries_of(records)}
    assert finding.evidence
    assert {one.entry_id for one in finding.evidence} <= known
    assert finding.about
    assert finding.first_seen <= finding.last_seen


@pytest.mark.parametrize("name", [name for name, (_, _, says) in CASES.items() if says])
def test_the_same_entries_give_the_same_ids(name: str) -> None:
    records, rule, _ = CASES[name]
    assert found(records)[rule].id == found(records)[rule].id


def test_what_is_told_better_elsewhere_is_told_once() -> None:
    assert "client-keeps-roaming" not in found(BACK_AND_FORTH)
    assert "unknown-access-point" not in found([JOINED, rogue(5, "Home")])
    assert "channel-keeps-changing" not in found([channel(60 * n) for n in range(5)])
    three = [roam(n, *pair) for n, pair in enumerate([(HALL, KITCHEN), (KITCHEN, ATTIC), (ATTIC, HALL)] * 2)]
    assert "client-keeps-roaming" in found(three)


def test_an_access_point_that_keeps_changing_without_radar_is_more_than_a_note() -> None:
    assert found([channel(60 * n) for n in range(5)])["channel-changed"].severity is Severity.LOW
    radar = [
        record
        for n in range(5)
        for record in ({**RADAR, "time": START_MS + 3_600_000 * n}, channel(60 * n + 1))
    ]
    assert found(radar)["channel-changed"].severity is Severity.INFO


def test_a_restart_that_an_update_explains_is_no_fault_and_neither_is_the_time_away() -> None:
    update = v1("EVT_AP_Upgraded", 4, ap=HALL, ap_name="Hall AP", version_from="6.5.28", version_to="6.6.55")
    away = [
        v1("EVT_AP_Lost_Contact", 0, ap=HALL, ap_name="Hall AP"),
        v1("EVT_AP_RestartedUnknown", 2, ap=HALL, ap_name="Hall AP"),
        v1("EVT_AP_Connected", 3, ap=HALL, ap_name="Hall AP"),
    ]
    assert set(found([*away, update])) == {"update-done"}
    assert set(found(away)) == {"device-offline", "device-restarted"}
    gone = v1("EVT_AP_Lost_Contact", 9, ap=HALL, ap_name="Hall AP")
    assert "device-offline" in found([*away, update, gone])


def joined(mac: str, name: str, minute: float = 0, **more: Any) -> Record:
    return v1("EVT_WU_Connected", minute, user=mac, hostname=name, ap=HALL, ssid="Home", **more)


def new_ones(records: Iterable[Record], known: frozenset[str] | None) -> list[str]:
    analyser = NewClients(known)
    for entry in entries_of(records):
        analyser.see(entry)
    return [finding.what for finding in analyser.findings()]


def test_a_client_that_was_never_here_is_told_once() -> None:
    records = [joined(TV, "TV"), joined(TV, "TV", 30), joined("00:11:22:33:44:66", "Radio")]
    assert new_ones(records, frozenset({TV})) == ["Radio joined on the Wi-Fi for the first time."]


def test_a_made_up_address_is_not_told_as_new_every_day() -> None:
    assert is_private(PHONE)
    assert not is_private(TV)
    assert new_ones([joined(PHONE, "iPhone")], frozenset()) == []
    wired = v1("EVT_LU_Connected", 0, user=PHONE, hostname="box", network="LAN")
    assert new_ones([wired], frozenset()) == [
        "box joined by cable for the first time, with an address it made up itself."
    ]


def test_without_enough_history_nobody_is_new() -> None:
    assert new_ones([joined(TV, "TV")], None) == []


def test_many_new_ones_are_told_together() -> None:
    records = [joined(f"00:11:22:33:44:{n:02x}", f"Lamp {n}", n) for n in range(8)]
    assert new_ones(records, frozenset()) == [
        "8 devices joined for the first time: Lamp 0, Lamp 1, Lamp 2, Lamp 3, Lamp 4 and 3 more."
    ]


def test_analysers_keep_little_however_many_subjects_there_are() -> None:
    analysers = [make() for make in ANALYSERS.values()]
    engine = Engine((), analysers)
    [template] = entries_of([roam(0, HALL, KITCHEN)])

    def crowd(start: int) -> Iterable[LogEntry]:
        for number in range(start, start + 12_000):
            mac = f"02:00:{number >> 24 & 255:02x}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
            yield msgspec.structs.replace(template, client_mac=mac, id=str(number))

    engine.feed(crowd(0))
    tracemalloc.start()
    engine.feed(crowd(12_000))
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(engine.findings()) < 600
    assert grown < 20_000_000


FACTS = (
    "ap_from",
    "ap_to",
    "ap_from_mac",
    "ap_to_mac",
    "ssid",
    "bssid",
    "channel_from",
    "channel_to",
    "section",
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted({kind for make in ANALYSERS.values() for kind in make().kinds})),
            st.sampled_from([None, "a", "b", "00:11:22:33:44:55"]),
            st.integers(0, 20_000),
            st.dictionaries(
                st.sampled_from(FACTS), st.sampled_from(["", "a", "b", "{", "52", "36"]), max_size=5
            ),
            st.integers(-90, -40) | st.none(),
        ),
        max_size=60,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_comes_in_whatever_order_is_taken(
    steps: list[tuple[str, str | None, int, Any, int | None]],
) -> None:
    engine = Engine((), [*(make() for make in ANALYSERS.values()), NewClients(frozenset())])
    entries = [
        msgspec.structs.replace(
            told(seconds, kind, client, **facts, **({} if signal is None else {"signal": signal})),
            client_mac=client,
            device_mac=facts.get("ap_from"),
        )
        for kind, client, seconds, facts, signal in steps
    ]
    engine.feed(entries)
    for finding in engine.findings():
        assert finding.first_seen <= finding.last_seen
        assert finding.evidence
        assert finding.count >= 1
