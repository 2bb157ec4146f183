"""Signing in: what an answer to it means, and what to send next (docs/protocol.md A.2 - A.6). Pure."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from unifi_scanner.api.session import cookies_from
from unifi_scanner.errors import ControllerError, ControllerUnreachable, SignInRefused, SignInThrottled
from unifi_scanner.models.enums import DeviceType

LOCAL_FIELD, SSO_FIELD = "ubic_2fa_token", "token"  # docs/protocol.md A.5
READ_ONLY = "Use a local account with the role View Only, without two-factor sign-in."
WRONG = "The controller did not accept the user name or password."
WRONG_HINT = (
    "Check UNIFI_USERNAME and UNIFI_PASSWORD. It is not tried again, so that the account is not locked out."
)
WAIT_HINT = "It is tried again after that; until then please do not sign in elsewhere with this account."


class Answer(msgspec.Struct, frozen=True):
    """As much of an HTTP answer as signing in needs; `retry_after` in seconds."""

    status: int
    body: str
    retry_after: float | None = None


class CodeWanted(msgspec.Struct, frozen=True):
    """The account has a second factor: repeat with the code in `field`, and with this cookie."""

    field: str
    cookies: dict[str, str] = {}


def sign_in_body(username: str, password: str) -> dict[str, Any]:
    """Return what is posted to sign in."""
    return {"username": username, "password": password, "rememberMe": True}


def read_sign_in(answer: Answer) -> ControllerError | CodeWanted | None:
    """Return the error that an answer to a sign-in means, the code it wants, or None where it let us in."""
    content = _object(answer.body)
    code = _code_in(content)
    if answer.status == 429 or "LIMIT_REACHED" in code:
        return throttled(answer.retry_after)
    if answer.status == 499 or "MFA" in code.upper():
        return CodeWanted(SSO_FIELD, _mfa_cookie(content))
    if "2fatokenrequired" in code.lower():
        return CodeWanted(LOCAL_FIELD)
    return _refusal(answer.status, code, understood=content is not None)


def _refusal(status: int, code: str, *, understood: bool) -> ControllerError | None:
    if status >= 500 or code == "api.err.ServerError" or (status == 200 and not understood):
        return ControllerUnreachable(
            "The console answers, but UniFi Network is still starting.", hint="Try again in a few minutes."
        )
    if (
        status in (401, 403)
        or code in ("api.err.Invalid", "api.err.LoginRequired")
        or "INVALID_CREDENTIALS" in code
    ):
        return SignInRefused(WRONG, hint=WRONG_HINT)
    if status == 404 or 300 <= status < 400:
        return ControllerUnreachable(
            "What answers there is not a UniFi controller.", hint="Check UNIFI_HOST and UNIFI_PORT."
        )
    if status >= 400 or code.startswith("api.err."):
        return SignInRefused(f"The controller refused the sign-in (HTTP {status}).", hint=READ_ONLY)
    return None


def code_missing() -> SignInRefused:
    """Return the error for an account with a second factor whose secret we were not given."""
    return SignInRefused(
        "The account has two-factor sign-in, and no secret for it was given.",
        hint="Set UNIFI_TOTP_SECRET to the text that was shown beside the QR code, or use a local account with the "
        "role View Only, without two-factor sign-in.",
    )


def code_refused() -> SignInRefused:
    """Return the error for codes that the controller did not accept."""
    return SignInRefused(
        "The controller accepted the password, but not the two-factor code.",
        hint="The clock of this machine or of the controller may be wrong: compare them. If both are right, "
        "UNIFI_TOTP_SECRET belongs to another account. It is not tried again, so that the account is not locked out.",
    )


def no_session() -> ControllerUnreachable:
    """Return the error for a sign-in that was accepted and gave nothing to go on with."""
    return ControllerUnreachable(
        "The controller accepted the sign-in, but gave no session.",
        hint="If a reverse proxy stands in between, let it pass cookies, or set UNIFI_HOST to the console itself.",
    )


def key_refused() -> SignInRefused:
    """Return the error for an API key the controller does not know."""
    return SignInRefused(
        "The controller did not accept the API key.",
        hint="Check UNIFI_API_KEY, or make a new key under Settings > Control Plane > Integrations. Keys need UniFi OS "
        "and Network 9 or later; without them use UNIFI_USERNAME and UNIFI_PASSWORD.",
    )


def throttled(retry_after: float | None) -> SignInThrottled:
    """Return the error for a controller that wants a pause in sign-ins."""
    pause = 60.0 if retry_after is None else retry_after
    return SignInThrottled(
        f"The controller allows no sign-in for the next {pause:.0f} seconds.",
        hint=WAIT_HINT,
        retry_after=pause,
    )


def put_off(seconds: float) -> SignInThrottled:
    """Return the error for a sign-in that we do not make yet, because sessions keep being refused."""
    return SignInThrottled(
        f"The controller keeps ending our session; the next sign-in is made in {seconds:.0f} seconds.",
        hint="Signing in more often could lock the account. If this lasts, look for something else that signs in with it.",
        retry_after=seconds,
    )


def _mfa_cookie(content: dict[str, Any] | None) -> dict[str, str]:
    data = (content or {}).get("data")
    cookie = data.get("mfaCookie") if isinstance(data, dict) else None
    return cookies_from([cookie]) if isinstance(cookie, str) else {}


def _object(body: str) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _code_in(content: dict[str, Any] | None) -> str:
    if content is None:
        return ""
    meta = content.get("meta")
    if isinstance(meta, dict) and meta.get("rc") == "error":
        return str(meta.get("msg") or "api.err.Unknown")
    return str(content.get("code") or "")


def flavour_of(status: int, location: str, body: str) -> DeviceType | None:
    """Return which flavour answered `GET /` so, or None where it cannot be told (A.2)."""
    if status in (301, 302, 303, 307, 308) and location.rsplit("://", maxsplit=1)[-1].partition("/")[
        2
    ].startswith("manage"):
        return DeviceType.SELF_HOSTED
    if status == 200 and "<" in body[:1000]:
        return DeviceType.UDM_PRO
    return None
