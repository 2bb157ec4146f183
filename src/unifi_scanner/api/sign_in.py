"""Who we are at one controller: the session that REST and the stream share, made as rarely as can be."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import httpx2
import msgspec
import structlog

from unifi_scanner import clock
from unifi_scanner.api import auth, endpoints
from unifi_scanner.api.answers import is_not_ready, is_session_over, understand
from unifi_scanner.api.auth import Answer, CodeWanted
from unifi_scanner.api.connection import Connection
from unifi_scanner.api.line import NOBODY, Line, received
from unifi_scanner.api.session import SESSION_NAMES, Session, began, renewed
from unifi_scanner.api.session_file import Owner, SessionStore
from unifi_scanner.api.sign_in_policy import Gate, SignInPolicy
from unifi_scanner.api.totp import TotpSecret, read_totp_secret
from unifi_scanner.errors import (
    ConfigError,
    ControllerError,
    ControllerUnreachable,
    SignInRefused,
    SignInThrottled,
)
from unifi_scanner.log import register_secret

SAVED_EVERY_S = 600.0  # a console may re-issue its cookie with every answer; the disk need not hear of each
TRIES_WITH_A_CODE = 2
log = structlog.get_logger(__name__)
Outcome = ControllerError | CodeWanted | None


class SignIn:
    """One account at one controller; every method may be called from any thread."""

    def __init__(
        self, line: Line, connection: Connection, *, store: SessionStore | None, policy: SignInPolicy
    ) -> None:
        self._line = line
        self._connection = connection
        self._store = store
        self._totp = _secret(connection)
        self._one_at_a_time = threading.RLock()  # a sign-in
        self._swap = threading.Lock()  # a change of the session
        self._session = NOBODY
        self._saved_at = float("-inf")
        self._is_unsaved = False
        self._gate = Gate(policy=policy)
        self._refused: SignInRefused | None = None
        self._used_step: int | None = None
        self._made_here: float | None = None  # when the last sign-in was
        self._writes_as: float | None = None  # when the session was made that is known to write
        self._closed = threading.Event()

    @property
    def session(self) -> Session:
        """Return the session as it is now; nobody's before the first sign-in."""
        return self._session

    def close(self) -> None:
        """Keep what the controller re-issued since, and wait for no code any more."""
        self._closed.set()
        if self._is_unsaved:
            self._save()

    def ensure(self) -> None:
        """See to a session that answers: the present one, the one kept, or else a new one."""
        with self._one_at_a_time:
            present = self._session
            if self._is_usable(present) and self.answers(present):
                return
            self.renew(present.cookies)

    def renew(self, used: Mapping[str, str]) -> dict[str, str]:
        """Return cookies that are newer than `used`, signing in if there are none yet.

        Whoever comes second with the same old cookies gets those of the first. Raises SignInRefused,
        SignInThrottled or ControllerUnreachable.
        """
        with self._one_at_a_time:
            if not is_older(used, self._session.cookies) and not self._took_kept(used):
                self._sign_in()
            return dict(self._session.cookies)

    def note_written(self, session: Session) -> None:
        """Remember that a write was not refused to this session."""
        self._writes_as = session.made

    def renew_for_writing(self, refused: Session) -> None:
        """Sign in anew, once, where a write was refused to a session that another run made, or that wrote before.

        Its token may have been replaced in an answer that never arrived (docs/protocol.md A.4). Raises what `renew` raises.
        """
        with self._one_at_a_time:
            if self._session != refused or refused.is_second_try or not self.may_sign_in():
                return
            if self._made_here != refused.made or self._writes_as == refused.made:
                self._sign_in(is_second_try=True)

    def cookies_for_stream(self) -> dict[str, str]:
        """Return cookies to open a stream with; signs in anew where there are none, or they are over 12 hours old."""
        with self._one_at_a_time:
            session = self._session
            if not session.cookies:
                self.ensure()
            elif session.is_stale_for_stream(_now()) and self.may_sign_in():
                self._sign_in()
            return dict(self._session.cookies)

    def may_sign_in(self) -> bool:
        """Whether a sign-in now would neither be put off nor be the repetition of a refused one."""
        return self._refused is None and self._gate.wait(clock.monotonic()) == 0

    def answers(self, session: Session) -> bool:
        """Return whether the session is still good, by one cheap question; raises ControllerUnreachable."""
        path = endpoints.sites(self._line.flavour)
        answer = self._line.send("GET", path, session=session)
        told = received(answer)
        if is_session_over(told):
            return False
        if is_not_ready(told):
            understand(told, path)
        self.keep(answer, session)
        return True

    def keep(self, answer: httpx2.Response, asked_as: Session) -> None:
        """Follow the cookies and tokens that a controller re-issues on ordinary answers (A.4)."""
        told_us = answer.status_code != 403 or "x-updated-csrf-token" in answer.headers
        if answer.status_code == 401 or not told_us:
            return  # consoles hand a stranger's token to those they refuse
        with self._swap:
            present = self._session
            if present.made != asked_as.made or not present.cookies:
                return  # an answer to a session that is no longer ours
            set_cookie = answer.headers.get_list("set-cookie")
            fresh = renewed(present, answer.headers, set_cookie, _now())
            if fresh is present:
                return
            self._adopt(fresh)
            self._is_unsaved = True
        if clock.monotonic() - self._saved_at >= SAVED_EVERY_S:
            self._save()

    def _adopt(self, session: Session) -> None:
        for value in (*session.cookies.values(), session.csrf or ""):
            register_secret(value, passing=True)
        self._session = session

    def _is_usable(self, session: Session) -> bool:
        return bool(session.cookies) and not session.is_over(_now())

    def _took_kept(self, used: Mapping[str, str]) -> bool:
        kept = self._store.load(self._owner()) if self._store is not None else None
        if kept is None or not self._is_usable(kept):
            return False
        if not is_older(used, kept.cookies) or not is_older(self._session.cookies, kept.cookies):
            return False
        before = self._session
        with self._swap:
            self._adopt(kept)
        if self.answers(kept):
            log.info("session_resumed", controller=self._line.base_url)
            return True
        with self._swap:
            self._session = before
        return False

    def _sign_in(self, *, is_second_try: bool = False) -> None:
        if self._refused is not None:
            raise self._refused
        if wait := self._gate.wait(clock.monotonic()):
            raise auth.throttled(wait) if self._gate.throttles else auth.put_off(wait)
        body = auth.sign_in_body(self._connection.username or "", self._connection.password or "")
        answer, outcome = self._post(body)
        if isinstance(outcome, CodeWanted):
            answer, outcome = self._post_with_code(body, answer, outcome)
        if outcome is not None:
            self._take_refusal(outcome, answer)
        session = began(answer.headers, answer.headers.get_list("set-cookie"), _now())
        self._gate = self._gate.signed_in(clock.monotonic())
        if not any(name in session.cookies for name in SESSION_NAMES):
            raise auth.no_session()
        session = msgspec.structs.replace(session, is_second_try=is_second_try)
        self._made_here = session.made
        with self._swap:
            self._adopt(session)
        self._save()
        log.info("signed_in", controller=self._line.base_url)

    def _post(
        self, body: Mapping[str, Any], cookies: Mapping[str, str] | None = None
    ) -> tuple[httpx2.Response, Outcome]:
        path = endpoints.sign_in(self._line.flavour)
        answer = self._line.send("POST", path, body, session=Session(cookies or {}))
        outcome = auth.read_sign_in(Answer(answer.status_code, answer.text, received(answer).retry_after))
        return answer, outcome

    def _post_with_code(
        self, body: Mapping[str, Any], answer: httpx2.Response, wanted: CodeWanted
    ) -> tuple[httpx2.Response, Outcome]:
        """Answer the question for a code: once, and once more with the next code, for one may have been used or late."""
        if self._totp is None:
            return answer, auth.code_missing()
        for _ in range(TRIES_WITH_A_CODE):
            code = self._next_code(self._totp)
            answer, outcome = self._post({**body, wanted.field: code}, wanted.cookies)
            match outcome:
                case CodeWanted(cookies=cookies):
                    wanted = outcome if cookies else wanted
                case SignInRefused():
                    continue
                case _:
                    return answer, outcome
        return answer, auth.code_refused()

    def _next_code(self, secret: TotpSecret) -> str:
        step = secret.step_at(_now())
        while step == self._used_step:
            if self._closed.wait(secret.seconds_left(_now())):
                raise ControllerUnreachable("The connection was closed.")
            step = secret.step_at(_now())
        self._used_step = step
        return secret.code_of(step)

    def _take_refusal(self, outcome: ControllerError | CodeWanted, answer: httpx2.Response) -> None:
        match outcome:
            case SignInThrottled():
                now = clock.monotonic()
                self._gate = self._gate.throttled(now, received(answer).retry_after)
                raise auth.throttled(self._gate.wait(now))
            case SignInRefused():
                self._refused = outcome
                if self._store is not None:
                    self._store.remove()
                raise outcome
            case CodeWanted():
                raise auth.code_refused()
            case _:
                raise outcome

    def _save(self) -> None:
        if self._store is not None:
            self._saved_at, self._is_unsaved = clock.monotonic(), False
            self._store.save(self._owner(), self._session)

    def _owner(self) -> Owner:
        connection = self._connection
        trust = connection.tls_fingerprint or str(connection.tls_ca_file or "")
        return Owner(self._line.base_url, connection.username or "", trust, self._line.flavour)


def _now() -> float:
    return clock.now_ms() / 1000


def _secret(connection: Connection) -> TotpSecret | None:
    if connection.totp_secret is None:
        return None
    try:
        return read_totp_secret(connection.totp_secret)
    except ValueError as exc:
        raise ConfigError(f"UNIFI_TOTP_SECRET: {exc}.") from None


def is_older(used: Mapping[str, str], present: Mapping[str, str]) -> bool:
    """Return whether `present` is another session than `used`."""
    return any(present.get(name) not in (None, used.get(name)) for name in SESSION_NAMES)
