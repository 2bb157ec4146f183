"""What hangs on a device falls and comes back with it; what only a log line tells is told by a log line alone."""

from __future__ import annotations

import pytest

from tests.sim.simulated import small_home
from unifi_scanner.sim import Flavour, ScenarioError, World, parse_scenario
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.versions import answers_of, sources_of
from unifi_scanner.sim.voice import Voice

HOUSE = """
title = "A branch"
seed = 5
duration = "2h"
[network]
gateway = { name = "Gateway" }
switches = [{ name = "Root" }, { name = "Branch", uplink = "Root", uplink_port = 8 }]
aps = [{ name = "Far", uplink = "Branch" }, { name = "Near" }]
clients = [
    { name = "Printer", switch = "Branch", port = 3, always = true },
    { name = "Lamp", ssid = "Home", home = ["Far"], always = true, fixed = true },
]
[[at]]
at = "30m"
what = "device_offline"
device = "Root"
[[at]]
at = "60m"
what = "device_online"
device = "Root"
"""


def lived(text: str) -> list[Occurrence]:
    return list(World(parse_scenario(text, "branch.toml")).occurrences())


def told(text: str, what: str) -> list[str]:
    scenario = parse_scenario(text, "branch.toml")
    names = {device.mac: device.name for device in scenario.network.devices}
    return [names[str(one.device)] for one in lived(text) if one.code.name == what]


def test_a_switch_takes_everything_behind_it_along_and_brings_it_back() -> None:
    assert told(HOUSE, "device_offline") == ["Root", "Branch", "Far"]
    assert told(HOUSE, "device_online") == ["Root", "Branch", "Far"]


def test_what_is_plugged_into_a_dead_switch_is_unplugged_and_comes_back() -> None:
    names = [one.code.name for one in lived(HOUSE)]
    assert names.index("client_unplugs") < names.index("client_plugs_in")


def test_a_client_of_a_dead_access_point_goes_to_one_that_is_alive() -> None:
    near = parse_scenario(HOUSE, "branch.toml").network.device("Near")
    roams = [one.facts["ap_to"] for one in lived(HOUSE) if one.code.name == "client_roams"]
    assert near is not None
    assert roams == [near.mac]


@pytest.mark.parametrize("uplink", ["Branch", "Nowhere"])
def test_a_device_cannot_hang_on_itself_or_on_nothing(uplink: str) -> None:
    with pytest.raises(ScenarioError, match="cannot hang on"):
        lived(HOUSE.replace('{ name = "Root" }', f'{{ name = "Root", uplink = "{uplink}" }}'))


@pytest.mark.parametrize(
    "what", ["password_wrong", "join_denied", "address_refused", "join_stumbles", "link_poor"]
)
@pytest.mark.parametrize("version", ["8.6.9", "10.4.57"])
def test_what_only_a_line_tells_is_told_by_a_line(what: str, version: str) -> None:
    script = f'[[at]]\nat = "1s"\nwhat = "{what}"\n'
    scenario = small_home(script)
    one = next(one for one in World(scenario).occurrences() if one.code.name == what)
    client = scenario.network.client(one.client)
    lines = Voice().lines(one, 1_700_000_000_000, scenario.network, version)
    assert len(lines) == 1
    assert client is not None
    assert client.mac in lines[0]
    assert sources_of(one.code, answers_of(version, Flavour.UNIFI_OS)) == frozenset()


def test_a_client_nobody_knows_may_come_by_its_mac() -> None:
    script = '[[at]]\nat = "1s"\nwhat = "client_connects"\nclient = "3c:22:fb:00:00:01"\n'
    assert "3c:22:fb:00:00:01" in {one.client for one in World(small_home(script)).occurrences()}
