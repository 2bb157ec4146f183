"""A real MQTT broker on loopback, and one who listens to it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.delivery.mail_server import Certificate
from tests.e2e.running import until

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
USER, PASSWORD = "scanner", "correct horse"


def needs_mosquitto() -> str:
    """Return the broker's program; skips the test where there is none."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed (apt-get install mosquitto)")
    return MOSQUITTO


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def broker(
    directory: Path,
    *,
    port: int | None = None,
    password: bool = False,
    certificate: Certificate | None = None,
) -> Iterator[int]:
    """Run a broker and yield its port."""
    program, port = needs_mosquitto(), port or free_port()
    lines = [f"listener {port} 127.0.0.1", "persistence false", "log_dest stderr"]
    lines.append(f"allow_anonymous {'false' if password else 'true'}")
    if password:
        words = directory / "passwords"
        subprocess.run([_passwd(), "-b", "-c", str(words), USER, PASSWORD], check=True, capture_output=True)
        words.chmod(0o644)  # the broker gives up root before it reads
        lines.append(f"password_file {words}")
    if certificate is not None:
        lines += [f"certfile {certificate.chain}", f"keyfile {certificate.key}"]
    config = directory / "mosquitto.conf"
    config.write_text("\n".join([*lines, "user root"]) + "\n")
    with (directory / "mosquitto.log").open("ab") as out:
        process = subprocess.Popen([program, "-c", str(config)], stdout=out, stderr=out)
    try:
        assert until(lambda: _answers(port), 10), (directory / "mosquitto.log").read_text()
        yield port
    finally:
        process.kill()
        process.wait(10)


def _passwd() -> str:
    found = shutil.which("mosquitto_passwd")
    if found is None:
        pytest.skip("mosquitto_passwd is not installed")
    return found


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Listener:
    """Hears everything a broker has and gets."""

    def __init__(self, port: int, *, password: bool = False, certificate: Certificate | None = None) -> None:
        self.heard: dict[str, str] = {}
        self.retained: set[str] = set()
        self.client = Client(CallbackAPIVersion.VERSION2)
        if password:
            self.client.username_pw_set(USER, PASSWORD)
        if certificate is not None:
            self.client.tls_set_context(ssl.create_default_context(cafile=certificate.chain))
        self.client.on_message = self._hear
        self.client.on_connect = lambda client, *_rest: client.subscribe("#", qos=1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.retain:
            self.retained.add(message.topic)
        self.heard[message.topic] = message.payload.decode()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def listener(
    port: int, *, password: bool = False, certificate: Certificate | None = None
) -> Iterator[Listener]:
    """Listen while inside."""
    one = Listener(port, password=password, certificate=certificate)
    try:
        yield one
    finally:
        one.close()
