"""What hangs together is told as one story with its cause; what does not stays apart."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.detection.wire import APS, CELLAR, GATEWAY, UPSTAIRS, changed, client, device, line, outage, told
from unifi_scanner.models.enums import Confidence, Role, Severity
from unifi_scanner.models.finding import Incident
from unifi_scanner.models.log_entry import NO_TIME, LogEntry
from unifi_scanner.models.topology import UNKNOWN_TOPOLOGY

WAN = {"WAN_ID": "WAN", "ISP_NAME": "Northline"}


def the_one(entries: Sequence[LogEntry]) -> Incident:
    (incident,) = told(entries).incidents
    return incident


def test_a_switch_that_goes_with_all_that_hangs_on_it_is_one_incident() -> None:
    story = the_one(outage())
    assert story.title == "Upstairs switch went off, and took 4 access points and 61 devices with it"
    assert story.what == (
        "Upstairs switch went off, and was away for 24 minutes. AP 1, AP 2, AP 3 and others went off with it. "
        "61 devices dropped off."
    )
    assert story.cause == "Upstairs switch went offline."
    assert story.consequences == (
        "AP 1, AP 2, AP 3 and others went off with it.",
        "61 devices dropped off.",
    )
    assert story.do[0].startswith("Start with Upstairs switch:")
    assert story.confidence is Confidence.PROBABLY
    assert story.subjects[0] == "Upstairs switch"
    assert story.ended is not None
    assert (story.ended - story.first_seen).total_seconds() == pytest.approx(1503, abs=1)


def test_every_step_of_a_story_is_proved_by_entries() -> None:
    entries = outage()
    known = {entry.id for entry in entries}
    story = the_one(entries)
    assert {beat.role for beat in story.timeline} == {Role.CAUSE, Role.CONSEQUENCE, Role.RECOVERY}
    assert all(beat.evidence and set(beat.evidence) <= known for beat in story.timeline)
    assert [beat.at for beat in story.timeline] == sorted(beat.at for beat in story.timeline)
    assert "AP 1, AP 2, AP 3 and others went off with it." in [beat.sentence for beat in story.timeline]


def test_a_story_goes_on_and_ends_under_one_id() -> None:
    begun = the_one(outage(back=False))
    ended = the_one(outage())
    assert begun.id == ended.id
    assert begun.ended is None
    assert begun.severity is Severity.HIGH
    assert begun.what.startswith("Upstairs switch went off, and has not come back.")


def test_every_finding_from_medium_on_is_told_by_exactly_one_incident() -> None:
    entries = [*outage(), line("NETWORK_WAN_FAILED", 9000, **WAN), device("OverheatDetected", 20000, CELLAR)]
    result = told(entries)
    claimed = [finding for incident in result.incidents for finding in incident.findings]
    assert len(claimed) == len(set(claimed))
    for finding in result.findings:
        assert finding.incident or finding.severity.rank < Severity.MEDIUM.rank
        assert (finding.id in claimed) == bool(finding.incident)


def gone(*macs: str, at: float = 0, back: float | None = 1200) -> list[LogEntry]:
    went = [device("Lost_Contact", at + n, mac) for n, mac in enumerate(macs)]
    return went + ([device("Connected", at + back + n, mac) for n, mac in enumerate(macs)] if back else [])


# entries -> the title, the rule of the cause, how sure
ONE_STORY = {
    "the Internet, its backup and the link to another site": (
        [
            line("ISP_PACKET_LOSS", -480, **WAN),
            line("NETWORK_WAN_FAILED", 0, **WAN),
            line("NETWORK_FAILED_OVER_TO_BACKUP_WAN", 20, **WAN),
            line("VPN_SITE_TO_SITE_DISCONNECTED", 45),
            line("NETWORK_WAN_RESTORED", 840, **WAN),
            line("NETWORK_RETURNED_FROM_BACKUP_WAN", 860, **WAN),
        ],
        "The Internet ran on the backup line for 14 minutes, and the link to another site broke",
        "on-backup-line",
        Confidence.CERTAINLY,
    ),
    "the power, and what was on it": (
        [
            line("DEVICE_UPS_BATTERY_POWER", 0, DEVICE="UPS"),
            *gone(UPSTAIRS, APS["AP 1"], at=420),
            line("DEVICE_UPS_POWER_RESTORED", 1500, DEVICE="UPS"),
        ],
        "The power went out for 25 minutes, and took 1 access point and 1 switch with it",
        "power-went-out",
        Confidence.PROBABLY,
    ),
    "a change of the Wi-Fi, and everyone drops": (
        [
            changed(0, "Anna", "WiFi"),
            *(client("Disconnected", 90 + n, n, "AP 1") for n in range(12)),
        ],
        "Anna changed “WiFi”, then many devices dropped off AP 1 at once",
        "settings-changed",
        Confidence.PROBABLY,
    ),
    "a change nobody says more of, and the Internet goes": (
        [changed(0, "Ben"), line("NETWORK_WAN_FAILED", 200, **WAN)],
        "Ben changed settings, then the Internet is down",
        "settings-changed",
        Confidence.POSSIBLY,
    ),
    "radar, another channel, and everyone drops": (
        [
            device("RadarDetected", 0, APS["AP 2"], channel="52"),
            device("ChannelChanged", 5, APS["AP 2"], channel_from="52", channel_to="36"),
            *(client("Disconnected", 6 + n, n, "AP 2") for n in range(9)),
        ],
        "AP 2 heard radar and had to change its channel, and 9 devices dropped off",
        "radar-heard",
        Confidence.PROBABLY,
    ),
    "an access point, and all who were on it": (
        [
            *(client("Disconnected", -20 + n, n, "AP 3") for n in range(9)),
            *gone(APS["AP 3"]),
        ],
        "AP 3 went off, and took 9 devices with it",
        "device-offline",
        Confidence.PROBABLY,
    ),
    "the gateway, and the Internet with it": (
        [*gone(GATEWAY), line("NETWORK_WAN_FAILED", 15, **WAN), line("NETWORK_WAN_RESTORED", 1230, **WAN)],
        "Gateway was off for 20 minutes",
        "device-offline",
        Confidence.PROBABLY,
    ),
    "no free addresses, and one that gets none": (
        [
            line("DHCP_POOL_EXHAUSTED", 0, NETWORK="Guest"),
            line("CLIENT_CAN_NOT_ACQUIRE_IP_ADDRESS", 60, CLIENT="Tablet", NETWORK="Guest"),
        ],
        "The network Guest has no free addresses left",
        "no-free-addresses",
        Confidence.PROBABLY,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_STORY.values(), ids=ONE_STORY)
def test_what_hangs_together_is_one_story(case: tuple[list[LogEntry], str, str, Confidence]) -> None:
    entries, title, rule, sure = case
    story = the_one(entries)
    assert (story.title, story.rule, story.confidence) == (title, rule, sure)


def test_an_update_is_told_as_an_update_and_not_as_an_outage() -> None:
    entries = [
        device("Lost_Contact", 0, UPSTAIRS),
        device("Lost_Contact", 3, APS["AP 1"]),
        device("Upgraded", 380, UPSTAIRS, version_from="6.6.55", version_to="6.6.61"),
        device("Connected", 400, UPSTAIRS),
        device("Connected", 460, APS["AP 1"]),
    ]
    result = told(entries)
    (story,) = result.incidents
    assert story.title == "Upstairs switch was updated, and took AP 1 with it"
    assert story.severity is Severity.LOW
    assert story.do == ("There is nothing to do: this is what an update looks like.",)
    assert all(finding.severity.rank <= Severity.LOW.rank for finding in result.findings)


def test_an_update_that_nothing_came_back_from_stays_grave() -> None:
    story = the_one([device("Upgraded", 0, UPSTAIRS), device("Lost_Contact", 30, UPSTAIRS)])
    assert story.title == "Upstairs switch was updated, and has not come back"
    assert story.severity is Severity.HIGH
    assert story.ended is None


def test_the_same_trouble_again_is_the_same_story() -> None:
    story = the_one([*outage(), *gone(UPSTAIRS, *list(APS.values())[:4], at=2 * 86_400, back=600)])
    assert story.title.startswith("Upstairs switch went off twice, and took 4 access points")
    assert story.what.startswith("Upstairs switch went off twice, and was away for 34 minutes in all.")
    assert sum(beat.role is Role.CAUSE for beat in story.timeline) == 2


def test_a_change_is_a_step_of_the_story_with_who_made_it() -> None:
    story = the_one([changed(0, "Anna", "WiFi"), *(client("Disconnected", 90, n, "AP 1") for n in range(12))])
    assert story.timeline[0].role is Role.CHANGE
    assert "Anna" in story.timeline[0].sentence
    assert story.do[0].startswith("Ask Anna what was changed.")


def test_without_a_device_list_a_common_cause_is_only_possible() -> None:
    (story,) = told(outage(), UNKNOWN_TOPOLOGY).incidents
    assert story.confidence is Confidence.POSSIBLY
    assert story.subjects[0] == "Upstairs switch"
    assert story.title.startswith("Upstairs switch went off, and so did 4 access points")


TWO_STORIES = {
    "an access point and the Internet": [*gone(APS["AP 1"]), line("NETWORK_WAN_FAILED", 2, **WAN)],
    "two access points on two switches": [*gone(APS["AP 1"]), *gone(APS["AP 5"], at=3)],
    "a switch, and an access point on another": [*gone(CELLAR), *gone(APS["AP 1"], at=5)],
    "a change of a private link, and an access point": [
        changed(0, "Anna", "VPN"),
        *gone(APS["AP 1"], at=60),
        line("VPN_SITE_TO_SITE_DISCONNECTED", 90),
    ],
    "the Internet at noon, and a link in the evening": [
        line("NETWORK_WAN_FAILED", 0, **WAN),
        line("NETWORK_WAN_RESTORED", 600, **WAN),
        line("VPN_SITE_TO_SITE_DISCONNECTED", 30_000),
    ],
    "a power cut in the morning, and a switch at night": [
        line("DEVICE_UPS_BATTERY_POWER", 0, DEVICE="UPS"),
        line("DEVICE_UPS_POWER_RESTORED", 300, DEVICE="UPS"),
        *gone(UPSTAIRS, at=36_000),
    ],
    "two lines, while a third one works": [
        line("NETWORK_WAN_RESTORED", -60, WAN_ID="WAN3", ISP_NAME="Westline"),
        line("NETWORK_WAN_FAILED", 0, WAN_ID="WAN", ISP_NAME="Northline"),
        line("NETWORK_WAN_FAILED", 9, WAN_ID="WAN2", ISP_NAME="Southline"),
    ],
}


@pytest.mark.parametrize("entries", TWO_STORIES.values(), ids=TWO_STORIES)
def test_what_does_not_hang_together_stays_apart(entries: list[LogEntry]) -> None:
    incidents = told(sorted(entries, key=lambda entry: entry.timestamp)).incidents
    grave = [i for i in incidents if i.severity.rank >= Severity.LOW.rank]
    assert len(grave) == 2, [i.title for i in incidents]


def timeless(entry: LogEntry) -> LogEntry:
    return msgspec.structs.replace(entry, timestamp=NO_TIME)


def test_what_has_no_time_is_neither_cause_nor_consequence() -> None:
    entries = [line("NETWORK_WAN_FAILED", 0, **WAN), line("VPN_SITE_TO_SITE_DISCONNECTED", 0)]
    assert len(told([timeless(entry) for entry in entries]).incidents) == 2


def test_the_same_trouble_of_many_at_one_time_is_one_story_that_is_only_possible() -> None:
    roams = [
        client("Roam", 30 * turn + n, n, "AP 1", ap_from=APS["AP 1"], ap_to=APS["AP 2"])
        for turn in range(6)
        for n in range(5)
    ]
    (story,) = told(roams).incidents
    assert len(story.findings) == 6  # the access points, and each device
    assert story.rule == "access-point-roaming-storm"
    assert story.confidence is Confidence.POSSIBLY


def test_what_is_still_open_leads() -> None:
    incidents = told(
        [*gone(APS["AP 1"], back=None), *gone(CELLAR, at=5000), *gone(UPSTAIRS, at=9000)]
    ).incidents
    assert [incident.resolved for incident in incidents] == [False, True, True]


EVENING = sorted(
    [
        *outage(2, 12),
        line("NETWORK_WAN_FAILED", 4000, **WAN),
        changed(3700, "Ben"),
        *gone(APS["AP 5"], at=90),
    ],
    key=lambda entry: entry.timestamp,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0, 3), min_size=len(EVENING), max_size=len(EVENING)))
def test_the_order_of_arrival_within_seconds_changes_no_incident(delays: list[float]) -> None:
    late = {entry.id: delay for entry, delay in zip(EVENING, delays, strict=True)}
    arrived = sorted(EVENING, key=lambda entry: entry.timestamp.timestamp() + late[entry.id])
    ids = {incident.id: incident.title for incident in told(EVENING).incidents}
    assert {incident.id: incident.title for incident in told(arrived).incidents} == ids


def test_the_same_entries_give_the_same_incidents() -> None:
    assert told(EVENING) == told(list(EVENING))
