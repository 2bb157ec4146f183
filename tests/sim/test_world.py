"""The network's life: the same for the same seed, and true to the scenario."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.simulated import HOME, small_home
from unifi_scanner.sim import (
    ScenarioError,
    World,
    load_scenario,
    parse_scenario,
    scenario_names,
    system_log_rows,
    wire_events,
)
from unifi_scanner.sim.scenario_file import duration_ms

START = 1_700_000_000_000
NAMES = ["busy-day", "every-generation", "hostile-names", "outage", "quiet-week", "stress-30s"]


def test_the_scenarios_that_come_with_the_package_are_these() -> None:
    assert scenario_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_lives_the_same_life_to_the_byte(name: str) -> None:
    first, second = (list(wire_events(load_scenario(name), START)) for _ in range(2))
    assert first
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_another_seed_lives_another_life() -> None:
    other = parse_scenario(HOME.replace("seed = 1", "seed = 2"), "home.toml")
    assert list(wire_events(small_home(), START)) != list(wire_events(other, START))


@pytest.mark.parametrize("name", NAMES)
def test_events_are_in_order_within_the_scenario_and_no_two_share_an_id(name: str) -> None:
    scenario = load_scenario(name)
    times = [occurrence.at_ms for occurrence in World(scenario).occurrences()]
    assert times == sorted(times)
    assert times[-1] <= scenario.duration_ms
    ids = [event["_id"] for event in wire_events(scenario, START)]
    ids += [row["id"] for row in system_log_rows(scenario, START)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("version", ["9.3.43", "10.4.57"])
def test_every_role_of_a_row_has_its_parameter(name: str, version: str) -> None:
    for row in system_log_rows(load_scenario(name), START, version):
        text = row["message_raw"]
        for role in row["parameters"]:
            text = text.replace("{" + role + "}", "")
        assert "{" not in text, row["key"]


def test_nobody_roams_or_leaves_who_is_not_connected() -> None:
    scenario = load_scenario("busy-day")
    online = set()
    always = {client.mac for client in scenario.network.clients if client.always}
    for occurrence in World(scenario).occurrences():
        match occurrence.code.name:
            case "client_connects" | "client_plugs_in":
                online.add(occurrence.client)
            case "client_leaves" | "client_unplugs":
                assert occurrence.client in online | always
                online.discard(occurrence.client)
            case "client_roams" | "client_switches_radio":
                assert occurrence.client in online | always


def test_a_roam_ends_somewhere_else() -> None:
    roams = [
        event for event in wire_events(load_scenario("busy-day"), START) if event["key"] == "EVT_WU_Roam"
    ]
    assert roams
    assert all(event["ap_from"] != event["ap_to"] for event in roams)


def test_the_busy_day_has_everything_the_demo_tells_of() -> None:
    told = Counter(occurrence.code.name for occurrence in World(load_scenario("busy-day")).occurrences())
    assert sum(told.values()) > 700
    expected = {"wan_down", "wan_up", "device_offline", "device_online", "poe_overload", "rogue_dhcp", "radar",
                "admin_fails", "admin_signs_in", "threat_blocked", "threat_detected", "firmware_available",
                "device_upgraded", "dhcp_pool_exhausted", "stp_block", "honeypot", "firewall_blocked"}  # fmt: skip
    assert expected <= set(told)
    names = {client.hostname for client in load_scenario("busy-day").network.clients}
    assert "<script>alert(1)</script>" in names


def test_the_quiet_week_has_nothing_but_ordinary_life() -> None:
    told = {occurrence.code.name for occurrence in World(load_scenario("quiet-week")).occurrences()}
    assert told == {"client_connects", "client_leaves", "client_plugs_in", "client_unplugs", "client_roams",
                    "client_switches_radio", "admin_signs_in", "firmware_available"}  # fmt: skip


def test_the_stress_is_about_two_hundred_events_three_hangups_and_an_expiry() -> None:
    scenario = load_scenario("stress-30s")
    assert 170 <= sum(1 for _ in wire_events(scenario, START)) <= 260
    faults = Counter((fault.do, fault.how) for fault in scenario.faults if fault.do != "malformed")
    assert faults == {("disconnect", "close"): 1, ("disconnect", "abort"): 2, ("expire_sessions", "close"): 1,
                      ("huge_frame", "close"): 1}  # fmt: skip


def test_disconnects_lose_their_milliseconds_and_connects_do_not() -> None:
    events = list(wire_events(load_scenario("busy-day"), START + 7))
    gone = [e["time"] % 1000 for e in events if e["key"] == "EVT_WU_Disconnected"]
    come = [e["time"] % 1000 for e in events if e["key"] == "EVT_WU_Connected"]
    assert set(gone) == {0}
    assert len(set(come)) > 100


def test_rows_of_both_protocols_tell_one_happening_within_a_second() -> None:
    scenario = load_scenario("outage")
    pairs = [o for o in World(scenario).occurrences() if o.code.v1 and o.code.v2]
    v1 = [e["time"] for e in wire_events(scenario, START)]
    assert len(pairs) == len(v1)
    known = {o.code.v2.key for o in pairs if o.code.v2}
    v2 = [r["timestamp"] for r in system_log_rows(scenario, START) if r["key"] in known]
    assert len(v1) == len(v2)
    assert all(0 < late - early < 1100 for early, late in zip(v1, v2, strict=True))


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("[[at]]\nat = 'soon'\nwhat = 'wan_down'", "at[0].at"),
        ("[[at]]\nat = '1h'\nwhat = 'dance'", "at[0].what"),
        ("[[at]]\nat = '1h'\nwhat = 'client_leaves'\nclient = 'Nobody'", "at[0].client"),
        ("[[at]]\nat = '1h'\nwhat = 'device_offline'\ndevice = 'Attic AP'", "at[0].device"),
        ("[[every]]\nevery = '0s'\nwhat = 'wan_down'", "every[0].every"),
        ("[[fault]]\nat = '1h'\ndo = 'explode'", "fault[0].do"),
        ("[[at]]\nat = 3\nwhat = 'wan_down'", "at[0].at"),
        ("[serving]\nspeeed = 3", "serving"),
    ],
)
def test_a_mistake_in_a_scenario_is_told_with_file_and_key(tmp_path: Path, more: str, key: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HOME + more)
    with pytest.raises(ScenarioError) as error:
        load_scenario(path)
    assert str(error.value).startswith(f"{path}: {key}: ")


def test_a_scenario_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ScenarioError, match="busy-day"):
        load_scenario("bussy-day")


def test_a_happening_comes_round_as_often_as_the_script_says() -> None:
    script = "[[every]]\nevery = '10m'\nstart = '5m'\nuntil = '1h'\nwhat = 'wan_down'\n"
    times = [o.at_ms for o in World(small_home(script)).occurrences() if o.code.name == "wan_down"]
    assert times == [(5 + 10 * n) * 60_000 for n in range(6)]


@pytest.mark.parametrize(
    ("text", "millis"),
    [("2h15m", 8_100_000), ("7d", 604_800_000), ("90s", 90_000), ("250ms", 250), ("1.5s", 1500)],
)
def test_a_duration_is_read(text: str, millis: int) -> None:
    assert duration_ms(text) == millis


@given(st.text(max_size=12))
@settings(max_examples=50, deadline=None)
def test_anything_else_is_a_duration_or_a_valueerror(text: str) -> None:
    try:
        read = duration_ms(text)
    except ValueError:
        return
    assert read >= 0


def test_scenarios_can_be_read_by_many_threads_at_once() -> None:
    """In a process of its own, for the first time in it: that is when it crashed the interpreter."""
    program = """
import sys
from concurrent.futures import ThreadPoolExecutor
from unifi_scanner.sim import load_scenario
sys.setswitchinterval(1e-6)
with ThreadPoolExecutor(9) as pool:
    print(len(list(pool.map(load_scenario, ["quiet-week"] * 9))))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "9\n")
