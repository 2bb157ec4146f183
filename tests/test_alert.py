"""From an entry in the store to a message in the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.alert_home import MINUTE, NOON, POLICY, SHARD, Box, Home, device, flat, news, wan
from unifi_scanner.models.samples import devices_of
from unifi_scanner.models.topology import topology_of
from unifi_scanner.pipeline import remember_topology
from unifi_scanner.pipeline.post import HELD_AFTER, decode_message

SWITCH, POINTS = "d0:21:f9:00:00:01", [f"d0:21:f9:00:00:1{n}" for n in range(4)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    one = Home(tmp_path / "data.db", Box())
    yield one
    one.store.close()


def test_an_outage_is_one_message_and_one_all_clear_in_its_thread(home: Home) -> None:
    (box,) = home.boxes
    home.hear(wan("inactive", 0))
    home.at(0.1)
    assert box.took == []  # it may be a blip
    home.at(1.2)
    home.at(2)
    home.hear(wan("active", 14))
    home.at(14.1)
    home.at(15.2)
    home.at(20)
    assert news(box) == ["URGENT", "ALL CLEAR"]
    first, last = box.took
    assert first.subject == last.subject == "Acme HQ: Internet outage, Sun 1 Mar 06:00"
    assert (first.in_reply_to, last.in_reply_to) == ("", first.message_id)
    assert "the Internet is back at Acme HQ since 06:14. It lasted 14 minutes." in flat(last)
    assert "Wi-Fi and printers inside" in flat(first)
    assert "write once more when it is over" in flat(first)
    assert "Message 1 of at most 10 today" in flat(first)


def test_a_blip_of_20_seconds_is_no_alert(home: Home) -> None:
    home.hear(wan("inactive", 0))
    home.at(0.1)
    home.hear(wan("active", 0.35))
    for minute in range(1, 10):
        home.at(minute)
    assert home.boxes[0].took == []


def test_a_second_outage_has_a_thread_of_its_own(home: Home) -> None:
    (box,) = home.boxes
    for start in (0, 60):
        home.hear(wan("inactive", start))
        home.at(start)
        home.at(start + 1.1)
        home.hear(wan("active", start + 5))
        home.at(start + 5)
        home.at(start + 6.1)
    assert news(box) == ["URGENT", "ALL CLEAR"] * 2
    assert box.took[2].subject == "Acme HQ: Internet outage, Sun 1 Mar 07:00"
    assert box.took[3].in_reply_to == box.took[2].message_id
    assert "It lasted 5 minutes" in flat(box.took[3])


def test_nothing_is_written_twice_whenever_it_is_restarted(home: Home) -> None:
    (box,) = home.boxes
    home.hear(wan("inactive", 0))
    for minute in (0.0, 0.5, 1.1, 1.2, 2.0):
        home.at(minute)
        home.restart()
    home.hear(wan("active", 14))
    for minute in (14.0, 14.5, 15.1, 16.0):
        home.at(minute)
        home.restart()
    assert news(box) == ["URGENT", "ALL CLEAR"]


def test_an_outage_mail_that_could_not_leave_is_never_sent_as_news(home: Home) -> None:
    (box,) = home.boxes
    box.refuses = True
    home.hear(wan("inactive", 0))
    home.at(0)
    home.at(1.1)
    home.at(8)
    home.hear(wan("active", 14))
    home.at(14, deliver=False)
    box.refuses = False  # the line is back, and so is the way to the mail server
    home.at(14.2)
    assert box.took == []
    home.at(15.2)
    assert news(box) == ["ALL CLEAR"]
    assert "this is the first you hear of it" in flat(box.took[0])
    assert box.took[0].in_reply_to == ""


def test_one_who_was_told_gets_the_thread_and_one_who_was_not_gets_the_whole(tmp_path: Path) -> None:
    phone, mail = Box("ntfy-1"), Box("email", refuses=True)
    home = Home(tmp_path / "data.db", phone, mail)
    home.hear(wan("inactive", 0))
    home.at(0)
    home.at(1.1)
    home.hear(wan("active", 14))
    home.at(14)
    mail.refuses = False
    home.at(15.2)
    assert (news(phone), news(mail)) == (["URGENT", "ALL CLEAR"], ["ALL CLEAR"])
    assert phone.took[1].in_reply_to == phone.took[0].message_id
    home.store.close()


def test_what_lasts_longer_than_messages_are_kept_ends_in_its_thread(home: Home) -> None:
    (box,) = home.boxes
    home.hear(wan("inactive", 0))
    home.at(0)
    home.at(1.1)
    home.store.forget_delivered(NOON + 5 * MINUTE)
    home.hear(wan("active", 14))
    home.at(14)
    home.at(15.2)
    assert news(box) == ["URGENT", "ALL CLEAR"]
    first, last = box.took
    assert last.message_id != first.message_id
    assert last.in_reply_to == first.message_id
    assert "We wrote to you" in flat(last)


def test_the_end_leaves_though_the_first_message_of_its_thread_is_kept_no_more(home: Home) -> None:
    (box,) = home.boxes
    home.hear(wan("inactive", 0))
    home.at(0)
    home.at(1.1)
    home.hear(device("EVT_AP_Lost_Contact", POINTS[0], "Hall", 2))
    for minute in range(2, 15):
        home.at(minute)
    home.store.forget_delivered(NOON + 5 * MINUTE)
    home.hear(wan("active", 20), device("EVT_AP_Connected", POINTS[0], "Hall", 20))
    home.at(20)
    home.at(21.2)
    assert news(box) == ["URGENT", "UPDATE", "ALL CLEAR"]


def test_an_outage_that_only_seemed_over_is_told_to_who_was_not_told_yet(home: Home) -> None:
    (box,) = home.boxes
    box.refuses = True
    home.hear(wan("inactive", 0))
    home.at(0)
    home.at(1.1)
    home.hear(wan("active", 2))
    home.at(2)
    home.hear(wan("inactive", 2.2))
    home.at(2.2)
    box.refuses = False
    home.at(4)
    assert news(box) == ["URGENT"]


def test_forty_alerts_that_were_held_are_one_digest(home: Home) -> None:
    (box,) = home.boxes
    box.refuses = True
    for number in range(5):
        start = number * 120
        home.hear(wan("inactive", start))
        home.at(start)
        home.at(start + 1.1)
        home.hear(wan("active", start + 5))
        home.at(start + 5)
        home.at(start + 6.1)
    box.refuses = False
    home.at(600 + HELD_AFTER.total_seconds() / 60)
    assert [message.kind for message in box.took] == ["digest"]
    assert box.took[0].text.count("- Acme HQ: Internet outage") == 5
    assert home.store.pending() == []


def test_history_is_no_alert(home: Home) -> None:
    home.hear(wan("inactive", -60))
    for minute in range(5):
        home.at(minute)
    assert home.boxes[0].took == []


def test_messages_and_what_is_known_are_stored_together(home: Home) -> None:
    home.boxes[0].refuses = True
    home.hear(wan("inactive", 0))
    home.at(0)
    home.at(1.1, deliver=False)
    home.restart()
    waiting = home.store.pending()
    assert [one.kind for one in waiting] == ["alert"]
    message: Any = decode_message(waiting[0].body)
    assert message.data["incident"]["rule"] == "internet-down"
    home.at(3, deliver=False)
    assert len(home.store.pending()) == 1


def test_quiet_hours_let_only_what_is_critical_through(tmp_path: Path) -> None:
    quiet = msgspec.structs.replace(POLICY, quiet=(time(10), time(13)))
    home = Home(tmp_path / "data.db", Box(), policy=quiet)
    home.hear(wan("inactive", 0))
    home.at(0)
    home.at(1.1)
    assert news(home.boxes[0]) == ["URGENT"]
    home.store.close()


def test_a_switch_that_takes_four_access_points_with_it_is_one_message_and_one_all_clear(home: Home) -> None:
    (box,) = home.boxes
    rows: list[dict[str, Any]] = [{"mac": SWITCH, "name": "Upstairs switch", "type": "usw"}]
    rows += [
        {"mac": mac, "name": f"AP {n}", "type": "uap", "uplink": {"uplink_mac": SWITCH}}
        for n, mac in enumerate(POINTS, start=1)
    ]
    remember_topology(home.store, SHARD, topology_of(devices_of(rows)))
    home.hear(device("EVT_SW_Lost_Contact", SWITCH, "Upstairs switch", 0))
    home.at(0.1)
    home.hear(
        *(
            device("EVT_AP_Lost_Contact", mac, f"AP {n}", 0.2 + n / 10)
            for n, mac in enumerate(POINTS, start=1)
        )
    )
    for minute in range(1, 12):
        home.at(minute)
    assert news(box) == ["URGENT"]
    assert "Upstairs switch" in flat(box.took[0])
    assert "AP 3 and others went off with it" in flat(box.took[0])
    home.hear(device("EVT_SW_Connected", SWITCH, "Upstairs switch", 12))
    home.hear(
        *(device("EVT_AP_Connected", mac, f"AP {n}", 12 + n / 2) for n, mac in enumerate(POINTS, start=1))
    )
    for minute in range(13, 40):
        home.at(minute)
    assert news(box) == ["URGENT", "ALL CLEAR"]
    assert box.took[1].subject == box.took[0].subject
