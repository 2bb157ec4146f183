"""The switches of a simulated controller for who is let in, for how long, and what they may do."""

from __future__ import annotations

from datetime import timedelta
from threading import RLock

from unifi_scanner.sim.console import Console
from unifi_scanner.sim.second_factor import SecondFactor
from unifi_scanner.sim.sessions import Sessions


class SignInSwitches:
    """What a test may change about sessions and roles, from any thread."""

    _lock: RLock
    _console: Console
    _sessions: Sessions

    def expire_sessions(self) -> None:
        """Forget every session: the next request with an old cookie is a 401. Open sockets stay open."""
        with self._lock:
            self._sessions.expire_all()

    def rotate_csrf(self) -> None:
        """Tell every session a new CSRF token with its next answer; from then on the old one is refused."""
        with self._lock:
            self._sessions.rotate_csrf()

    def reissue_tokens(self, on: bool) -> None:
        """Hand out a new session cookie with every answer, as consoles do (docs/protocol.md A.4), or no longer."""
        with self._lock:
            self._sessions.reissues = on

    def age_sessions(self, span: timedelta) -> None:
        """Let every session be that much older; from Network 10.4.57 on none is good for over a day (A.7)."""
        with self._lock:
            self._sessions.age(round(span.total_seconds() * 1000))

    def limit_logins(self, on: bool, retry_after: int | None = None, *, as_date: bool = False) -> None:
        """Refuse every sign-in with 429, or no longer; the pause is told in seconds or as a date."""
        with self._lock:
            self._sessions.limit(on=on, retry_after=retry_after, as_date=as_date)

    def ask_code(
        self,
        code: str | None = None,
        *,
        sso: bool = False,
        secret: str | None = None,
        period: int = 30,
        skew_s: float = 0.0,
    ) -> None:
        """Ask every sign-in for this code, or for one made of a secret; neither asks no more (docs/protocol.md A.5)."""
        factor = SecondFactor(code, sso=sso, secret=secret, period=period, skew_s=skew_s)
        with self._lock:
            self._sessions.second_factor = None if code is secret is None else factor

    def refused_codes(self) -> int:
        """Return how many codes of the second factor were wrong, late or used before."""
        factor = self._sessions.second_factor
        return 0 if factor is None else factor.refused

    def forbid(self, *endpoint_substrings: str) -> None:
        """Let the role be too low for paths that contain one of these; none lifts it."""
        with self._lock:
            self._console.forbidden = set(endpoint_substrings)

    def be_read_only(self, on: bool) -> None:
        """Answer every POST inside the application with 401, as some accounts that only read are (A.4)."""
        with self._lock:
            self._console.read_only = on

    def stream_by_key(self, on: bool) -> None:
        """Let the WebSocket work with an API key, which nobody has proven (docs/protocol.md A.8)."""
        with self._lock:
            self._console.streams_by_key = on

    def sign_ins(self) -> int:
        """Return how many sign-ins succeeded."""
        return self._sessions.sign_ins
