"""UnifiClient: one controller over REST v1 and v2, signed in once and again when need be."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Self

import structlog

from unifi_scanner.api import endpoints
from unifi_scanner.api.connection import Connection
from unifi_scanner.api.history import History
from unifi_scanner.api.paging import Row
from unifi_scanner.api.sites import Site, choose_sites
from unifi_scanner.api.transport import Transport, short
from unifi_scanner.errors import AnswerUnusable, EndpointGone

log = structlog.get_logger(__name__)


class UnifiClient(History):
    """A controller: signs in, answers questions about one site, and gives its cookies to the stream."""

    def __init__(self, connection: Connection, *, transport: Transport | None = None) -> None:
        super().__init__(transport or Transport(connection), connection.site)
        self._connection = connection
        self.site_title = connection.site
        self.version: str | None = None
        self.timezone: str | None = None
        self._others: list[Site] = []

    def __repr__(self) -> str:
        return f"UnifiClient({self.base_url!r}, site={self.site!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection; requests under way end with an error."""
        self.transport.close()

    @property
    def base_url(self) -> str:
        """Return the address that answered: https://HOST:PORT."""
        return self.transport.base_url

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """Return whom this connection believes to be the controller."""
        return self.transport.ssl_context

    def sign_in(self) -> None:
        """Find the controller, sign in, and learn the site, version and time zone.

        Raises ControllerUnreachable, CertificateNotTrusted, SignInRefused, SignInThrottled or UnknownSite.
        """
        self.transport.open()
        self._choose_site()
        self.learn_version()

    def sign_in_again(self, used: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return cookies that are newer than `used`, signing in if there are none yet; thread-safe."""
        return self.transport.sign_in_again(used)

    def get_session_cookies(self) -> dict[str, str]:
        """Return the cookies of the session, for the stream."""
        return self.transport.get_session_cookies()

    def _choose_site(self) -> None:
        first, *others = choose_sites(self._connection.site, self.sites())
        self._settle(first)
        self._others = others

    def _settle(self, site: Site) -> None:
        self.site, self.site_title = site

    def other_sites(self) -> list[UnifiClient]:
        """Return a client for each further site that was asked for; they share this one's session."""
        return [self._at(site) for site in self._others]

    def _at(self, site: Site) -> UnifiClient:
        sibling = UnifiClient(self._connection, transport=self.transport)
        sibling._settle(site)
        sibling.version, sibling.timezone = self.version, self.timezone
        return sibling

    def learn_version(self) -> None:
        """Learn the version and time zone, where the controller tells them."""
        try:
            rows = self.sysinfo()
        except (AnswerUnusable, EndpointGone) as exc:
            log.warning("version_unknown", reason=str(exc))
            return
        self.forget_classes()
        first = rows[0] if rows else {}
        self.version = str(first["version"]) if first.get("version") else None
        self.timezone = str(first["timezone"]) if first.get("timezone") else None

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

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the decoded answer to one question; raises ControllerError."""
        return self._ask(method, path, body)

    def _v1(self, method: str, path: str) -> list[Row]:
        answer = self._ask(method, path)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list):
            raise AnswerUnusable(f"{short(path)} answered with something that is not a list.")
        return [row for row in data if isinstance(row, dict)]
