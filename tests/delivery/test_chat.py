"""Apprise for real, against a server of our own that takes what an ntfy or a Gotify server takes."""

from __future__ import annotations

import json

import pytest

from tests.delivery.http_server import receiver, unused_port
from unifi_scanner.delivery import ChatChannel, Message, channels_of_urls
from unifi_scanner.errors import DeliveryError

pytest.importorskip("apprise", reason="the extra `chat` is not installed")

ALERT = Message(
    message_id="alert.abc.1.1",
    subject="Home: Internet outage",
    text="URGENT: the Internet is down.\n",
    html="<p>URGENT</p>",
    kind="alert",
    short="URGENT: @everyone, <!channel> [look](https://evil.example) is down. " + "x" * 2000,
    is_urgent=True,
)


def test_a_text_arrives_short_and_calls_nobody() -> None:
    with receiver() as there:
        receipt = ChatChannel(f"ntfy://127.0.0.1:{there.port}/home").send(ALERT)
    sent = json.loads(there.taken[0].body)
    assert sent["topic"] == "home"
    assert sent["title"] == "Home: Internet outage"
    assert len(sent["message"]) <= 1000
    assert "@everyone" not in sent["message"]
    assert "<!channel>" not in sent["message"]
    assert "](" not in sent["message"]
    assert receipt.channel.startswith("ntfy-")


def test_a_refusal_names_no_secret() -> None:
    with receiver(status=401) as there, pytest.raises(DeliveryError) as told:
        ChatChannel(f"gotify://127.0.0.1:{there.port}/A5eCr3tTok3n").send(ALERT)
    assert "A5eCr3tTok3n" not in str(told.value)
    assert "UNIFI_APPRISE_URLS" in told.value.hint


def test_a_server_that_is_down_and_an_address_that_is_none_are_told() -> None:
    with pytest.raises(DeliveryError):
        ChatChannel(f"ntfy://127.0.0.1:{unused_port()}/home").send(ALERT)
    with pytest.raises(DeliveryError, match="does not know this kind of address"):
        ChatChannel("nosuchthing://secret-word").send(ALERT)


def test_each_address_is_a_channel_with_a_name_of_its_own_that_hides_it() -> None:
    one, other = channels_of_urls("ntfy://a.example/secret-topic\n ntfy://b.example/x ntfy://b.example/x")
    assert one.name != other.name
    assert "secret" not in one.name
    assert one.name == ChatChannel("ntfy://a.example/secret-topic").name
