"""The way to one controller: found, signed in once, signed in again when need be; shared by all its sites."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog

from unifi_scanner import clock
from unifi_scanner.api import auth, endpoints, tls
from unifi_scanner.api.connection import Connection
from unifi_scanner.errors import (
    AnswerUnusable,
    ControllerError,
    ControllerUnreachable,
    EndpointGone,
    SignInRefused,
    SignInThrottled,
)
from unifi_scanner.log import quiet_libraries, register_secret
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.models.wire_json import decode_wire

GONE = frozenset({400, 404, 405})
log = structlog.get_logger(__name__)


class Transport:
    """One controller's session over HTTPS; every method may be called from any thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        quiet_libraries()
        for secret in (connection.password, connection.api_key):
            register_secret(secret or "")
        self.ssl_context: ssl.SSLContext = tls.ssl_context(
            verify=connection.verify_ssl,
            fingerprint=connection.tls_fingerprint,
            ca_file=connection.tls_ca_file,
        )
        timeout = httpx2.Timeout(connection.read_timeout, connect=connection.connect_timeout)
        self._http = httpx2.Client(
            verify=self.ssl_context, timeout=timeout, follow_redirects=False, trust_env=False
        )
        self._session = auth.Session()
        self._guard = threading.RLock()
        self._refused: SignInRefused | None = None
        self._not_before = float("-inf")
        self._flavour: DeviceType | None = None
        self._denied: set[str] = set()
        self.base_url = connection.base_urls()[0]

    def __repr__(self) -> str:
        return f"Transport({self.base_url!r})"

    def close(self) -> None:
        """Let go of the connection; requests under way end with an error."""
        self._http.close()

    @property
    def device_type(self) -> DeviceType:
        """Return the flavour that was found at sign-in."""
        return self._flavour or DeviceType.UDM_PRO

    def open(self) -> None:
        """Find the controller and sign in.

        Raises ControllerUnreachable, CertificateNotTrusted, SignInRefused or SignInThrottled.
        """
        self._find()
        if self._connection.api_key is None:
            self.sign_in_again()

    def _find(self) -> None:
        problem: ControllerError | None = None
        for url in self._connection.base_urls():
            self.base_url = url
            try:
                answer = self._send("GET", "/")
            except ControllerUnreachable as exc:
                problem = problem or exc
                continue
            self._flavour = auth.flavour_of(
                answer.status_code, answer.headers.get("location", ""), answer.text
            )
            if self._flavour is None:
                self._flavour = self._flavour_by_status(answer.status_code)
            return
        raise problem or ControllerUnreachable("The controller could not be found.", hint="Check UNIFI_HOST.")

    def _flavour_by_status(self, status: int) -> DeviceType:
        for flavour in (DeviceType.UDM_PRO, DeviceType.SELF_HOSTED):
            answer = self._send("GET", endpoints.status(flavour))
            if (answer.status_code == 200 and "server_version" in answer.text) or '"up"' in answer.text:
                return flavour
        if status >= 500:
            raise ControllerUnreachable(
                "The console answers, but UniFi is still starting.", hint="Try again in a few minutes."
            )
        return DeviceType.UDM_PRO

    def sign_in_again(self, used: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return cookies that are newer than `used`, signing in if there are none yet; thread-safe.

        Whoever comes second with the same old cookies gets those of the first. A refused sign-in is not
        repeated, a throttled one not before its time.
        """
        with self._guard:
            if self._connection.api_key is not None:
                return {}
            if used is None or not _is_older(used, self._session.cookies):
                self._check_allowed()
                self._post_sign_in()
            return dict(self._session.cookies)

    def _check_allowed(self) -> None:
        if self._refused is not None:
            raise self._refused
        wait = self._not_before - clock.monotonic()
        if wait > 0:
            raise auth.throttled(str(int(wait) + 1))

    def _post_sign_in(self) -> None:
        body = auth.sign_in_body(self._connection.username or "", self._connection.password or "")
        self._session = auth.Session()
        answer = self._send("POST", endpoints.sign_in(self.device_type), body)
        problem = auth.refusal(answer.status_code, answer.text, answer.headers.get("retry-after"))
        if isinstance(problem, SignInThrottled):
            self._not_before = clock.monotonic() + problem.retry_after
        if isinstance(problem, SignInRefused):
            self._refused = problem
        if problem is not None:
            raise problem
        log.info("signed_in", controller=self.base_url)

    def get_session_cookies(self) -> dict[str, str]:
        """Return the cookies of the session, for the stream."""
        return dict(self._session.cookies)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the decoded answer, having signed in again once where the session was no longer good.

        Raises ControllerUnreachable, EndpointGone, AnswerUnusable, SignInRefused or SignInThrottled.
        """
        used = self._session.cookies
        answer = self._send(method, path, body)
        if _wants_sign_in(answer) and self._connection.api_key is None and short(path) not in self._denied:
            self.sign_in_again(used)
            answer = self._send(method, path, body)
            if _wants_sign_in(answer):
                # not an old session but a role that may not: asking again must not mean signing in again (A.4)
                self._denied.add(short(path))
        return self._understand(answer, path)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
        session = self._session
        headers = {"Accept": "application/json"}
        if self._connection.api_key is not None:
            headers["X-API-KEY"] = self._connection.api_key
        elif session.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
        if session.csrf and method != "GET":
            headers["X-CSRF-Token"] = session.csrf
        try:
            request = self._http.build_request(method, self.base_url + path, headers=headers, json=body)
            answer = self._http.send(request)
        except httpx2.HTTPError as exc:
            raise self._unreachable(exc) from exc
        except RuntimeError as exc:
            raise ControllerUnreachable("The connection was closed.") from exc
        self._http.cookies.clear()
        self._keep(answer)
        return answer

    def _keep(self, answer: httpx2.Response) -> None:
        with self._guard:
            self._session = auth.renewed(self._session, answer.headers, answer.headers.get_list("set-cookie"))
            for value in (*self._session.cookies.values(), self._session.csrf or ""):
                register_secret(value)

    def _unreachable(self, exc: httpx2.HTTPError) -> ControllerUnreachable:
        split = urlsplit(self.base_url)
        cause = _certificate_error(exc)
        if cause is not None:
            return tls.not_trusted(cause, split.hostname or "", split.port or 443)
        said = (
            "did not answer in time"
            if isinstance(exc, httpx2.TimeoutException)
            else f"could not be reached ({exc})"
        )
        return ControllerUnreachable(
            f"The controller at {self.base_url} {said}.",
            hint="Is it on, is the address right (UNIFI_HOST, UNIFI_PORT), and does this machine reach its network?",
        )

    def _understand(self, answer: httpx2.Response, path: str) -> Any:
        status, what = answer.status_code, short(path)
        if status in (401, 403):
            raise AnswerUnusable(
                f"The account may not read {what} (HTTP {status}).",
                hint="Give it the role View Only for this site, or Site Admin read-only.",
            )
        if status == 429:
            raise AnswerUnusable(f"The controller asked for a pause at {what}.")
        if status >= 500:
            raise ControllerUnreachable(
                f"UniFi Network is not ready to answer {what} (HTTP {status}).",
                hint="It may be starting or updating.",
            )
        value = _decoded(answer)
        code = _error_code(value)
        if status in GONE:
            raise EndpointGone(
                f"This controller does not answer {what} ({code or f'HTTP {status}'}).", status=status
            )
        if value is None:
            raise AnswerUnusable(f"{what} answered with something that is not JSON.")
        if code:
            raise AnswerUnusable(f"{what} was answered with an error ({code}).")
        return value


def _decoded(answer: httpx2.Response) -> Any:
    content = answer.content
    if content[:2] == b"\x1f\x8b":  # gzip without the header that says so (docs/protocol.md A.7)
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError):
            return None
    try:
        return decode_wire(content)
    except ValueError:
        return None


def _error_code(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    meta = value.get("meta")
    if isinstance(meta, dict) and meta.get("rc") == "error":
        return str(meta.get("msg") or "api.err.Unknown")
    return str(value["errorCode"]) if "errorCode" in value else None


def _is_older(used: Mapping[str, str], present: Mapping[str, str]) -> bool:
    return any(present.get(name) not in (None, used.get(name)) for name in auth.SESSION_NAMES)


def _wants_sign_in(answer: httpx2.Response) -> bool:
    if answer.status_code == 401:
        return True
    return answer.status_code == 200 and b"api.err.LoginRequired" in answer.content[:500]


def _certificate_error(exc: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while exc is not None:
        if isinstance(exc, ssl.SSLCertVerificationError):
            return exc
        exc = exc.__cause__ or exc.__context__
    return None


def short(path: str) -> str:
    """Return a path as people may read it: without query and prefix."""
    return path.partition("?")[0].removeprefix("/proxy/network")
