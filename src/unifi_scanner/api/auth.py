"""Signing in: what an answer means and what to send next (docs/protocol.md A.3 - A.8). Pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from unifi_scanner.errors import ControllerError, ControllerUnreachable, SignInRefused, SignInThrottled
from unifi_scanner.models.enums import DeviceType

SESSION_NAMES = ("TOKEN", "unifises")  # docs/protocol.md A.1
SESSION_COOKIES = (*SESSION_NAMES, "csrf_token", "UBIC_2FA")
DEFAULT_PAUSE_S, LONGEST_PAUSE_S = 60.0, 300.0
READ_ONLY = "Use a local account with the role View Only, without two-factor sign-in."
WRONG = "The controller did not accept the user name or password."
WRONG_HINT = (
    "Check UNIFI_USERNAME and UNIFI_PASSWORD. It is not tried again, so that the account is not locked out."
)


class Session(msgspec.Struct, frozen=True):
    """What a sign-in gave: cookies, and the token that goes with every write."""

    cookies: Mapping[str, str] = {}
    csrf: str | None = None

    def __repr__(self) -> str:
        return f"Session({len(self.cookies)} cookies)"


def cookies_from(set_cookie: Iterable[str]) -> dict[str, str]:
    """Return name and value of each Set-Cookie header; attributes, also ones Python does not know, are ignored."""
    pairs = (header.split(";", 1)[0].partition("=") for header in set_cookie)
    return {name.strip(): value.strip() for name, mark, value in pairs if mark and value.strip()}


def csrf_from(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str | None:
    """Return the CSRF token an answer carries: the updated one, the plain one, or the one inside the session."""
    named = headers.get("x-updated-csrf-token") or headers.get("x-csrf-token")
    return named or _csrf_in_token(cookies.get("TOKEN")) or cookies.get("csrf_token")


def _csrf_in_token(token: str | None) -> str | None:
    parts = (token or "").split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return None
    value = claims.get("csrfToken") if isinstance(claims, dict) else None
    return value if isinstance(value, str) else None


def renewed(session: Session, headers: Mapping[str, str], set_cookie: Iterable[str]) -> Session:
    """Return the session after an answer: the console re-issues cookies and tokens on ordinary ones (A.4)."""
    fresh = {name: value for name, value in cookies_from(set_cookie).items() if name in SESSION_COOKIES}
    cookies = {**session.cookies, **fresh}
    named = headers.get("x-updated-csrf-token") or headers.get("x-csrf-token")
    csrf = named or (_csrf_in_token(fresh.get("TOKEN")) or fresh.get("csrf_token")) or session.csrf
    if csrf == session.csrf and cookies == dict(session.cookies):
        return session
    return Session(cookies, csrf)


def sign_in_body(username: str, password: str) -> dict[str, Any]:
    """Return what is posted to sign in."""
    return {"username": username, "password": password, "rememberMe": True}


def refusal(status: int, body: str, retry_after: str | None) -> ControllerError | None:
    """Return the error that an answer to a sign-in means, or None for success."""
    code = _code_in(body)
    if status == 429 or "LIMIT_REACHED" in code:
        return throttled(retry_after)
    if status == 499 or "2fa" in code.lower() or "MFA" in code:
        return SignInRefused(
            "The account asks for a second factor, which is not supported yet.", hint=READ_ONLY
        )
    if status >= 500 or (status == 200 and body.lstrip()[:1] == "<"):
        return ControllerUnreachable(
            "The console answers, but UniFi Network is still starting.", hint="Try again in a few minutes."
        )
    if (
        status in (401, 403)
        or code in ("api.err.Invalid", "api.err.LoginRequired")
        or "INVALID_CREDENTIALS" in code
    ):
        return SignInRefused(WRONG, hint=WRONG_HINT)
    if status == 404:
        return ControllerUnreachable(
            "What answers there is not a UniFi controller.", hint="Check UNIFI_HOST and UNIFI_PORT."
        )
    if status >= 400 or code.startswith("api.err."):
        return SignInRefused(f"The controller refused the sign-in (HTTP {status}).", hint=READ_ONLY)
    return None


def throttled(retry_after: str | None) -> SignInThrottled:
    """Return the error for a controller that wants a pause; longer pauses than 5 minutes are cut."""
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else DEFAULT_PAUSE_S
    pause = min(max(seconds, 1.0), LONGEST_PAUSE_S)
    return SignInThrottled(
        f"The controller allows no sign-in for the next {pause:.0f} seconds.",
        hint="It is tried again after that; until then please do not sign in elsewhere with this account.",
        retry_after=pause,
    )


def _code_in(body: str) -> str:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return ""
    meta = answer.get("meta")
    if isinstance(meta, dict) and meta.get("rc") == "error":
        return str(meta.get("msg") or "api.err.Unknown")
    return str(answer.get("code") or "")


def flavour_of(status: int, location: str, body: str) -> DeviceType | None:
    """Return which flavour answered `GET /` so, or None where it cannot be told (A.2)."""
    if status in (301, 302, 303, 307, 308) and location.rsplit("://", maxsplit=1)[-1].partition("/")[
        2
    ].startswith("manage"):
        return DeviceType.SELF_HOSTED
    if status == 200 and "<" in body[:1000]:
        return DeviceType.UDM_PRO
    return None
