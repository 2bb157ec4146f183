"""The line to one controller: HTTPS requests out, answers or a narrow error back."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from unifi_scanner import clock
from unifi_scanner.api import auth, endpoints, tls
from unifi_scanner.api.answers import Received
from unifi_scanner.api.connection import Connection
from unifi_scanner.api.session import Session
from unifi_scanner.api.sign_in_policy import http_date, retry_after_s
from unifi_scanner.errors import ControllerError, ControllerSilent, ControllerUnreachable
from unifi_scanner.log import quiet_libraries
from unifi_scanner.models.enums import DeviceType

NOBODY = Session()


class Line:
    """Where the controller is, what flavour it is, and how to ask it; may be used from any thread."""

    def __init__(self, connection: Connection) -> None:
        quiet_libraries()
        self._connection = connection
        self.ssl_context: ssl.SSLContext = tls.ssl_context(
            verify=connection.verify_ssl,
            fingerprint=connection.tls_fingerprint,
            ca_file=connection.tls_ca_file,
        )
        timeout = httpx2.Timeout(connection.read_timeout, connect=connection.connect_timeout)
        self._http = httpx2.Client(
            verify=self.ssl_context, timeout=timeout, follow_redirects=False, trust_env=False
        )
        self.base_url = connection.base_urls()[0]
        self.flavour = DeviceType.UDM_PRO
        self.ahead_s: float | None = (
            None  # of our clock: the controller's, by its last answer that told the time
        )

    def close(self) -> None:
        """Hang up; requests under way end with an error."""
        self._http.close()

    def find(self) -> None:
        """Learn at which address the controller answers, and its flavour; nothing secret is sent (A.2)."""
        problem: ControllerError | None = None
        for url in self._connection.base_urls():
            self.base_url = url
            try:
                answer = self.send("GET", "/")
            except ControllerUnreachable as exc:
                problem = problem or exc
                continue
            found = auth.flavour_of(answer.status_code, answer.headers.get("location", ""), answer.text)
            self.flavour = found or self._flavour_by_status(answer.status_code)
            return
        raise problem or ControllerUnreachable("The controller could not be found.", hint="Check UNIFI_HOST.")

    def _flavour_by_status(self, status: int) -> DeviceType:
        for flavour in (DeviceType.UDM_PRO, DeviceType.SELF_HOSTED):
            answer = self.send("GET", endpoints.status(flavour))
            if (answer.status_code == 200 and "server_version" in answer.text) or '"up"' in answer.text:
                return flavour
        if status >= 500:
            raise ControllerUnreachable(
                "The console answers, but UniFi is still starting.", hint="Try again in a few minutes."
            )
        return DeviceType.UDM_PRO

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        session: Session = NOBODY,
        api_key: str | None = None,
    ) -> httpx2.Response:
        """Return the answer, asked with the key or else as the session; raises ControllerUnreachable."""
        headers = {"Accept": "application/json"}
        if api_key is not None:
            headers["X-API-KEY"] = api_key
        elif session.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
        if session.csrf and method != "GET" and api_key is None:
            headers["X-CSRF-Token"] = session.csrf
        try:
            request = self._http.build_request(method, self.base_url + path, headers=headers, json=body)
            answer = self._http.send(request)
        except httpx2.HTTPError as exc:
            raise self._unreachable(exc) from exc
        except RuntimeError as exc:
            raise ControllerUnreachable("The connection was closed.") from exc
        told = http_date(answer.headers.get("date", ""))
        if told is not None:
            self.ahead_s = (told - clock.now()).total_seconds()
        self._http.cookies.clear()  # which session goes with a request is ours to say
        return answer

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
        nobody = isinstance(exc, httpx2.ConnectError | httpx2.ConnectTimeout)
        return (ControllerSilent if nobody else ControllerUnreachable)(
            f"The controller at {self.base_url} {said}.",
            hint="Is it on, is the address right (UNIFI_HOST, UNIFI_PORT), and does this machine reach its network?",
        )


def received(answer: httpx2.Response) -> Received:
    """Return what the meaning of an answer hangs on."""
    pause = retry_after_s(answer.headers.get("retry-after"), answer.headers.get("date"), clock.now())
    return Received(answer.status_code, answer.content, pause)


def _certificate_error(exc: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while exc is not None:
        if isinstance(exc, ssl.SSLCertVerificationError):
            return exc
        exc = exc.__cause__ or exc.__context__
    return None
