"""What a sign-in gave: cookies and the token that goes with every write (docs/protocol.md A.3, A.4, A.7). Pure.

Moments are wall-clock seconds since 1970.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

SESSION_NAMES = ("TOKEN", "unifises")  # docs/protocol.md A.1
SESSION_COOKIES = (*SESSION_NAMES, "csrf_token", "UBIC_2FA")
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e]+")  # what may stand in a header, and no semicolon
MOST_CHARS = 8192
LAST_MOMENT = 1e12
STREAM_AGE_S = (
    12 * 3600.0
)  # on 10.4.57 cookies stop working after 24 h, whatever they say (docs/protocol.md A.7)


class Session(msgspec.Struct, frozen=True):
    """Cookies, CSRF token, when it was made, and when its token says it ends.

    `is_second_try`: made because a write was refused to the one before. One that is refused to it, too, is so by the role.
    """

    cookies: Mapping[str, str] = {}
    csrf: str | None = None
    made: float = 0.0
    ends: float | None = None
    is_second_try: bool = False

    def __repr__(self) -> str:
        return f"Session({len(self.cookies)} cookies)"

    def is_over(self, now: float) -> bool:
        """Whether its token has run out by its own account."""
        return self.ends is not None and now >= self.ends

    def is_stale_for_stream(self, now: float) -> bool:
        """Whether it is too old to open a stream with."""
        return self.is_over(now) or now - self.made >= STREAM_AGE_S


def cookies_from(set_cookie: Iterable[str]) -> dict[str, str]:
    """Return name and value of each Set-Cookie header that can be sent back; attributes are ignored, known or not."""
    pairs = (header.split(";", 1)[0].partition("=") for header in set_cookie)
    return sendable({name.strip(): value.strip() for name, mark, value in pairs if mark})


def sendable(cookies: Mapping[Any, Any]) -> dict[str, str]:
    """Return the cookies that may stand in a header."""
    return {
        name: value
        for name, value in cookies.items()
        if isinstance(name, str) and NAME.fullmatch(name) and is_sendable(value)
    }


def is_sendable(value: object) -> bool:
    """Whether a value may stand in a header as it is."""
    return isinstance(value, str) and len(value) <= MOST_CHARS and VALUE.fullmatch(value) is not None


def csrf_from(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str | None:
    """Return the CSRF token an answer carries: the updated one, the plain one, or the one inside the session."""
    claimed = claims_of(cookies.get("TOKEN")).get("csrfToken")
    known = (
        headers.get("x-updated-csrf-token"),
        headers.get("x-csrf-token"),
        claimed,
        cookies.get("csrf_token"),
    )
    return next((str(value) for value in known if is_sendable(value)), None)


def claims_of(token: str | None) -> dict[str, Any]:
    """Return what a JWT says inside; nothing where it is none."""
    parts = (token or "").split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def end_of(token: str | None, now: float) -> float | None:
    """Return when a token received `now` ends by our own clock: its life is the span it tells, for clocks differ."""
    claims = claims_of(token)
    begins, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(begins, int | float) or not isinstance(ends, int | float):
        return None
    if not (0 <= begins < LAST_MOMENT and 0 <= ends < LAST_MOMENT):
        return None
    life = float(ends) - float(begins)
    return now + life if life > 0 else None


def began(headers: Mapping[str, str], set_cookie: Iterable[str], now: float) -> Session:
    """Return the session a sign-in gave."""
    cookies = {name: value for name, value in cookies_from(set_cookie).items() if name in SESSION_COOKIES}
    return Session(cookies, csrf_from(headers, cookies), now, end_of(cookies.get("TOKEN"), now))


def renewed(session: Session, headers: Mapping[str, str], set_cookie: Iterable[str], now: float) -> Session:
    """Return the session after an ordinary answer: the console re-issues cookies and tokens on those (A.4)."""
    fresh = {name: value for name, value in cookies_from(set_cookie).items() if name in SESSION_COOKIES}
    cookies = {**session.cookies, **fresh}
    csrf = csrf_from(headers, fresh) or session.csrf
    if csrf == session.csrf and cookies == dict(session.cookies):
        return session
    ends = end_of(fresh["TOKEN"], now) if "TOKEN" in fresh else session.ends
    return msgspec.structs.replace(session, cookies=cookies, csrf=csrf, ends=ends)
