"""`notify test`: a real message through every channel, and how each fared."""

from __future__ import annotations

import json

from unifi_scanner import clock
from unifi_scanner.app.channels import channels_of
from unifi_scanner.app.output import put
from unifi_scanner.config.settings import Settings
from unifi_scanner.delivery import Attachment, Message, dispatch
from unifi_scanner.errors import DeliveryError
from unifi_scanner.log import inert

TEXT = """TEST: UniFi Scanner can reach you here.

Nothing happened. Somebody ran `unifi-scanner notify test`.

Reports and urgent messages will come the same way.
"""


def notify_test(settings: Settings, *, as_json: bool = False) -> int:
    """Send a test through every channel, print how each fared, and return 0 when all took it, else 5."""
    message = message_for_test()
    outcomes = [(channel.name, dispatch(message, [channel])) for channel in channels_of(settings)]
    rows = [
        {
            "channel": name,
            "ok": outcome.told,
            "detail": outcome.receipts[0].detail if outcome.told else str(outcome.failures[0]),
        }
        for name, outcome in outcomes
    ]
    if as_json:
        put(json.dumps(rows, indent=2), None)
    else:
        put("\n".join(inert(_line(row)) for row in rows), None)
    return 0 if all(row["ok"] for row in rows) else DeliveryError.exit_code


def message_for_test() -> Message:
    """Return a message that says that it is a test."""
    now = clock.now()
    return Message(
        message_id=f"test.{now:%Y%m%dT%H%M%S%f}",
        subject="UniFi Scanner: this is a test",
        text=TEXT,
        html=f"<!doctype html>\n<html lang='en'><title>Test</title><pre style='font:inherit'>{TEXT}</pre></html>\n",
        kind="test",
        short=TEXT,
        attachments=(Attachment(name="unifi-scanner-test.txt", media_type="text/plain", data=TEXT.encode()),),
    )


def _line(row: dict[str, object]) -> str:
    mark = "[ok]" if row["ok"] else "[!!]"
    said = str(row["detail"]).removeprefix(f"{row['channel']}: ")
    return f"{mark} {row['channel']}: {said}"
