"""Chats and phones, through Apprise: one channel for each address, so that none of them waits for another."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys

from unifi_scanner import clock
from unifi_scanner.delivery.base import Message, Receipt
from unifi_scanner.errors import DeliveryError
from unifi_scanner.log import register_secret

MOST_CHARACTERS = 900
MOST_SAID = 200
LONG_ENOUGH = 5  # characters of a part of an address that may be a secret
TIMEOUT_S = 60.0
TAKEN, REFUSED, MISSING, UNKNOWN = "taken", "refused", "missing", "unknown"
REFUSALS = {
    REFUSED: ("the service did not take it", "Check the address in UNIFI_APPRISE_URLS."),
    MISSING: ("the library for chats is missing", "Install it with: pip install 'unifi-scanner[chat]'."),
    UNKNOWN: (
        "Apprise does not know this kind of address",
        "Check UNIFI_APPRISE_URLS against the list of services of Apprise.",
    ),
}
# nothing a stranger named may call people, hide a link or be markup
MARKUP = {"<": "\u2039", ">": "\u203a", "](": "] (", "@": "@\u200b"}


class ChatChannel:
    """Sends a short text to one address of Apprise. The address holds secrets and is never shown."""

    name = "chat"

    def __init__(self, url: str) -> None:
        scheme = re.sub(r"[^a-z0-9]", "", url.partition("://")[0].lower()) or "chat"
        self.name = f"{scheme}-{hashlib.blake2b(url.encode(), digest_size=3).hexdigest()}"
        self._url = url
        parts = {part for part in re.split(r"[/:@?&=,]+", url) if len(part) >= LONG_ENOUGH}
        self._secrets = sorted(parts, key=len, reverse=True)
        for secret in (url, *self._secrets):
            register_secret(secret)

    def send(self, message: Message) -> Receipt:
        """Return the receipt once the service took the text."""
        order = {
            "url": self._url,
            "title": inert(message.subject),
            "body": inert(short_of(message)),
            "kind": _kind_of(message),
        }
        outcome = self._ask(json.dumps(order))
        if outcome.get("state") != TAKEN:
            raise self._refusal(str(outcome.get("state")), str(outcome.get("said", "")))
        return Receipt(channel=self.name, at=clock.now(), detail=f"Sent by {self.name.partition('-')[0]}")

    def _ask(self, order: str) -> dict[str, str]:
        # a process of its own: the library needs 45 MB and a second to start, and messages are few
        try:
            done = subprocess.run(  # our own module; the address goes by its standard input
                [sys.executable, "-m", "unifi_scanner.delivery.chat_process"],
                input=order.encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=TIMEOUT_S,
                start_new_session=True,
                check=False,
            )
            return dict(json.loads(done.stdout))
        except subprocess.TimeoutExpired as exc:
            raise DeliveryError(self.name, "the service did not answer in time.") from exc
        except (OSError, ValueError) as exc:
            raise DeliveryError(self.name, "the program that talks to chats broke.") from exc

    def _refusal(self, state: str, said: str) -> DeliveryError:
        message, hint = REFUSALS.get(state, REFUSALS[REFUSED])
        return DeliveryError(self.name, f"{message}{self._without_secrets(said)}.", hint=hint)

    def _without_secrets(self, said: str) -> str:
        line = " ".join("".join(c if c.isprintable() else " " for c in said).split())
        for secret in self._secrets:
            line = line.replace(secret, "…")
        return f" ({line[-MOST_SAID:].rstrip('.')})" if line else ""


def channels_of_urls(urls: str) -> list[ChatChannel]:
    """Return a channel for each address of a text with spaces or line breaks between them."""
    return [ChatChannel(url) for url in dict.fromkeys(urls.split())]


def short_of(message: Message) -> str:
    """Return what a small screen shows."""
    text = message.short or message.text
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1].rstrip()}…"


def inert(text: str) -> str:
    """Return text that is only text, whatever the chat it is shown in."""
    for mark, harmless in MARKUP.items():
        text = text.replace(mark, harmless)
    return text


def _kind_of(message: Message) -> str:
    if message.is_urgent:
        return "failure"
    return "success" if message.data.get("state") == "clear" else "info"
