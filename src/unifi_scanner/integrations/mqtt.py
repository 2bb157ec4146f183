"""An MQTT broker, told on a thread of its own; one that is down delays nobody."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog
from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion

from unifi_scanner.integrations.home_assistant import OFFLINE, ONLINE

SHORTEST_WAIT_S, LONGEST_WAIT_S = 1, 120  # between two dials
KEEP_ALIVE_S = 30
STOP_S = 1.0
log = structlog.get_logger(__name__)


class Broker(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach a broker."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    ca_file: Path | None = None


class MqttTeller:
    """Keeps a broker told: the latest message of each topic, retained, again after each new connection."""

    def __init__(self, broker: Broker, availability: str, *, shortest_wait_s: int = SHORTEST_WAIT_S) -> None:
        self._broker = broker
        self._availability = availability
        self._latest: dict[str, str] = {}
        self._lock = threading.Lock()
        self._trouble = "The MQTT broker was not reached yet."
        self._told_lost = False
        self._client = self._made(shortest_wait_s)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def _made(self, shortest_wait_s: int) -> Client:
        client = Client(CallbackAPIVersion.VERSION2)
        client.reconnect_delay_set(shortest_wait_s, LONGEST_WAIT_S)
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            client.tls_set_context(ssl.create_default_context(cafile=self._broker.ca_file))
        client.will_set(self._availability, OFFLINE, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_connect_fail = self._not_reached
        client.on_disconnect = self._disconnected
        return client

    def start(self) -> None:
        """Begin to dial, and go on for as long as it takes."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=KEEP_ALIVE_S)
        self._thread.start()

    def _run(self) -> None:
        self._client.loop_forever(retry_first_connection=True)

    @property
    def trouble(self) -> str:
        """Return in a sentence why the broker is not being told; empty while it is."""
        return self._trouble

    def tell(self, messages: Mapping[str, str]) -> None:
        """Tell what is new among `messages`, by topic; what cannot be told now is told after the next connection."""
        with self._lock:
            news = {topic: text for topic, text in messages.items() if self._latest.get(topic) != text}
            self._latest |= news
        if not self._trouble:
            for topic, text in news.items():
                self._publish(topic, text)

    def _publish(self, topic: str, text: str) -> MQTTMessageInfo:
        return self._client.publish(topic, text, qos=1, retain=True)

    def stop(self) -> None:
        """Say that we are gone, and hang up; waits a moment and no longer."""
        if not self._trouble:
            self._publish(self._availability, OFFLINE)
        self._client.disconnect()
        self._thread.join(STOP_S)

    def _connected(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._lost(f"The MQTT broker refuses us: {reason}.")
            return
        with self._lock:
            self._trouble = ""
            latest = dict(self._latest)
        if self._told_lost:
            self._told_lost = False
            log.info("broker_back", broker=self._broker.host)
        self._publish(self._availability, ONLINE)
        for topic, text in latest.items():
            self._publish(topic, text)

    def _not_reached(self, _client: Client, _data: Any) -> None:
        self._lost("The MQTT broker cannot be reached.")

    def _disconnected(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure and not self._trouble:
            self._lost("The connection to the MQTT broker broke.")

    def _lost(self, why: str) -> None:
        self._trouble = why
        if not self._told_lost:
            self._told_lost = True
            log.warning("broker_lost", broker=self._broker.host, reason=why)
