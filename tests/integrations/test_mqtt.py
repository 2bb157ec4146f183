"""A real broker is kept told, whatever happens to it."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.mail_server import make_certificate
from tests.e2e.running import until
from tests.integrations.brokers import PASSWORD, USER, broker, free_port, listener
from unifi_scanner.integrations.home_assistant import SiteNow, Topics, messages_of, slug_of
from unifi_scanner.integrations.mqtt import Broker, MqttTeller
from unifi_scanner.models.enums import Severity, Status
from unifi_scanner.models.standing import Standing

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOPICS = Topics("unifi-scanner", "homeassistant")
STANDING = Standing(
    status=Status.ATTENTION,
    sentence="One thing needs you.",
    at=NOON,
    open_incidents=1,
    findings={Severity.HIGH: 1, Severity.LOW: 2},
    last_incident="Upstairs switch lost power",
    last_incident_at=NOON,
)
NOW = SiteNow(
    controller="192.168.1.1",
    site="default",
    title="Maple Street",
    standing=STANDING,
    last_event=NOON,
    blind=("security",),
    silent=1,
)
STATE = TOPICS.state(NOW)


@contextmanager
def teller(port: int, **more: Any) -> Iterator[MqttTeller]:
    one = MqttTeller(Broker(host="127.0.0.1", port=port, **more), TOPICS.availability)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def test_a_broker_keeps_the_state_and_the_sensors_for_who_comes_later(tmp_path: Path) -> None:
    with broker(tmp_path) as port, teller(port) as one:
        one.tell(messages_of(NOW, TOPICS))
        assert until(lambda: not one.trouble)
        with listener(port) as other:
            expected = {*messages_of(NOW, TOPICS), TOPICS.availability}
            assert until(lambda: expected <= other.heard.keys())
            assert other.retained >= expected
            state = json.loads(other.heard[STATE])
            assert other.heard[TOPICS.availability] == "online"
    assert (state["status"], state["incidents_open"], state["sources_blind"]) == ("attention", 1, 1)
    assert state["findings"] == {"info": 0, "low": 2, "medium": 0, "high": 1, "critical": 0}
    assert (state["last_incident"], state["last_event"]) == (
        STANDING.last_incident,
        "2026-11-24T12:00:00+00:00",
    )


def test_an_orderly_stop_says_that_we_are_gone(tmp_path: Path) -> None:
    with broker(tmp_path) as port, listener(port) as other:
        with teller(port):
            assert until(lambda: other.heard.get(TOPICS.availability) == "online")
        assert until(lambda: other.heard.get(TOPICS.availability) == "offline")


def test_the_broker_itself_says_so_when_we_die(tmp_path: Path) -> None:
    with broker(tmp_path) as port, listener(port) as other, teller(port) as one:
        assert until(lambda: other.heard.get(TOPICS.availability) == "online")
        # the connection is cut off with a reset, as when a machine is switched off
        line: Any = one._client.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one._client.on_disconnect = None
        seen: list[str] = []
        other.client.on_message = lambda _c, _d, m: seen.append(m.payload.decode())
        line.close()
        assert until(lambda: "offline" in seen)


def test_after_an_outage_the_latest_state_is_told(tmp_path: Path) -> None:
    port = free_port()
    with teller(port) as one:
        one.tell({STATE: "old"})
        assert until(lambda: one.trouble == "The MQTT broker cannot be reached.")
        one.tell({STATE: "new"})
        with broker(tmp_path, port=port), listener(port) as other:
            assert until(lambda: other.heard.get(STATE) == "new")
        assert until(lambda: bool(one.trouble))
        one.tell({STATE: "newer"})
        with broker(tmp_path, port=port), listener(port) as other:
            assert until(lambda: other.heard.get(STATE) == "newer")


def test_telling_never_waits_for_a_broker_that_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, teller(deaf.getsockname()[1]) as one:
        done = threading.Event()

        def tell() -> None:
            for number in range(1000):
                one.tell({STATE: str(number)})
            done.set()

        threading.Thread(target=tell, daemon=True).start()
        assert done.wait(5)
        assert one.trouble


def test_a_wrong_password_is_told_as_that(tmp_path: Path) -> None:
    with broker(tmp_path, password=True) as port:
        with teller(port, username=USER, password="wrong") as one:
            assert until(lambda: one.trouble.startswith("The MQTT broker refuses us"))
        with teller(port, username=USER, password=PASSWORD) as one:
            assert until(lambda: not one.trouble)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library's own
def test_over_tls_only_a_broker_we_trust_is_told(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with broker(tmp_path, certificate=certificate) as port:
        with teller(port, tls=True) as stranger:
            assert until(lambda: stranger.trouble == "The MQTT broker cannot be reached.")
        with teller(port, tls=True, ca_file=certificate.chain) as one:
            assert until(lambda: not one.trouble)


def test_only_what_changed_is_told_again(tmp_path: Path) -> None:
    with broker(tmp_path) as port, listener(port) as other, teller(port) as one:
        assert until(lambda: not one.trouble)
        count = 0

        def hear(_client: object, _data: object, message: Any) -> None:
            nonlocal count
            count += message.topic == STATE

        other.client.on_message = hear
        for _ in range(3):
            one.tell({STATE: "same"})
        one.tell({STATE: "other"})
        one.tell({"unifi-scanner/end": "x"})
        assert until(lambda: count >= 2)
        assert count == 2


def payloads(now: SiteNow) -> Mapping[str, Any]:
    return {topic: json.loads(text) for topic, text in messages_of(now, TOPICS).items()}


def test_every_sensor_is_one_home_assistant_can_make() -> None:
    configs = {topic: told for topic, told in payloads(NOW).items() if topic.endswith("/config")}
    assert len(configs) == 12
    assert len({config["unique_id"] for config in configs.values()}) == len(configs)
    for topic, config in configs.items():
        assert topic == f"homeassistant/sensor/{config['unique_id']}/config"
        assert config["state_topic"] == STATE
        assert config["availability_topic"] == TOPICS.availability
        path = config["value_template"].removeprefix("{{ value_json.").removesuffix(" }}").split(".")
        value: Any = payloads(NOW)[STATE]
        for step in path:
            value = value[step]


def test_before_the_first_report_nothing_is_claimed() -> None:
    state = payloads(SiteNow(controller="c", site="s", title="t"))
    told = next(value for topic, value in state.items() if topic.endswith("/state"))
    assert (told["status"], told["incidents_open"], told["last_event"], told["findings"]) == (
        None,
        None,
        None,
        {},
    )


def test_a_hostile_name_makes_no_topic_and_no_long_state() -> None:
    nasty = "../#/+/$SYS\x00{{ states('lock') }}" + "x" * 900
    now = SiteNow(
        controller=nasty,
        site=nasty,
        title=nasty,
        standing=Standing(status=Status.FINE, sentence=nasty, at=NOON, last_incident=nasty),
    )
    assert slug_of(now).replace("_", "").isalnum()
    for topic, told in payloads(now).items():
        assert not set(topic) & set("#+$\x00 ")
        assert len(str(told.get("last_incident", ""))) <= 255
        assert "states(" not in str(told.get("value_template", ""))
