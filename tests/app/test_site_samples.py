"""What learning names shows of the network on the way."""

from __future__ import annotations

from tests.api.conftest import MakeClient, MakeTwin
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.connection import Connection
from unifi_scanner.app.controller import Site
from unifi_scanner.config.loading import load_settings


def site_of(client: UnifiClient, port: int) -> Site:
    connection = Connection(host="127.0.0.1", port=port, username="scanner", password="correct horse")
    return Site(load_settings(environ={}), client, connection)


def test_learning_names_shows_how_devices_and_clients_fare(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    twin.emit("device_offline")
    client = clients(twin)
    client.sign_in()
    site = site_of(client, twin.port)
    site.learn_names()
    assert site.samples is not None
    assert {device.state for device in site.samples.devices} == {"offline", "online"}
    assert any(one.is_online for one in site.samples.clients)


def test_a_list_that_cannot_be_read_is_empty_and_costs_no_other(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    site = site_of(client, twin.port)
    twin.fail("stat/device", 500)
    site.learn_names()
    assert site.samples is not None
    assert site.samples.devices == ()
    assert site.samples.clients
