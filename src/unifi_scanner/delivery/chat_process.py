"""One text to one chat, in a process of its own: an order as JSON on standard input, the outcome on standard output."""

from __future__ import annotations

import importlib
import json
import logging
import sys
from collections.abc import Mapping
from typing import Any

from unifi_scanner.delivery.chat import MISSING, REFUSED, TAKEN, UNKNOWN


def send(order: Mapping[str, str]) -> dict[str, str]:
    """Return what became of an order: url, title, body and kind."""
    try:
        apprise: Any = importlib.import_module("apprise")  # an extra: it need not be there
    except ImportError:
        return {"state": MISSING}
    service = apprise.Apprise()
    with apprise.LogCapture(level=logging.WARNING) as said:
        if not service.add(order["url"]):
            return {"state": UNKNOWN}
        taken = service.notify(
            title=order["title"], body=order["body"], notify_type=order["kind"], body_format="text"
        )
        return {"state": TAKEN} if taken else {"state": REFUSED, "said": said.getvalue()}


if __name__ == "__main__":
    json.dump(send(json.load(sys.stdin)), sys.stdout)
