from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path

import jsonschema
import pytest

from tests.delivery.http_server import receiver, unused_port
from unifi_scanner.app.notify_test import message_for_test
from unifi_scanner.delivery import Attachment, Message, WebhookChannel
from unifi_scanner.delivery.webhook import payload_of, sign
from unifi_scanner.errors import DeliveryError

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "webhook.schema.json").read_text(encoding="utf-8"))
ALERT = Message(
    message_id="alert.abc.1.1",
    subject="Home: Internet outage",
    text="URGENT: the Internet is down.\n",
    html="<p>URGENT</p>",
    kind="alert",
    data={
        "state": "urgent",
        "site": "Home",
        "zone": "UTC",
        "news": "URGENT: the Internet is down.",
        "also": [],
        "still": [],
        "incident": None,
        "at": "2026-03-01T12:00:00Z",
    },
    is_urgent=True,
)
REPORT = Message(
    message_id="report.1",
    subject="Home: all fine\r\nX-Evil: 1",
    text="All fine",
    html="",
    attachments=(Attachment(name="r.json", media_type="application/json", data=b'{"verdict": {}}'),),
)


def test_what_is_posted_is_signed_as_anyone_can_check() -> None:
    with receiver() as there:
        WebhookChannel(f"{there.url}/hook", "a secret of ours").send(ALERT)
    (one,) = there.taken
    signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    mac = hmac.new(b"a secret of ours", signed, hashlib.sha256).digest()
    assert one.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert one.headers["webhook-id"] == "alert.abc.1.1"
    assert one.path == "/hook"


def test_the_standard_s_own_example_has_the_signature_it_names() -> None:
    # the worked example of the Standard Webhooks specification
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    told = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', secret)
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("message", [ALERT, REPORT, message_for_test()], ids=lambda one: one.kind)
def test_what_is_posted_is_what_the_schema_says(message: Message) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(payload_of(message), SCHEMA)


def test_the_same_message_has_the_same_id_and_body_when_it_is_sent_again() -> None:
    with receiver() as there:
        channel = WebhookChannel(there.url)
        channel.send(ALERT)
        channel.send(ALERT)
    first, second = there.taken
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert "webhook-signature" not in first.headers


@pytest.mark.parametrize("status", [301, 401, 404, 410, 413, 500, 503])
def test_a_refusal_is_told_with_what_to_do_and_without_the_address(status: int) -> None:
    with receiver(status=status) as there, pytest.raises(DeliveryError) as told:
        WebhookChannel(f"{there.url}/very-secret-path").send(ALERT)
    assert str(status) in str(told.value)
    assert "very-secret-path" not in str(told.value)
    assert told.value.hint


def test_one_that_is_down_hangs_or_hangs_up_is_told_apart() -> None:
    with pytest.raises(DeliveryError, match="could not be reached"):
        WebhookChannel(f"http://127.0.0.1:{unused_port()}/").send(ALERT)
    with receiver(how="drop") as there, pytest.raises(DeliveryError, match="could not be reached"):
        WebhookChannel(there.url).send(ALERT)
    with receiver(how="hang") as there, pytest.raises(DeliveryError, match="did not answer in time"):
        WebhookChannel(there.url, timeout=0.2).send(ALERT)


@pytest.mark.parametrize("url", ["ftp://example.org/x", "example.org", "https://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(DeliveryError):
        WebhookChannel(url)


def test_no_name_can_add_a_header() -> None:
    with receiver() as there:
        WebhookChannel(there.url).send(Message(message_id="a\r\nX-Evil: 1", subject="x", text="y", html=""))
    assert "x-evil" not in there.taken[0].headers
