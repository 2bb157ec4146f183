"""What an alert tells of an incident as it goes, and that the report tells the same of it later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alert_home import NOON, RULES, SHARD, Box, Home, device, flat, line, news, wan
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.samples import devices_of
from unifi_scanner.models.topology import topology_of
from unifi_scanner.pipeline import Publish, remember_topology
from unifi_scanner.reports.data import report_data

DOWN, OVER = "NETWORK_WAN_FAILED", "NETWORK_FAILED_OVER_TO_BACKUP_WAN"
HOME = "NETWORK_RETURNED_FROM_BACKUP_WAN"
TO_WAN2 = {"FAILOVER_WAN_ID": {"id": "WAN2"}}
POINT = "d0:21:f9:00:00:10"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    one = Home(tmp_path / "data.db", Box())
    yield one
    one.store.close()


def live(home: Home, *entries: LogEntry, until: int) -> None:
    """Let each entry be heard at its time, and look every half minute."""
    waiting = sorted(entries, key=lambda entry: entry.timestamp)
    for half in range(2 * until):
        now = NOON + timedelta(minutes=half / 2)
        while waiting and waiting[0].timestamp <= now:
            home.hear(waiting.pop(0))
        home.at(half / 2)


def test_a_backup_line_that_takes_over_late_is_an_update_and_the_main_line_s_return_the_end(
    home: Home,
) -> None:
    (box,) = home.boxes
    live(home, line(DOWN, 0), line(OVER, 20, **TO_WAN2), line(HOME, 40), until=60)
    assert news(box) == ["URGENT", "UPDATE", "ALL CLEAR"]
    first, update, last = box.took
    assert first.subject == update.subject == last.subject == "Acme HQ: Internet outage, Sun 1 Mar 06:00"
    assert update.in_reply_to == last.in_reply_to == first.message_id
    assert flat(first).startswith(
        "URGENT: The Internet connection of Northline went down. We have not seen it come back."
    )
    assert flat(update).startswith(
        "UPDATE: The main line WAN of Northline failed, and the Internet moved to the backup line WAN2 after 20"
        " minutes. It has not come back. Do this 1. Look at the modem of the main line."
    )
    assert "write once more when it is over" in flat(update)
    assert flat(last).startswith(
        "ALL CLEAR: the main line is back at Acme HQ since 06:40. It lasted 40 minutes. Nothing needs you now."
    )


def test_a_backup_line_that_takes_over_at_once_is_not_urgent(home: Home) -> None:
    live(home, line(DOWN, 0), line(OVER, 0.4, **TO_WAN2), line(HOME, 40), until=60)
    assert home.boxes[0].took == []


def test_what_was_told_and_turns_out_to_be_small_still_has_its_end(home: Home) -> None:
    (box,) = home.boxes
    live(home, line(DOWN, 0), line(OVER, 1.2, **TO_WAN2), line(HOME, 2), until=20)
    assert news(box) == ["URGENT", "UPDATE", "ALL CLEAR"]
    assert "since 06:02. It lasted 2 minutes." in flat(box.took[-1])


def test_what_turns_out_to_be_small_before_it_was_told_is_not_told(home: Home) -> None:
    live(home, wan("inactive", 0.6), line(OVER, 1.2, **TO_WAN2), wan("active", 1.5), until=20)
    assert home.boxes[0].took == []


SWITCH = "d0:21:f9:00:00:01"
POINTS = [f"d0:21:f9:00:00:1{n}" for n in range(3)]


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.1, 0.4, 2, 6, 11]), st.sampled_from(["wan", "backup", SWITCH, *POINTS])),
        min_size=1,
        max_size=10,
    )
)
def test_whatever_an_evening_brings_each_thread_begins_once_and_ends_once(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[tuple[float, str]]
) -> None:
    home = Home(tmp_path_factory.mktemp("evening") / "data.db", Box())
    rows = [{"mac": SWITCH, "name": "Switch", "type": "usw"}]
    rows += [{"mac": mac, "name": mac[-2:], "type": "uap"} for mac in POINTS]
    remember_topology(home.store, SHARD, topology_of(devices_of(rows)))
    minute, down = 0.0, set[str]()
    for pause, what in happenings:
        if pause > 1.5:
            home.at(minute + 1.5)
        minute += pause
        home.hear(happening(what, minute, down))
        home.at(minute)
    for what in sorted(down):
        minute += 2
        home.hear(happening(what, minute, down))
        home.at(minute)
    for later in (1, 2, 3):
        home.at(minute + later)
    threads: dict[str, list[str]] = {}
    for message in home.boxes[0].took:
        threads.setdefault(message.in_reply_to or message.message_id, []).append(message.text.split(":")[0])
    for marks in threads.values():
        assert (marks[0], marks[-1], marks.count("ALL CLEAR")) == ("URGENT", "ALL CLEAR", 1)
    home.store.close()


def happening(what: str, minutes: float, down: set[str]) -> LogEntry:
    """Return the next thing that becomes of a line or a device, and note whether it is down."""
    if what == "backup":
        return line(OVER if "wan" in down else HOME, minutes, **TO_WAN2)
    down ^= {what}
    if what == "wan":
        return wan("inactive" if what in down else "active", minutes)
    group = "SW" if what == SWITCH else "AP"
    return device(f"EVT_{group}_{'Lost_Contact' if what in down else 'Connected'}", what, what[-2:], minutes)


def intruder(minutes: float) -> LogEntry:
    item = {
        "_id": f"64f0{minutes:020.0f}",
        "key": "EVT_IPS_IpsAlert",
        "time": int((NOON + timedelta(minutes=minutes)).timestamp() * 1000),
        "src_ip": "192.168.1.20",
        "src_mac": "02:00:00:00:00:01",
        "dest_ip": "203.0.113.9",
        "inner_alert_action": "allowed",
        "inner_alert_signature": "ET MALWARE Known Botnet Command and Control Traffic",
        "inner_alert_category": "A Network Trojan was Detected",
        "inner_alert_severity": 1,
        "inner_alert_signature_id": 2404300,
    }
    return normalise_record(item, origin=Origin.IPS)[0]


KINDS: Mapping[str, Callable[[], list[LogEntry]]] = {
    "the Internet down and back": lambda: [wan("inactive", 0), wan("active", 14)],
    "the Internet on a late backup and back": lambda: [
        line(DOWN, 0),
        line(OVER, 20, **TO_WAN2),
        line(HOME, 40),
    ],
    "a device offline and back": lambda: [
        device("EVT_AP_Lost_Contact", POINT, "Hall", 0),
        device("EVT_AP_Connected", POINT, "Hall", 17),
    ],
    "an intruder": lambda: [intruder(0), intruder(3)],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_tells_an_incident_as_its_last_alert_did(home: Home, kind: str) -> None:
    live(home, *KINDS[kind](), until=60)
    alerted: Mapping[str, Any] = home.boxes[0].took[-1].data["incident"]
    (told,) = [one for one in reported(home)["incidents"] if one["rule"] == alerted["rule"]]
    assert (alerted["id"], alerted["title"]) == (told["id"], told["title"])
    assert (alerted["began"], alerted["over"]) == (told["first_seen"], told["ended"])
    assert alerted["severity"] == told["severity"]


def reported(home: Home) -> Mapping[str, Any]:
    facts = ControllerFacts(title="Acme HQ", zone="America/Chicago")
    publish = Publish(home.store, SHARD, rules=RULES, channels=(), facts=facts)
    now = NOON + timedelta(minutes=61)
    return report_data(publish.report(since=NOON - timedelta(hours=1), now=now))
