"""A request and an answer as plain values, so that what the controller says can be tested without a socket. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from unifi_scanner.sim.encoding import json_bytes

JSON = "application/json"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the body; empty where there is none. msgspec.DecodeError where it is broken."""
        data = msgspec.json.decode(self.body) if self.body.strip() else {}
        return data if isinstance(data, dict) else {}

    def parameters(self) -> dict[str, Any]:
        """Return query and body as one: v1 takes either (docs/protocol.md C)."""
        return {**self.query, **self.json()}


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP answer; `cookies` are whole Set-Cookie values."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = {}
    cookies: Sequence[str] = ()

    def with_headers(self, headers: Mapping[str, str], cookies: Sequence[str] = ()) -> Reply:
        """Return the same answer with more headers and cookies."""
        return msgspec.structs.replace(
            self, headers={**self.headers, **headers}, cookies=(*self.cookies, *cookies)
        )


def json_reply(value: Any, status: int = 200) -> Reply:
    """Return `value` as JSON."""
    return Reply(status=status, body=json_bytes(value))


def text_reply(text: str, status: int) -> Reply:
    """Return plain text, as UniFi OS refuses (docs/protocol.md A.7)."""
    return Reply(status=status, body=text.encode(), content_type="text/plain")


def html_reply(text: str, status: int = 200) -> Reply:
    """Return a page, as the console's portal and its proxy do (docs/protocol.md A.2)."""
    page = f'<!doctype html><html lang="en"><head><title>UniFi</title></head><body>{text}</body></html>'
    return Reply(status=status, body=page.encode(), content_type="text/html")


def v1_ok(data: Sequence[Any], count: int | None = None) -> Reply:
    """Return v1's envelope; `count` only where `_limit` cut the list short (docs/protocol.md C)."""
    meta: dict[str, Any] = {"rc": "ok"}
    if count is not None:
        meta["count"] = count
    return json_reply({"meta": meta, "data": list(data)})


def v1_error(name: str, status: int = 400) -> Reply:
    """Return v1's error envelope (docs/protocol.md A.7)."""
    return json_reply({"meta": {"rc": "error", "msg": f"api.err.{name}"}, "data": []}, status)


def v2_error(status: int, message: str) -> Reply:
    """Return v2's error body (docs/protocol.md A.7)."""
    return json_reply({"errorCode": status, "message": message}, status)


def status_reply(status: int, body: str | None = None) -> Reply:
    """Return the answer of a scripted failure: the body given, else a proxy's page (docs/protocol.md A.7)."""
    if body is None:
        return html_reply(f"<h1>{status}</h1>", status)
    kind = JSON if body.lstrip().startswith(("{", "[")) else "text/html"
    return Reply(status=status, body=body.encode(), content_type=kind)
