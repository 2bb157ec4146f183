"""UnifiClient: one controller over REST v1 and v2, signed in once and again when need be."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
import msgspec
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
    UnknownSite,
)
from unifi_scanner.log import quiet_libraries, register_secret
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.models.wire_time import event_time

V1_PAGE, V2_PAGE, MAX_PAGES = 3000, 100, 500  # docs/protocol.md C, D.2
AHEAD = timedelta(days=1)  # a controller whose clock runs ahead loses nothing
GONE = frozenset({400, 404, 405})
log = structlog.get_logger(__name__)
Row = dict[str, Any]


class UnifiClient:
    """A controller: signs in, answers questions about one site, and gives its cookies to the stream."""

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
        self.site = connection.site
        self.site_title = connection.site
        self.version: str | None = None
        self.timezone: str | None = None

    def __repr__(self) -> str:
        return f"UnifiClient({self.base_url!r}, site={self.site!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection; requests under way end with an error."""
        self._http.close()

    @property
    def device_type(self) -> DeviceType:
        """Return the flavour that was found at sign-in."""
        return self._flavour or DeviceType.UDM_PRO

    def sign_in(self) -> None:
        """Find the controller, sign in, and learn the site, version and time zone.

        Raises ControllerUnreachable, CertificateNotTrusted, SignInRefused, SignInThrottled or UnknownSite.
        """
        self._find()
        if self._connection.api_key is None:
            self.sign_in_again()
        self._choose_site()
        self._learn_version()

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

    def _choose_site(self) -> None:
        sites = self.sites()
        wanted = self._connection.site.strip().casefold()
        for field in ("name", "desc"):
            for site in sites:
                if str(site.get(field, "")).casefold() == wanted:
                    self.site, self.site_title = str(site["name"]), str(site.get("desc") or site["name"])
                    return
        raise UnknownSite(self._connection.site, [_site_label(site) for site in sites])

    def _learn_version(self) -> None:
        try:
            rows = self.sysinfo()
        except (AnswerUnusable, EndpointGone) as exc:
            log.warning("version_unknown", reason=str(exc))
            return
        first = rows[0] if rows else {}
        self.version = str(first["version"]) if first.get("version") else None
        self.timezone = str(first["timezone"]) if first.get("timezone") else None

    # questions about the controller and the site

    def sites(self) -> list[Row]:
        """Return the sites this account may see."""
        return self._v1("GET", endpoints.sites(self.device_type))

    def sysinfo(self) -> list[Row]:
        """Return what the controller says of itself (docs/protocol.md C)."""
        return self._v1("GET", self._site_path("stat/sysinfo"))

    def health(self) -> list[Row]:
        """Return the state of each subsystem."""
        return self._v1("GET", self._site_path("stat/health"))

    def devices(self) -> list[Row]:
        """Return the UniFi devices."""
        return self._v1("GET", self._site_path("stat/device"))

    def clients(self) -> list[Row]:
        """Return the clients connected now."""
        return self._v1("GET", self._site_path("stat/sta"))

    def known_clients(self) -> list[Row]:
        """Return every client the site knows by name."""
        return self._v1("GET", self._site_path("rest/user"))

    def events(self, since: datetime) -> list[Row]:
        """Return the site's v1 events from `since` on, oldest first; none new on Network 10 (docs/protocol.md 0)."""
        return self._paged_v1("stat/event", since)

    def alarms(self, since: datetime) -> list[Row]:
        """Return the site's open alarms from `since` on, oldest first."""
        rows = self._v1("GET", self._site_path("list/alarm") + "?archived=false")
        return _recent([row for row in rows if row.get("archived") is not True], since)

    def ips_events(self, since: datetime) -> list[Row]:
        """Return the site's IPS rows from `since` on, oldest first; none from Network 9.3.45 on."""
        end = clock.now() + AHEAD
        body = {"start": _ms(since), "end": _ms(end), "_limit": 10_000}
        return _recent(self._v1("POST", self._site_path("stat/ips/event"), body), since)

    def _paged_v1(self, what: str, since: datetime) -> list[Row]:
        hours = max(1, int((clock.now() - since) / timedelta(hours=1)) + 2)
        rows: dict[str, Row] = {}
        start = 0
        for _ in range(MAX_PAGES):
            body = {"_sort": "-time", "within": hours, "type": None, "_start": start, "_limit": V1_PAGE}
            page = self._v1("POST", self._site_path(what), body)
            rows |= {str(row.get("_id") or msgspec.json.encode(row)): row for row in page}
            start += len(page)
            if len(page) < V1_PAGE or _oldest(page, since):
                break
        return _recent(list(rows.values()), since)

    def system_log(self, since: datetime, until: datetime | None = None) -> list[Row]:
        """Return the site's system-log rows from `since` on, oldest first (docs/protocol.md D.2)."""
        rows: dict[str, Row] = {}
        end = until or clock.now() + AHEAD
        for number in range(MAX_PAGES):
            body = {
                "timestampFrom": _ms(since),
                "timestampTo": _ms(end),
                "pageNumber": number,
                "pageSize": V2_PAGE,
            }
            answer = self._ask("POST", endpoints.v2(self.device_type, self.site, "system-log/all"), body)
            page = (
                answer
                if isinstance(answer, list)
                else answer.get("data", [])
                if isinstance(answer, dict)
                else None
            )
            if not isinstance(page, list):
                raise AnswerUnusable("The system log answered with something that is not a list.")
            rows |= {
                str(row.get("id") or msgspec.json.encode(row)): row for row in page if isinstance(row, dict)
            }
            if _is_last_page(answer, page, number) or _oldest(page, since):
                break
        return _recent(list(rows.values()), since)

    # how questions are asked

    def _site_path(self, what: str) -> str:
        return endpoints.v1(self.device_type, self.site, what)

    def _v1(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> list[Row]:
        answer = self._ask(method, path, body)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list):
            raise AnswerUnusable(f"{_short(path)} answered with something that is not a list.")
        return [row for row in data if isinstance(row, dict)]

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        used = self._session.cookies
        answer = self._send(method, path, body)
        if _wants_sign_in(answer) and self._connection.api_key is None and _short(path) not in self._denied:
            self.sign_in_again(used)
            answer = self._send(method, path, body)
            if _wants_sign_in(answer):
                # not an old session but a role that may not: asking again must not mean signing in again (A.4)
                self._denied.add(_short(path))
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
        status, what = answer.status_code, _short(path)
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
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
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


def _is_last_page(answer: Any, page: Sequence[Any], number: int) -> bool:
    if not page or not isinstance(answer, dict):
        return True
    if "has_next" in answer:
        return not answer["has_next"]
    total = answer.get("total_page_count")
    return isinstance(total, int) and number + 1 >= total


def _oldest(page: Sequence[Any], since: datetime) -> bool:
    times = [moment for row in page if isinstance(row, dict) and (moment := event_time(row))]
    return bool(times) and min(times) < since


def _recent(rows: Sequence[Row], since: datetime) -> list[Row]:
    timed = [(event_time(row), row) for row in rows]
    kept = [(moment, row) for moment, row in timed if moment is None or moment >= since]
    return [row for _, row in sorted(kept, key=lambda pair: (pair[0] is not None, pair[0] or since))]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _short(path: str) -> str:
    return path.partition("?")[0].removeprefix("/proxy/network")


def _site_label(site: Row) -> str:
    name, title = str(site.get("name", "")), str(site.get("desc") or "")
    return f"{title} ({name})" if title and title != name else name
