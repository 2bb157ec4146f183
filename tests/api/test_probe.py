"""What each generation of controller is found to answer, over real TLS."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.api.conftest import MakeClient, MakeTwin
from unifi_scanner.api.probe import probe
from unifi_scanner.errors import ControllerUnreachable
from unifi_scanner.models.capability import Capabilities, State, differences
from unifi_scanner.sim import Flavour, SimulatedController

CLASSIC, OS, SERVER = Flavour.CLASSIC, Flavour.UNIFI_OS, Flavour.UNIFI_OS_SERVER
W, E, F, G, U = State.WORKS, State.EMPTY, State.FROZEN, State.GONE, State.UNKNOWN
HAPPENINGS = (
    "client_connects",
    "device_offline",
    "threat_blocked",
    "firewall_blocked",
    "admin_signs_in",
    "client_anomaly",
)
SOURCES = ("rest", "super", "alarm", "ips", "system_log", "activity", "flows", "anomalies")
# flavour and version, then how each source is found; `super` is asked of a classic controller only
GENERATIONS = [
    (CLASSIC, "7.5.187", (W, W, W, W, G, G, G, W)),
    (CLASSIC, "8.6.9", (W, W, W, W, W, W, G, W)),
    (OS, "8.3.32", (W, U, W, W, G, G, G, W)),
    (OS, "8.6.9", (W, U, W, W, W, W, G, W)),
    (OS, "9.3.43", (W, U, W, W, W, W, W, W)),
    (OS, "9.5.21", (W, U, W, F, W, W, W, W)),
    (OS, "10.0.162", (F, U, W, F, W, W, W, W)),
    (OS, "10.2.84", (F, U, W, F, W, W, W, W)),
    (OS, "10.3.58", (G, U, W, G, W, W, W, W)),
    (SERVER, "10.4.57", (G, U, G, G, W, W, W, W)),
    (CLASSIC, "10.4.57", (G, G, G, G, W, W, G, W)),
]


def busy(twin: SimulatedController) -> None:
    for what in HAPPENINGS:
        twin.emit(what)


def look(twin: SimulatedController, clients: MakeClient, **more: object) -> Capabilities:
    client = clients(twin, **more)
    client.sign_in()
    return probe(client, datetime.now(UTC))


@pytest.mark.parametrize(("flavour", "version", "expected"), GENERATIONS)
def test_which_sources_answer_on_which_version(
    twins: MakeTwin, clients: MakeClient, flavour: Flavour, version: str, expected: tuple[State, ...]
) -> None:
    twin = twins(flavour, version)
    busy(twin)
    found = look(twin, clients)
    assert found.version == version
    assert dict(zip(SOURCES, (found.of_source(s).state for s in SOURCES), strict=True)) == dict(
        zip(SOURCES, expected, strict=True)
    )
    gone = {s for s, state in zip(SOURCES, expected, strict=True) if state is G}
    assert gone.isdisjoint(found.sources())


def test_a_controller_on_which_nothing_happened_yet_is_empty_not_broken(
    twins: MakeTwin, clients: MakeClient
) -> None:
    found = look(twins(), clients)
    states = {s: found.of_source(s).state for s in ("rest", "alarm", "ips", "system_log", "flows")}
    assert set(states.values()) == {E}


def test_an_old_list_that_is_emptied_while_the_log_goes_on_is_frozen(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins()
    busy(twin)
    twin.fail("stat/event", 200, '{"meta":{"rc":"ok"},"data":[]}')
    assert look(twin, clients).of("stat/event").state is F
    twin.fail("system-log/all", 500)
    assert look(twin, clients).of("stat/event").state is U


@pytest.mark.parametrize(
    ("endpoint", "status", "expected"),
    [
        ("system-log/all", 500, State.FAILED),
        ("traffic-flows", 403, State.FORBIDDEN),
        ("list/alarm", 404, State.GONE),
        ("stat/anomalies", 200, State.FAILED),
        ("system-log/admin-activity", 401, State.FORBIDDEN),
    ],
)
def test_one_that_fails_costs_only_itself(
    twins: MakeTwin, clients: MakeClient, endpoint: str, status: int, expected: State
) -> None:
    twin = twins()
    busy(twin)
    good = look(twin, clients)
    twin.fail(endpoint, status, "<html>")
    bad = look(twin, clients)
    changed = {name for name in good.endpoints if good.of(name).state is not bad.of(name).state}
    assert bad.of(endpoint).state is expected
    assert bad.of(endpoint).reason
    assert changed == {endpoint}


@pytest.mark.parametrize("body", ["7", '"x"', "{}", '{"data":7}', '{"data":null,"meta":{"rc":"ok"}}'])
def test_what_is_no_answer_is_a_failure_of_that_endpoint(
    twins: MakeTwin, clients: MakeClient, body: str
) -> None:
    twin = twins()
    lists = (
        "system-log/count",
        "system-log/setting",
        "stat/event",
        "list/alarm",
        "traffic-flows",
        "stat/anomalies",
    )
    for endpoint in lists:
        twin.fail(endpoint, 200, body)
    found = look(twin, clients)
    assert {found.of(endpoint).state for endpoint in lists} == {State.FAILED}


def test_an_upgrade_is_told_in_sentences(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins(OS, "9.5.21")
    busy(twin)
    before = look(twin, clients)
    twin.upgrade("10.3.58")
    assert differences(before, look(twin, clients)) == [
        "UniFi Network changed from version 9.5.21 to 10.3.58.",
        "UniFi Network 10.3 no longer has its old event list; the system log is used instead.",
        "UniFi Network 10.3 no longer has its old list of threats; the system log is used instead.",
    ]


def test_it_asks_little(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    busy(twin)
    client = clients(twin)
    client.sign_in()
    before = len(twin.requests())
    probe(client, datetime.now(UTC))
    assert len(twin.requests()) - before <= 16
    assert twin.sign_ins() == 1


def test_an_api_key_is_probed_without_a_sign_in(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins(api_key="key-0123456789")
    busy(twin)
    found = look(twin, clients, username=None, password=None, api_key="key-0123456789")
    assert found.of("integration/v1/info").state is W
    assert found.of_source("system_log").state is W
    assert twin.sign_ins() == 0


def test_a_controller_that_is_away_is_an_error_and_not_a_finding(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    twin.stop()
    with pytest.raises(ControllerUnreachable):
        probe(client, datetime.now(UTC))
