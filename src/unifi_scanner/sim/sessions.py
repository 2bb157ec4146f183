"""Sign-in, session cookies, CSRF tokens and the limit on tries (docs/protocol.md A.3 to A.8)."""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

import msgspec

from unifi_scanner import clock
from unifi_scanner.sim.flavour import Flavour
from unifi_scanner.sim.http import Ask, Reply, json_reply, text_reply, v1_error, v1_ok
from unifi_scanner.sim.second_factor import SecondFactor

REMEMBERED_MS: Final = 30 * 86_400_000
TRIES: Final = 10


class Session:
    """One signed-in reader; on UniFi OS its CSRF token changes when the console likes."""

    def __init__(self, expires_ms: int) -> None:
        self.made_ms = clock.now_ms()
        self.expires_ms = expires_ms
        self.csrf = str(uuid.uuid4())
        self.next_csrf: str | None = None

    def rotate(self) -> str | None:
        """Return the token that replaces the old one from now on, where there is one."""
        if self.next_csrf is None:
            return None
        self.csrf, self.next_csrf = self.next_csrf, None
        return self.csrf


class Sessions:
    """Who is signed in, and who may sign in."""

    def __init__(self, flavour: Flavour, username: str, password: str, lifetime_ms: int) -> None:
        self.flavour = flavour
        self.username = username
        self.password = password
        self.lifetime_ms = lifetime_ms
        self.partitioned = False
        self.modern = True
        self.reissues = False
        self.oldest_ms: int | None = None
        self.second_factor: SecondFactor | None = None
        self.sign_ins = 0
        self._secret = secrets.token_bytes(32)
        self._sessions: dict[str, Session] = {}
        self._mfa_cookies: set[str] = set()
        self._failures = 0
        self._limited = False
        self._retry_after: int | None = None
        self._as_date = False

    def limit(self, *, on: bool, retry_after: int | None = None, as_date: bool = False) -> None:
        """Refuse every sign-in with 429 from now on, or no longer; the pause is told in seconds or as a date."""
        self._limited, self._retry_after, self._as_date = on, retry_after, as_date
        self._failures = 0

    def age(self, span_ms: int) -> None:
        """Let every session be that much older than it is."""
        for session in self._sessions.values():
            session.made_ms -= span_ms

    def expire_all(self) -> None:
        """Forget every session: the next request with an old cookie is a 401."""
        self._sessions.clear()

    def rotate_csrf(self) -> None:
        """Give every session a new CSRF token, told with its next answer and needed from then on."""
        for session in self._sessions.values():
            session.next_csrf = str(uuid.uuid4())

    def find(self, ask: Ask) -> Session | None:
        """Return the session of the request's cookie while it is valid."""
        token = ask.cookies.get(self.flavour.cookie, "")
        session = self._sessions.get(token)
        if session is not None and self._is_over(session):
            del self._sessions[token]
            return None
        return session

    def _is_over(self, session: Session) -> bool:
        """Say whether its time is up: its own, or this version's for any cookie (docs/protocol.md A.7)."""
        too_old = self.oldest_ms is not None and clock.now_ms() - session.made_ms >= self.oldest_ms
        return too_old or session.expires_ms <= clock.now_ms()

    def sign_in(self, ask: Ask) -> Reply:
        """Answer a sign-in as this flavour does (docs/protocol.md A.3, A.5, A.6)."""
        if self._limited or self._failures >= TRIES:
            return self._too_many()
        try:
            asked = ask.json()
        except msgspec.DecodeError:
            return v1_error("Invalid") if self.flavour is Flavour.CLASSIC else text_reply("Bad Request", 400)
        if not self._known(asked):
            self._failures += 1
            return self._refused()
        if self.second_factor is not None:
            reply = self._ask_code(self.second_factor, ask, asked)
            if reply is not None:
                return reply
        self._failures = 0
        self.sign_ins += 1
        return self._welcome(remember=bool(asked.get("rememberMe") or asked.get("remember")))

    def sign_out(self, ask: Ask) -> Reply:
        """Forget the request's session."""
        self._sessions.pop(ask.cookies.get(self.flavour.cookie, ""), None)
        return v1_ok([]) if self.flavour is Flavour.CLASSIC else json_reply({"success": True})

    def refresh(self, session: Session, reply: Reply) -> Reply:
        """Return the answer with the new CSRF token and the cookie that holds it, when it is time (A.4)."""
        if self.flavour is Flavour.CLASSIC:
            return reply
        token = session.rotate()
        if token is None and self.reissues:
            session.expires_ms += 1000  # a life that grows with use makes each token another one
            return reply.with_headers({}, [self._cookie(self._register(session))])
        if token is None:
            return reply
        return reply.with_headers({"X-Updated-CSRF-Token": token}, [self._cookie(self._register(session))])

    def anonymous_headers(self) -> Reply:
        """Return what a console hands to those it does not know: a token good for nothing (A.2, A.7)."""
        session = Session(clock.now_ms() + self.lifetime_ms)
        return Reply(headers={"X-CSRF-Token": session.csrf}, cookies=[self._cookie(self._jwt(session))])

    def _known(self, asked: dict[str, Any]) -> bool:
        user = str(asked.get("username", "")).encode()
        password = str(asked.get("password", "")).encode()
        return hmac.compare_digest(user, self.username.encode()) and hmac.compare_digest(
            password, self.password.encode()
        )

    def _too_many(self) -> Reply:
        reply = json_reply(
            {
                "code": "AUTHENTICATION_FAILED_LIMIT_REACHED",
                "message": "You've reached the login attempt limit",
            },
            429,
        )
        return reply.with_headers(pause_header(self._retry_after, as_date=self._as_date))

    def _refused(self) -> Reply:
        if self.flavour is Flavour.CLASSIC:
            return v1_error("Invalid")
        if not self.modern:
            return json_reply({"errors": ["Invalid username or password"]}, 401)
        code = "AUTHENTICATION_FAILED_INVALID_CREDENTIALS"
        return json_reply({"code": code, "message": "Invalid username or password"}, 403)

    def _ask_code(self, factor: SecondFactor, ask: Ask, asked: dict[str, Any]) -> Reply | None:
        field = "token" if factor.sso else "ubic_2fa_token"
        carried = not factor.sso or ask.cookies.get("UBIC_2FA") in self._mfa_cookies
        if field in asked and carried and factor.accepts(asked[field]):
            return None
        if field in asked:
            self._failures += 1
        if not factor.sso:
            return v1_error("Ubic2faTokenRequired", 400 if self.modern else 200)
        value = secrets.token_hex(8)
        self._mfa_cookies.add(value)
        data = {"mfaCookie": f"UBIC_2FA={value}", "authenticators": [{"id": "totp", "type": "totp"}]}
        return json_reply({"data": data, "meta": {"msg": "", "rc": "ok"}}, 499)

    def _welcome(self, *, remember: bool) -> Reply:
        lifetime = REMEMBERED_MS if remember else self.lifetime_ms
        session = Session(clock.now_ms() + min(lifetime, self.lifetime_ms))
        cookie = self._cookie(self._register(session))
        if self.flavour is Flavour.CLASSIC:
            plain = f"csrf_token={secrets.token_hex(16)}; Path=/; Secure"
            return v1_ok([]).with_headers({}, [cookie, plain])
        return json_reply(user_object(self.username)).with_headers({"X-CSRF-Token": session.csrf}, [cookie])

    def _register(self, session: Session) -> str:
        token = secrets.token_hex(16) if self.flavour is Flavour.CLASSIC else self._jwt(session)
        self._sessions[token] = session
        return token

    def _cookie(self, token: str) -> str:
        partitioned = "; Partitioned" if self.partitioned else ""
        same_site = "" if self.flavour is Flavour.CLASSIC else f"; SameSite=Strict{partitioned}"
        return f"{self.flavour.cookie}={token}; Path=/; HttpOnly; Secure{same_site}"

    def _jwt(self, session: Session) -> str:
        """Return the cookie's JWT: csrfToken, iat and exp (docs/protocol.md A.3)."""
        payload = {
            "csrfToken": session.csrf,
            "iat": clock.now_ms() // 1000,
            "exp": session.expires_ms // 1000,
        }
        body = f"{_segment({'alg': 'HS256', 'typ': 'JWT'})}.{_segment(payload)}"
        signature = hmac.digest(self._secret, body.encode(), "sha256")
        return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def pause_header(seconds: int | None, *, as_date: bool = False) -> dict[str, str]:
    """Return the header that asks for a pause, in one of its two forms; none for no time."""
    if seconds is None:
        return {}
    until = datetime.fromtimestamp(clock.now_ms() / 1000, UTC) + timedelta(seconds=seconds)
    return {"Retry-After": format_datetime(until, usegmt=True) if as_date else str(seconds)}


def _segment(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def user_object(username: str) -> dict[str, Any]:
    """Return what UniFi OS answers a good sign-in with: the user, and no `meta` (docs/protocol.md A.3)."""
    return {
        "unique_id": "868d288b-0000-4000-8000-0425498fa928",
        "username": username,
        "first_name": "Scanner",
        "last_name": "",
        "full_name": "Scanner",
        "email": "",
        "status": "ACTIVE",
        "local_account_exist": True,
        "isOwner": False,
        "isSuperAdmin": False,
        "groups": [],
        "roles": [
            {"unique_id": "ddf31242-0000-4000-8000-b362d0b220ca", "name": "Viewer", "system_role": True}
        ],
        "permissions": {"network.management": ["readonly"]},
    }
