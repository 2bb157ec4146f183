"""The way to one controller: found, signed in once, signed in again when need be; shared by all its sites."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from unifi_scanner import clock
from unifi_scanner.api import auth, endpoints
from unifi_scanner.api.answers import NO_PERMISSION, decoded, error_code, is_session_over, short, understand
from unifi_scanner.api.connection import Connection
from unifi_scanner.api.line import Line, received
from unifi_scanner.api.session import Session, is_sendable
from unifi_scanner.api.session_file import SessionStore
from unifi_scanner.api.sign_in import SignIn
from unifi_scanner.api.sign_in_policy import SignInPolicy
from unifi_scanner.errors import Throttled
from unifi_scanner.log import register_secret
from unifi_scanner.models.enums import DeviceType

__all__ = ["Transport", "short"]


class Transport:
    """One controller's session over HTTPS; every method may be called from any thread.

    With an API key, questions are asked with the key. An account given besides serves the stream, for which
    keys are not known to work (docs/protocol.md A.8), and signs in only for that.
    """

    def __init__(
        self,
        connection: Connection,
        session_file: Path | None = None,
        *,
        policy: SignInPolicy | None = None,
    ) -> None:
        self._connection = connection
        for secret in (connection.password, connection.api_key, connection.totp_secret):
            register_secret(secret or "")
        self._line = Line(connection)
        store = SessionStore(session_file) if session_file is not None else None
        self._sign_in = SignIn(self._line, connection, store=store, policy=policy or SignInPolicy())
        self._paused: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"Transport({self.base_url!r})"

    def close(self) -> None:
        """Let go of the connection; requests under way end with an error."""
        self._sign_in.close()
        self._line.close()

    @property
    def base_url(self) -> str:
        """Return the address that answered: https://HOST:PORT."""
        return self._line.base_url

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """Return whom this connection believes to be the controller."""
        return self._line.ssl_context

    @property
    def clock_ahead_s(self) -> float | None:
        """Return how many seconds the controller's clock is ahead of ours; None where it told no time."""
        return self._line.ahead_s

    @property
    def device_type(self) -> DeviceType:
        """Return the flavour that was found at sign-in."""
        return self._line.flavour

    @property
    def api_key(self) -> str | None:
        """Return the key that questions are asked with, where there is one."""
        return self._connection.api_key

    def open(self) -> None:
        """Find the controller and see to a session that answers; one that still does is no new sign-in.

        Raises ControllerUnreachable, CertificateNotTrusted, SignInRefused or SignInThrottled.
        """
        self._line.find()
        if self.api_key is None:
            self._sign_in.ensure()

    def sign_in_again(self, used: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return cookies that are newer than `used`, signing in if there are none yet; thread-safe.

        Whoever comes second with the same old cookies gets those of the first. A refused sign-in is not
        repeated, a throttled one not before its time. Without an account there are none.
        """
        if not self._connection.has_account:
            return {}
        return self._sign_in.renew(self._sign_in.session.cookies if used is None else used)

    def get_session_cookies(self) -> dict[str, str]:
        """Return the cookies of the session, for the stream; none before an account has signed in."""
        return dict(self._sign_in.session.cookies)

    def cookies_for_stream(self) -> dict[str, str]:
        """Return cookies to open a stream with, signing in where there are none or they are over 12 hours old.

        Raises ControllerError. Without an account there are none, and the stream is tried with the key.
        """
        return self._sign_in.cookies_for_stream() if self._connection.has_account else {}

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the decoded answer, having signed in again once where the session was no longer good.

        Raises ControllerUnreachable, EndpointGone, EndpointForbidden, Throttled, AnswerUnusable,
        SignInRefused or SignInThrottled.
        """
        self._check_pause(path)
        session = self._fresh_session()
        answer = self._send(method, path, body, session)
        if self._is_refused(answer, method):
            answer = self._ask_again(answer, method, path, body, session)
        elif method != "GET":
            self._sign_in.note_written(session)
        try:
            return understand(received(answer), path)
        except Throttled as exc:
            self._paused[short(path)] = clock.monotonic() + exc.retry_after
            raise

    def _check_pause(self, path: str) -> None:
        what = short(path)
        wait = self._paused.get(what, float("-inf")) - clock.monotonic()
        if wait > 0:
            raise Throttled(
                f"The controller wants no more questions about {what} for the next {wait:.0f} seconds.",
                hint="It is asked again after that.",
                retry_after=wait,
            )
        self._paused.pop(what, None)

    def _fresh_session(self) -> Session:
        session = self._sign_in.session
        over = session.is_over(clock.now_ms() / 1000)
        if self.api_key is None and over and self._sign_in.may_sign_in():
            self._sign_in.renew(session.cookies)
        return self._sign_in.session

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, session: Session
    ) -> httpx2.Response:
        if self.api_key is not None:
            if not is_sendable(self.api_key):
                raise auth.key_refused()
            return self._line.send(method, path, body, api_key=self.api_key)
        answer = self._line.send(method, path, body, session=session)
        self._sign_in.keep(answer, session)
        return answer

    def _is_refused(self, answer: httpx2.Response, method: str) -> bool:
        told = received(answer)
        # a 403 to a write may be an old CSRF token (A.4); one that names the role is no matter of sessions
        old_token = answer.status_code == 403 and method != "GET"
        return is_session_over(told) or (old_token and error_code(decoded(told.content)) != NO_PERMISSION)

    def _ask_again(
        self,
        answer: httpx2.Response,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        session: Session,
    ) -> httpx2.Response:
        """Return a better answer where a newer session gives one; a role that may not is not a reason to sign in."""
        if self.api_key is not None:
            self._check_key(path)
            return answer
        if self._sign_in.session.made == session.made and (
            path == self._sites or not self._sign_in.answers(session)
        ):
            self._sign_in.renew(session.cookies)
        elif self._sign_in.session == session and answer.status_code == 403:
            self._sign_in.renew_for_writing(session)
        newer = self._sign_in.session
        if newer.cookies == session.cookies and newer.csrf == session.csrf:
            return answer
        return self._send(method, path, body, newer)

    def _check_key(self, path: str) -> None:
        # 401 is a bad key, and also what a role that may not is told (A.4, A.8): the list of sites tells which
        if path == self._sites or is_session_over(received(self._send("GET", self._sites, None, Session()))):
            raise auth.key_refused()

    @property
    def _sites(self) -> str:
        return endpoints.sites(self.device_type)
