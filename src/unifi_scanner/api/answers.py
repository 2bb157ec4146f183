"""What an ordinary answer means: a value, or the one error that fits (docs/protocol.md A.4, A.7). Pure."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec

from unifi_scanner.errors import (
    AnswerUnusable,
    ControllerUnreachable,
    EndpointForbidden,
    EndpointGone,
    Throttled,
)
from unifi_scanner.models.wire_json import decode_wire

GONE = frozenset({400, 404, 405})
GZIP, GZIP_WINDOW, MOST_BYTES = b"\x1f\x8b", 31, 256 * 1024 * 1024
LOGIN_REQUIRED, NO_PERMISSION = "api.err.LoginRequired", "api.err.NoPermission"
ROLE_HINT = "Give it the role View Only for this site, or Site Admin read-only."


class Received(msgspec.Struct, frozen=True):
    """As much of an HTTP answer as its meaning needs; `retry_after` in seconds."""

    status: int
    content: bytes
    retry_after: float | None = None


def is_session_over(answer: Received) -> bool:
    """Whether the answer asks for a sign-in; a 401 may also be a role that may not (A.4)."""
    if answer.status == 401:
        return error_code(decoded(answer.content)) != NO_PERMISSION
    return answer.status in (200, 400, 403) and error_code(decoded(answer.content)) == LOGIN_REQUIRED


def is_not_ready(answer: Received) -> bool:
    """Whether UniFi is starting: a proxy's error, or a page where data should be."""
    return answer.status >= 500 or (answer.status == 200 and answer.content.lstrip()[:1] == b"<")


def understand(answer: Received, path: str) -> Any:
    """Return the decoded answer to `path`.

    Raises EndpointForbidden, Throttled, ControllerUnreachable, EndpointGone or AnswerUnusable.
    """
    what = short(path)
    value = decoded(answer.content)
    code = error_code(value)
    _check_refused(answer, what, code)
    if is_not_ready(answer):
        raise ControllerUnreachable(
            f"UniFi Network is not ready to answer {what} (HTTP {answer.status}).",
            hint="It may be starting or updating.",
        )
    if answer.status in GONE:
        raise EndpointGone(
            f"This controller does not answer {what} ({code or f'HTTP {answer.status}'}).",
            status=answer.status,
        )
    if value is None:
        raise AnswerUnusable(f"{what} answered with something that is not JSON.")
    if code:
        raise AnswerUnusable(f"{what} was answered with an error ({code}).")
    return value


def _check_refused(answer: Received, what: str, code: str | None) -> None:
    if answer.status == 429:
        pause = 60.0 if answer.retry_after is None else answer.retry_after
        raise Throttled(
            f"The controller wants no more questions about {what} for the next {pause:.0f} seconds.",
            hint="It is asked again after that.",
            retry_after=pause,
        )
    if answer.status in (401, 403) or code in (NO_PERMISSION, LOGIN_REQUIRED):
        raise EndpointForbidden(
            f"The account may not read {what} (HTTP {answer.status}).", hint=ROLE_HINT, status=answer.status
        )


def decoded(content: bytes) -> Any:
    """Return the JSON value in an answer, or None where there is none."""
    if content[:2] == GZIP:  # without the header that says so (docs/protocol.md A.7)
        unpacked = _unpacked(content)
        if unpacked is None:
            return None
        content = unpacked
    try:
        return decode_wire(content)
    except ValueError:
        return None


def _unpacked(content: bytes) -> bytes | None:
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    try:
        unpacked = unpacker.decompress(content, MOST_BYTES)
    except zlib.error:
        return None
    return unpacked if unpacker.eof else None


def error_code(value: Any) -> str | None:
    """Return the error an answer's body names, whatever its HTTP status."""
    if not isinstance(value, dict):
        return None
    meta = value.get("meta")
    if isinstance(meta, dict) and meta.get("rc") == "error":
        return str(meta.get("msg") or "api.err.Unknown")
    return str(value["errorCode"]) if "errorCode" in value else None


def short(path: str) -> str:
    """Return a path as people may read it: without query and prefix."""
    return path.partition("?")[0].removeprefix("/proxy/network")
