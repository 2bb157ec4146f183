"""A client that others wrote must find nothing odd about the simulated controller."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiounifi.controller import Controller
from aiounifi.errors import Forbidden, LoginRequired, Unauthorized, WebsocketError
from aiounifi.models.configuration import Configuration
from aiounifi.models.event import Event, EventKey

from tests.sim.simulated import eventually, http_session, small_home
from unifi_scanner.sim import Flavour, SimulatedController


def _controller(session: aiohttp.ClientSession, sim: SimulatedController, password: str) -> Controller:
    return Controller(
        Configuration(
            session, "127.0.0.1", username="scanner", password=password, port=sim.port, ssl_context=False
        )
    )


@pytest.mark.parametrize("flavour", list(Flavour))
@pytest.mark.parametrize("version", ["8.6.9", "9.3.43", "10.4.57"])
def test_aiounifi_signs_in_lists_devices_and_clients_and_hears_events(flavour: Flavour, version: str) -> None:
    heard: list[Event] = []

    async def use(sim: SimulatedController) -> None:
        async with http_session() as session:
            controller = _controller(session, sim, "correct horse")
            await controller.login()
            await controller.initialize()
            assert controller.connectivity.is_unifi_os is (flavour is not Flavour.CLASSIC)
            assert sorted(device.name for device in controller.devices.values()) == [
                "Gateway",
                "Hall AP",
                "Kitchen AP",
                "Rack Switch",
            ]
            assert [client.name for client in controller.clients.values()] == ["NAS"]
            assert len(list(controller.clients_all.values())) == 3
            assert [site.description for site in controller.sites.values()] == ["Default", "Holiday Cottage"]
            assert [info.version for info in controller.system_information.values()] == [version]
            controller.events.subscribe(heard.append)
            listening = asyncio.create_task(controller.start_websocket())
            await eventually(lambda: sim.connections() == 1)
            sim.emit("EVT_WU_Connected", client="Anna's iPhone", ap="Kitchen AP")
            sim.emit_together(("client_roams", {"client": "Anna's iPhone"}), ("wan_down", {}))
            await eventually(lambda: len(heard) == 3)
            sim.disconnect_all("close")
            await asyncio.wait_for(listening, 10)

    with SimulatedController(small_home(), flavour=flavour, network_version=version) as sim:
        asyncio.run(use(sim))
        told = sim.ledger()
    assert [event.key for event in heard] == [
        EventKey.WIRELESS_CLIENT_CONNECTED,
        EventKey.WIRELESS_CLIENT_ROAM,
        EventKey.GATEWAY_WAN_TRANSITION,
    ]
    assert [event.raw["_id"] for event in heard] == [row.id for row in told]


@pytest.mark.parametrize(
    ("flavour", "error"), [(Flavour.UNIFI_OS, Forbidden), (Flavour.CLASSIC, Unauthorized)]
)
def test_aiounifi_is_told_that_the_password_is_wrong(flavour: Flavour, error: type[Exception]) -> None:
    async def use(sim: SimulatedController) -> None:
        async with http_session() as session:
            await _controller(session, sim, "wrong").login()

    with SimulatedController(small_home(), flavour=flavour) as sim, pytest.raises(error):
        asyncio.run(use(sim))


@pytest.mark.parametrize("flavour", list(Flavour))
def test_aiounifi_signs_in_again_once_its_session_has_expired(flavour: Flavour) -> None:
    async def use(sim: SimulatedController) -> None:
        async with http_session() as session:
            controller = _controller(session, sim, "correct horse")
            await controller.login()
            sim.expire_sessions()
            await controller.devices.update()
            assert len(list(controller.devices.values())) == 4
            sim.expire_sessions()
            sim.fail("/api/", 401)
            with pytest.raises(LoginRequired):
                await controller.clients.update()

    with SimulatedController(small_home(), flavour=flavour) as sim:
        asyncio.run(use(sim))
        assert sim.sign_ins() == 2


def test_aiounifi_notices_a_frame_that_is_too_large_for_it() -> None:
    async def use(sim: SimulatedController) -> None:
        async with http_session() as session:
            controller = _controller(session, sim, "correct horse")
            await controller.login()
            listening = asyncio.create_task(controller.start_websocket())
            await eventually(lambda: sim.connections() == 1)
            sim.push_malformed("huge")
            with pytest.raises(WebsocketError):
                await asyncio.wait_for(listening, 20)

    with SimulatedController(small_home()) as sim:
        asyncio.run(use(sim))
