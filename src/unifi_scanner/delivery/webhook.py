"""A webhook: every message as JSON, signed, so that the receiver knows whom it is from and that it is fresh."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from unifi_scanner import clock
from unifi_scanner.delivery.base import Message, Receipt
from unifi_scanner.errors import DeliveryError

SCHEMA_VERSION = "1.0"
TIMEOUT_S = 15.0
SECRET_PREFIX = "whsec_"  # noqa: S105 - how such secrets are marked, not one of them
REDIRECTS = range(300, 400)


class WebhookChannel:
    """Posts each message to one address; `message_id` is the same whenever the same message is sent again."""

    name = "webhook"

    def __init__(self, url: str, secret: str | None = None, *, timeout: float = TIMEOUT_S) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DeliveryError(
                self.name, "the address is not a web address.", hint="UNIFI_WEBHOOK_URL begins with https://."
            )
        self.where = parts.hostname  # never the whole address: there may be a secret in it
        self._url = url
        self._secret = secret
        self._timeout = timeout

    def send(self, message: Message) -> Receipt:
        """Return the receipt once the receiver answered with 200 to 299."""
        body = json.dumps(payload_of(message), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        status = self._post(body, headers_of(message.message_id, body, self._secret, _now_s()))
        if not 200 <= status < 300:
            raise DeliveryError(self.name, f"{self.where} answered with {status}.", hint=_hint(status))
        return Receipt(channel=self.name, at=clock.now(), detail=f"Posted to {self.where}")

    def _post(self, body: bytes, headers: Mapping[str, str]) -> int:
        import httpx2  # only where it is used

        try:
            # a redirect is not followed: what we signed is for the address we were given
            return httpx2.post(
                self._url, content=body, headers=dict(headers), timeout=self._timeout, follow_redirects=False
            ).status_code
        except httpx2.TimeoutException as exc:
            raise DeliveryError(self.name, f"{self.where} did not answer in time.") from exc
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as exc:
            raise DeliveryError(
                self.name,
                f"{self.where} could not be reached ({type(exc).__name__}).",
                hint="Check UNIFI_WEBHOOK_URL, and that its certificate is trusted.",
            ) from exc


def payload_of(message: Message) -> dict[str, Any]:
    """Return what is posted, as docs/webhook.schema.json has it."""
    report = next((file for file in message.attachments if file.media_type == "application/json"), None)
    return {
        "schema_version": SCHEMA_VERSION,
        "type": message.kind,
        "id": message.message_id,
        "in_reply_to": message.in_reply_to or None,
        "subject": message.subject,
        "text": message.text,
        "alert": dict(message.data) if message.kind in ("alert", "digest") else None,
        "report": None if report is None else json.loads(report.data),
    }


def headers_of(message_id: str, body: bytes, secret: str | None, now_s: int) -> dict[str, str]:
    """Return the headers of the Standard Webhooks specification: id, time, and the signature where there is a secret."""
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "unifi-scanner",
        "webhook-id": _token(message_id),
        "webhook-timestamp": str(now_s),
    }
    if secret:
        headers["webhook-signature"] = sign(headers["webhook-id"], now_s, body, secret)
    return headers


def sign(message_id: str, now_s: int, body: bytes, secret: str) -> str:
    """Return `v1,` and the HMAC-SHA256, in base64, of id, time and body, with dots between them."""
    signed = b".".join((message_id.encode(), str(now_s).encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()}"


def _key(secret: str) -> bytes:
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except NotBase64:
            pass  # a secret that only looks like one
    return secret.encode()


def _token(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "-" for c in text)


def _now_s() -> int:
    return clock.now_ms() // 1000


def _hint(status: int) -> str:
    if status in REDIRECTS:
        return "It wants us elsewhere; give the final address as UNIFI_WEBHOOK_URL."
    if status in (401, 403):
        return "It does not accept us: check the address and UNIFI_WEBHOOK_SECRET."
    if status in (404, 410):
        return "There is nothing at this address any more; check UNIFI_WEBHOOK_URL."
    return "Its own log may say more."
