"""A period judged by the network's own past, through the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from unifi_scanner.detection import load_rules
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Report
from unifi_scanner.models.samples import Samples, devices_of
from unifi_scanner.pipeline import Publish, remember_health
from unifi_scanner.store import Shard, SqliteStore, open_store

MONDAY = datetime(2025, 11, 10, tzinfo=UTC)
SHARD = Shard("10.0.0.1", "default")
DAY = timedelta(days=1)
PHONE, RADIO = "00:11:22:33:44:55", "00:11:22:33:44:66"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "data.db")
    yield opened
    opened.close()


def happened(key: str, at: datetime, mac: str = PHONE, **more: Any) -> LogEntry:
    item = {
        "_id": f"{int(at.timestamp() * 1000):024x}", "key": key, "user": mac, "hostname": f"name of {mac}",
        "ap": "d0:21:f9:89:df:f9", "ap_name": "Hall AP", "ssid": "Home", "time": int(at.timestamp() * 1000), **more,
    }  # fmt: skip
    return normalise_record(item)[0]


def drops(day: datetime, number: int) -> list[LogEntry]:
    """Return so many disconnects, spread over a day so that no rule minds them."""
    return [happened("EVT_WU_Disconnected", day + DAY * n / number) for n in range(number)]


def report(store: SqliteStore) -> Report:
    publish = Publish(
        store, SHARD, rules=load_rules(), channels=(), facts=ControllerFacts(title="Home", listening=False)
    )
    return publish.report(since=MONDAY, now=MONDAY + DAY)


def found(made: Report, rule: str) -> list[Finding]:
    """Return the findings of a rule, whether a story tells them or they stand by themselves."""
    told = [thing for thing in (*made.needs_you, *made.findings) if isinstance(thing, Finding)]
    return list({one.id: one for one in told if one.rule == rule}.values())


def lived(store: SqliteStore, days: int, today: int) -> None:
    """Fill the store with days of 10 to 12 disconnects each, and today's."""
    past = [drop for back in range(days, 0, -1) for drop in drops(MONDAY - back * DAY, 10 + back % 3)]
    store.add(SHARD, [*past, *drops(MONDAY, today)])


def test_what_this_network_never_had_on_a_monday_is_told(store: SqliteStore) -> None:
    lived(store, 60, 48)
    made = report(store)
    [trend] = made.trends
    assert trend.sentence == "48 Wi-Fi disconnects; 11 to 12 are usual here on a Monday."
    [finding] = found(made, "more-than-usual")
    assert finding.title == "Four times as many Wi-Fi disconnects as usual on a Monday"
    assert finding.about == (f"client:{PHONE}",)


def blocked(day: datetime, number: int) -> list[LogEntry]:
    """Return so many blocked attacks of one day, as the system log tells them."""
    rows = []
    for n in range(number):
        at = int((day + timedelta(minutes=5 * n)).timestamp() * 1000)
        rows += normalise_record(
            {"_id": f"{at:024x}", "key": "EVT_IPS_IpsAlert", "time": at, "src_ip": "203.0.113.9", "dst_ip": "192.0.2.1",
             "inner_alert_action": "blocked", "inner_alert_signature": "ET SCAN Probe", "proto": "TCP"}
        )  # fmt: skip
    return rows


def test_the_picture_of_attacks_knows_what_such_a_day_usually_has(store: SqliteStore) -> None:
    for weeks in range(1, 7):
        store.add(SHARD, blocked(MONDAY - 7 * weeks * DAY, 10 + weeks))
        store.add(SHARD, [day for back in range(7) for day in drops(MONDAY - (7 * weeks + back) * DAY, 1)])
    store.add(SHARD, blocked(MONDAY, 3))
    made = report(store)
    assert made.pictures.usual_blocked == ((12.25, 14.75),)
    assert [day.outside + day.inside for day in made.pictures.blocked] == [3]


def test_a_short_history_knows_no_usual_day(store: SqliteStore) -> None:
    store.add(SHARD, [*blocked(MONDAY - 7 * DAY, 9), *blocked(MONDAY, 3)])
    assert report(store).pictures.usual_blocked == ()


def test_a_usual_day_has_a_trend_and_no_finding(store: SqliteStore) -> None:
    lived(store, 60, 12)
    made = report(store)
    assert [trend.is_unusual for trend in made.trends] == [False]
    assert made.findings == made.needs_you == ()


def test_a_first_week_says_that_it_cannot_say(store: SqliteStore) -> None:
    lived(store, 3, 48)
    made = report(store)
    assert [trend.usual for trend in made.trends] == [None]
    assert "We can't say yet" in made.trends[0].sentence
    assert made.findings == made.needs_you == ()


def test_a_client_is_new_by_what_the_store_knew_before_the_period(store: SqliteStore) -> None:
    lived(store, 10, 1)
    store.add(SHARD, [happened("EVT_WU_Connected", MONDAY, mac) for mac in (PHONE, RADIO)])
    told = [f.what for f in report(store).findings if f.rule == "new-client"]
    assert told == [f"name of {RADIO} joined on the Wi-Fi for the first time."]


def test_nobody_is_new_to_a_scanner_that_is_new_itself(store: SqliteStore) -> None:
    lived(store, 3, 1)
    store.add(SHARD, [happened("EVT_WU_Connected", MONDAY, RADIO)])
    assert [f.rule for f in report(store).findings] == []


def test_how_devices_fare_is_kept_and_told_while_it_is_fresh(store: SqliteStore) -> None:
    row = {"mac": "74:ac:b9:00:00:05", "name": "Rack Switch", "state": 0}
    remember_health(store, SHARD, Samples(at=MONDAY - 3 * DAY, devices=devices_of([row])))
    assert report(store).needs_you == ()
    remember_health(store, SHARD, Samples(at=MONDAY + DAY / 2, devices=devices_of([row])))
    assert [thing.title for thing in report(store).needs_you] == [
        "Rack Switch is offline. Check its power and its cable"
    ]


def test_a_damaged_note_on_the_devices_is_begun_anew(store: SqliteStore) -> None:
    store.remember("device_health:10.0.0.1:default", "{")
    remember_health(
        store, SHARD, Samples(at=MONDAY, devices=devices_of([{"mac": "74:ac:b9:00:00:05", "state": 1}]))
    )
    assert report(store).needs_you == ()


def test_clients_and_hours_are_those_of_one_site(store: SqliteStore) -> None:
    other = Shard("10.0.0.1", "other")
    store.add(other, [happened("EVT_WU_Connected", MONDAY - 20 * DAY, RADIO)])
    store.add(SHARD, [happened("EVT_WU_Connected", MONDAY - 20 * DAY, PHONE)])
    assert [mac for mac, _ in store.seen_clients(SHARD, MONDAY)] == [PHONE]
    assert list(store.hourly(SHARD, MONDAY - 30 * DAY, MONDAY - 20 * DAY)) == []
    assert [(r.kind, r.count) for r in store.hourly(SHARD, MONDAY - 30 * DAY, MONDAY)] == [
        ("client.connected", 1)
    ]


def crowd(at: datetime) -> list[LogEntry]:
    """Return twelve devices that drop at the same moment, and nothing else that day."""
    return [
        happened("EVT_WU_Disconnected", at + timedelta(seconds=n), f"00:11:22:33:44:{n:02x}")
        for n in range(12)
    ]


@pytest.mark.parametrize(
    ("days", "rule"), [(20, "admin-signed-in-from-new-place"), (3, "admin-signed-in-from-internet")]
)
def test_a_new_place_is_one_that_the_store_has_not_seen_for_long_enough(
    store: SqliteStore, days: int, rule: str
) -> None:
    lived(store, days, 1)
    for at, ip in ((MONDAY - 2 * DAY, "192.168.1.20"), (MONDAY + DAY / 2, "198.51.100.9")):
        store.add(SHARD, [happened("EVT_AD_Login", at, admin="Anna", ip=ip)])
    assert [f.rule for f in report(store).findings if f.rule.startswith("admin-signed-in")] == [rule]


@pytest.mark.parametrize(("weeks", "severity"), [(10, "low"), (0, "medium")])
def test_a_crowd_that_leaves_at_this_hour_every_week_needs_nobody(
    store: SqliteStore, weeks: int, severity: str
) -> None:
    lived(store, 80, 2)
    for week in range(weeks + 1):
        store.add(SHARD, crowd(MONDAY - 7 * week * DAY + DAY / 2))
    made = report(store)
    [finding] = found(made, "many-devices-dropped-at-once")
    assert finding.severity == severity
    assert ("In other weeks about as many do so" in finding.sure_because) is (severity == "low")


@pytest.mark.parametrize(
    ("uptime", "because"),
    [(60, "It restarted then"), (900_000, "It kept running"), (None, "")],
)
def test_the_running_time_says_why_a_device_was_away(
    store: SqliteStore, uptime: int | None, because: str
) -> None:
    mac, noon = "d0:21:f9:89:df:f9", MONDAY + DAY / 2
    for key, minute in (("EVT_AP_Lost_Contact", 0), ("EVT_AP_Connected", 10)):
        store.add(SHARD, [happened(key, noon + timedelta(minutes=minute), ap=mac)])
    for at, running in ((noon - timedelta(minutes=5), 899_000), (noon + timedelta(minutes=11), uptime)):
        row = {"mac": mac, "name": "Hall AP", "state": 1, "uptime": running}
        remember_health(store, SHARD, Samples(at=at, devices=devices_of([row])))
    made = report(store)
    [finding] = found(made, "device-offline")
    assert finding.sure_because.startswith(because)
    assert bool(finding.sure_because) is bool(because)
