from __future__ import annotations

from typing import Any

import pytest

from tests.sim.simulated import data_of, json_of, signed_in, small_home, wait_until
from unifi_scanner.sim import Flavour, SimulatedController
from unifi_scanner.sim.console import Console
from unifi_scanner.sim.faults import NONSENSE, Twist
from unifi_scanner.sim.frames import BIG, malformed_frame

EVENTS = "stat/event"


def let_three_come(console: Console) -> None:
    for number in range(3):
        console.emit("client_connects", {"client": f"02:00:00:00:00:0{number}"})


@pytest.mark.parametrize(
    ("twist", "rows"),
    [
        (Twist(how="empty"), 0),
        (Twist(how="twice"), 6),
        (Twist(how="malformed"), 3 + 2 * len(NONSENSE)),
        (Twist(how="late", seconds=60), 0),
        (Twist(how="late", seconds=-60), 3),
        (Twist(how="forgetful", edge_ms=1), 3),
        (Twist(how="forgetful", edge_ms=2**60), 0),
    ],
)
def test_an_answer_is_told_otherwise_until_the_twist_ends(twist: Twist, rows: int) -> None:
    reader = signed_in()
    let_three_come(reader.console)
    reader.console.faults.twist(EVENTS, twist)
    assert len(data_of(reader.site("POST", EVENTS))) == rows
    assert data_of(reader.site("GET", "stat/device"))
    reader.console.faults.twist(EVENTS, None)
    assert len(data_of(reader.site("POST", EVENTS))) == 3


def test_half_an_answer_is_no_json() -> None:
    reader = signed_in()
    reader.console.faults.twist(EVENTS, Twist(how="not_json"))
    with pytest.raises(ValueError, match="JSON"):
        json_of(reader.site("POST", EVENTS))


def test_a_twist_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="sideways"):
        Twist(how="sideways")


def test_a_refused_read_says_when_to_come_back() -> None:
    reader = signed_in()
    reader.console.faults.fail(EVENTS, 429, None, None, retry_after=1)
    reply = reader.site("POST", EVENTS)
    assert (reply.status, reply.headers["Retry-After"]) == (429, "1")


def test_a_big_frame_has_five_mebibytes() -> None:
    assert len(malformed_frame("big").payload) == BIG == 5 * 2**20


def test_a_restarted_controller_answers_on_the_same_port_and_knows_nobody() -> None:
    with SimulatedController(small_home()) as sim:
        port = sim.port
        sim.restart()
        assert sim.port == port
        assert sim.now_ms() > 0


@pytest.mark.parametrize(
    ("fault", "holds"),
    [
        ('do = "twist"\nkind = "empty"\nendpoint = "stat/event"', lambda sim: sim._console.faults.twisted),
        ('do = "refuse_sockets"\nstatus = 503', lambda sim: sim._console.faults.refused == 503),
    ],
)
def test_a_script_can_twist_and_mend(fault: str, holds: Any) -> None:
    mended = '[[fault]]\nat = "2m"\ndo = "recover"\nendpoint = "stat/event"\n[[fault]]\nat = "2m"\ndo = "accept_sockets"\n'
    scenario = small_home(f'[[fault]]\nat = "1m"\n{fault}\n{mended}')
    with SimulatedController(scenario, flavour=Flavour.CLASSIC, speed=600) as sim:
        sim.play()
        wait_until(lambda: bool(holds(sim)), "the fault")
        wait_until(lambda: not holds(sim), "its end")


def test_a_script_can_restart_the_controller() -> None:
    scenario = small_home('[[fault]]\nat = "1m"\ndo = "restart"\n')
    with SimulatedController(scenario, speed=600) as sim:
        thread = sim._server._thread
        sim.play()
        wait_until(lambda: sim._server.is_running and sim._server._thread is not thread, "the restart")
